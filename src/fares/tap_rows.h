// A tap as a row of a file or of a batch has it (docs/formats/tariff.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/flat_json.h"
#include "base/value.h"
#include "fares/denied.h"
#include "fares/rate.h"

namespace bashu::fares {

// A text, or a whole number as text; empty if there is none.
[[nodiscard]] std::string text_in(const Value::Record& row, std::string_view name);
// `2021-03-04 08:00:00`, with a T between as well: local time, seconds since 1970-01-01.
[[nodiscard]] std::optional<std::int64_t> moment(const std::string& text);
// The same back: `2021-03-04 08:00:00`.
[[nodiscard]] std::string moment_text(std::int64_t at_s);
// An entry of a deny list: `token`, `from` (or `at`) and, if it was lifted, `until`; nullopt: it is
// none. What was taken when no entry could be lifted is read without its end if that is none.
[[nodiscard]] std::optional<Denial> denial_of(const Value::Record& row, bool to_take);
// What is wrong with a row, as a key of the texts `fares.`; empty if it is a tap.
[[nodiscard]] std::string tap_of(const Value::Record& row, Tap& tap);
[[nodiscard]] std::string tap_of(const FlatJson& row, Tap& tap);

}  // namespace bashu::fares
