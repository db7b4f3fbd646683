// Claims of a step (claims.h), asked for and shown. It goes the way of a question (objection.h):
//
//     asker                                 decider of the step
//     ask:     objection `claims`  ───────► question; a person or the node answers:
//              compared (looked_up.h) ◄──── show: `case.shown`
//     agrees, unclear: ended; differs: an objection of its own; no answer: a task for people
//
// All three are said as SignSettlement, by what is signed: `ask:PARTY:DIGEST`,
// `show:PARTY:DIGEST` with what is shown as its note, `compared:WORD:DIGEST`.
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
  std::string_view verb, word, content;  // ask, show, compared; party or outcome; digest of a step
  [[nodiscard]] std::string text() const;
};
// nullopt: something else is signed.
[[nodiscard]] std::optional<ClaimsAct> claims_act(std::string_view signed_content);

Result act_on_claims(Deciding& d, const SignSettlement& command, const ClaimsAct& act);
// One of the claims asked of a member may open a question: so many in a day, and one of a case.
Result may_ask_claims(Deciding& d, const Case& c, const PartyId& from);
// Whether these words of `from` are the answer to what we asked, and nothing will be shown.
[[nodiscard]] bool is_answer_in_words(const Case& c, const PartyId& from,
                                      const std::string& content);
Result take_shown_claims(Deciding& d, const TakeMessage& message);

}  // namespace bashu::core
