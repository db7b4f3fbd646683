// What is unsettled in a book, at its worst: the lines that no closed window has, and the windows
// that both agreed on and that are not paid, in whichever order they are settled.
#pragma once

#include <expected>

#include "api/clearing_flows.h"

namespace bashu::api {

struct Exposed {
  Money first_owes = 0, second_owes = 0;  // fen, the most that each side comes to owe
};
// By what this side has now. The ledger has drawn something else afterwards.
[[nodiscard]] std::expected<Exposed, Problem> exposed_of(const Call& call, const ClearingBook& book,
                                                         windows::Ledger& ledger);
// As a form has it.
[[nodiscard]] Value to_value(const Exposed& exposed);

// The same beside the cap that the book names: `cap`, and `percent` of it for whoever owes more.
[[nodiscard]] Value beside_cap(const Exposed& exposed, const ClearingBook& book);

}  // namespace bashu::api
