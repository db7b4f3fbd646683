#include "evidence/timestamp.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "evidence/fixture.h"

namespace bashu::evidence {
namespace {

class TimeStampTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string text(std::string_view name) const {
    return fixture::text(given_, name);
  }
  [[nodiscard]] std::string bytes(std::string_view name) const { return *from_base64(text(name)); }
  [[nodiscard]] std::string nonce() const { return *from_hex(text("nonce")); }
  static std::string code(const Verified<TimeStamp>& stamp) {
    return stamp ? "good" : std::string{stamp.error().code};
  }

 private:
  Value given_ = fixture::vectors("timestamp");
};

TEST_F(TimeStampTest, AQueryIsTheOneThatOpensslWrites) {
  EXPECT_EQ(hex(timestamp_query(text("body"), nonce())), hex(bytes("query")));
}

TEST_F(TimeStampTest, AnAnswerSaysWhenAndWho) {
  for (const std::string& compared : {nonce(), std::string{}}) {
    const auto stamp = open_timestamp(bytes("answer"), text("body"), compared, text("root"));
    ASSERT_TRUE(stamp) << code(stamp);
    EXPECT_EQ(stamp->time_s, fixture::number(fixture::vectors("timestamp"), "time"));
    EXPECT_EQ(stamp->authority, text("authority"));
    EXPECT_EQ(stamp->serial, text("serial"));
  }
}

TEST_F(TimeStampTest, AnswersOfOthersAndToOthersAreNot) {
  const std::string answer = bytes("answer"), body = text("body"), root = text("root");
  EXPECT_EQ(code(open_timestamp(answer, body + "x", nonce(), root)), "timestamp-other");
  EXPECT_EQ(code(open_timestamp(answer, body, "another", root)), "timestamp-other");
  EXPECT_EQ(code(open_timestamp(answer, body, nonce(), text("other_root"))), "timestamp-signature");
  EXPECT_EQ(code(open_timestamp(answer, body, nonce(), "no certificate")), "timestamp-signature");
  EXPECT_EQ(code(open_timestamp(bytes("refused"), body, nonce(), root)), "timestamp-refused");
  EXPECT_EQ(code(open_timestamp(answer + "x", body, nonce(), root)), "timestamp-form");
  EXPECT_EQ(code(open_timestamp({}, body, nonce(), root)), "timestamp-form");
}

// Nothing that is changed says another time.
TEST_F(TimeStampTest, NoByteOfAnAnswerCanBeChangedToSayAnotherTime) {
  const std::string answer = bytes("answer"), body = text("body"), root = text("root");
  const auto before = open_timestamp(answer, body, nonce(), root);
  ASSERT_TRUE(before);
  for (std::size_t i = 0; i < answer.size(); ++i) {
    std::string changed = answer;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto stamp = open_timestamp(changed, body, nonce(), root);
    if (stamp) {
      EXPECT_EQ(stamp->time_s, before->time_s) << i;
    }
    EXPECT_FALSE(open_timestamp(answer.substr(0, i), body, nonce(), root)) << i;
  }
}

}  // namespace
}  // namespace bashu::evidence
