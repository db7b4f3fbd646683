#include "evidence/receive.h"

#include <gtest/gtest.h>

#include "evidence/fixture.h"

namespace bashu::evidence {
namespace {

using fixture::kNow;
using fixture::list;
using fixture::number;
using fixture::text;

TEST(Receive, AnswersEveryAttackAndEdgeCaseAsTheVectorsSay) {
  const Value given = fixture::vectors("envelope-negative");
  int cases = 0;
  for (const Value& row : list(given, "cases")) {
    fixture::Receiver receiver;
    const auto result =
        receiver.receive(fixture::unbase64(text(row, "envelope_base64")), text(given, "tls_party"),
                         text(given, "channel"), number(given, "now"));
    EXPECT_EQ(result.status, number(row, "status")) << text(row, "name");
    EXPECT_EQ(result.result, text(row, "result")) << text(row, "name");
    ++cases;
  }
  EXPECT_EQ(cases, 70);
}

TEST(Receive, RunsTheChannelByteForByte) {
  const Value given = fixture::vectors("channel");
  fixture::Receiver receiver;
  int steps = 0;
  for (const Value& step : list(given, "steps")) {
    const auto result = receiver.receive(text(step, "envelope"), text(given, "tls_party"),
                                         text(given, "channel"), number(given, "now"));
    EXPECT_EQ(result.status, number(step, "status")) << text(step, "step");
    EXPECT_EQ(result.result, text(step, "result")) << text(step, "step");
    EXPECT_EQ(result.receipt, step.text_at("receipt")) << text(step, "step");
    EXPECT_EQ(result.next, step.int_at("next")) << text(step, "step");
    ++steps;
  }
  EXPECT_EQ(steps, 11);
  const Value& last = fixture::at(given, "final");
  EXPECT_EQ(receiver.next, number(last, "next"));
  EXPECT_EQ(receiver.log.size, static_cast<std::uint64_t>(number(last, "size")));
  EXPECT_EQ(hex(root(receiver.log.nodes, receiver.log.size)), text(last, "root"));
  const auto commits = fixture::texts(list(given, "commits_base64"));
  ASSERT_EQ(commits.size(), 8u);
  ASSERT_EQ(receiver.log.commits.size(), commits.size());
  for (std::size_t i = 0; i < commits.size(); ++i)
    EXPECT_EQ(receiver.log.commits[i], fixture::unbase64(commits[i])) << i;
}

Opened opened(std::int64_t seq) {
  const auto message = open_envelope(fixture::envelope(seq).text, fixture::keys(), "sichuan");
  EXPECT_TRUE(message);
  return *message;
}
Receiving channel_at(std::int64_t next, const Opened& message) {
  return {.party = "chongqing",
          .channel = fixture::kChannel,
          .listed = true,
          .agreement = message.payload.agreement,
          .next = next,
          .window = 4,
          .answered = [](std::int64_t) { return std::nullopt; }};
}

TEST(Receive, AnAnswerStaysAvailableAfterItsKeyWasRevoked) {
  Opened message = opened(1);
  message.key.revoked = kNow - 1;
  Receiving channel = channel_at(2, message);
  channel.answered = [&](std::int64_t) { return message.message_id; };
  EXPECT_EQ(admit(message, channel, kNow), Admission::duplicate);
  channel.next = 1;
  const auto refused = admit(message, channel, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code.text(), "key-revoked");
}

TEST(Receive, WaitsWhileItCannotTellWhatWasAnswered) {
  const Opened message = opened(1);
  const auto refused = admit(message, channel_at(2, message), kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 503);
}

TEST(Receive, TheWindowCannotBeOverflown) {
  Opened message = opened(1);
  message.payload.seq = (std::int64_t{1} << 53) - 1;
  const auto refused = admit(message, channel_at(1, message), kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code.text(), "gap");
  EXPECT_EQ(refused.error().next, 1);
}

}  // namespace
}  // namespace bashu::evidence
