// What an objection to a step is worth where it is heard.
//
//     shown      two steps that its teller signed and that cannot both be, or one that does not
//                verify here either                          ─► the case is disputed, and stops
//     question   only the objector, the holder or the world knows: its books, its clock, which step
//                it has before this one                      ─► asked of the holder; the case goes
//                on
//     nothing    a rule that was computed here too           ─► the objection is held
//
// Of a case that has ended, whatever it is worth: a review, beside the case.
#pragma once

#include <string>
#include <string_view>

#include "core/deciding.h"
#include "core/told/dispute.h"

namespace bashu::core {

// The reason of a dispute is a token: what was found. One of these stands before it where the case
// goes on all the same: what another party asks of us, of a case that goes on or has ended, and
// what we ask of the others.
inline constexpr std::string_view kQuestion = "question.", kReview = "review.", kAsked = "asked.";

// Whether a dispute with this reason stops its case.
[[nodiscard]] bool stops(std::string_view reason);
[[nodiscard]] bool is_stopped(const Case& c);

// What stands before the dot, as `question`; `dispute` where nothing does. And what was found.
struct Reason {
  std::string_view kind, finding;
};
[[nodiscard]] Reason reason_of(std::string_view token);

// Whether it is a token a node may give as what it found.
[[nodiscard]] bool is_finding(std::string_view reason);

enum class Worth : std::uint8_t { nothing, question, shown };
// Of what `from` objects to a case that is known here.
[[nodiscard]] Worth worth_of(Deciding& d, const told::Dispute& told, const PartyId& from);

}  // namespace bashu::core
