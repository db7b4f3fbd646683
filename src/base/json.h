// Strict JSON (docs/formats/evidence.md section 3): I-JSON without fractions, read once into a
// Value, by a library's parser whose handler enforces the rules.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "base/value.h"

namespace bashu {

struct JsonLimits {
  int depth = 32;               // the outermost value has depth 1; a scalar counts as a level
  std::size_t values = 20'000;  // names are not values
};
struct JsonError {
  std::string code;  // syntax utf8 bom number duplicate character depth nodes
  std::size_t offset = 0;
};
[[nodiscard]] std::expected<Value, JsonError> parse_json(std::string_view text,
                                                         JsonLimits limits = {});

// Whether `text` may stand in strict JSON: UTF-8 without U+0000 and noncharacters.
[[nodiscard]] bool is_json_text(std::string_view text);

// Canonical JSON: names by code point, no space, shortest integers, only `"`, `\` and characters
// below U+0020 escaped. One value has one text; its SHA-256 names packs and contents.
[[nodiscard]] std::string canonical_json(const Value& value);
// For people: two spaces of indent, same order and escapes.
[[nodiscard]] std::string pretty_json(const Value& value);

}  // namespace bashu
