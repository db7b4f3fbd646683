#include "fares/sums.h"

#include <gtest/gtest.h>

namespace bashu::fares {
namespace {

Posting posting(const char* issuer, const char* operator_name, Money fare,
                Fault fault = Fault::none) {
  Posting one;
  one.issuer = issuer;
  one.operator_name = operator_name;
  one.party = "here";
  one.fare = fare;
  one.off = 10;
  one.from_issuer = fare - 10;
  one.fault = fault;
  return one;
}

TEST(Sums, AreByWhatIsAskedForAndAddUpToTheSameWhole) {
  const std::vector postings{posting("a", "metro", 200), posting("a", "bus", 100),
                             posting("b", "metro", 300, Fault::no_exit)};
  for (const std::vector<std::string>& by :
       {std::vector<std::string>{"issuer"}, {"operator", "side"}, {"class"}, {"day"}}) {
    SumsBy sums;
    for (const Posting& one : postings) add(sums, one, by);
    const Sums all = all_of(sums);
    EXPECT_EQ(all.rides, 3);
    EXPECT_EQ(all.faults, 1);
    EXPECT_EQ(all.fare, 600);
    EXPECT_EQ(all.from_issuer, 570);
    EXPECT_EQ(all.off, 30);
  }
  Posting completed = posting("a", "metro", 300, Fault::no_exit);
  completed.completion = "next";
  SumsBy more;
  add(more, completed, {"issuer"});
  EXPECT_EQ(all_of(more).faults, 0);
  EXPECT_EQ(all_of(more).completed, 1);
  SumsBy sums;
  for (const Posting& one : postings) add(sums, one, {"operator", "side"});
  ASSERT_EQ(sums.size(), 2U);
  EXPECT_EQ((sums.at({"metro", "here"}).fare), 500);
}

}  // namespace
}  // namespace bashu::fares
