#include "core/peers/asked_claims.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/try.h"
#include "core/cases/definition.h"
#include "core/peers/disputes.h"
#include "core/peers/held.h"
#include "core/peers/objection.h"
#include "core/peers/take.h"
#include "core/told/dispute.h"
#include "core/told/members.h"
#include "core/told/shown_claims.h"
#include "texts/texts.h"

namespace bashu::core {

namespace {

constexpr std::string_view kAsk = "ask", kShow = "show", kCompared = "compared",
                           kUnknown = "unknown";
constexpr std::string_view kShownMark = "shown:";     // before the digest, in a signature
constexpr std::string_view kToldBy = "told by ";      // before who asks, in the detail
constexpr std::string_view kWaits = "in_dispute";     // what is held until the dispute has ended
constexpr std::int64_t kClaimsADay = 20;              // of one member
constexpr const char* kUnansweredOf = "#unanswered";  // the day it was asked; 0: it is no more

// Whether the case is asked about this step, and nothing else.
bool is_open(const Case& c, std::string_view as, std::string_view content) {
  return c.dispute && c.dispute->reason == std::string{as} + std::string{kClaims} &&
         c.dispute->contents.contains(std::string{content});
}
bool is_asked_of_us(const Case& c, std::string_view content) {
  return is_open(c, kQuestion, content) || is_open(c, kReview, content);
}
// The detail: whom we ask, on which day, and who of us.
bool is_asked_of(const Case& c, const PartyId& party) {
  return c.dispute->detail.starts_with(party + " ");
}

// The detail again: party and day.
struct AskedOf {
  PartyId party;
  std::optional<Date> on;
};
AskedOf asked_of(const Case& c) {
  const std::string_view detail = c.dispute->detail;
  const std::size_t day = std::min(detail.find(' '), detail.size());
  const std::string_view after = detail.substr(std::min(day + 1, detail.size()));
  return {.party = PartyId{detail.substr(0, day)},
          .on = Date::parse(after.substr(0, after.find(' ')))};
}

std::string late_key(const CaseId& id, const PartyId& of, std::string_view content) {
  return id + " " + of + " " + std::string{content};
}

// It has ended; a late answer is known by what is noted here.
void end_unanswered(Deciding& d, const CaseId& id, std::string_view content) {
  const AskedOf asked = asked_of(*d.draft.find_case(id));
  d.draft.decide(SerialTaken{.name = kUnansweredOf,
                             .key = late_key(id, asked.party, content),
                             .value = asked.on.value_or(d.today()).days()});
  d.draft.decide(DisputeEnded{.id = id});
}

// As journals of before have it: nobody answered, and it is open still.
bool is_left_open(const Case& c, const PartyId& self) {
  if (!c.dispute || c.dispute->reason != std::string{kAsked} + std::string{kClaims}) return false;
  const auto ours = c.dispute->signed_by.find(self);
  const auto act = ours == c.dispute->signed_by.end() ? std::nullopt : claims_act(ours->second);
  return act && act->verb == kCompared && act->word == kUnanswered;
}

// As many as they take of us.
Result may_ask(Deciding& d, const PartyId& of) {
  const std::string counter = of + "/" + d.today().text();
  const std::int64_t count = d.draft.serial("#claims_asked", counter) + 1;
  if (count > kClaimsADay) {
    return refuse_for(Why::no_branch, {texts::title("refusal.claims_of_a_day", {{"party", of}})});
  }
  d.draft.decide(SerialTaken{.name = "#claims_asked", .key = counter, .value = count});
  return {};
}

Result ask(Deciding& d, const SignSettlement& command, const ClaimsAct& act) {
  const PartyId of{act.word};
  if (const Case& before = *d.draft.find_case(command.id); is_left_open(before, d.self())) {
    end_unanswered(d, command.id, *before.dispute->contents.begin());
  }
  const Case& c = *d.draft.find_case(command.id);
  if (c.dispute) return refuse(Why::in_dispute, c.dispute->reason);
  if (!is_party(c, of) || of == d.self()) return refuse(Why::no_such_party, of);
  BASHU_TRY_OK(may_ask(d, of));
  const std::string late = late_key(command.id, of, act.content);
  if (d.draft.serial(kUnansweredOf, late) > 0) {
    d.draft.decide(SerialTaken{.name = kUnansweredOf, .key = late, .value = 0});
  }
  const std::string pack = c.pack;
  const std::string stands = c.digest;
  d.draft.decide(CaseDisputed{.id = command.id,
                              .by = d.self(),
                              .reason = std::string{kAsked} + std::string{kClaims},
                              .detail = of + " " + d.today().text() + " " + command.by.principal,
                              .content = std::string{act.content}});
  return queue(d, of,
               {.kind = std::string{told::Dispute::kKind},
                .stream = command.id,
                .pack = pack,
                .body = told::write(told::Dispute{.id = command.id,
                                                  .reason = std::string{kClaims},
                                                  .content = std::string{act.content},
                                                  .stands = stands})});
}

// A signature that no party's end of a dispute is taken for.
void sign(Deciding& d, const CaseId& id, const PartyId& by, std::string content, std::string note,
          const std::string& officer = {}) {
  d.draft.decide(SettlementSigned{.id = id,
                                  .by = by,
                                  .content = std::move(content),
                                  .note = std::move(note),
                                  .officer = officer});
}

Result show(Deciding& d, const Case& c, const SignSettlement& command, const ClaimsAct& act) {
  const PartyId to{act.word};
  if (!is_asked_of_us(c, act.content)) return refuse(Why::not_in_dispute);
  if (!is_asked_by(c, to, act.content)) return refuse(Why::no_such_party, to);
  if (command.note.size() > told::ShownClaims::kMax) return refuse(Why::case_too_large);
  const std::string pack = c.pack;
  BASHU_TRY_OK(
      queue(d, to,
            {.kind = std::string{told::ShownClaims::kKind},
             .pack = pack,
             .body = told::write(told::ShownClaims{
                 .id = command.id, .content = std::string{act.content}, .shown = command.note})}));
  sign(d, command.id, d.self(), std::string{kShownMark} + std::string{act.content},
       std::to_string(d.draft.outbox(to).last), command.by.principal);
  d.draft.decide(DisputeEnded{.id = command.id});
  take_waiting_claims(d, command.id);
  return {};
}

// What is asked is about no step of ours: others need not wait for it.
Result put_aside(Deciding& d, const Case& c, const SignSettlement& command, const ClaimsAct& act) {
  if (!is_asked_by(c, PartyId{act.word}, act.content)) return refuse(Why::not_in_dispute);
  sign(d, command.id, d.self(), act.text(), command.note);
  d.draft.decide(DisputeEnded{.id = command.id});
  take_waiting_claims(d, command.id);
  return {};
}

Result compared(Deciding& d, const Case& c, const SignSettlement& command, const ClaimsAct& act) {
  if (!is_open(c, kAsked, act.content)) return refuse(Why::not_in_dispute);
  const bool with_us = is_with_us(d, command.id);
  const std::string detail = c.dispute->detail;
  sign(d, command.id, d.self(), act.text(), command.note);
  if (act.word == kUnanswered) {
    raise_exception(d, command.id, "nobody has shown what a step looked up: " + detail);
    end_unanswered(d, command.id, act.content);
  } else {
    d.draft.decide(DisputeEnded{.id = command.id});
  }
  if (act.word == "differs") {
    dispute(d, command.id,
            {.reason = std::string{kClaimsDiffer},
             .detail = "what is shown for the step is not what it said: " + command.note,
             .content = std::string{act.content},
             .goes_on = with_us});
  }
  take_waiting_claims(d, command.id);
  return {};
}

// Whether it answers what nobody had answered.
bool is_late(const Deciding& d, const CaseId& id, const PartyId& from, std::string_view content) {
  const Case& c = *d.draft.find_case(id);
  const bool open = is_open(c, kAsked, content) && is_asked_of(c, from);
  return !open && d.draft.serial(kUnansweredOf, late_key(id, from, content)) > 0;
}

}  // namespace

std::string ClaimsAct::text() const {
  return std::string{verb} + ":" + std::string{word} + ":" + std::string{content};
}

std::optional<ClaimsAct> claims_act(std::string_view signed_content) {
  const std::size_t first = signed_content.find(':');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = signed_content.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const ClaimsAct act{.verb = signed_content.substr(0, first),
                      .word = signed_content.substr(first + 1, second - first - 1),
                      .content = signed_content.substr(second + 1)};
  const bool known =
      act.verb == kAsk || act.verb == kShow || act.verb == kCompared || act.verb == kUnknown;
  return known ? std::optional{act} : std::nullopt;
}

Result act_on_claims(Deciding& d, const SignSettlement& command, const ClaimsAct& act) {
  const Case& c = *d.draft.find_case(command.id);
  if (act.verb == kAsk) return ask(d, command, act);
  if (act.verb == kUnknown) return put_aside(d, c, command, act);
  return act.verb == kShow ? show(d, c, command, act) : compared(d, c, command, act);
}

Result may_ask_claims(Deciding& d, const Case& c, const PartyId& from) {
  if (c.dispute) {
    return told::hold(std::string{kWaits}, "one question at a time: " + c.dispute->reason);
  }
  const std::string counter = from + "/" + d.today().text();
  const std::int64_t count = d.draft.serial("#claims", counter) + 1;
  if (count > kClaimsADay) return told::hold("quota", "claims asked of a day");
  d.draft.decide(SerialTaken{.name = "#claims", .key = counter, .value = count});
  return {};
}

bool is_asked_by(const Case& c, const PartyId& from, std::string_view content) {
  return is_asked_of_us(c, content) && c.dispute->detail == std::string{kToldBy} + from;
}

bool is_answer_in_words(const Case& c, const PartyId& from, const std::string& content) {
  return is_open(c, kAsked, content) && is_asked_of(c, from);
}

Result take_shown_claims(Deciding& d, const TakeMessage& message) {
  BASHU_TRY(const told::ShownClaims told, told::read_shown_claims(message.body));
  const Case* c = d.draft.find_case(told.id);
  if (!c || !is_party(*c, message.from)) {
    return told::hold("unknown", told.id + " is not known here");
  }
  if (is_late(d, told.id, message.from, told.content)) {
    if (c->dispute) {
      return told::hold(std::string{kWaits}, "another question is open: " + c->dispute->reason);
    }
    ask_again(d, told.id, message.from, told.content);
    c = d.draft.find_case(told.id);
  }
  if (!is_open(*c, kAsked, told.content) || !is_asked_of(*c, message.from)) {
    return told::hold("unasked", "nobody asked " + message.from + " for what it shows");
  }
  const std::string mark = std::string{kShownMark} + told.content;
  if (const auto before = c->dispute->signed_by.find(message.from);
      before != c->dispute->signed_by.end() && before->second == mark) {
    return told::hold("unasked", "it has been shown");
  }
  sign(d, told.id, message.from, mark, std::to_string(message.seq));
  return {};
}

void ask_again(Deciding& d, const CaseId& id, const PartyId& from, std::string_view content) {
  const std::string key = late_key(id, from, content);
  const std::int64_t day = d.draft.serial(kUnansweredOf, key);
  if (day == 0 || d.draft.find_case(id)->dispute) return;
  d.draft.decide(SerialTaken{.name = kUnansweredOf, .key = key, .value = 0});
  const Date on = Date::from_days(static_cast<std::int32_t>(day));
  d.draft.decide(CaseDisputed{.id = id,
                              .by = d.self(),
                              .reason = std::string{kAsked} + std::string{kClaims},
                              .detail = from + " " + on.text() + " ",
                              .content = std::string{content}});
}

void take_waiting_claims(Deciding& d, const CaseId& id) {
  const std::vector<PartyId> others = others_of(d, *d.draft.find_case(id));
  for (const PartyId& peer : std::set<PartyId>{others.begin(), others.end()}) {
    std::vector<std::int64_t> waiting;
    for (const auto& [seq, item] : d.draft.inbox(peer).held) {
      const bool of_claims =
          item.kind == told::Dispute::kKind || item.kind == told::ShownClaims::kKind;
      const bool waits = item.reason == "unverified." + std::string{kWaits};
      if (of_claims && waits && told::case_named(item.body) == id) waiting.push_back(seq);
    }
    for (const std::int64_t seq : waiting) {
      if (d.draft.find_case(id)->dispute) return;
      const TakeMessage message = message_of(peer, seq, d.draft.inbox(peer).held.at(seq));
      if (!attempt(d, [&](Deciding& trial) { return dispatch(trial, message); })) continue;
      d.draft.decide(MessageResolved{.from = peer, .seq = seq, .outcome = "applied", .reason = {}});
    }
  }
}

}  // namespace bashu::core
