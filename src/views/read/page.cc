#include "views/read/page.h"

#include <algorithm>
#include <charconv>

#include "base/value.h"
#include "views/rows.h"

namespace bashu::views {

int clamped(int limit) { return std::clamp(limit, 1, 1'000); }

std::pair<std::string, std::string> parts(std::string_view token) {
  const auto mark = token.rfind(kMark);
  if (mark == std::string_view::npos) return {std::string{token}, {}};
  return {std::string{token.substr(0, mark)}, std::string{token.substr(mark + 1)}};
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string above(std::string_view prefix) { return std::string{prefix} + "\xF4\x8F\xBF\xBF"; }

At at_of(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<std::uint64_t>(row.integer(column));
}

Title title_of(std::string_view json) {
  Title title;
  const Value value = json_value(json);
  if (const auto* texts = value.as_record()) {
    for (const auto& [language, text] : *texts)
      title[language] = text.as_text() ? *text.as_text() : "";
  }
  return title;
}

std::vector<std::string> texts_of(std::string_view json) {
  std::vector<std::string> texts;
  const Value value = json_value(json);
  if (const auto* list = value.as_list()) {
    for (const Value& item : *list) {
      if (item.as_text()) texts.push_back(*item.as_text());
    }
  }
  return texts;
}

}  // namespace bashu::views
