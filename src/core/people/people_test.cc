// Who may let whom in, and what two people decide: by persons in force when the second signs.
#include "core/people/people.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "core/core.h"

namespace bashu::core {
namespace {

class PeopleOfANode : public ::testing::Test {
 protected:
  std::expected<Decision, Reject> run(const Command& command) {
    auto decision =
        decide(state_, command,
               {.now = {.unix_ms = now_s_ * 1'000}, .today = today_, .salt = std::string(16, 's')});
    if (decision) {
      for (const Event& event : decision->events) state_.apply(event);
    }
    return decision;
  }
  static Asker holder() {
    Asker by;
    by.principal = "local:root";
    by.roles = {std::string{kDirectoryRole}};
    return by;
  }
  static Asker as(const std::string& person) {
    Asker by;
    by.principal = person;
    return by;
  }
  static PrincipalSet principal(const std::string& id, const std::string& person,
                                std::vector<std::string> may) {
    PrincipalSet set;
    set.id = id;
    set.version = 1;
    set.person = person;
    set.may = std::move(may);
    set.proof = "proof of " + id;
    return set;
  }
  void admit(const PrincipalSet& set) {
    ASSERT_TRUE(run(SetPrincipal{.by = holder(), .who = set, .approval = 0}));
  }
  void admins() {
    admit(principal("key:a1", "ann", {"admin"}));
    admit(principal("key:a2", "ann", {"admin"}));
    admit(principal("user:bo", "user:bo", {"admin"}));
    admit(principal("user:clerk", "user:clerk", {}));
  }
  // What the first of two asks for here: another administrator.
  static SetPrincipal another() {
    return {.by = {}, .who = principal("user:new", "user:new", {"admin"}), .approval = 0};
  }
  std::int64_t asked_by(const std::string& person) {
    const auto asked = run(AskApproval{.by = as(person), .act = another()});
    EXPECT_TRUE(asked);
    return asked ? asked->answer.int_at("approval") : 0;
  }
  bool signed_by(const std::string& person, std::int64_t number) {
    SetPrincipal act = another();
    act.by = as(person);
    act.approval = number;
    return run(act).has_value();
  }
  [[nodiscard]] bool has_new() const {
    return state_.circle().people.principals.contains("user:new");
  }

  State state_{"sichuan"};
  Date today_ = *Date::parse("2026-03-02");
  std::int64_t now_s_ = 1'790'000'000;
};

TEST_F(PeopleOfANode, TwoPeopleLetAnAdministratorIn) {
  admins();
  EXPECT_FALSE(run(SetPrincipal{.by = as("ann"), .who = another().who, .approval = 0}));
  const std::int64_t number = asked_by("ann");
  EXPECT_FALSE(has_new());
  EXPECT_EQ(asked_by("ann"), number);  // asked once
  EXPECT_FALSE(signed_by("ann", number));
  EXPECT_FALSE(signed_by("user:clerk", number));
  EXPECT_FALSE(signed_by("key:a2", number));
  ASSERT_TRUE(signed_by("user:bo", number));
  EXPECT_TRUE(has_new());
  EXPECT_TRUE(state_.circle().people.approvals.empty());
  EXPECT_FALSE(signed_by("user:bo", number));
}

TEST_F(PeopleOfANode, TheFirstMustBeInForceWhenTheSecondSigns) {
  admins();
  const std::int64_t number = asked_by("ann");
  ASSERT_TRUE(run(EndPrincipal{.by = holder(), .id = "key:a1"}));
  ASSERT_TRUE(run(EndPrincipal{.by = holder(), .id = "key:a2"}));
  EXPECT_FALSE(signed_by("user:bo", number));
  EXPECT_FALSE(has_new());
}

TEST_F(PeopleOfANode, APersonIsInForceByAnyKeyOfTheirs) {
  admins();
  const std::int64_t number = asked_by("ann");
  ASSERT_TRUE(run(EndPrincipal{.by = holder(), .id = "key:a1"}));
  EXPECT_TRUE(signed_by("user:bo", number));
}

TEST_F(PeopleOfANode, WhoeverExpiredMeanwhileDoesNotCount) {
  PrincipalSet brief = principal("key:brief", "brief", {"admin"});
  brief.until = today_;
  admit(brief);
  admins();
  const std::int64_t number = asked_by("brief");
  today_ = today_.plus_days(1);
  EXPECT_FALSE(signed_by("user:bo", number));
  const std::int64_t other = [&] {
    SetPrincipal act = another();
    act.who.roles = {"*:clerk"};
    return run(AskApproval{.by = as("ann"), .act = act})->answer.int_at("approval");
  }();
  EXPECT_FALSE(signed_by("brief", other));
}

TEST_F(PeopleOfANode, AnApprovalExpiresAndIsWithdrawn) {
  admins();
  const std::int64_t first = asked_by("ann");
  now_s_ += kApprovalLifeS;
  EXPECT_FALSE(signed_by("user:bo", first));
  const std::int64_t second = asked_by("ann");
  EXPECT_NE(second, first);
  EXPECT_EQ(state_.circle().people.approvals.size(), 1U);
  EXPECT_FALSE(run(WithdrawApproval{.by = as("user:clerk"), .number = second}));
  ASSERT_TRUE(run(WithdrawApproval{.by = as("user:bo"), .number = second}));
  EXPECT_FALSE(signed_by("user:bo", second));
}

// Each of these gives somebody powers, or the secret of somebody who has them.
TEST_F(PeopleOfANode, WhatTakesTwoAndWhatDoesNot) {
  admins();
  PrincipalSet limited = principal("user:lim", "user:lim", {"registrar"});
  limited.divisions = {"5101"};
  limited.until = today_.plus_days(10);
  admit(limited);
  limited.version = 2;
  struct Row {
    const char* what;
    bool two;
    void (*change)(PrincipalSet&);
  };
  const Row rows[] = {
      {"roles", false, [](PrincipalSet& set) { set.roles = {"*:clerk"}; }},
      {"fewer powers", false, [](PrincipalSet& set) { set.may = {}; }},
      {"ends sooner", false, [](PrincipalSet& set) { set.until = set.until->plus_days(-5); }},
      {"other power", true, [](PrincipalSet& set) { set.may = {"audit"}; }},
      {"ends later", true, [](PrincipalSet& set) { set.until = set.until->plus_days(5); }},
      {"never ends", true, [](PrincipalSet& set) { set.until.reset(); }},
      {"everywhere", true, [](PrincipalSet& set) { set.divisions = {}; }},
      {"elsewhere", true, [](PrincipalSet& set) { set.divisions = {"5001"}; }},
      {"another person", true, [](PrincipalSet& set) { set.person = "user:bo"; }},
      {"another secret", true, [](PrincipalSet& set) { set.proof = "new"; }},
      {"another provider", true, [](PrincipalSet& set) { set.provider = "new"; }},
  };
  for (const Row& row : rows) {
    SetPrincipal command{.by = as("ann"), .who = limited, .approval = 0};
    row.change(command.who);
    EXPECT_EQ(needs_two(state_.circle().people, command, today_), row.two) << row.what;
    command.by = as("user:lim");  // a password of one's own
    const bool own = std::string_view{row.what} == "another secret" ||
                     std::string_view{row.what} == "another provider";
    EXPECT_EQ(needs_two(state_.circle().people, command, today_), row.two && !own) << row.what;
  }
  SetPrincipal clerk{.by = as("ann"), .who = principal("key:c", "key:c", {}), .approval = 0};
  EXPECT_FALSE(needs_two(state_.circle().people, clerk, today_));
  EXPECT_TRUE(run(clerk));
}

TEST_F(PeopleOfANode, APersonChoosesASecretOfTheirOwnAndNothingElse) {
  admins();
  PrincipalSet clerk = principal("user:clerk", "user:clerk", {});
  clerk.version = 2;
  clerk.proof = "chosen";
  const auto by = [&](const std::string& person, const PrincipalSet& who) {
    return run(SetPrincipal{.by = as(person), .who = who, .approval = 0}).has_value();
  };
  PrincipalSet more = clerk;
  more.roles = {"*:clerk"};
  EXPECT_FALSE(by("user:clerk", more));
  more = clerk;
  more.until = today_;
  EXPECT_FALSE(by("user:clerk", more));
  EXPECT_FALSE(by("user:bo2", clerk));
  EXPECT_TRUE(by("user:clerk", clerk));
  EXPECT_EQ(state_.circle().people.principals.at("user:clerk").set.proof, "chosen");
  // An administrator's own password takes no second person either.
  PrincipalSet bo = principal("user:bo", "user:bo", {"admin"});
  bo.version = 2;
  bo.proof = "chosen by bo";
  EXPECT_TRUE(by("user:bo", bo));
  ASSERT_TRUE(run(EndPrincipal{.by = holder(), .id = "user:clerk"}));
  clerk.version = 3;
  clerk.proof = "too late";
  EXPECT_FALSE(by("user:clerk", clerk));
}

TEST_F(PeopleOfANode, ActsComeBackFromTheJournal) {
  SetPrincipal set = another();
  set.who.name = Value{"sealed"};
  set.who.roles = {"a:b", "*:c"};
  set.who.divisions = {"5101"};
  set.who.subjects = {"x"};
  set.who.provider = "p";
  set.who.until = today_;
  ResolveHeld held;
  held.from = "chongqing";
  held.seq = 7;
  held.reject = true;
  held.note = "n";
  StartChannel start;
  start.peer = "chongqing";
  start.stopped = "receipt";
  start.note = "n";
  for (const Act& act : {Act{set}, Act{held}, Act{start}}) {
    const auto back = read_act(act_value(act));
    ASSERT_TRUE(back);
    EXPECT_EQ(act_value(*back), act_value(act));
  }
  EXPECT_FALSE(read_act(Value{}));
}

}  // namespace
}  // namespace bashu::core
