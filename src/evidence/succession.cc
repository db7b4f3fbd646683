#include "evidence/succession.h"

#include <algorithm>
#include <utility>

#include "evidence/grammar.h"
#include "evidence/members.h"

namespace bashu::evidence {

namespace {

constexpr std::string_view kPath = "/bashu/";

std::optional<Predecessor> read_one(const Value& value) {
  Members members{value};
  Predecessor one{.origin = members.text("origin"),
                  .size = static_cast<std::uint64_t>(members.integer("size", 1)),
                  .root = {},
                  .held = static_cast<std::uint64_t>(members.integer("held", 1))};
  const auto root = hash_from_hex(members.text("root"));
  members.require(root.has_value() && next_origin(one.origin).has_value());
  members.require(one.held >= one.size);
  if (!members.sound()) return std::nullopt;
  one.root = *root;
  return one;
}

// `before` was its name, and what is added to its predecessors says so.
bool follows(const PartyRecord& before, const PartyRecord& now) {
  auto known = read_predecessors(before.predecessors);
  const auto said = read_predecessors(now.predecessors);
  if (!known || !said) return false;
  if (now.origin == before.origin) return *said == *known;
  if (said->empty() || said->back().origin != before.origin) return false;
  known->push_back(said->back());
  return *said == *known && next_origin(before.origin) == now.origin;
}

}  // namespace

std::optional<Predecessors> read_predecessors(const Value& list) {
  Predecessors found;
  const Value::List* values = list.as_list();
  if (!values) return std::nullopt;
  for (const Value& value : *values) {
    auto one = read_one(value);
    const bool grows = one && (found.empty() || found.back().size < one->size);
    if (!grows) return std::nullopt;
    found.push_back(*std::move(one));
  }
  return found;
}

Value predecessors_value(const Predecessors& predecessors) {
  Value::List list;
  for (const Predecessor& one : predecessors) {
    list.push_back(Value::Record{{"origin", one.origin},
                                 {"size", static_cast<std::int64_t>(one.size)},
                                 {"root", hex(one.root)},
                                 {"held", static_cast<std::int64_t>(one.held)}});
  }
  return list;
}

std::string_view origin_at(std::string_view origin, const Predecessors& predecessors,
                           std::uint64_t size) {
  for (const Predecessor& one : predecessors) {
    if (size <= one.size) return one.origin;
  }
  return origin;
}

std::optional<std::string> next_origin(std::string_view origin) {
  const std::size_t at = origin.rfind(kPath);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const auto number = parse_decimal(origin.substr(at + kPath.size()));
  if (!number || *number == 0) return std::nullopt;
  return std::string{origin.substr(0, at + kPath.size())} + std::to_string(*number + 1);
}

std::optional<std::string> next_channel(std::string_view channel) {
  if (!split_channel(channel)) return std::nullopt;
  const std::size_t last = channel.find_last_not_of("0123456789");
  const std::string_view digits = channel.substr(last + 1);
  const auto number = digits.empty() ? std::optional<std::uint64_t>{1} : parse_decimal(digits);
  if (!number || *number == 0) return std::nullopt;
  std::string next = std::string{channel.substr(0, last + 1)} + std::to_string(*number + 1);
  return split_channel(next) ? std::optional{std::move(next)} : std::nullopt;
}

bool is_renewed(std::string_view channel) {
  return !channel.empty() && channel.back() >= '0' && channel.back() <= '9';
}

std::vector<Renewed> renewed_channels(const Agreement& last, const Agreement& next) {
  std::vector<Renewed> renewed;
  for (const ChannelRecord& before : last.channels) {
    const auto name = next_channel(before.channel);
    const ChannelRecord* now = name ? next.channel(*name) : nullptr;
    if (!now || last.channel(*name) || next.channel(before.channel)) continue;
    const auto parts = split_channel(before.channel);
    renewed.push_back({.before = before.channel,
                       .channel = now->channel,
                       .from = std::string{parts->from},
                       .to = std::string{parts->to},
                       .from_seq = now->from_seq});
  }
  return renewed;
}

std::vector<std::string> succeeding(const Agreement& last, const Agreement& next) {
  std::vector<std::string> found;
  for (const PartyRecord& now : next.parties) {
    const PartyRecord* before = last.party(now.party);
    if (before && before->origin != now.origin) found.push_back(now.party);
  }
  return found;
}

bool succeeds_fairly(const Agreement& next, const Agreement* last) {
  if (!last) return true;
  for (const PartyRecord& now : next.parties) {
    const PartyRecord* before = last->party(now.party);
    if (before && !follows(*before, now)) return false;
  }
  const std::vector<std::string> parties = succeeding(*last, next);
  const auto succeeds = [&](std::string_view party) {
    return std::ranges::find(parties, party) != parties.end();
  };
  const std::vector<Renewed> renewed = renewed_channels(*last, next);
  return std::ranges::all_of(last->channels, [&](const ChannelRecord& channel) {
    const auto parts = split_channel(channel.channel);
    const bool both = next.party(parts->from) && next.party(parts->to);
    const bool must = both && (succeeds(parts->from) || succeeds(parts->to));
    return must == (std::ranges::find(renewed, channel.channel, &Renewed::before) != renewed.end());
  });
}

}  // namespace bashu::evidence
