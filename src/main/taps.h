// Files of taps and tariffs, as the commands that price and clear them read them.
#pragma once

#include <optional>
#include <string>

#include "clearing/money.h"
#include "fares/rate.h"
#include "main/console.h"
#include "main/import_rows.h"

namespace bashu::cli {

// What is wrong with it is told on the console, with line and column.
[[nodiscard]] std::optional<fares::Tariff> read_tariff(const Console& console,
                                                       const std::string& path);
// That of a book, as it was taken when the book was made (fares/taking.h).
[[nodiscard]] std::optional<fares::Tariff> read_taken_tariff(const Console& console,
                                                             const std::string& path);

// A text, or a whole number as text; empty if there is none.
[[nodiscard]] std::string text_in(const Row& row, std::string_view name);

// What is wrong with a row, as a key of `fares.`; empty if it is a tap.
[[nodiscard]] std::string tap_of(const Row& row, fares::Tap& tap);

using clearing::yuan;

}  // namespace bashu::cli
