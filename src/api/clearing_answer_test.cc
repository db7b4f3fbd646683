// A first side that lies: it hands over a list of differences which does not lead to the root it
// signed. The second side is asked to answer it, and refuses.

#include "api/clearing_fixture.h"

namespace bashu::api {
namespace {

using AFalseList = ClearingOfTwo;

TEST_F(AFalseList, IsNotAnsweredAndTheTrueOneIs) {
  const std::vector<Difference> truth = clearing::compare(ours, theirs).differences;
  ASSERT_EQ(truth.size(), 3U);
  std::vector<std::vector<Difference>> lies(5, truth);
  lies[0].pop_back();                                                       // one left out
  lies[1].push_back(truth.front());                                         // one given twice
  lies[2].push_back({clearing::Kind::amount, ours.front(), ours.front()});  // one invented
  for (Difference& one : lies[3]) {  // another amount of ours
    if (one.there) one.there->amounts.net -= 1;
  }
  lies[4].clear();
  for (std::size_t i = 0; i < lies.size(); ++i) {
    hand_over(lies[i]);
    const Value none = Value::Record{{"second_answer", Value::List{}}};
    const Answer answer = step("answer", none), chinese = step("answer", none, "zh");
    EXPECT_EQ(answer.status, 422) << i << answer.raw;
    EXPECT_NE(answer.raw.find("does not lead to the root that the other side signed"),
              std::string::npos)
        << answer.raw;
    EXPECT_NE(chinese.raw.find("差异清单不能得出对方签署的根"), std::string::npos) << chinese.raw;
    sichuan.node->query([&](const core::State& state) {
      EXPECT_EQ(state.find_case(window)->state, "second_answers");
    });
    must_step("recount");
  }
  hand_over(truth);
  must_step("answer", Value::Record{{"second_answer", Value::List{}}});
  sichuan.node->query([&](const core::State& state) {
    EXPECT_EQ(state.find_case(window)->state, "first_answers");
  });
}

}  // namespace
}  // namespace bashu::api
