#include "packs/pages.h"

#include <algorithm>
#include <optional>
#include <set>

namespace bashu::packs {
namespace {

// Cuts a text into what stands outside of braces and the names inside; false if one is left open.
bool walk(std::string_view text, const std::function<void(std::string_view)>& words,
          const std::function<void(std::string_view)>& name) {
  while (true) {
    const std::size_t open = text.find('{');
    words(text.substr(0, open));
    if (open == std::string_view::npos) return true;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) return false;
    name(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
  }
}

}  // namespace

std::vector<FieldGroup> grouped(const std::vector<FieldGroup>& groups,
                                const std::vector<std::string>& names) {
  std::vector<FieldGroup> all(1);
  std::set<std::string> placed;
  for (const FieldGroup& group : groups) {
    FieldGroup& here = all.emplace_back(FieldGroup{.title = group.title, .fields = {}});
    for (const std::string& field : group.fields) {
      if (std::ranges::find(names, field) == names.end()) continue;
      here.fields.push_back(field);
      placed.insert(field);
    }
  }
  for (const std::string& name : names) {
    if (!placed.contains(name)) all.front().fields.push_back(name);
  }
  std::erase_if(all, [](const FieldGroup& group) { return group.fields.empty(); });
  return all;
}

std::vector<By> applicants(const Service& service) {
  std::vector<By> all;
  for (const By& by : service.start.event.by) {
    const PartyDef* party = service.party(by.party);
    if (!party) continue;
    for (const auto& [role, sees_all] : party->roles) {
      if (role == by.role && !sees_all) all.push_back(by);
    }
  }
  return all;
}

std::vector<std::string> in_order(const Service& service) {
  std::vector<std::string> order;
  std::set<std::string> seen;
  const auto follow = [&](const std::vector<Branch>& branches) {
    for (const Branch& branch : branches) {
      if (branch.to && seen.insert(*branch.to).second) order.push_back(*branch.to);
    }
  };
  follow(service.start.event.branches);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const StateDef* state = find(service.states, order[i]);
    if (!state) continue;
    follow(state->then);
    for (const auto& [name, event] : state->events) follow(event.branches);
  }
  return order;
}

std::string word(const Pack& pack, std::string_view name, const std::string& language) {
  const Title* title = find(pack.words, name);
  return title ? in_language(*title, language) : std::string{name};
}

std::optional<std::vector<std::string>> blanks(std::string_view text) {
  std::vector<std::string> names;
  const bool closed = walk(
      text, [](std::string_view) {}, [&names](std::string_view name) { names.emplace_back(name); });
  if (!closed) return std::nullopt;
  return names;
}

std::string filled(std::string_view text,
                   const std::function<std::string(const std::string&)>& value) {
  std::string out;
  walk(
      text, [&out](std::string_view words) { out += words; },
      [&](std::string_view name) { out += value(std::string{name}); });
  return out;
}

}  // namespace bashu::packs
