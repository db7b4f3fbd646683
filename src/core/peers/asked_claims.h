// Claims of a step (claims.h), asked for and shown. It goes the way of a question (objection.h):
//
//     asker                                 decider of the step
//     ask:     objection `claims`  ───────► question; a person or the node answers:
//              compared (looked_up.h) ◄──── show: `case.shown`
//     agrees, unclear: ended; differs: an objection of its own; no answer: a task for people
//
// All are said as SignSettlement, by what is signed: `ask:PARTY:DIGEST`, `show:PARTY:DIGEST` with
// what is shown as its note, `compared:WORD:DIGEST`, `unknown:PARTY:DIGEST` of a question about
// what is no step of ours.
//
// A question that nobody answered has ended; what comes of it later opens it again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/deciding.h"

namespace bashu::core {

inline constexpr std::string_view kClaims = "claims";               // what is asked for
inline constexpr std::string_view kClaimsDiffer = "claims_differ";  // what is objected to then
inline constexpr std::string_view kUnanswered = "unanswered";
inline constexpr std::int64_t kClaimsDays = 5;  // until it is said that nobody answered

struct ClaimsAct {
  // ask, show, compared, unknown; party or outcome; digest of a step
  std::string_view verb, word, content;
  [[nodiscard]] std::string text() const;
};
// nullopt: something else is signed.
[[nodiscard]] std::optional<ClaimsAct> claims_act(std::string_view signed_content);

Result act_on_claims(Deciding& d, const SignSettlement& command, const ClaimsAct& act);
// One of the claims asked of a member may open a question: so many in a day, and one of a case.
Result may_ask_claims(Deciding& d, const Case& c, const PartyId& from);
// Whether `from` has asked us this, and it is open.
[[nodiscard]] bool is_asked_by(const Case& c, const PartyId& from, std::string_view content);
// Whether these words of `from` are the answer to what we asked, and nothing will be shown.
[[nodiscard]] bool is_answer_in_words(const Case& c, const PartyId& from,
                                      const std::string& content);
Result take_shown_claims(Deciding& d, const TakeMessage& message);
// Opens the question again that this is the late answer to, if there is one and nothing else is
// asked.
void ask_again(Deciding& d, const CaseId& id, const PartyId& from, std::string_view content);
// Takes what was held while the case was in dispute: the next question, or a late answer.
void take_waiting_claims(Deciding& d, const CaseId& id);

}  // namespace bashu::core
