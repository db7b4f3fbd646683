#include "fares/changes.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "base/json.h"

namespace bashu::fares {

namespace {

constexpr std::array<std::string_view, 4> kPrices{"flat", "bands", "table", "zone_fares"};
// Said of an edition itself, or shown one by one.
constexpr std::array<std::string_view, 6> kNoRules{"version",  "from",  "to",
                                                   "editions", "title", "groups"};

template <typename Names>
bool among(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

const Value::List& list_at(const Value& value, std::string_view name) {
  static const Value::List kNone;
  const Value* found = value.find(name);
  return found && found->as_list() ? *found->as_list() : kNone;
}
const Value::Record& record_at(const Value& value, std::string_view name) {
  static const Value::Record kNone;
  const Value* found = value.find(name);
  return found && found->as_record() ? *found->as_record() : kNone;
}

// Whose price it is: of which band, or from where to where.
using Whose = std::tuple<std::optional<std::int64_t>, std::string, std::string>;
using Prices = std::map<Whose, Money>;

Prices prices_of(const Value& said) {
  Prices out, back;
  if (said.find("flat")) out.emplace(Whose{}, said.int_at("flat"));
  for (const Value& row : list_at(said, "bands")) {
    const Value::List& band = *row.as_list();
    out.emplace(Whose{*band[0].as_int(), "", ""}, *band[1].as_int());
  }
  for (const char* pairs : {"table", "zone_fares"}) {
    for (const Value& row : list_at(said, pairs)) {
      const Value::List& pair = *row.as_list();
      out.emplace(Whose{std::nullopt, *pair[0].as_text(), *pair[1].as_text()}, *pair[2].as_int());
      back.emplace(Whose{std::nullopt, *pair[1].as_text(), *pair[0].as_text()}, *pair[2].as_int());
    }
  }
  out.merge(back);
  return out;
}

std::optional<Money> price(const Prices& prices, const Whose& whose) {
  const auto found = prices.find(whose);
  return found == prices.end() ? std::nullopt : std::optional{found->second};
}

void compare_prices(const std::string& group, std::int64_t instead, const Value& before,
                    const Value& after, std::vector<PriceChange>& out) {
  const Prices now = prices_of(before), next = prices_of(after);
  std::set<Whose> all;
  for (const Prices* prices : {&now, &next}) {
    for (const auto& [whose, fen] : *prices) all.insert(whose);
  }
  for (const Whose& whose : all) {
    const auto& [up_to, from, to] = whose;
    const auto was = price(now, whose), will = price(next, whose);
    const Whose back{up_to, to, from};
    const bool said = to < from && price(now, back) == was && price(next, back) == will;
    if (was == will || said) continue;
    out.push_back({.group = group,
                   .instead = instead,
                   .from = from,
                   .to = to,
                   .up_to_m = up_to,
                   .now = was,
                   .next = will});
  }
}

std::string shown(const Value* value) { return value ? canonical_json(*value) : std::string{}; }

// Members that differ, but for some.
template <typename Left>
void compare_members(const std::string& where, const Value::Record& before,
                     const Value::Record& after, const Left& left, std::vector<RuleChange>& out) {
  std::set<std::string> names;
  for (const Value::Record* record : {&before, &after}) {
    for (const auto& [name, member] : *record) names.insert(name);
  }
  for (const std::string& name : names) {
    if (among(left, name)) continue;
    const auto was = before.find(name), will = after.find(name);
    const std::string now = shown(was == before.end() ? nullptr : &was->second);
    const std::string next = shown(will == after.end() ? nullptr : &will->second);
    if (now != next) out.push_back({.where = where + name, .now = now, .next = next});
  }
}

void compare_groups(const std::string& name, const Value& before, const Value& after,
                    Changes& out) {
  static const Value kNothing = Value::Record{};
  constexpr std::array<std::string_view, 5> kOneByOne{"flat", "bands", "table", "zone_fares",
                                                      "instead"};
  compare_prices(name, 0, before, after, out.prices);
  const std::string where = "groups." + name + ".";
  compare_members(where, *before.as_record(), *after.as_record(), kOneByOne, out.rules);
  const Value::List &now = list_at(before, "instead"), &next = list_at(after, "instead");
  for (std::size_t i = 0; i < std::max(now.size(), next.size()); ++i) {
    const Value& was = i < now.size() ? now[i] : kNothing;
    const Value& will = i < next.size() ? next[i] : kNothing;
    compare_prices(name, static_cast<std::int64_t>(i) + 1, was, will, out.prices);
    compare_members(where + "instead[" + std::to_string(i) + "].", *was.as_record(),
                    *will.as_record(), kPrices, out.rules);
  }
}

}  // namespace

Changes changes(const Value& before, const Value& after) {
  static const Value kNothing = Value::Record{};
  Changes out;
  compare_members("", *before.as_record(), *after.as_record(), kNoRules, out.rules);
  const Value::Record &now = record_at(before, "groups"), &next = record_at(after, "groups");
  std::set<std::string> names;
  for (const Value::Record* groups : {&now, &next}) {
    for (const auto& [name, group] : *groups) names.insert(name);
  }
  for (const std::string& name : names) {
    const auto was = now.find(name), will = next.find(name);
    compare_groups(name, was == now.end() ? kNothing : was->second,
                   will == next.end() ? kNothing : will->second, out);
  }
  return out;
}

}  // namespace bashu::fares
