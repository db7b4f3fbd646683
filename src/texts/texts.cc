#include "texts/texts.h"

#include <map>

#include "base/assert.h"
#include "base/json.h"
#include "texts/embedded.h"

namespace bashu::texts {

namespace {

using Words = std::map<std::string, std::string, std::less<>>;

Words read(std::string_view file) {
  const auto json = parse_json(file);
  const Value::Record* record = json ? json->as_record() : nullptr;
  BASHU_ASSERT(record);
  Words words;
  for (const auto& [key, value] : *record) words.emplace(key, *value.as_text());
  return words;
}

const Words& words_in(std::string_view language) {
  static const Words english = read(kEnglish);
  static const Words chinese = read(kChinese);
  return language == "zh" ? chinese : english;
}

}  // namespace

bool has(std::string_view key) { return words_in("en").contains(key); }

std::string filled(std::string_view pattern, std::string_view language, const Places& places) {
  std::string out;
  out.reserve(pattern.size());
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    const std::size_t close = pattern.find('}', open);
    out += pattern.substr(0, open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      if (open != std::string_view::npos) out += pattern.substr(open);
      break;
    }
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    const auto place =
        std::ranges::find_if(places, [&](const Place& one) { return one.first == name; });
    if (place == places.end()) {
      out += pattern.substr(open, close - open + 1);
    } else if (const auto* plain = std::get_if<std::string>(&place->second)) {
      out += *plain;
    } else {
      out += in_language(std::get<Title>(place->second), std::string{language});
    }
    pattern.remove_prefix(close + 1);
  }
  return out;
}

std::string text(std::string_view language, std::string_view key, const Places& places) {
  const Words& words = words_in(language);
  const auto word = words.find(key);
  BASHU_ASSERT(word != words.end());
  return filled(word->second, language, places);
}

Title title(std::string_view key, const Places& places) {
  return bilingual(text("en", key, places), text("zh", key, places));
}

}  // namespace bashu::texts
