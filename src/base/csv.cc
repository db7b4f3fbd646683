#include "base/csv.h"

#include <string_view>

namespace bashu {

std::string csv_cell(std::string text, bool number) {
  constexpr std::string_view kFormula = "=+-@\t\r";
  if (!number && !text.empty() && kFormula.find(text[0]) != std::string_view::npos) {
    text.insert(0, "'");
  }
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out{"\""};
  for (const char c : text) out += c == '"' ? "\"\"" : std::string{c};
  return out + "\"";
}

}  // namespace bashu
