// Files of taps and tariffs, as the commands that price and clear them read them.
#pragma once

#include <optional>
#include <string>

#include "fares/rate.h"
#include "main/console.h"
#include "main/import_rows.h"

namespace bashu::cli {

// What is wrong with it is told on the console, with line and column.
[[nodiscard]] std::optional<fares::Tariff> read_tariff(const Console& console,
                                                       const std::string& path);

// A text, or a whole number as text; empty if there is none.
[[nodiscard]] std::string text_in(const Row& row, std::string_view name);

// What is wrong with a row, as a key of `fares.`; empty if it is a tap.
[[nodiscard]] std::string tap_of(const Row& row, fares::Tap& tap);
// `2021-03-04 08:00:00`, with a T between as well: local time, seconds since 1970-01-01.
[[nodiscard]] std::optional<std::int64_t> moment(const std::string& text);

// 12345 as 123.45
[[nodiscard]] std::string yuan(fares::Money fen);

}  // namespace bashu::cli
