#include "journal/quorum.h"

#include <gtest/gtest.h>

namespace bashu::journal {
namespace {

TEST(Quorum, CountsWhomAServerWaitsFor) {
  const std::pair<const char*, int> rows[] = {
      {"", 0},
      {"  ", 0},
      {"*", 1},
      {"b", 1},
      {"b, c", 1},
      {"ANY 1 (b, c)", 1},
      {"any 2(b,c)", 2},
      {"FIRST 2 (b, c)", 2},
      {"2 (b, c)", 2},
      {"1(*)", 1},
      {"\"odd (2)\"", 1},
      {"ANY 1 (pgautofailover_standby_2)", 1},
  };
  for (const auto& [names, count] : rows) EXPECT_EQ(standbys_waited_for(names), count) << names;
}

TEST(Quorum, StandsInTheUrlAndIsNotLibpqs) {
  const auto split = split_quorum("postgres://u@a,b/d?quorum=2&target_session_attrs=read-write");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->url, "postgres://u@a,b/d?target_session_attrs=read-write");
  EXPECT_EQ(split->quorum.wanted, 2);
  EXPECT_TRUE(split->quorum.asked_for && split->quorum.holds_back);
  const auto warns = split_quorum("postgres://a/d?x=1&quorum=1-warn");
  ASSERT_TRUE(warns);
  EXPECT_EQ(warns->url, "postgres://a/d?x=1");
  EXPECT_TRUE(warns->quorum.asked_for && !warns->quorum.holds_back && warns->quorum.is_short());
  EXPECT_EQ(split_quorum("postgres://a/d?quorum=0")->url, "postgres://a/d");
  const auto unsaid = split_quorum("postgres://a/d?connect_timeout=5");
  EXPECT_EQ(unsaid->url, "postgres://a/d?connect_timeout=5");
  EXPECT_FALSE(unsaid->quorum.asked_for || unsaid->quorum.is_short());
  for (const char* wrong : {"quorum=", "quorum=-1", "quorum=one", "quorum=01", "quorum=1-warns",
                            "quorum=100", "quorum=1x"}) {
    EXPECT_FALSE(split_quorum(std::string{"postgres://a/d?"} + wrong)) << wrong;
  }
}

}  // namespace
}  // namespace bashu::journal
