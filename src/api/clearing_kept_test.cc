// Which ledgers of books are kept between requests, and which go for others.

#include "api/clearing_kept.h"

#include <gtest/gtest.h>

namespace bashu::api {
namespace {

class Kept : public ::testing::Test {
 protected:
  // A request that holds the ledger of a book, which then has so many rows. Whether it was there
  // already.
  bool use(const std::string& book, std::size_t rows) {
    const HeldBook held = books_.hold(book);
    const bool kept = held->ledger.has_value();
    if (!kept) {
      held->ledger.emplace(windows::Ledger::Of{
          .first = "chongqing", .second = "sichuan", .own_is_first = true, .tariff = {}});
    }
    books_.has_rows(held, rows);
    return kept;
  }

  KeptBooks books_{100};
};

TEST_F(Kept, AsManyAreKeptAsTheRowsAllow) {
  EXPECT_FALSE(use("a", 50));
  EXPECT_FALSE(use("b", 50));
  EXPECT_TRUE(use("a", 50));
  EXPECT_TRUE(use("b", 50));
}

TEST_F(Kept, TheOneUsedLongestAgoGoesFirst) {
  use("a", 40);
  use("b", 40);
  EXPECT_TRUE(use("a", 40));
  EXPECT_FALSE(use("c", 40));
  EXPECT_TRUE(use("a", 40));
  EXPECT_TRUE(use("c", 40));
  EXPECT_FALSE(use("b", 40));
}

TEST_F(Kept, NoMoreGoThanMust) {
  use("a", 10);
  use("b", 60);
  use("c", 20);
  EXPECT_FALSE(use("d", 20));  // ten too many: the oldest is enough
  EXPECT_TRUE(use("b", 60));
  EXPECT_TRUE(use("c", 20));
}

TEST_F(Kept, ABookThatGrowsPushesOutTheOthersAndNeverItself) {
  use("a", 10);
  use("b", 10);
  EXPECT_TRUE(use("a", 1'000));
  EXPECT_TRUE(use("a", 1'000));
  EXPECT_FALSE(use("b", 10));
}

TEST_F(Kept, WhoHoldsABookThatHadToGoReadsItToTheEnd) {
  const HeldBook held = books_.hold("a");
  held->ledger.emplace(windows::Ledger::Of{
      .first = "chongqing", .second = "sichuan", .own_is_first = true, .tariff = {}});
  books_.has_rows(held, 60);
  EXPECT_FALSE(use("b", 60));
  EXPECT_TRUE(held->ledger.has_value());
  EXPECT_EQ(held->ledger->batches(), 0U);
}

TEST_F(Kept, ABookWithoutRowsMakesNoRoomAndStays) {
  use("empty", 0);
  use("a", 100);
  EXPECT_FALSE(use("b", 100));
  EXPECT_TRUE(use("empty", 0));
}

}  // namespace
}  // namespace bashu::api
