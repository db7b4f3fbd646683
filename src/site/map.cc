#include "site/map.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "node/files.h"
#include "travel/network.h"

namespace bashu::site {

namespace {

bool number(std::string_view text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  while (true) {
    const auto tab = line.find('\t');
    cells.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return cells;
    line.remove_prefix(tab + 1);
  }
}

}  // namespace

const Title* Map::name(std::string_view code) const {
  const auto it = std::ranges::lower_bound(areas, code, {}, &Area::code);
  return it != areas.end() && it->code == code ? &it->name : nullptr;
}

bool is_division(std::string_view text) {
  constexpr std::size_t kDigits = 6;
  return text.size() == kDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool lies_in(std::string_view county, std::string_view division) {
  while (division.ends_with("00")) division.remove_suffix(2);
  return !division.empty() && county.starts_with(division);
}

std::expected<std::shared_ptr<const Map>, Fault> read_map(std::string_view text,
                                                          const std::string& name) {
  auto map = std::make_shared<Map>();
  int line = 0;
  while (!text.empty()) {
    ++line;
    const auto end = text.find('\n');
    const auto cells = cells_of(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    bool understood = false;
    if (line == 1) {
      understood =
          cells.size() == 2 && number(cells[0], map->width) && number(cells[1], map->height);
    } else if (cells.size() == 6) {
      Map::Area area{.code = std::string{cells[0]},
                     .name = bilingual(std::string{cells[2]}, std::string{cells[1]}),
                     .path = std::string{cells[5]}};
      understood = is_division(area.code) && number(cells[3], area.x) && number(cells[4], area.y);
      map->areas.push_back(std::move(area));
    }
    if (!understood) {
      return std::unexpected{
          Fault{.what = name + ":" + std::to_string(line) + ": not a line of a map"}};
    }
  }
  std::ranges::sort(map->areas, {}, &Map::Area::code);
  return map;
}

std::expected<std::shared_ptr<const Map>, Fault> load_map(const std::filesystem::path& folder) {
  const auto path = folder / "map.tsv";
  if (!std::filesystem::exists(path)) return std::make_shared<const Map>();
  const auto text = node::read_file(path);
  if (!text) return std::unexpected{text.error()};
  auto drawn = read_map(*text, path.string());
  if (!drawn) return drawn;
  auto travelled = travel::load_network(folder / "network");
  if (!travelled) return std::unexpected{travelled.error()};
  Map map = **drawn;
  if (*travelled) {
    auto fares = travel::load_fares(folder / "network", **travelled);
    if (!fares) return std::unexpected{fares.error()};
    map.computed = std::make_shared<travel::Computed>(std::move(*travelled), *std::move(fares));
  }
  return std::make_shared<const Map>(std::move(map));
}

}  // namespace bashu::site
