// Identifiers, names and place codes at the edge: how they are kept, and what looks wrong about
// them. Wrong ones are warnings beside the answer, never a refusal, because registries hold them
// too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/divisions.h"
#include "base/title.h"
#include "base/value.h"
#include "packs/type.h"

namespace bashu::api {

// The form with every text as it is kept (docs/formats/identifiers.md): numbers of persons, firms
// and the like by their kind, names and other texts as base/unicode.h has them. It is done before
// anything is sealed, so that one person has one pseudonym. Sealed values stay.
[[nodiscard]] Value normalised(const std::vector<packs::Member>& fields, Value form);

// The first number of a person that is blank: nobody is meant by it.
[[nodiscard]] std::optional<packs::FormError> find_nobody(const std::vector<packs::Member>& fields,
                                                          const Value& form,
                                                          const std::string& path);

struct Warning {
  std::string where;  // path into the form
  Title why;          // never repeats a personal value
};
struct Doubts {
  const Divisions& divisions;
  Date today;
};
// Of texts whose pattern admits such identifiers and not just any text, of tokens that look like
// citizen numbers, and of places. `form` is normalised and not yet sealed.
[[nodiscard]] std::vector<Warning> identifier_warnings(const std::vector<packs::Member>& fields,
                                                       const Value& form, const std::string& path,
                                                       const Doubts& doubts);

}  // namespace bashu::api
