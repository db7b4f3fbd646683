#include "core/peers/disputes.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "base/unicode.h"
#include "core/cases/form.h"
#include "core/cases/step.h"
#include "core/peers/asked_claims.h"
#include "core/peers/held.h"
#include "core/peers/objection.h"
#include "core/peers/parked.h"
#include "core/peers/step_check.h"
#include "core/peers/take.h"
#include "core/told/dispute.h"
#include "core/told/members.h"
#include "core/told/settle.h"
#include "core/told/step.h"

namespace bashu::core {

namespace {

constexpr std::string_view kSettled = "settled";  // of an objection that was held
constexpr std::int64_t kObjectionsADay = 20;      // of one member
constexpr std::int64_t kSettlementsADay = 20;     // of one member, beside the first of a dispute
constexpr std::size_t kNoteShown = 500;           // bytes, in a task

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
    if (item.kind == told::Dispute::kKind) {  // about what all have signed now
      d.draft.decide(MessageResolved{
          .from = peer, .seq = seq, .outcome = "rejected", .reason = std::string{kSettled}});
      continue;
    }
    const TakeMessage message = message_of(peer, seq, item);
    const bool is_step = item.kind == told::Step::kKind;
    const std::string digest = is_step ? told::step_digest(item.body) : content;
    const auto ok = attempt(d, [&](Deciding& trial) {
      return is_step && digest == content ? take_signed_step(trial, message)
                                          : dispatch(trial, message);
    });
    if (!ok && is_fact(item.kind)) {
      dispute(d, id,
              {.reason = ok.error().where,
               .detail = describe(ok.error()),
               .content = digest,
               .step = {.from = peer, .seq = seq}});
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

// What others ask of us is answered when we have signed. It has stopped nothing.
bool is_answered(const Deciding& d, const Case& c) {
  const std::string& reason = c.dispute->reason;
  return (reason.starts_with(kQuestion) || reason.starts_with(kReview)) &&
         c.dispute->signed_by.contains(d.self());
}

// Every party has signed the same step: what is held of it is applied as recorded, and the case
// goes on.
void end_dispute_if_agreed(Deciding& d, const CaseId& id) {
  const Case& c = *d.draft.find_case(id);
  const auto content = agreed_content(c);
  if (!content && is_answered(d, c)) {
    d.draft.decide(DisputeEnded{.id = id});
    return take_waiting_claims(d, id);
  }
  if (!content) return;
  const std::vector<PartyId> others = others_of(d, c);
  d.draft.decide(DisputeEnded{.id = id});
  for (const PartyId& peer : std::set<PartyId>{others.begin(), others.end()}) {
    if (!resolve_stream(d, id, peer, *content)) return;
  }
  unpark_signed(d, id, *content);
  take_waiting(d, id);
  take_waiting_claims(d, id);
  run_follow_ups(d);
}

}  // namespace

bool is_with_us(const Deciding& d, const CaseId& id) {
  const Case& c = *d.draft.find_case(id);
  const auto of = definition_of(d, c);
  if (!of) return false;
  const PartyId holder = holder_of(c, *of);
  return holder == d.self() || holder.empty();
}

namespace {

bool has_ended(const Deciding& d, const Case& c) {
  const auto of = definition_of(d, c);
  return of && holder_of(c, *of).empty();
}

// For whoever must look at it: who objects is in the detail.
void raise_objection(Deciding& d, const CaseId& id, std::string_view as, std::string detail) {
  if (as == kReview) {
    return raise(d, TaskKind::exception, id, {},
                 bilingual("An objection to a case that has ended: review it",
                           "对已办结办件提出异议，请复核"),
                 std::move(detail));
  }
  if (as == kQuestion) {
    return raise(d, TaskKind::exception, id, {},
                 bilingual("Another party asks about a step it cannot check: answer it",
                           "他方询问其无法核验的步骤，请答复"),
                 std::move(detail));
  }
  raise_exception(d, id, std::move(detail));
}

}  // namespace

void dispute(Deciding& d, const CaseId& id, const Objection& objection) {
  const Case& c = *d.draft.find_case(id);
  const std::vector<PartyId> others = others_of(d, c);
  const std::string pack = c.pack;
  const std::string stands = c.digest;
  const std::string_view as = objection.goes_on || has_ended(d, c) ? kAsked : "";
  d.draft.decide(CaseDisputed{.id = id,
                              .by = d.self(),
                              .reason = std::string{as} + objection.reason,
                              .detail = objection.detail,
                              .content = objection.content});
  raise_exception(d, id, "disputed (" + objection.reason + "): " + objection.detail);
  for (const PartyId& party : others) {
    const auto ok = queue(d, party,
                          {.kind = std::string{told::Dispute::kKind},
                           .stream = id,
                           .pack = pack,
                           .body = told::write(told::Dispute{.id = id,
                                                             .reason = objection.reason,
                                                             .content = objection.content,
                                                             .stands = stands,
                                                             .step = objection.step})});
    if (!ok) raise_exception(d, id, describe(ok.error()));
  }
}

Result may_object(Deciding& d, const CaseId& id, const Objecting& who) {
  const Case& c = *d.draft.find_case(id);
  if (!is_party(c, who.party)) return told::hold("shape", who.party + " is no party of it");
  // Be it about a step that we know or one that we do not: so many in a day, and no more. What is
  // in dispute already stops by nothing new.
  if (c.dispute && c.dispute->contents.contains(who.content)) return {};
  const std::string counter = who.party + "/" + d.today().text();
  const std::int64_t count = d.draft.serial("#objections", counter) + 1;
  if (count > kObjectionsADay) return told::hold("quota", "objections of a day");
  d.draft.decide(SerialTaken{.name = "#objections", .key = counter, .value = count});
  return {};
}

namespace {

// Said again, it changes nothing: no task is raised for it. What was only asked and is shown now
// stops the case.
bool is_known(const Case& c, const std::string& content, std::string_view as) {
  return c.dispute && c.dispute->contents.contains(content) && (is_stopped(c) || !stops(as));
}

}  // namespace

Result take_dispute(Deciding& d, const TakeMessage& message) {
  const told::Dispute told = told::read_dispute(message.body);
  const Case* c = d.draft.find_case(told.id);
  if (!c) return told::hold("unknown", told.id + " is not known here");
  if (!told.content.starts_with("sha256:") || !is_finding(told.reason)) {
    return told::hold("shape", "a dispute names its case, what was found, and the step");
  }
  if (!is_party(*c, message.from)) return told::hold("shape", message.from + " is no party of it");
  const Worth worth = worth_of(d, told, message.from);
  if (worth == Worth::nothing) {
    return told::hold(
        "no_contradiction",
        "nothing shown contradicts the step, and by the rules it holds here: " + told.reason);
  }
  const std::string_view as = has_ended(d, *c)           ? kReview
                              : worth == Worth::question ? kQuestion
                                                         : std::string_view{};
  if (told.reason == kClaims) {
    if (is_asked_by(*c, message.from, told.content)) return {};  // asked before
    BASHU_TRY_OK(may_ask_claims(d, *c, message.from));
  } else if (is_known(*c, told.content, as)) {
    return {};
  } else {
    BASHU_TRY_OK(may_object(d, told.id, {.party = message.from, .content = told.content}));
  }
  d.draft.decide(
      CaseDisputed{.id = told.id,
                   .by = message.from,
                   .reason = std::string{as} + told.reason,
                   .detail = (worth == Worth::shown ? "shown by " : "told by ") + message.from,
                   .content = told.content});
  raise_objection(d, told.id, as, message.from + " objects: " + told.reason);
  return {};
}

namespace {

// Of the same pack and between the same parties.
bool puts_right(const Deciding& d, const Case& c, std::string_view content) {
  constexpr std::string_view kMark = told::Settle::kCorrecting;
  if (!content.starts_with(kMark)) return false;
  const Case* other = d.draft.find_case(content.substr(kMark.size()));
  return other && other->id != c.id && other->pack == c.pack && parties_of(*other) == parties_of(c);
}

// Objections to this step that wait here because they show nothing; they can be answered too.
std::vector<std::pair<PartyId, std::int64_t>> held_objections(const Deciding& d, const Case& c,
                                                              const std::string& content) {
  std::vector<std::pair<PartyId, std::int64_t>> found;
  for (const PartyId& party : others_of(d, c)) {
    for (const auto& [seq, item] : d.draft.inbox(party).held) {
      if (item.kind != told::Dispute::kKind) continue;
      const told::Dispute told = told::read_dispute(item.body);
      if (told.id == c.id && told.content == content) found.emplace_back(party, seq);
    }
  }
  return found;
}

Result may_settle(const Deciding& d, const Case& c, const std::string& content) {
  if (!c.dispute) {
    return held_objections(d, c, content).empty() ? refuse(Why::not_in_dispute) : Result{};
  }
  const std::set<std::string>& contents = c.dispute->contents;
  if (contents.contains(content) || (!is_stopped(c) && puts_right(d, c, content))) return {};
  return refuse(Why::other_content, joined(contents));
}

}  // namespace

Result settle(Deciding& d, const SignSettlement& command) {
  const Case* c = d.draft.find_case(command.id);
  if (!c) return refuse(Why::no_such_case, command.id);
  BASHU_TRY_OK(within(d, command.by, command.id));
  if (const auto act = claims_act(command.content)) return act_on_claims(d, command, *act);
  BASHU_TRY_OK(may_settle(d, *c, command.content));
  const std::vector<PartyId> others = others_of(d, *c);
  const std::string pack = c->pack;
  const auto answered = held_objections(d, *c, command.content);
  const bool disputed = c->dispute.has_value();
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
  for (const auto& [party, seq] : answered) {
    d.draft.decide(MessageResolved{
        .from = party, .seq = seq, .outcome = "rejected", .reason = std::string{kSettled}});
  }
  if (disputed) end_dispute_if_agreed(d, command.id);
  return {};
}

namespace {

// One signature in a dispute, and so many others in a day: another after the first, or of a case
// that is not in dispute here.
Result may_sign(Deciding& d, const Case& c, const PartyId& from) {
  if (c.dispute && !c.dispute->signed_by.contains(from)) return {};
  const std::string counter = from + "/" + d.today().text();
  const std::int64_t count = d.draft.serial("#settlements", counter) + 1;
  if (count > kSettlementsADay) return told::hold("quota", "settlements of a day");
  d.draft.decide(SerialTaken{.name = "#settlements", .key = counter, .value = count});
  return {};
}

bool has_signed(const Case& c, const PartyId& from, const std::string& content) {
  if (!c.dispute) return false;
  const auto before = c.dispute->signed_by.find(from);
  return before != c.dispute->signed_by.end() && before->second == content;
}

}  // namespace

Result take_settlement(Deciding& d, const TakeMessage& message) {
  BASHU_TRY(const told::Settle told, told::read_settle(message.body));
  const Case* c = d.draft.find_case(told.id);
  if (!c || !is_party(*c, message.from)) {
    return told::hold("unknown", told.id + " is not known here");
  }
  ask_again(d, told.id, message.from, told.content);
  c = d.draft.find_case(told.id);
  if (has_signed(*c, message.from, told.content)) return {};
  // One that has ended here, or stopped nothing here, is signed for all the same: the evidence of
  // both sides shows whose officers did.
  const bool disputed = c->dispute.has_value();
  const bool answers_us = disputed && c->dispute->reason.starts_with(kAsked);
  const bool in_words = is_answer_in_words(*c, message.from, told.content);
  BASHU_TRY_OK(may_sign(d, *c, message.from));
  d.draft.decide(SettlementSigned{.id = told.id,
                                  .by = message.from,
                                  .content = told.content,
                                  .note = told.note,
                                  .officer = told.officer});
  if (answers_us) {
    raise_exception(
        d, told.id,
        message.from + " answers (" + told.content + "): " + cut_short(told.note, kNoteShown));
  }
  if (in_words) {
    d.draft.decide(DisputeEnded{.id = told.id});
    take_waiting_claims(d, told.id);
  } else if (disputed) {
    end_dispute_if_agreed(d, told.id);
  }
  return {};
}

}  // namespace bashu::core
