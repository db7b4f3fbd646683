#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/decider.h"

namespace bashu::core {

// Why a message is put aside: a token for the journal, and the detail for the engineer.
[[nodiscard]] std::unexpected<Reject> hold(std::string token, std::string detail);
// Of what a peer tells as having happened.
[[nodiscard]] bool is_fact(std::string_view kind);
// The content of a told step that the parties can dispute and sign: all but its clocks.
[[nodiscard]] std::string step_digest(const Value& body);
// nullopt if it is absent or no day.
[[nodiscard]] std::optional<Date> date_member(const Value& record, std::string_view name);

// The verification of one told step, in the order of what it says.
struct PeerStep {
  Decider& decider;
  Draft& draft;
  const Value& body;
  const PartyId& from;
  bool force;  // a settlement says that it stands as recorded

  CaseId id{};
  std::int64_t version = 0;
  std::string event{}, role{}, state_before{};
  Date on{};
  bool start = false;
  Definition of{};
  const packs::Branch* branch = nullptr;
  Value input{Value::Record{}}, set{Value::Record{}};
  std::vector<EffectDone> effects{};

  Result read();
  Result open();
  Result find_branch();
  Result check_values();
  Result check_effects();
  Result apply(const std::string& digest);
  Result check_clocks();
  Result run();
};

}  // namespace bashu::core
