#include <string>

#include "core/invariants/invariants.h"

namespace bashu::core {

std::string channels_are_in_order(const State& state) {
  std::string broken;
  state.each_outbox([&](const PartyId& to, const Outbox& box) {
    if (box.acked > box.last || (!box.beyond.empty() && *box.beyond.rbegin() > box.last)) {
      broken = "more was acknowledged by " + to + " than sent";
    }
    if (!box.beyond.empty() && *box.beyond.begin() <= box.acked) {
      broken = "acknowledged twice by " + to;
    }
  });
  state.each_inbox([&](const PartyId& from, const Inbox& box) {
    if (!box.held.empty() && box.held.rbegin()->first >= box.next) {
      broken = "a message of " + from + " is held before it came";
    }
  });
  return broken;
}

}  // namespace bashu::core
