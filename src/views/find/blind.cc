#include "views/find/blind.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/unicode.h"
#include "node/node.h"
#include "node/vault.h"

namespace bashu::views {

namespace {

constexpr std::size_t kShortest = 2;  // characters of a name
constexpr std::size_t kLongest = 120;

std::string name_term(node::Vault& vault, std::string_view text) {
  return vault.own_token("name\n" + normal_name(text));
}
bool could_be_name(std::string_view text) {
  return is_utf8(text) && utf8_length(text) >= kShortest && utf8_length(text) <= kLongest;
}

struct Collector {
  node::Vault& vault;
  std::set<Blind::Term> found{};

  // `key`: of the value around it, if that is sealed whole.
  void in(const packs::Type& type, const Value& value, const std::string& key) {
    if (type.cls == packs::Class::sensitive) return;
    if (packs::is_sealed(value)) {
      const auto keys = node::sealing_keys(value);
      const Value open = vault.unseal(value);
      if (!keys.empty() && !packs::is_sealed(open)) in(type, open, keys.front());
      return;
    }
    if (type.element && value.as_list()) {
      for (const Value& one : *value.as_list()) in(*type.element, one, key);
    }
    for (const packs::Member& member : type.members) {
      if (const Value* one = value.find(member.name)) in(*member.type, *one, key);
    }
    if (const std::string* text = value.as_text()) take(type, *text, key);
  }
  void take(const packs::Type& type, const std::string& text, const std::string& key) {
    if (type.cls == packs::Class::token) {
      if (text.starts_with("t:")) found.insert({.term = text, .key = {}});
    } else if (type.kind == packs::Kind::text && type.cls == packs::Class::personal &&
               !key.empty() && could_be_name(text)) {
      found.insert({.term = name_term(vault, text), .key = key});
    }
  }
};

}  // namespace

std::vector<Blind::Term> Blind::of(const std::vector<packs::Member>& fields, const Value& data) {
  Collector collector{.vault = node_.vault()};
  for (const packs::Member& field : fields) {
    if (const Value* value = data.find(field.name)) collector.in(*field.type, *value, {});
  }
  return {collector.found.begin(), collector.found.end()};
}

std::optional<std::string> Blind::asked(std::string_view text) {
  if (!could_be_name(text)) return std::nullopt;
  return name_term(node_.vault(), text);
}

Blind::Erased Blind::erased_after(std::int64_t order) {
  Erased erased{.keys = {}, .last = order};
  node_.query([&](const core::State& state) {
    const auto& orders = state.circle().orders;
    for (auto it = orders.upper_bound(order); it != orders.end(); ++it) {
      erased.last = it->first;
      const auto& what = it->second.order;
      if (what.kind == "erase") {
        erased.keys.insert(erased.keys.end(), what.keys.begin(), what.keys.end());
      }
    }
  });
  return erased;
}

bool Blind::opens(std::string_view key) { return node_.vault().key(key).has_value(); }

}  // namespace bashu::views
