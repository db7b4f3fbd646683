// Values of records as a reader sees them.
#pragma once

#include <optional>
#include <string>

#include "packs/type.h"
#include "site/ask.h"

namespace bashu::site {

// Whether everybody may see it.
[[nodiscard]] bool is_public(const packs::Type& type);
// One line: titles of choices and parties, `6.8 billion yuan`, `yes`, lists with their sign.
[[nodiscard]] std::string cell_text(const Ask& ask, const packs::Type& type, const Value& value);
// For programs: a number without separators, a date, a token.
[[nodiscard]] std::string cell_plain(const packs::Type& type, const Value& value);
[[nodiscard]] bool is_number(const packs::Type& type);
// The title of a field, its name if it has none.
[[nodiscard]] std::string field_title(const Ask& ask, const packs::Member& member);

}  // namespace bashu::site
