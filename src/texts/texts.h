// Words for people, one file per language (texts/en.json, texts/zh.json), compiled into the
// program; the web pages read the same files. A text may hold places: `The case is with {holder}.`
//
// Every key stands in every file with the same places: tools/check_texts.py.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/title.h"

namespace bashu::texts {

// What stands in for `{name}`: the same in every language, or a text of its own in each.
using Place = std::pair<std::string_view, std::variant<std::string, Title>>;
using Places = std::vector<Place>;

// In every language there is. A key that stands in no file is a bug and ends the process.
[[nodiscard]] Title title(std::string_view key, const Places& places = {});
// In one, `zh` or `en`; English for any other.
[[nodiscard]] std::string text(std::string_view language, std::string_view key,
                               const Places& places = {});
[[nodiscard]] bool has(std::string_view key);
// `{name}` filled in; a place that nothing is given for stays as it is written.
[[nodiscard]] std::string filled(std::string_view pattern, std::string_view language,
                                 const Places& places);

}  // namespace bashu::texts
