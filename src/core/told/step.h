// `case.event`: one step of a case, told by its owner. docs/formats/messages.md.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/error.h"
#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

struct ClockStand {  // after the step
  std::int64_t used = 0;
  std::optional<Date> since, due;
  bool fired = false;
  friend bool operator==(const ClockStand&, const ClockStand&) = default;
};
using ClockStands = std::map<std::string, ClockStand, std::less<>>;

struct Step {
  static constexpr std::string_view kKind = "case.event";
  static constexpr std::string_view kStart = "$start";
  static constexpr std::string_view kThen = "$then";
  static constexpr std::string_view kSystem = "system";

  CaseId id;
  std::int64_t version = 0;  // of the case after it
  std::string previous;      // digest of the step before; empty at the start
  std::string service;
  std::string event;              // kStart, kThen, or a name of the pack
  std::string role;               // `clerk`, `destination.citizen`, kSystem
  std::string from;               // state before; empty at the start
  std::optional<std::string> to;  // nullopt: the case stays
  std::int64_t branch = 0;
  Date on;
  Value input{Value::Record{}}, set{Value::Record{}};
  Value::List effects;  // core/effects/effect.h
  Parties parties;      // of a start, with `parent`
  CaseId parent;
  std::optional<std::string> reads;  // salted digest of what was looked up
  ClockStands clocks;
  std::int64_t calendar = 0;  // version of the sender's, with which the clocks were counted
  std::string officer = {};   // of the sender's, vouched for; beside what is told

  [[nodiscard]] bool starts() const { return event == kStart; }
};

// Without the clocks: what the step's digest covers.
[[nodiscard]] Value content(const Step& step);
[[nodiscard]] std::string digest_of_content(const Value& content);
// The whole: its content, and the clocks that followed from it.
[[nodiscard]] Value write(Value content, const ClockStands& clocks, std::int64_t calendar);

[[nodiscard]] std::expected<Step, Reject> read_step(const Value& body);
// Of a body as it came, whatever its shape: what the parties dispute and sign.
[[nodiscard]] std::string step_digest(const Value& body);

}  // namespace bashu::core::told
