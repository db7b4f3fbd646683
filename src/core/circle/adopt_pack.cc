#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/try.h"
#include "core/circle/adoption.h"
#include "core/circle/circle.h"
#include "core/in_force.h"
#include "core/peers/held.h"
#include "core/people/people.h"
#include "core/registers/sharing.h"
#include "core/told/adoption.h"
#include "core/told/members.h"
#include "packs/load.h"

namespace bashu::core {

namespace {

constexpr std::size_t kReasonsMax = 20;

std::unexpected<Reject> refuse_findings(const std::vector<Finding>& findings) {
  std::vector<Title> why;
  for (const Finding& finding : findings) {
    if (finding.note || why.size() >= kReasonsMax) continue;
    const std::string words = finding.path + ": " + finding.text;
    why.push_back(bilingual(words, words));
  }
  return refuse_for(Why::pack_faulty, std::move(why));
}

}  // namespace

Result tell_adoption(Deciding& d, const PartyId& party, const packs::Pack& pack, Date from,
                     const Value& voucher) {
  return queue(
      d, party,
      {.kind = std::string{told::Adoption::kKind},
       .body = told::vouched_for(
           told::write(told::Adoption{
               .digest = pack.digest, .name = pack.name, .version = pack.version, .from = from}),
           voucher)});
}

Result adopt_pack(Deciding& d, const AdoptPack& command) {
  const auto source = parse_json(command.source, packs::kSourceLimits);
  if (!source) return refuse(Why::pack_not_json, source.error().code);
  const auto loaded = packs::load(*source);
  if (!loaded.pack) return refuse_findings(loaded.findings);
  const packs::Pack& pack = *loaded.pack;
  const auto signed_now = [&] {
    if (command.approval != 0) close_approval(d, command.approval, "approved", command.by);
  };
  const bool adopted = in_force(d.circle().packs, pack.digest, std::array{d.self()}, {}) != nullptr;
  // Once more changes nothing, whoever asks.
  if (adopted && command.approval == 0) return {};
  BASHU_TRY_OK(alone_or_second(d, command.approval, command.by, command));
  if (adopted) {
    signed_now();
    return {};
  }
  const Date from = command.from.value_or(d.today());
  d.draft.decide(PackAdopted{
      .party = d.self(), .digest = pack.digest, .from = from, .source = canonical_json(*source)});
  std::vector<PartyId> others;
  for (const auto& [party, joined] : d.circle().parties) {
    if (party != d.self() && joined.member) others.push_back(party);
  }
  for (const PartyId& party : others) {
    BASHU_TRY_OK(tell_adoption(d, party, pack, from, command.by.voucher));
    // They may have adopted it before us: then they lack what we keep.
    share_registers_with(d, party, pack.name);
  }
  release_held(d, std::string_view{pack.digest}.substr(7));
  signed_now();
  return {};
}

Result take_adoption(Deciding& d, const TakeMessage& message) {
  BASHU_TRY(const told::Adoption told, told::read_adoption(message.body));
  const bool first = !in_force(d.circle().packs, told.name, std::array{message.from}, {});
  d.draft.decide(
      PackAdopted{.party = message.from, .digest = told.digest, .from = told.from, .source = {}});
  if (first) share_registers_with(d, message.from, told.name);
  return {};
}

}  // namespace bashu::core
