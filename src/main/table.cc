#include "main/table.h"

#include <algorithm>
#include <cstdint>

namespace bashu::cli {

namespace {

struct Range {
  char32_t first, last;
};
// Unicode Standard Annex #11, wide and full-width, in ranges; unassigned code points between them
// are taken along.
constexpr Range kWide[]{{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
                        {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
                        {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
                        {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range kNone[]{{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};

bool in(const auto& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [&](Range r) { return c >= r.first && c <= r.last; });
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t k = 1; k < size && i + k < text.size(); ++k) {
      c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    }
    i += size;
    if (!in(kNone, c)) width += in(kWide, c) ? 2U : 1U;
  }
  return width;
}

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const Row& row : rows_) {
    for (std::size_t i = 0; !row.whole && i < row.cells.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row.cells[i]));
    }
  }
  for (const Row& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (i > 0) line += "  ";
      if (row.whole || i >= widths.size()) {
        line += row.cells[i];
        continue;
      }
      const std::string gap(widths[i] - display_width(row.cells[i]), ' ');
      line += columns_[i] == Align::right ? gap + row.cells[i] : row.cells[i] + gap;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

}  // namespace bashu::cli
