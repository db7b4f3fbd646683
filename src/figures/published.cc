#include "figures/published.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/json.h"
#include "figures/known_at.h"
#include "node/files.h"

namespace bashu::figures {

namespace {

constexpr std::array<std::string_view, 15> kColumns{
    "id",    "section", "section_zh", "section_en", "title_zh", "title_en", "figure", "split",
    "as_of", "period",  "comparator", "value",      "unit",     "note_zh",  "note_en"};
constexpr std::size_t kRowsMax = 2'000;
constexpr std::size_t kBytesMax = 4u << 20;

std::vector<std::string> split_at(std::string_view text, char mark) {
  std::vector<std::string> parts;
  while (true) {
    const auto at = text.find(mark);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// Empty, or what is wrong with the line.
std::string read_row(const std::vector<std::string>& cells, PublishedRow& row) {
  if (cells.size() != kColumns.size()) return "15 columns are expected";
  row.id = cells[0];
  row.section = cells[1];
  row.section_title = {{"zh", cells[2]}, {"en", cells[3]}};
  row.title = {{"zh", cells[4]}, {"en", cells[5]}};
  row.figure = cells[6];
  if (row.id.empty() || row.section.empty()) return "id and section are expected";
  if (!cells[13].empty() || !cells[14].empty()) row.note = {{"zh", cells[13]}, {"en", cells[14]}};
  row.unit = cells[12];
  if (row.figure.empty()) return {};
  if (std::ranges::count(row.figure, '/') != 1) return "figure: `pack/figure` is expected";
  if (const std::string& split = cells[7]; !split.empty()) {
    const auto equals = split.find('=');
    if (equals == 0 || equals == std::string::npos) return "split: `name=key` is expected";
    row.split = split.substr(0, equals);
    row.key = split.substr(equals + 1);
  }
  const auto day = Date::parse(cells[8]);
  if (!day) return "as_of: a date is expected";
  row.as_of = *day;
  if (const std::string& period = cells[9]; !period.empty()) {
    row.period = parse_period(period);
    if (!row.period) return "period: `2021-01-01..2021-09-25` is expected";
  }
  using enum packs::Figure::Says;
  if (cells[10] == "=") {
    row.says = exact;
  } else if (cells[10] == ">") {
    row.says = more_than;
  } else if (cells[10] == "<") {
    row.says = nearly;
  } else {
    return "comparator: `=`, `>` or `<` is expected";
  }
  std::int64_t value = 0;
  const std::string& text = cells[11];
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return "value: an integer is expected";
  }
  row.value = value;
  return {};
}

}  // namespace

std::expected<std::shared_ptr<const Published>, Fault> load_published(
    const std::filesystem::path& path) {
  const auto file = std::filesystem::is_directory(path) ? path / "published.tsv" : path;
  const auto text = node::read_file(file);
  if (!text) return std::unexpected{text.error()};
  const auto fault = [&](std::size_t line, const std::string& why) {
    return std::unexpected{Fault{.what = file.string() + ":" + std::to_string(line) + ": " + why}};
  };
  if (text->size() > kBytesMax || !is_json_text(*text))
    return fault(1, "UTF-8 up to 4 MiB is expected");
  auto published = std::make_shared<Published>();
  std::size_t number = 0;
  bool headed = false;
  for (const std::string& line : split_at(*text, '\n')) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string> cells = split_at(line, '\t');
    if (!headed) {
      if (!std::ranges::equal(cells, kColumns))
        return fault(number, "the columns are not those expected");
      headed = true;
      continue;
    }
    if (published->rows.size() == kRowsMax) return fault(number, "at most 2,000 rows are expected");
    PublishedRow row;
    if (const std::string why = read_row(cells, row); !why.empty()) return fault(number, why);
    if (!row.figure.empty()) published->as_of = std::max(published->as_of, row.as_of);
    published->rows.push_back(std::move(row));
  }
  return published;
}

std::expected<std::shared_ptr<const Published>, Fault> published_of(
    const std::filesystem::path& dir, const std::string& given) {
  if (!given.empty()) return load_published(given);
  const auto own = dir / "published.tsv";
  if (!std::filesystem::exists(own)) return std::make_shared<const Published>();
  return load_published(own);
}

bool fits(packs::Figure::Says says, std::int64_t published, std::int64_t value) {
  using enum packs::Figure::Says;
  if (says == exact) return value == published;
  if (says == more_than) return value > published;
  // Below, by no more than a tenth.
  return value < published && published - value <= published / 10;
}

Date moved(Date row, Date whole, Date asked) {
  if (asked == whole) return row;
  if (asked.month() == whole.month() && asked.day() == whole.day()) {
    const int year = row.year() + asked.year() - whole.year();
    if (const auto same = Date::from_civil(year, row.month(), row.day())) return *same;
    if (const auto before = Date::from_civil(year, row.month(), row.day() - 1)) return *before;
  }
  return row.plus_days(asked.days() - whole.days());
}

std::optional<Period> moved(const std::optional<Period>& period, Date whole, Date asked) {
  if (!period) return std::nullopt;
  return Period{moved(period->first, whole, asked), moved(period->second, whole, asked)};
}

}  // namespace bashu::figures
