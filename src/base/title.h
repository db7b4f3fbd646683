#pragma once

#include <map>
#include <string>
#include <utility>

namespace bashu {

// A text for people, by language (`zh`, `en`).
using Title = std::map<std::string, std::string, std::less<>>;

[[nodiscard]] inline Title bilingual(std::string en, std::string zh) {
  return {{"en", std::move(en)}, {"zh", std::move(zh)}};
}

// The text in `language`, else in English, else in any; empty if there is none.
[[nodiscard]] inline std::string in_language(const Title& title, const std::string& language) {
  if (const auto it = title.find(language); it != title.end()) return it->second;
  if (const auto it = title.find("en"); it != title.end()) return it->second;
  return title.empty() ? std::string{} : title.begin()->second;
}

}  // namespace bashu
