// What the commands of `bashu network` say: texts under `network.`.
#pragma once

#include <string>
#include <string_view>

#include "main/console.h"
#include "texts/texts.h"

namespace bashu::cli::network_words {

inline std::string say(const Console& console, std::string_view key,
                       const texts::Places& places = {}) {
  return texts::text(console.language, "network." + std::string{key}, places);
}
inline Exit wrong(const Console& console, std::string_view key, const texts::Places& places = {}) {
  const Title title = texts::title("network." + std::string{key}, places);
  return console.fail(in_language(title, "en"), in_language(title, "zh"));
}

}  // namespace bashu::cli::network_words
