#include "core/cases/names.h"

#include <gtest/gtest.h>

namespace bashu::core {
namespace {

// The owner of the case above and whoever opens the sub-case ask the same function.
TEST(Names, OfSubCasesThatStepsStartAreWrittenOneWay) {
  struct Row {
    const char* id;
    std::int64_t number;  // 0: no such name
  };
  for (const Row& row :
       {Row{"a-1/trip1", 1}, Row{"a-1/trip10000", 10'000}, Row{"a-1/trip", 0}, Row{"a-1/trip0", 0},
        Row{"a-1/trip01", 0}, Row{"a-1/trip10001", 0}, Row{"a-1/trip99999999999999999999", 0},
        Row{"a-1/trip-b-1", 0}, Row{"a-1/trip1x", 0}, Row{"a-1/tripx1", 0}, Row{"a-1trip1", 0},
        Row{"a-2/trip1", 0}, Row{"a-1/load1", 0}, Row{"", 0}}) {
    EXPECT_EQ(child_number(row.id, "a-1", "trip").value_or(0), row.number) << row.id;
  }
}

}  // namespace
}  // namespace bashu::core
