// One decision being made: what every part of it carries. Private to core.
//
//     decide ─► Deciding ─► cases/      opening, events, steps, clocks, signals
//                           effects/    what a step does besides changing its case
//                           registers/  imports, and what is shared of them
//                           feeds/      batches of lines
//                           peers/      what other nodes tell, and disputes
//                           circle/     packs, agreements, calendars, tasks
//                           figures/    values of figures, told and taken
//                           privacy/    personal values erased, held, restricted
//
// All are free functions over this struct. What may fail and leave nothing is tried in a Trial.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "base/title.h"
#include "core/command.h"
#include "core/draft.h"
#include "core/effects/done.h"
#include "core/refusal.h"
#include "core/state.h"

namespace bashu::core {

struct FollowUp {  // started by an effect, tried when the step is done
  CaseId id;       // the case whose effect it is
  std::variant<StartDone, SignalDone> what;
};

struct Deciding {
  Draft& draft;
  const Moment& moment;
  int& budget;          // follow-ups left in the whole decision
  const State& before;  // as it was; for the rare walk over all rows

  std::map<std::pair<PartyId, std::string>, Value::List> shared = {};  // (party, pack) to items
  std::deque<FollowUp> follow_ups = {};
  bool allotting = false;  // within a round: a step of a candidate starts no other

  [[nodiscard]] const PartyId& self() const { return draft.circle().own; }
  [[nodiscard]] const Store::Circle& circle() const { return draft.circle(); }
  [[nodiscard]] Date today() const { return moment.today; }

  // Takes over what a part of it has left to do.
  void take_over(Deciding& part);
};

// What is decided here stays only if it is accepted.
class Trial {
 public:
  explicit Trial(Deciding& outer)
      : outer_{outer},
        draft_{&outer.draft},
        inner_{.draft = draft_,
               .moment = outer.moment,
               .budget = outer.budget,
               .before = outer.before} {}

  Deciding& operator*() { return inner_; }
  Draft& draft() { return draft_; }
  void accept();

 private:
  Deciding& outer_;
  Draft draft_;
  Deciding inner_;
};

// Runs `act(Deciding&)` in a trial and keeps what it did, if it gives a value.
template <typename Act>
auto attempt(Deciding& d, const Act& act) {
  Trial trial{d};
  auto done = act(*trial);
  if (done) trial.accept();
  return done;
}

void raise(Deciding& d, TaskKind kind, const CaseId& id, std::vector<std::string> roles,
           Title title, std::string detail);
// Tells an exception that a person of the joint office must look at.
void raise_exception(Deciding& d, const CaseId& id, std::string detail);

struct Letter {  // a message before it has a number
  std::string kind;
  std::string stream = {};
  std::string pack = {};  // digest, with or without `sha256:`; or empty
  Value body = {};
  std::string principal = {};  // who asked, of requests
};
Result queue(Deciding& d, const PartyId& to, Letter letter);
// Whether it was of the circle and is so no more; at a node that left, everybody else.
[[nodiscard]] bool has_left(const Deciding& d, const PartyId& party);

}  // namespace bashu::core
