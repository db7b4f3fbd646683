// Keys whose time is over. A pack says for a class of value how long after a case has ended it is
// kept, or a record of a register that names the field of its last day; when that day has come each
// node destroys the keys it holds of it, by itself, as an order that nobody gave:
//
//     its own keys     and tells every party of the case, or who adopted the pack of the record,
//                      which answers with a receipt
//     keys of others   here; their makers tell their own
//
// A key that a legal hold stands over stays until the hold is over. A key seals several values of
// one case or record, and may have been copied whole into another: it goes when the last of them
// may, and never while one of them stands in a record that has no end, is contested or is published
// as an edition, in a case that goes on or is in dispute, or is of a class that the pack says
// nothing of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/core.h"
#include "core/deciding.h"
#include "packs/retention.h"

namespace bashu::core {

struct Retained {
  // In which the values stand: one, or those that copied them whole.
  std::vector<CaseId> cases;
  std::vector<std::string> records;  // `pack/register/key`
  std::string pack, service;         // names, of the case or register that keeps them longest
  Date due;
  std::string reason;  // the source of the rule, in all its languages
  std::vector<std::string> keys;
};
// Of all cases and records that have ended, what is to be destroyed and has not been: the earliest
// first. Looks at every case and record.
[[nodiscard]] std::vector<Retained> retained(const State& state);

// The same a part at a time, so that nobody waits for all of it. First it looks for keys of what
// has ended, then for every place in which they stand.
class RetentionSearch {
 public:
  // Of everything, for who only wants to see it: what changes meanwhile may be missed or told as it
  // was.
  RetentionSearch() = default;
  // Of what may go by that day. Whoever tells it of changes gets what holds when it is taken. A key
  // that could go only since such a change is found by the next search.
  explicit RetentionSearch(Date until) : until_{until} {}

  // Looks at some `most` cases and records more; false: it has seen everything.
  bool look(const State& state, std::size_t most);
  // An event that was applied since the first look.
  void changed(const State& state, const Event& event);
  [[nodiscard]] std::vector<Retained> found() const;
  // The next of them, some `most` keys; none once all were taken.
  [[nodiscard]] std::vector<Retained> take(const State& state, std::size_t most);
  [[nodiscard]] bool is_taken() const { return phase_ == Phase::done && next_.empty(); }

 private:
  using Classes = std::map<packs::Class, packs::Retention>;
  struct OfPack {
    packs::PackPtr pack;
    Classes classes;
  };
  struct OfRegister {
    packs::PackPtr pack;
    const packs::Register* reg = nullptr;
    packs::RegisterRetention rule;
  };
  // A value under a key, in one place, and until when it is kept there.
  struct Stay {
    std::string place;
    bool of_record = false;
    std::string pack, service;
    const packs::Retention* why = nullptr;  // nullptr: for good
    Date due;
  };
  using Keys = std::map<std::string, std::vector<Stay>, std::less<>>;
  struct Ends;  // a place where nothing goes on
  enum class Phase : std::uint8_t { rules, ended_cases, ended_records, cases, records, done };

  void learn(const State& state);
  bool step(const State& state, std::size_t& left);
  [[nodiscard]] const packs::Service* ended(const Case& c) const;
  [[nodiscard]] const OfRegister* ended(const RegisterId& reg, const Record& record) const;
  void see(const State& state, const Case& c);
  void see(const State& state, const RegisterId& reg, const std::string& key, const Record& record);
  void see_again(const State& state, const CaseId& id);
  void see_again(const State& state, const RegisterId& reg, const std::string& key);
  void see(const State& state, const Ends& of, const packs::Member& field, const Value& value);
  void keep(const std::string& place, bool of_record, const Value& value);
  void add(const std::string& key, Stay stay);
  void forget(const std::string& place);
  void forget_removed(const State& state, const RegisterId& reg);
  [[nodiscard]] const Stay* longest(const std::vector<Stay>& stays) const;

  std::optional<Date> until_;
  Phase phase_ = Phase::rules;
  State::Walk walk_;
  std::map<std::string, OfPack, std::less<>> packs_;          // by digest
  std::map<std::string, OfRegister, std::less<>> registers_;  // `pack/register`
  Keys keys_;
  std::map<std::string, std::vector<std::string>, std::less<>> places_;  // their keys; if until_
  std::string next_;  // key to be taken, or the one before it; empty: none is left
};

// Destroys what is due today: one order for what went under the same rule and to the same parties.
// Decides nothing if nothing is, or all of it is held.
Result end_retention(Deciding& d);
// As decide() of EndRetention, of the next that a search by today's date has found: other decisions
// can go between the two, and between it and the next.
[[nodiscard]] std::expected<Decision, Reject> decide_retention(const State& state,
                                                               RetentionSearch& search,
                                                               const Moment& moment);
// Ends what a peer asked for and is destroyed meanwhile; answers it.
Result answer_what_is_gone(Deciding& d);

}  // namespace bashu::core
