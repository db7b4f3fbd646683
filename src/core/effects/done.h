// Effects with all their results, as they are carried out and told to the others. One file for
// each kind holds all that the core knows of it; effect.h has what they have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/date.h"
#include "base/value.h"
#include "core/event.h"

namespace bashu::core {

// `kKind` is its name in a told step. `kPlaced`: carried out where the effect says; the others by
// every node that knows the case.
struct MoveDone {
  static constexpr std::string_view kKind = "move";
  static constexpr bool kPlaced = true;
  std::int64_t amount = 0;
  Account from, to;
  Date on;
};
struct PutDone {
  static constexpr std::string_view kKind = "put";
  static constexpr bool kPlaced = true;
  std::string reg, key;
  Value fields{Value::Record{}};
  std::vector<PartyId> sides = {};  // of a new record, if a feed names them
};
struct EditionDone {
  static constexpr std::string_view kKind = "edition";
  static constexpr bool kPlaced = false;
  std::string reg, name;
  std::string field;              // the case field that holds the entries, if it is just that
  Value entries;                  // else they themselves
  std::optional<Date> from = {};  // first day in force, if not that of the step
};
struct TaskDone {
  static constexpr std::string_view kKind = "task";
  static constexpr bool kPlaced = true;
};
struct StartDone {
  static constexpr std::string_view kKind = "start";
  static constexpr bool kPlaced = false;
  std::string service;
  CaseId id;
  Parties parties;
  Value with{Value::Record{}};
};
struct SignalDone {
  static constexpr std::string_view kKind = "signal";
  static constexpr bool kPlaced = false;
  std::string event;
  std::vector<CaseId> targets;
  Value with{Value::Record{}};
};

struct AllotDone {
  static constexpr std::string_view kKind = "allot";
  static constexpr bool kPlaced = false;
  struct Fired {
    CaseId id;
    std::string event;
    Value with{Value::Record{}};
  };
  std::string service, state, take;
  std::int64_t places = 0;
  std::int64_t of = 0;            // candidates
  std::vector<Fired> fired = {};  // in order of rank; told to nobody: each case tells its parties
};

// The kinds, in the order of packs::Effect::what.
using Done =
    std::variant<MoveDone, PutDone, EditionDone, TaskDone, StartDone, SignalDone, AllotDone>;

struct EffectDone {
  std::int64_t n = 0;  // index among the branch's effects
  std::string at;      // a party's id, or `all`
  Done what;
};

}  // namespace bashu::core
