#include "node/high_mark.h"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace bashu::node {

namespace {

// `<size, 20 digits> <root, hex>`, always of one length, so that writing in place never tears.
std::string line_of(const HighMark::Mark& mark) {
  const std::string number = std::to_string(mark.size);
  return std::string(20 - number.size(), '0') + number + " " + hex(mark.root) + "\n";
}

std::optional<HighMark::Mark> read_line(std::string_view line) {
  if (line.size() != 20 + 1 + 64 + 1) return std::nullopt;
  HighMark::Mark mark;
  const auto [end, code] = std::from_chars(line.data(), line.data() + 20, mark.size);
  const auto root = hash_from_hex(line.substr(21, 64));
  if (code != std::errc{} || end != line.data() + 20 || !root) return std::nullopt;
  mark.root = *root;
  return mark;
}

}  // namespace

std::expected<HighMark, Fault> HighMark::open(Storage& storage) {
  constexpr std::string_view kName = "published";
  auto slot = storage.slot(kName, line_of({}));
  if (!slot) return std::unexpected{slot.error()};
  const auto mark = read_line((*slot)->found());
  if (!mark) {
    return std::unexpected{
        Fault{.what = storage.files().where(kName) +
                      ": unreadable; it says which checkpoint left last, ask the peers what "
                      "they hold before removing it"}};
  }
  return HighMark{std::move(*slot), *mark};
}

std::expected<void, Fault> HighMark::raise(const Mark& mark) {
  if (auto written = slot_->write(line_of(mark)); !written) return written;
  mark_ = mark;
  return {};
}

}  // namespace bashu::node
