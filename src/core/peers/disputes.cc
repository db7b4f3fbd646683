#include "core/peers/disputes.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/cases/form.h"
#include "core/cases/step.h"
#include "core/peers/held.h"
#include "core/peers/step_check.h"
#include "core/peers/take.h"
#include "core/told/dispute.h"
#include "core/told/members.h"
#include "core/told/settle.h"
#include "core/told/step.h"

namespace bashu::core {

namespace {

// The digest under which every party's signature stands.
std::optional<std::string> agreed_content(const Case& c) {
  std::string content;
  for (const auto& [role, party] : c.parties) {
    const auto it = c.dispute->signed_by.find(party);
    if (it == c.dispute->signed_by.end()) return std::nullopt;
    if (!content.empty() && it->second != content) return std::nullopt;
    content = it->second;
  }
  return content;
}

// What a peer's held messages say of the case; false: another one is in dispute.
bool resolve_stream(Deciding& d, const CaseId& id, const PartyId& peer,
                    const std::string& content) {
  const auto waiting = d.draft.inbox(peer).held;
  for (const auto& [seq, item] : waiting) {
    if (item.stream != id) continue;
    const TakeMessage message = message_of(peer, seq, item);
    const bool is_step = item.kind == told::Step::kKind;
    const std::string digest = is_step ? told::step_digest(item.body) : content;
    const auto ok = attempt(d, [&](Deciding& trial) {
      return is_step && digest == content ? take_signed_step(trial, message)
                                          : dispatch(trial, message);
    });
    if (!ok && is_fact(item.kind)) {
      dispute(d, id,
              {.reason = ok.error().where, .detail = describe(ok.error()), .content = digest});
      return false;
    }
    d.draft.decide(
        MessageResolved{.from = peer,
                        .seq = seq,
                        .outcome = ok ? "applied" : "rejected",
                        .reason = ok ? "" : "rule." + std::string{reject_name(ok.error().code)}});
  }
  return true;
}

// Every party has signed the same step: what is held of it is applied as recorded, and the case
// goes on.
void end_dispute_if_agreed(Deciding& d, const CaseId& id) {
  const Case& c = *d.draft.find_case(id);
  const auto content = agreed_content(c);
  if (!content) return;
  const std::vector<PartyId> others = others_of(d, c);
  d.draft.decide(DisputeEnded{.id = id});
  for (const PartyId& peer : std::set<PartyId>{others.begin(), others.end()}) {
    if (!resolve_stream(d, id, peer, *content)) return;
  }
  unpark_signed(d, id);
  run_follow_ups(d);
}

}  // namespace

void dispute(Deciding& d, const CaseId& id, const Objection& objection) {
  const Case& c = *d.draft.find_case(id);
  const std::vector<PartyId> others = others_of(d, c);
  const std::string pack = c.pack;
  d.draft.decide(CaseDisputed{.id = id,
                              .by = d.self(),
                              .reason = objection.reason,
                              .detail = objection.detail,
                              .content = objection.content});
  raise_exception(d, id, "disputed (" + objection.reason + "): " + objection.detail);
  for (const PartyId& party : others) {
    const auto ok =
        queue(d, party,
              {.kind = std::string{told::Dispute::kKind},
               .stream = id,
               .pack = pack,
               .body = told::write(told::Dispute{
                   .id = id, .reason = objection.reason, .content = objection.content})});
    if (!ok) raise_exception(d, id, describe(ok.error()));
  }
}

namespace {

constexpr std::int64_t kObjectionsADay = 20;  // of one member

}  // namespace

Result may_stop(Deciding& d, const CaseId& id, const Stopping& who) {
  const Case& c = *d.draft.find_case(id);
  if (!is_party(c, who.party)) return told::hold("shape", who.party + " is no party of it");
  // What is with us or has ended stops by their word alone, be it about a step that we know or one
  // that we do not. So many in a day, and no more; what is in dispute already stops by nothing new.
  BASHU_TRY(const Definition of, definition_of(d, c));
  const PartyId holder = holder_of(c, of);
  const bool theirs_alone = holder == d.self() || holder.empty();
  const bool disputed = c.dispute && c.dispute->contents.contains(who.content);
  if (!theirs_alone || disputed) return {};
  const std::string counter = who.party + "/" + d.today().text();
  const std::int64_t count = d.draft.serial("#objections", counter) + 1;
  if (count > kObjectionsADay) return told::hold("quota", "objections to cases held here");
  d.draft.decide(SerialTaken{.name = "#objections", .key = counter, .value = count});
  return {};
}

Result take_dispute(Deciding& d, const TakeMessage& message) {
  const told::Dispute told = told::read_dispute(message.body);
  const Case* c = d.draft.find_case(told.id);
  if (!c) return told::hold("unknown", told.id + " is not known here");
  if (!told.content.starts_with("sha256:")) {
    return told::hold("shape", "a dispute names its case and step");
  }
  BASHU_TRY_OK(may_stop(d, told.id, {.party = message.from, .content = told.content}));
  d.draft.decide(CaseDisputed{.id = told.id,
                              .by = message.from,
                              .reason = told.reason,
                              .detail = "told by " + message.from,
                              .content = told.content});
  raise_exception(d, told.id, message.from + " disputes the case: " + told.reason);
  return {};
}

Result settle(Deciding& d, const SignSettlement& command) {
  const Case* c = d.draft.find_case(command.id);
  if (!c) return refuse(Why::no_such_case, command.id);
  BASHU_TRY_OK(within(d, command.by, command.id));
  if (!c->dispute) return refuse(Why::not_in_dispute);
  const std::set<std::string>& contents = c->dispute->contents;
  if (!contents.contains(command.content)) {
    return refuse(Why::other_content, joined(contents));
  }
  const std::vector<PartyId> others = others_of(d, *c);
  const std::string pack = c->pack;
  d.draft.decide(SettlementSigned{.id = command.id,
                                  .by = d.self(),
                                  .content = command.content,
                                  .note = command.note,
                                  .officer = command.by.principal});
  for (const PartyId& party : others) {
    BASHU_TRY_OK(
        queue(d, party,
              {.kind = std::string{told::Settle::kKind},
               .pack = pack,
               .body = told::vouched_for(
                   told::write(told::Settle{
                       .id = command.id, .content = command.content, .note = command.note}),
                   command.by.voucher)}));
  }
  end_dispute_if_agreed(d, command.id);
  return {};
}

Result take_settlement(Deciding& d, const TakeMessage& message) {
  const told::Settle told = told::read_settle(message.body);
  const Case* c = d.draft.find_case(told.id);
  if (!c || !is_party(*c, message.from)) {
    return told::hold("unknown", told.id + " is not known here");
  }
  if (!c->dispute) return {};  // ended already
  d.draft.decide(SettlementSigned{.id = told.id,
                                  .by = message.from,
                                  .content = told.content,
                                  .note = told.note,
                                  .officer = told.officer});
  end_dispute_if_agreed(d, told.id);
  return {};
}

}  // namespace bashu::core
