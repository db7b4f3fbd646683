#include "exchange/held_bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "base/json.h"
#include "core/peers/parked.h"

namespace bashu::exchange {
namespace {

void hold(core::State& state, std::int64_t seq, std::size_t size) {
  state.apply(core::MessageTaken{.from = "b", .seq = seq, .outcome = "held"});
  state.apply(core::MessageHeld{
      .from = "b", .seq = seq, .body = Value{Value::Record{{"x", std::string(size, 'x')}}}});
}

TEST(HeldBytes, OneThatIsResolvedWhileAnotherComesCountsNoMore) {
  core::State state{"a"};
  HeldBytes held;
  hold(state, 1, 1'000);
  held.measure(state, "b");
  EXPECT_EQ(held.bytes(), 1'008U);
  state.apply(core::MessageResolved{.from = "b", .seq = 1, .outcome = "applied"});
  hold(state, 2, 10);
  held.measure(state, "b");
  EXPECT_EQ(held.messages(), 1U);
  EXPECT_EQ(held.bytes(), 18U);
}

TEST(HeldBytes, StepsThatWaitCountToo) {
  core::State state{"a"};
  HeldBytes held;
  hold(state, 1, 10);
  state.apply(core::SerialTaken{.name = std::string{core::kParkedOf}, .key = "b", .value = 500});
  held.measure(state, "b");
  EXPECT_EQ(held.bytes(), 518U);
  EXPECT_EQ(held.messages(), 1U);
}

RC_GTEST_PROP(HeldBytes, AreTheSumHoweverItIsLookedAt, ()) {
  core::State state{"a"};
  HeldBytes held;
  std::int64_t next = 1;
  for (const int act : *rc::gen::container<std::vector<int>>(60, rc::gen::inRange(0, 30))) {
    const auto& waiting = state.inbox("b").held;
    if (act < 12) {
      hold(state, next++, static_cast<std::size_t>(act));
    } else if (act < 24 && !waiting.empty()) {
      auto it = waiting.begin();
      std::advance(it, static_cast<std::size_t>(act) % waiting.size());
      state.apply(core::MessageResolved{.from = "b", .seq = it->first, .outcome = "rejected"});
    } else if (act >= 24) {
      held.measure(state, "b");
    }
  }
  held.measure(state, "b");
  std::size_t sum = 0;
  for (const auto& [seq, one] : state.inbox("b").held) sum += canonical_json(one.body).size();
  RC_ASSERT(held.bytes() == sum);
}

}  // namespace
}  // namespace bashu::exchange
