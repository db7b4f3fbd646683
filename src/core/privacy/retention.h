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

#include <map>
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

// The same a part at a time, for who only wants to see it: what changes meanwhile may be missed or
// told as it was.
class RetentionSearch {
 public:
  // Looks at some `most` cases and records more; false: it has seen everything.
  bool look(const State& state, std::size_t most);
  [[nodiscard]] std::vector<Retained> found() const;

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
  // What is known of a key: where it stands, and until when it is kept there.
  struct Kept {
    Date due;
    const packs::Retention* why = nullptr;  // nullptr: for good
    std::string place, pack, service;       // ends with this one
    std::vector<CaseId> cases;
    std::vector<std::string> records;
  };
  struct Ends;  // one of them
  enum class Phase { rules, ended_cases, ended_records, others, records, done };

  void learn(const State& state);
  [[nodiscard]] const packs::Service* ended(const Case& c) const;
  [[nodiscard]] const OfRegister* ended(const RegisterId& reg, const Record& record) const;
  void take_up(const Ends& of, const packs::Member& field, const Value& value);
  void take_up(const Case& c);
  void take_up(const RegisterId& reg, const std::string& key, const Record& record);
  void keep(const Value& value);
  void keep(const Record& record);
  void drop_kept(const State& state);

  Phase phase_ = Phase::rules;
  State::Walk walk_;
  std::map<std::string, OfPack, std::less<>> packs_;          // by digest
  std::map<std::string, OfRegister, std::less<>> registers_;  // `pack/register`
  std::map<std::string, Kept, std::less<>> keys_;
};

// Destroys what is due today: one order for what went under the same rule and to the same parties.
// Decides nothing if nothing is, or all of it is held.
Result end_retention(Deciding& d);
// Ends what a peer asked for and is destroyed meanwhile; answers it.
Result answer_what_is_gone(Deciding& d);

}  // namespace bashu::core
