// What a node works out from a form before its personal values are sealed, so that rules can read
// it: how old a person is, and not the day of birth (docs/formats/pack.md, `before_sealing`).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "packs/pack.h"

namespace bashu::packs {

// What of `form` a person fills in: without the fields that the node works out.
[[nodiscard]] std::vector<std::string> asked(const Service& service, std::vector<std::string> form);

// `given`, a form as a person wrote it, with the fields worked out from it. A field is left out if
// a value it is made of is absent or has not the form of its type: what is said of that value says
// enough. An error names the value (`with.born`), not what could not be made of it.
[[nodiscard]] std::expected<Value, FormError> with_worked_out(const Pack& pack,
                                                              const Service& service, Value given,
                                                              Date today);

}  // namespace bashu::packs
