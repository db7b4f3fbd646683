// Check digits of identifiers, as evidence: a wrong one is a warning beside the answer, never a
// refusal, because registries hold wrong ones too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/title.h"
#include "base/value.h"
#include "packs/type.h"

namespace bashu::api {

// GB 11643-1999: the last character of a citizen number. Only for 17 digits and a digit or X.
[[nodiscard]] bool citizen_number_holds(std::string_view number);
// GB 32100-2015: the last character of a unified social credit code, and that of the organisation
// code inside it (GB 11714-1997). Only for 18 characters of its alphabet.
[[nodiscard]] bool credit_code_holds(std::string_view code);

struct Warning {
  std::string where;  // path into the form
  Title why;          // never repeats the value
};
// Of texts whose pattern admits such identifiers and not just any text, and of tokens that look
// like citizen numbers. `value` before it is sealed.
[[nodiscard]] std::vector<Warning> identifier_warnings(const std::vector<packs::Member>& fields,
                                                       const Value& value, const std::string& path);

}  // namespace bashu::api
