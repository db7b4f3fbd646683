// Claims of a step, asked for, shown and compared (core/peers/asked_claims.h), at the edge: what a
// step of ours looked up stands in the journal, what another's was compared with in the tables.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "api/call.h"
#include "api/context.h"
#include "core/peers/asked_claims.h"
#include "core/peers/looked_up.h"
#include "views/views.h"

namespace bashu::api {

// {"version"} asks the decider of that step; with "to", a party, shows it what a step of ours
// looked up.
Prepared act_on_claims(Context& context, const Call& call);
// Who asked for which, when; what was shown, and how it compares. For offices and auditors.
Result list_claims(Context& context, const Call& call);

// What a step of ours looked up, as it is shown (core/told/shown_claims.h); empty: nothing is
// known.
[[nodiscard]] std::string looked_up(Context& context, const core::CaseId& id,
                                    const views::StepRow& step);
// Whether the node may show it without a person: rows of registers that all parties have or whose
// every field is public, balances of public amounts.
[[nodiscard]] bool is_open_to_all(const packs::Pack& pack, std::string_view shown);

// What a `case.shown` of this step of the case says, in its envelope; empty: it is no such message.
[[nodiscard]] std::string shown_in(const std::optional<std::string>& envelope, std::string_view id,
                                   std::string_view content);
// What the node `own` found of a step's claims, if that is what is signed. Any party of the case
// may sign what reads like it; it says nothing here. nullopt: it is something else.
[[nodiscard]] std::optional<core::ClaimsAct> found_by(std::string_view own,
                                                      const views::DisputeRow::Signed& signature,
                                                      std::string_view content);

// What comparisons came to, each with what it was computed from: it is computed again when that has
// changed. One that nothing took, its case being in another dispute, stays open and is looked at
// whenever the journal has grown.
class Verdicts {
 public:
  using Question = std::pair<std::string, std::uint64_t>;  // a case, and where it was asked
  struct From {
    std::uint64_t shown_at = 0;  // position of what was shown
    std::int64_t calendar = 0;   // version of the decider's
    std::size_t steps = 0;       // of the case
    friend bool operator==(const From&, const From&) = default;
  };
  [[nodiscard]] core::Comparison of(const Question& question, const From& from,
                                    const std::function<core::Comparison()>& compute);
  void forget(const Question& question) { kept_.erase(question); }

 private:
  struct Kept {
    From from;
    core::Comparison found;
  };
  std::map<Question, Kept> kept_;
};

// Answers what may be answered without a person, compares what comes, and says what nobody
// answered. A thread of its own; it looks when the journal has grown, and each day.
class ClaimsWatch {
 public:
  explicit ClaimsWatch(Context& context);
  ~ClaimsWatch();
  ClaimsWatch(const ClaimsWatch&) = delete;
  ClaimsWatch& operator=(const ClaimsWatch&) = delete;

 private:
  void watch();
  void look();
  void look_at(views::Views& views, const core::CaseId& id);

  Context& context_;
  std::set<std::pair<std::uint64_t, std::string>> left_;  // asked at a position: for people
  Verdicts verdicts_;
  std::mutex mutex_;
  std::condition_variable came_;
  bool ending_ = false;
  std::jthread thread_;  // last
};

}  // namespace bashu::api
