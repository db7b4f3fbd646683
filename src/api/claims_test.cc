// What a comparison came to is kept. What is asked and shown: core_test, e2e.claims.
#include "api/claims.h"

#include <gtest/gtest.h>

namespace bashu::api {
namespace {

TEST(Verdicts, AreComputedAgainWhenWhatTheyComeFromHasChanged) {
  Verdicts verdicts;
  int computed = 0;
  const auto found = [&](const Verdicts::Question& question, const Verdicts::From& from) {
    const core::Comparison one = verdicts.of(question, from, [&] {
      return core::Comparison{.shown = core::Shown::differs, .why = std::to_string(++computed)};
    });
    EXPECT_EQ(one.shown, core::Shown::differs);
    return one.why;
  };
  const Verdicts::From from{.shown_at = 9, .calendar = 1, .steps = 3};
  for (int looks = 0; looks < 3; ++looks) EXPECT_EQ(found({"a-1", 7}, from), "1");
  EXPECT_EQ(found({"a-2", 7}, from), "2") << "of another case, asked in the same entry";
  EXPECT_EQ(found({"a-1", 7}, {.shown_at = 10, .calendar = 1, .steps = 3}), "3");
  EXPECT_EQ(found({"a-1", 7}, {.shown_at = 10, .calendar = 2, .steps = 3}), "4");
  EXPECT_EQ(found({"a-1", 7}, {.shown_at = 10, .calendar = 2, .steps = 4}), "5");
  EXPECT_EQ(found({"a-1", 7}, {.shown_at = 10, .calendar = 2, .steps = 4}), "5");
  EXPECT_EQ(found({"a-2", 7}, from), "2");
  verdicts.forget({"a-2", 7});
  EXPECT_EQ(found({"a-2", 7}, from), "6");
}

}  // namespace
}  // namespace bashu::api
