#include "evidence/signatories.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace bashu::evidence {

namespace {

using Roots = std::map<std::string, std::string>;

std::unexpected<Bad> bad(Code code) { return std::unexpected{Bad{code}}; }

bool expels(const Agreement& edition, std::string_view party) {
  return std::ranges::find(edition.expelled, party, &Expelled::party) != edition.expelled.end();
}

const RootChange* root_change(const Agreement& edition, std::string_view party) {
  const auto it = std::ranges::find(edition.roots, party, &RootChange::party);
  return it == edition.roots.end() ? nullptr : &*it;
}

bool loses_root(const Agreement& edition, std::string_view party) {
  const RootChange* change = root_change(edition, party);
  return change && change->lost;
}

bool same_root(const PartyRecord& a, const PartyRecord& b) {
  return a.root_kid == b.root_kid && a.root_key == b.root_key;
}

// Who is expelled was there and is so no more, with all its nodes.
bool expels_soundly(const Agreement& last, const Agreement& next) {
  for (const Expelled& one : next.expelled) {
    if (!last.party(one.party) || next.party(one.party)) return false;
  }
  return std::ranges::all_of(last.parties, [&](const PartyRecord& party) {
    return !party.node || !expels(next, party.node->of) || expels(next, party.party);
  });
}

// Whose root is said to change has another one now. Who comes back may have, and lost none.
bool changes_soundly(const Agreement& last, const Agreement& next) {
  return std::ranges::all_of(next.roots, [&](const RootChange& change) {
    const PartyRecord* now = next.party(change.party);
    const PartyRecord* before = last.party(change.party);
    if (!now) return false;
    return before ? before->root_kid != now->root_kid && before->root_key != now->root_key
                  : !change.lost;
  });
}

// Members that decide for themselves: the nodes of a party are one.
std::set<std::string_view> governments(const Agreement& edition) {
  std::set<std::string_view> all;
  for (const PartyRecord& party : edition.parties) {
    if (party.member && (!party.node || party.node->of.empty())) all.insert(party.party);
  }
  return all;
}

// More than half of those before sign with the roots they had. Two editions after one, each
// without somebody's signature, are then signed by one government at least that signed both.
bool enough_are_left(const Agreement& last, const Agreement& next) {
  const auto before = governments(last);
  const auto vouching =
      static_cast<std::size_t>(std::ranges::count_if(before, [&](std::string_view party) {
        return !expels(next, party) && !loses_root(next, party);
      }));
  return 2 * vouching > before.size() && governments(next).size() >= 2;
}

}  // namespace

Verified<std::map<std::string, std::string>> signatories(const Agreement* last,
                                                         const Agreement& next) {
  Roots roots;
  for (const PartyRecord& party : next.parties) roots[party.root_kid] = party.root_key;
  if (!last) {
    if (!next.expelled.empty() || !next.roots.empty()) return bad("agreement-chain");
    return roots;
  }
  if (!expels_soundly(*last, next) || !changes_soundly(*last, next)) return bad("agreement-chain");
  bool without_one = !next.expelled.empty();
  for (const PartyRecord& before : last->parties) {
    const PartyRecord* now = next.party(before.party);
    if (now && !same_root(before, *now) && !root_change(next, before.party)) {
      return bad("agreement-root");
    }
    if (expels(next, before.party)) continue;
    if (loses_root(next, before.party)) {
      without_one = true;
      continue;
    }
    const auto [known, added] = roots.try_emplace(before.root_kid, before.root_key);
    if (!added && known->second != before.root_key) return bad("agreement-root");
  }
  if (without_one && !enough_are_left(*last, next)) return bad("agreement-majority");
  return roots;
}

}  // namespace bashu::evidence
