#include "exchange/alarms.h"

#include <gtest/gtest.h>

#include "node/storage/memory.h"

namespace bashu::exchange {
namespace {

class AlarmsKept : public testing::Test {
 protected:
  node::MemoryFiles files_;
};

TEST_F(AlarmsKept, AreShownAfterARestartAndNotRaisedAgain) {
  {
    Alarms alarms{files_};
    EXPECT_TRUE(alarms.raise({.time_ms = 1'780'000'000'000,
                              .code = "peer-rollback",
                              .party = "si-chuan",
                              .text = "asks for message 3"},
                             "proof"));
    EXPECT_TRUE(alarms.raise(
        {.time_ms = 1'780'000'000'500, .code = "life-50", .party = "chongqing", .text = "old"}));
  }
  Alarms again{files_};
  const auto shown = again.newest();
  ASSERT_EQ(shown.size(), 2U);
  EXPECT_EQ(shown[0].code, "peer-rollback");
  EXPECT_EQ(shown[0].party, "si-chuan");
  EXPECT_EQ(shown[0].text, "asks for message 3");
  EXPECT_EQ(shown[0].time_ms, 1'780'000'000'000);
  EXPECT_EQ(shown[1].code, "life-50");
  EXPECT_FALSE(again.raise({.time_ms = 1'780'000'009'000,
                            .code = "peer-rollback",
                            .party = "si-chuan",
                            .text = "asks for message 3"},
                           "proof"));
}

TEST_F(AlarmsKept, OfAnEarlierVersionAreRead) {
  const auto put = [&](const std::string& name, const char* text) {
    ASSERT_TRUE(files_.write("alarms/" + name, text, 0600));
  };
  put("1780000000000-life-80-sichuan-0123456789abcdef.txt", "message 4\n");
  put("notes.txt", "not an alarm\n");
  Alarms alarms{files_};
  const auto shown = alarms.newest();
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].code, "life-80");
  EXPECT_EQ(shown[0].party, "sichuan");
}

}  // namespace
}  // namespace bashu::exchange
