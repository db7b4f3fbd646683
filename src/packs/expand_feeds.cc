// Feeds of the second edition: `calc`, named expressions that stand for themselves.
#include <map>

#include "packs/expansion.h"
#include "packs/reader.h"

namespace bashu::packs {
namespace {

using Records = Value::Record;
using Named = std::map<std::string, std::string, std::less<>>;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The text with `calc.name` replaced by what the name stands for, in brackets; not within quotes.
std::string with_calc(std::string_view text, const Named& calc) {
  constexpr std::string_view kRoot = "calc.";
  std::string made;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted && i + 1 < text.size()) made += text[i++];
    if (text[i] == '\'') quoted = !quoted;
    const bool begins = !quoted && text.substr(i).starts_with(kRoot) &&
                        (i == 0 || (!is_word(text[i - 1]) && text[i - 1] != '.'));
    std::size_t end = i + kRoot.size();
    while (begins && end < text.size() && is_word(text[end])) ++end;
    const auto named =
        begins ? calc.find(text.substr(i + kRoot.size(), end - i - kRoot.size())) : calc.end();
    if (named == calc.end()) {
      made += text[i];
    } else {
      made += "(" + named->second + ")";
      i = end - 1;
    }
  }
  return made;
}

// In every expression of an effect or calculator, at any depth.
void replace(Value& value, const Named& calc, bool expression) {
  if (Value::List* list = value.as_list()) {
    for (Value& item : *list) replace(item, calc, expression);
  } else if (Records* record = value.as_record()) {
    for (auto& [key, item] : *record) {
      replace(item, calc,
              key == "from" || key == "to" || key == "if" || key == "each" || key == "entries");
    }
  } else if (const std::string* text = value.as_text();
             text && (expression || text->starts_with('='))) {
    value = with_calc(*text, calc);
  }
}

}  // namespace

void expand_feed_calc(Expansion& all, Value& feed, const std::string& path) {
  const Value* written = feed.find("calc");
  if (!written) return;
  Named calc;
  if (const Records* members = written->as_record()) {
    for (const auto& [name, text] : *members) {
      if (text.as_text()) calc.emplace(name, *text.as_text());
    }
  }
  feed.as_record()->erase("calc");
  // One may read another: as many rounds as there are names, and what is left is a circle.
  for (std::size_t round = 0; round < calc.size() && round < 8; ++round) {
    const Named before = calc;
    for (auto& [name, text] : calc) text = with_calc(text, before);
  }
  for (const auto& [name, text] : calc) {
    if (with_calc(text, calc) == text) continue;
    return all.fault(below(below(path, "calc"), name), "is defined by itself");
  }
  for (const char* key : {"when", "run", "do"}) {
    if (Value* part = member(feed, key)) {
      replace(*part, calc, std::string_view{key} == "when");
    }
  }
}

}  // namespace bashu::packs
