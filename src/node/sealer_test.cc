// What the node puts into its messages by itself: in an objection, the envelopes of what it shows.
#include "node/sealer.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "core/told/step.h"
#include "evidence/envelope.h"
#include "node/test_support.h"

namespace bashu::node {
namespace {

class Objected : public testing::Test {
 protected:
  Objected() {
    circle.sichuan.must(core::StartCase{.by = test_asker(),
                                        .pack = "tolls",
                                        .service = "visit",
                                        .role = "office",
                                        .parties = {{"host", "chongqing"}, {"guest", "sichuan"}},
                                        .parent = {},
                                        .id = {},
                                        .with = Value::Record{{"subject", "s"}, {"who", "w"}}});
    circle.settle();
  }
  // Under the key of sichuan, whatever its node would say.
  Done say(const Value& body) {
    std::int64_t next = 0;
    circle.chongqing.node->query(
        [&](const core::State& state) { next = state.inbox("sichuan").next; });
    const Identity& own = circle.sichuan.node->identity();
    const std::int64_t now = TestClock::kStart / 1000;
    evidence::Payload payload = *evidence::read_envelope(started());
    payload.seq = next;
    payload.issued = now;
    payload.expiry = now + 3'600;
    payload.nonce = base64url(std::string(16, 'n'));
    payload.body = body;
    return TestCircle::take(circle.chongqing, "sichuan",
                            evidence::sign_envelope(evidence::payload_text(payload),
                                                    own.envelope.kid, own.envelope.secret_key)
                                .text);
  }
  // The envelope in which the case began.
  std::string started() {
    for (std::int64_t seq = 1;; ++seq) {
      auto envelope = circle.sichuan.node->envelope_sent("chongqing", seq);
      if (!envelope) return {};
      if (evidence::read_envelope(*envelope)->kind == core::told::Step::kKind) return *envelope;
    }
  }
  // The last message of chongqing, which is an objection.
  Value objection() {
    std::int64_t last = 0;
    circle.chongqing.node->query(
        [&](const core::State& state) { last = state.outbox("sichuan").last; });
    auto payload = evidence::read_envelope(*circle.chongqing.node->envelope_sent("sichuan", last));
    EXPECT_EQ(payload->kind, "case.dispute");
    return payload->body;
  }

  TestCircle circle;
};

TEST_F(Objected, BothStepsOfOneVersionAreShown) {
  Value other = evidence::read_envelope(started())->body;
  other.as_record()->erase("$keys");
  (*other.as_record())["on"] = "2026-01-02";
  EXPECT_EQ(say(other).decision.outcome, "held");
  const Value told = objection();
  EXPECT_EQ(told.text_at("content"), core::told::step_digest(other));
  ASSERT_TRUE(told.find("shows") && told.find("shows")->as_list());
  const Value::List& shows = *told.find("shows")->as_list();
  ASSERT_EQ(shows.size(), 2U);
  EXPECT_EQ(core::told::step_digest(evidence::read_envelope(*shows[0].as_text())->body),
            core::told::step_digest(other));
  EXPECT_EQ(*shows[1].as_text(), started());
}

TEST_F(Objected, WhatDoesNotFitIsLeftOut) {
  Value other = evidence::read_envelope(started())->body;
  other.as_record()->erase("$keys");
  (*other.as_record())["input"] = Value::Record{{"subject", std::string(800'000, 'x')}};
  EXPECT_EQ(say(other).decision.outcome, "held");
  const Value told = objection();
  ASSERT_TRUE(told.find("shows") && told.find("shows")->as_list());
  ASSERT_EQ(told.find("shows")->as_list()->size(), 1U);
  EXPECT_EQ(*told.find("shows")->as_list()->front().as_text(), started());
}

}  // namespace
}  // namespace bashu::node
