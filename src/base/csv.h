// A cell of CSV (RFC 4180) that opens in a spreadsheet as what it is.
#pragma once

#include <string>

namespace bashu {

inline constexpr const char* kByteOrderMark = "\xEF\xBB\xBF";  // by it a spreadsheet knows UTF-8

// A text that a spreadsheet would run as a formula is marked as text.
[[nodiscard]] std::string csv_cell(std::string text, bool number = false);

}  // namespace bashu
