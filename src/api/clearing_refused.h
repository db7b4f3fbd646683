// Claims that a side refuses, beside what its own rows make.
#pragma once

#include <optional>

#include "api/call.h"
#include "api/clearing_books.h"
#include "api/context.h"
#include "api/identifiers.h"

namespace bashu::api {

// Of a batch of `refused` claims that is handed in for the book: how many of them no row of this
// side makes, as whoever misspells one cannot see. They are taken: the other side may have them.
// Nothing of a book of transfers.
[[nodiscard]] std::optional<Warning> unknown_refusals(Context& context, const Call& call,
                                                      const ClearingBook& book,
                                                      const std::string& rows);

}  // namespace bashu::api
