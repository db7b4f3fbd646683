// A clearing house that lies: it publishes a netting that does not follow from the statements which
// its members hold. Chongqing is the house, past its API; Sichuan is asked to confirm, and refuses.

#include "api/clearing_fixture.h"
#include "clearing/net_statement.h"
#include "http/message.h"

namespace bashu::api {
namespace {

class AHouse : public ClearingOfTwo {
 protected:
  AHouse() {
    open_netted_book();
    const auto started = [&](core::StartCase start) {
      const core::CaseId id{chongqing.must(std::move(start)).decision.answer.text_at("case")};
      circle.settle();
      return id;
    };
    core::StartCase join{.by = kFinance,
                         .pack = "clearing",
                         .service = "membership",
                         .role = "finance",
                         .parties = {{"house", "chongqing"}, {"member", "sichuan"}}};
    join.with = Value::Record{{"name", "house"}, {"house_account", account("chongqing")}};
    const core::CaseId membership = started(std::move(join));
    sichuan.must(core::FireEvent{.by = kFinance,
                                 .id = membership,
                                 .event = "agree",
                                 .role = "finance",
                                 .version = {},
                                 .with = Value::Record{{"member_account", account("sichuan")}}});
    circle.settle();
    core::StartCase call{.by = kFinance, .pack = "clearing", .service = "share", .role = "finance"};
    call.parent = membership;
    const std::string today = chongqing.clock.today().text();
    call.with =
        Value::Record{{"until", "2021-03-05"}, {"hand_in_by", today}, {"confirm_by", today}};
    share = started(std::move(call));
  }

  // One window of a book that the house nets, on which both agree.
  void open_netted_book() {
    const core::CaseId of =
        agreed_book("netted", {{"way", "multilateral"}, {"house", "chongqing"}});
    const std::string rows = bill(1) + bill(2);
    hand_in(of, rows);
    const Drawn drawn = lines_of(true, rows);
    ClearingBook sides;
    sides.row.parties = {{"first", "chongqing"}, {"second", "sichuan"}};
    core::StartCase open{
        .by = kFinance, .pack = "clearing", .service = "window", .role = "finance"};
    open.parent = of;
    open.with = Value::Record{{"until", "2021-03-05"},
                              {"first", statement_field(drawn.statement, sides, 1)},
                              {"first_sketch", document(drawn.sketch)}};
    netted.assign(chongqing.must(std::move(open)).decision.answer.text_at("case"));
    circle.settle();
    must(netted, "state");
    truth = {{.window = netted, .statement = drawn.statement}};
  }

  Answer step_of(const core::CaseId& id, const std::string& event) {
    return post("/cases/" + http::percent_encode(id) + "/events/" + event,
                canonical_json(Value::Record{{"role", "finance"}, {"with", Value::Record{}}}));
  }
  void must(const core::CaseId& id, const std::string& event) {
    const Answer answer = step_of(id, event);
    EXPECT_EQ(answer.status, 200) << answer.raw;
    circle.settle();
  }
  [[nodiscard]] std::string state_of(const core::CaseId& id) const {
    std::string out;
    sichuan.node->query([&](const core::State& state) { out = state.find_case(id)->state; });
    return out;
  }

  void publish(const std::string& text, const std::string& root, clearing::Money position) {
    chongqing.must(core::FireEvent{.by = kFinance,
                                   .id = share,
                                   .event = "publish",
                                   .role = "finance",
                                   .version = {},
                                   .with = Value::Record{{"round", "R"},
                                                         {"netting", document(text)},
                                                         {"root", "sha256:" + root},
                                                         {"position", position}}});
    circle.settle();
  }
  // As the house would have it of these statements; signed by nobody but itself.
  void publish(const std::vector<clearing::WindowStatement>& windows, const clearing::NetTerms& by,
               clearing::Money more = 0) {
    const auto net = clearing::net_statement(windows, by);
    ASSERT_TRUE(net) << net.error();
    const auto position = net->positions.find("sichuan");
    publish(clearing::text_of(*net), hex(net->root),
            (position == net->positions.end() ? 0 : position->second) + more);
  }
  std::string confirmed() {
    const Answer answer = step_of(share, "confirm");
    circle.settle();
    return answer.status == 200 ? "confirmed" : answer.raw;
  }

  const clearing::NetTerms terms{.way = clearing::Netting::multilateral, .house = "chongqing"};
  core::CaseId netted, share;
  std::vector<clearing::WindowStatement> truth;
};

TEST_F(AHouse, GetsWhatBothSidesAgreedOnAndNothingElse) {
  ASSERT_EQ(state_of(netted), "awaits_netting");
  must(share, "hand_in");
  ASSERT_EQ(state_of(share), "handed_in");
  sichuan.node->query([&](const core::State& state) {
    const Value* list = state.find_case(share)->data.find("statements");
    ASSERT_TRUE(list && list->as_list());
    ASSERT_EQ(list->as_list()->size(), 1U);  // the window of the other book is no such
    const Value& one = list->as_list()->front();
    EXPECT_EQ(one.text_at("window"), netted);
    EXPECT_EQ(one.text_at("other"), "chongqing");
    EXPECT_EQ(one.text_at("digest"),
              "sha256:" + hex(sha256(clearing::text_of(truth.front().statement))));
    EXPECT_NE(one.int_at("net"), 0);
  });
}

TEST_F(AHouse, MayNotTellAnotherAmount) {
  must(share, "hand_in");
  auto other = truth;
  other.front().statement.sums.begin()->second.net += 1;
  publish(other, terms);
  EXPECT_NE(confirmed().find("does not follow from the statements"), std::string::npos);
  EXPECT_EQ(state_of(share), "published");
}

TEST_F(AHouse, MayNotPutOneWindowForAnother) {
  must(share, "hand_in");
  auto other = truth;
  other.front().window.assign("chongqing-9/window-1");
  publish(other, terms);
  EXPECT_NE(confirmed().find("does not follow from the statements"), std::string::npos);
}

TEST_F(AHouse, MayNotAddALine) {
  must(share, "hand_in");
  auto other = truth;
  other.push_back({.window = "chongqing-9/window-1", .statement = truth.front().statement});
  publish(other, terms);
  EXPECT_NE(confirmed().find("does not follow from the statements"), std::string::npos);
}

TEST_F(AHouse, MayNotTellAnotherPositionThanFollows) {
  must(share, "hand_in");
  publish(truth, terms, 1);
  EXPECT_NE(confirmed().find("does not come out"), std::string::npos);
}

TEST_F(AHouse, MayNotNetByOtherTerms) {
  must(share, "hand_in");
  clearing::NetTerms others = terms;
  others.least = 1;
  publish(truth, others);
  EXPECT_NE(confirmed().find("does not come out"), std::string::npos);
}

TEST_F(AHouse, MayNotTellAnotherRootThanFollows) {
  must(share, "hand_in");
  const auto net = clearing::net_statement(truth, terms);
  ASSERT_TRUE(net);
  publish(clearing::text_of(*net), hex(sha256("other")), net->positions.at("sichuan"));
  EXPECT_NE(confirmed().find("does not come out"), std::string::npos);
}

TEST_F(AHouse, IsConfirmedIfTheNettingFollows) {
  must(share, "hand_in");
  publish(truth, terms);
  EXPECT_EQ(confirmed(), "confirmed");
  EXPECT_EQ(state_of(share), "confirmed");
  // Until it is released the window is in no netting, and nobody pays it beside the house.
  const Answer net = step_of(netted, "net"), alone = step_of(netted, "pay_alone");
  EXPECT_EQ(net.status, 422);
  EXPECT_NE(net.raw.find("No released netting"), std::string::npos) << net.raw;
  EXPECT_EQ(alone.status, 422);
  EXPECT_NE(alone.raw.find("is in the share"), std::string::npos) << alone.raw;
  chongqing.must(core::FireEvent{.by = kFinance,
                                 .id = share,
                                 .event = "release",
                                 .role = "finance",
                                 .version = {},
                                 .with = Value::Record{{"released", 1}}});
  circle.settle();
  must(netted, "net");
  EXPECT_EQ(state_of(netted), "settled");
}

// Who has left it out nets nothing, and is bound to nothing.
TEST_F(AHouse, ThatLeavesAMemberOutLeavesItsWindowsAsTheyWere) {
  must(share, "hand_in");
  chongqing.must(core::FireEvent{.by = kFinance,
                                 .id = share,
                                 .event = "leave_out",
                                 .role = "finance",
                                 .version = {},
                                 .with = Value::Record{{"note", "late"}}});
  circle.settle();
  EXPECT_EQ(step_of(netted, "net").status, 422);
  must(netted, "pay_alone");
  EXPECT_NE(state_of(netted), "awaits_netting");
}

}  // namespace
}  // namespace bashu::api
