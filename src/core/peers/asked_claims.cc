#include "core/peers/asked_claims.h"

#include <optional>
#include <utility>

#include "base/try.h"
#include "core/cases/definition.h"
#include "core/peers/disputes.h"
#include "core/peers/objection.h"
#include "core/told/dispute.h"
#include "core/told/members.h"
#include "core/told/shown_claims.h"

namespace bashu::core {

namespace {

constexpr std::string_view kAsk = "ask", kShow = "show", kCompared = "compared";
constexpr std::string_view kShownMark = "shown:";  // before the digest, in a signature
constexpr std::int64_t kClaimsADay = 20;           // of one member

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

Result ask(Deciding& d, const Case& c, const SignSettlement& command, const ClaimsAct& act) {
  const PartyId of{act.word};
  if (c.dispute) return refuse(Why::in_dispute, c.dispute->reason);
  if (!is_party(c, of) || of == d.self()) return refuse(Why::no_such_party, of);
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
  if (!is_party(c, to) || to == d.self()) return refuse(Why::no_such_party, to);
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
  return {};
}

Result compared(Deciding& d, const Case& c, const SignSettlement& command, const ClaimsAct& act) {
  if (!is_open(c, kAsked, act.content)) return refuse(Why::not_in_dispute);
  const bool with_us = is_with_us(d, command.id);
  sign(d, command.id, d.self(), act.text(), command.note);
  if (act.word == kUnanswered) {
    raise_exception(d, command.id, "nobody has shown what a step looked up: " + c.dispute->detail);
    return {};
  }
  d.draft.decide(DisputeEnded{.id = command.id});
  if (act.word != "differs") return {};
  dispute(d, command.id,
          {.reason = std::string{kClaimsDiffer},
           .detail = "what is shown for the step is not what it said: " + command.note,
           .content = std::string{act.content},
           .goes_on = with_us});
  return {};
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
  const bool known = act.verb == kAsk || act.verb == kShow || act.verb == kCompared;
  return known ? std::optional{act} : std::nullopt;
}

Result act_on_claims(Deciding& d, const SignSettlement& command, const ClaimsAct& act) {
  const Case& c = *d.draft.find_case(command.id);
  if (act.verb == kAsk) return ask(d, c, command, act);
  return act.verb == kShow ? show(d, c, command, act) : compared(d, c, command, act);
}

Result may_ask_claims(Deciding& d, const Case& c, const PartyId& from) {
  if (c.dispute) {
    return told::hold("in_dispute", "one question at a time: " + c.dispute->reason);
  }
  const std::string counter = from + "/" + d.today().text();
  const std::int64_t count = d.draft.serial("#claims", counter) + 1;
  if (count > kClaimsADay) return told::hold("quota", "claims asked of a day");
  d.draft.decide(SerialTaken{.name = "#claims", .key = counter, .value = count});
  return {};
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

}  // namespace bashu::core
