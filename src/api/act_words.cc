#include "api/act_words.h"

#include <vector>

#include "base/json.h"
#include "core/people/people.h"
#include "exchange/circle.h"
#include "packs/load.h"
#include "people/admission.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

std::string joined(const auto& texts) {
  std::string all;
  for (const std::string& one : texts) all += (all.empty() ? "" : ", ") + one;
  return all;
}

// A pack by its name: its source may be long.
Value pack_shown(const core::AdoptPack& act) {
  const auto source = parse_json(act.source, packs::kSourceLimits);
  Value::Record shown{{"kind", "pack"},
                      {"pack", source ? source->text_at("pack") : std::string{}},
                      {"version", source ? source->int_at("version") : 0},
                      {"digest", source ? packs::digest_text(*source) : std::string{}}};
  if (act.from) shown["from"] = act.from->text();
  return shown;
}

Value editions_shown(const core::AdoptEditions& act) {
  Value::Record shown{{"kind", std::string{core::kEditionsKind}}};
  if (const auto summary = exchange::circle_summary(canonical_json(act.file))) {
    const evidence::Agreement& agreement = summary->agreement;
    std::vector<std::string> parties;
    for (const auto& party : agreement.parties) parties.push_back(party.party);
    shown["agreement"] = agreement.id;
    shown["name"] = agreement.name;
    shown["edition"] = agreement.edition;
    shown["digest"] = agreement.digest;
    shown["parties"] = list_of(parties);
  }
  return shown;
}

std::string order_line(const core::PrivacyOrdered& order, const std::string& language) {
  const texts::Places places{
      {"subject", order.subject},
      {"reason", order.reason},
      {"keys", std::to_string(order.keys.size())},
      {"places", std::to_string(order.cases.size() + order.records.size())},
      {"until", order.until ? order.until->text() : texts::text(language, "approval.for_good")}};
  if (order.kind == "hold") return texts::text(language, "approval.hold", places);
  return texts::text(language, order.kind == "restrict" ? "approval.restrict" : "approval.erase",
                     places);
}

}  // namespace

Value act_shown(const core::Act& act) {
  if (const auto* set = std::get_if<core::SetPrincipal>(&act)) {
    Value shown = people::told(set->who);
    shown.as_record()->insert_or_assign("kind", "principal");
    return shown;
  }
  if (const auto* pack = std::get_if<core::AdoptPack>(&act)) return pack_shown(*pack);
  if (const auto* editions = std::get_if<core::AdoptEditions>(&act)) {
    return editions_shown(*editions);
  }
  return core::act_value(act);
}

std::string act_line(const core::Act& act, const std::string& language) {
  if (const auto* held = std::get_if<core::ResolveHeld>(&act)) {
    return texts::text(language, held->reject ? "approval.give_up" : "approval.decide_again",
                       {{"seq", std::to_string(held->seq)}, {"party", held->from}});
  }
  if (const auto* start = std::get_if<core::StartChannel>(&act)) {
    return texts::text(language, "approval.start_channel",
                       {{"party", start->peer}, {"reason", start->stopped}});
  }
  if (const auto* order = std::get_if<core::OrderPrivacy>(&act)) {
    return order_line(order->order, language);
  }
  if (const auto* end = std::get_if<core::EndOrder>(&act)) {
    return texts::text(language, "approval.privacy_end",
                       {{"number", std::to_string(end->number)}, {"reason", end->reason}});
  }
  if (const auto* pack = std::get_if<core::AdoptPack>(&act)) {
    const Value shown = pack_shown(*pack);
    return texts::text(
        language, "approval.pack",
        {{"pack", shown.text_at("pack")},
         {"version", std::to_string(shown.int_at("version"))},
         {"digest", shown.text_at("digest")},
         {"from", pack->from ? pack->from->text() : texts::text(language, "approval.on_signing")}});
  }
  if (const auto* editions = std::get_if<core::AdoptEditions>(&act)) {
    const Value shown = editions_shown(*editions);
    std::vector<std::string> parties;
    if (const Value* all = shown.find("parties")) {
      for (const Value& one : *all->as_list()) parties.push_back(*one.as_text());
    }
    return texts::text(language, "approval.editions",
                       {{"edition", std::to_string(shown.int_at("edition"))},
                        {"name", shown.text_at("name")},
                        {"digest", shown.text_at("digest")},
                        {"parties", joined(parties)}});
  }
  if (const auto* calendar = std::get_if<core::SetCalendar>(&act)) {
    return texts::text(language, "approval.calendar",
                       {{"party", calendar->calendar.party},
                        {"version", std::to_string(calendar->calendar.version)}});
  }
  const core::PrincipalSet& who = std::get<core::SetPrincipal>(act).who;
  return texts::text(language, who.version == 1 ? "approval.admit" : "approval.change",
                     {{"id", who.id}, {"person", who.person}, {"may", joined(who.may)}});
}

}  // namespace bashu::api
