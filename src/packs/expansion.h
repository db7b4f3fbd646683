// What the parts of an expansion share (expand.cc, expand_effects.cc, expand_scenarios.cc).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "packs/yaml.h"

namespace bashu::packs {

struct Expansion {
  const Document& written;
  Document made;                       // root: expanded as far as the walk has come
  std::vector<std::string> languages;  // in the order of the pack's own title

  void fault(const std::string& path, std::string text);
  // What stands at `path` of the expansion was written at `origin`.
  void came_from(const std::string& path, const std::string& origin);
};

// A thing and its path in the expansion.
struct Place {
  Value& value;
  std::string path;
};

[[nodiscard]] Value* member(Value& record, std::string_view name);
// `a, b` or the list of them.
[[nodiscard]] std::vector<std::string> words_of(const Value* value);

// `重量 / Mass` is a title in the languages of the pack.
void expand_title(Expansion& all, Value& record, std::string_view key, const std::string& path);
// `data.x?` is `has(data.x) ? data.x : null`, in a text that holds an expression.
[[nodiscard]] std::string expand_optional(std::string_view text);
// The same in every `=expression` of a value.
void expand_templates(Value& value);

// Where effects stand: the fields that `copy` may copy from, and the accounts with names.
struct Source {
  std::string root;  // `data` or `line`
  const Value* fields = nullptr;
  const Value* accounts = nullptr;
};
// `do` of a branch, an event or a feed: copies, accounts, keys.
void expand_effects(Expansion& all, Value& branch, const Source& source, const std::string& path);
// Fields that `copy` names, as `name: =root.name` in `into`; those that may be absent are given
// back.
[[nodiscard]] std::vector<std::string> expand_copy(Expansion& all, Value& record,
                                                   std::string_view into, const Value* targets,
                                                   const Source& source, const std::string& path);

// `calc` of a feed, whose expressions then stand where its names stood.
void expand_feed_calc(Expansion& all, Value& feed, const std::string& path);

void expand_scenarios(Expansion& all);

// The definition of a type that every pack may use without declaring it; nullptr: there is none.
[[nodiscard]] const Value* well_known_type(std::string_view name);

}  // namespace bashu::packs
