#include "exchange/membership.h"

#include <algorithm>
#include <set>
#include <utility>

namespace bashu::exchange {

namespace {

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

// `sichuan.example/bashu/witness/1` of a log `sichuan.example/bashu/1`.
bool witnesses_for(std::string_view name, const evidence::PartyRecord& party) {
  return name.substr(0, name.find('/')) ==
         std::string_view{party.origin}.substr(0, party.origin.find('/'));
}

void take_out(evidence::Agreement& next, std::string_view id) {
  const auto it = std::ranges::find(next.parties, id, &evidence::PartyRecord::party);
  std::erase_if(next.witnesses, [&](const std::string& name) { return witnesses_for(name, *it); });
  next.quorum = std::min(next.quorum, static_cast<std::int64_t>(next.witnesses.size()));
  next.parties.erase(it);
  const auto is_of = [&](const evidence::ChannelRecord& channel) {
    return channel.channel.starts_with(std::string{id} + ".") ||
           channel.channel.find("." + std::string{id} + ".") != std::string::npos;
  };
  std::erase_if(next.channels, is_of);
}

// With the nodes of its party, where it is the first of them.
std::vector<std::string> with_nodes(const evidence::Agreement& edition, std::string_view party) {
  std::vector<std::string> all{std::string{party}};
  for (const evidence::PartyRecord& one : edition.parties) {
    if (one.node && one.node->of == party) all.push_back(one.party);
  }
  return all;
}

}  // namespace

std::expected<void, Fault> expel(evidence::Agreement& next,
                                 const std::vector<evidence::Expelled>& whom) {
  std::vector<evidence::Expelled> all;
  for (const evidence::Expelled& one : whom) {
    if (!next.party(one.party)) return fault(one.party + " is no party of the circle");
    for (std::string& node : with_nodes(next, one.party)) {
      all.push_back({.party = std::move(node), .reason = one.reason});
    }
  }
  std::ranges::sort(all, {}, &evidence::Expelled::party);
  all.erase(std::ranges::unique(all, {}, &evidence::Expelled::party).begin(), all.end());
  for (const evidence::Expelled& one : all) take_out(next, one.party);
  next.expelled = std::move(all);
  return {};
}

std::expected<void, Fault> leave(evidence::Agreement& next, std::string_view party) {
  if (!next.party(party)) return fault(std::string{party} + " is no party of the circle");
  if (with_nodes(next, party).size() > 1) {
    return fault("a party with several nodes leaves node by node, its first one last");
  }
  take_out(next, party);
  return {};
}

std::vector<core::PartyJoined> joined_by(
    const evidence::Agreement* last, const evidence::Agreement& next, const Adopting& who,
    const std::function<std::int64_t(std::string_view)>& offset_of) {
  std::vector<core::PartyJoined> all;
  const auto why_of = [&](std::string_view party) {
    const auto it = std::ranges::find(next.expelled, party, &evidence::Expelled::party);
    return it == next.expelled.end() ? std::string{} : it->reason;
  };
  const auto add = [&](const evidence::PartyRecord& party, bool gone) {
    all.push_back({.party = core::PartyId{party.party},
                   .member = party.member && !gone,
                   .offset_minutes = offset_of(party.party),
                   .of = core::PartyId{party.node ? party.node->of : std::string{}},
                   .divisions = party.node ? party.node->divisions : std::vector<std::string>{},
                   .site = party.node ? party.node->site : std::string{},
                   .left = gone ? next.edition : 0,
                   .left_why = gone ? why_of(party.party) : std::string{}});
  };
  for (const evidence::PartyRecord& party : next.parties) add(party, who.out);
  for (const evidence::PartyRecord& party : last ? last->parties : next.parties) {
    if (!next.party(party.party)) add(party, true);
  }
  std::ranges::stable_partition(all,
                                [&](const core::PartyJoined& one) { return one.party == who.own; });
  return all;
}

Consequences consequences(const evidence::Agreement& last, const evidence::Agreement& next) {
  Consequences all;
  for (const evidence::ChannelRecord& channel : last.channels) {
    if (!next.channel(channel.channel)) all.channels.push_back(channel.channel);
  }
  for (const std::string& name : last.witnesses) {
    if (std::ranges::find(next.witnesses, name) == next.witnesses.end()) {
      all.witnesses.push_back(name);
    }
  }
  all.new_pseudonyms = next.pseudonyms != last.pseudonyms;
  return all;
}

}  // namespace bashu::exchange
