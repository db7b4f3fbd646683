// Who may let whom in, and what two people decide: by persons in force when the second signs.
#include "core/people/people.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "core/core.h"
#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kNotes = R"pack(
bashu: 1
pack: notes
version: 1
title: {en: Notes}
types:
  line: {type: text, max: 100, class: public, title: {en: Text}}
registers:
  note: {title: {en: Notes}, kept: shared, key: [code], fields: {code: line}}
services:
  visit:
    title: {en: Visit}
    parties: {office: {clerk: all}}
    fields: {code: line}
    start: {owner: office, by: clerk, form: [code], to: done}
    states: {done: {title: {en: Done}, final: true}}
figures:
  visits: {title: {en: Visits}, of: visit, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: visits, is: 0}]}
)pack";

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
  std::int64_t asked(const std::string& person, const Act& act) {
    const auto done = run(AskApproval{.by = as(person), .act = act});
    EXPECT_TRUE(done);
    return done ? done->answer.int_at("approval") : 0;
  }
  static auto held_by(auto act, const Asker& by) {
    act.by = by;
    return act;
  }
  // Refused to one, asked for, signed by the second, and done once.
  template <typename Command>
  void by_two(Command act) {
    EXPECT_FALSE(run(held_by(act, as("ann"))));
    act.approval = asked("ann", act);
    EXPECT_FALSE(run(held_by(act, as("ann"))));
    EXPECT_FALSE(run(held_by(act, as("user:clerk"))));
    ASSERT_TRUE(run(held_by(act, as("user:bo"))));
    EXPECT_TRUE(state_.circle().people.approvals.empty());
    EXPECT_FALSE(run(held_by(act, as("user:bo"))));
  }
  static SetCalendar of_may() {
    return {.by = {},
            .calendar = {.party = "sichuan",
                         .version = 1,
                         .holidays = {*Date::parse("2026-05-01")},
                         .workdays = {}},
            .replaces = 0,
            .approval = 0};
  }
  static std::string notes() {
    const auto loaded = packs::load(kNotes);
    EXPECT_TRUE(loaded.pack);
    return loaded.pack ? canonical_json(loaded.pack->source) : std::string{};
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

// What the parties agree on, and what deadlines count by. A node's people do it by two.
TEST_F(PeopleOfANode, TwoPeopleAdoptAPackOnce) {
  admins();
  const AdoptPack act{.by = {}, .source = notes(), .from = std::nullopt, .approval = 0};
  by_two(act);
  ASSERT_EQ(state_.circle().packs.size(), 1U);
  const auto& adopted = state_.circle().packs.begin()->second.adopted;
  EXPECT_EQ(adopted.at("sichuan"), today_);
  // Once more it is nothing new, and asks nobody.
  AdoptPack again = act;
  again.by = as("user:bo");
  const auto nothing = run(again);
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->events.empty());
}

TEST_F(PeopleOfANode, AnApprovalOfWhatWasAdoptedMeanwhileIsClosedAndNothingElse) {
  admins();
  AdoptPack act{.by = {}, .source = notes(), .from = std::nullopt, .approval = 0};
  act.approval = asked("ann", act);
  AdoptPack at_rest = act;
  at_rest.by = holder();
  at_rest.approval = 0;
  ASSERT_TRUE(run(at_rest));
  act.by = as("user:bo");
  const auto done = run(act);
  ASSERT_TRUE(done);
  ASSERT_EQ(done->events.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<ApprovalClosed>(done->events.front()));
}

TEST_F(PeopleOfANode, WhatCannotBeAdoptedIsNotAskedFor) {
  admins();
  const auto refused = [&](const Act& act) {
    return !run(AskApproval{.by = as("ann"), .act = act}).has_value();
  };
  EXPECT_TRUE(refused(AdoptPack{.by = {}, .source = "{}", .from = today_, .approval = 0}));
  ASSERT_TRUE(run(held_by(of_may(), holder())));
  EXPECT_TRUE(refused(of_may()));
}

TEST_F(PeopleOfANode, TwoPeopleSetACalendarAsItStoodWhenTheyAsked) {
  admins();
  by_two(of_may());
  EXPECT_EQ(state_.circle().calendars.at("sichuan").version, 1);
  // Asked for as version 5, made from version 1; meanwhile there is a version 2.
  SetCalendar late = of_may();
  late.calendar.version = 5;
  late.replaces = 1;
  late.approval = asked("ann", late);
  SetCalendar second = of_may();
  second.calendar.version = 2;
  ASSERT_TRUE(run(held_by(second, holder())));
  EXPECT_FALSE(run(held_by(late, as("user:bo"))));
  EXPECT_EQ(state_.circle().calendars.at("sichuan").version, 2);
}

TEST_F(PeopleOfANode, TwoPeopleAdoptTheEditionsOfAFileOneByOne) {
  admins();
  const auto edition = [](std::int64_t number) {
    return AdoptRecord{.record = {.what = "agreement",
                                  .party = {},
                                  .edition = number,
                                  .bytes = "edition " + std::to_string(number)},
                       .parties = {{.party = "sichuan"}}};
  };
  const Act act = AdoptEditions{
      .file = Value::Record{{"editions", Value::List{Value{"edition 1"}, Value{"edition 2"}}}}};
  AdoptRecord one = edition(1);
  one.by = as("ann");
  EXPECT_FALSE(run(one));
  one.approval = asked("ann", act);
  EXPECT_FALSE(run(one));
  one.by = as("user:clerk");
  EXPECT_FALSE(run(one));
  one.by = as("user:bo");
  AdoptRecord other = one;
  other.record.bytes = "another edition 1";
  EXPECT_FALSE(run(other));
  ASSERT_TRUE(run(one));
  EXPECT_EQ(state_.circle().people.approvals.size(), 1U);
  AdoptRecord two = edition(2);
  two.by = one.by;
  two.approval = one.approval;
  ASSERT_TRUE(run(two));
  EXPECT_TRUE(state_.circle().people.approvals.empty());
  AdoptRecord three = edition(3);
  three.by = two.by;
  three.approval = two.approval;
  EXPECT_FALSE(run(three));
  // Keys come by themselves.
  AdoptRecord keys = edition(1);
  keys.record.what = "keys";
  keys.record.party = "sichuan";
  EXPECT_TRUE(run(keys));
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
  SetCalendar calendar = of_may();
  calendar.calendar.workdays = {*Date::parse("2026-05-09")};
  calendar.replaces = 3;
  const AdoptPack pack{.by = {}, .source = "{}", .from = today_, .approval = 0};
  const AdoptEditions editions{.file = Value::Record{{"editions", Value::List{Value{"one"}}}}};
  for (const Act& act :
       {Act{set}, Act{held}, Act{start}, Act{calendar}, Act{pack}, Act{editions}}) {
    const auto back = read_act(act_value(act));
    ASSERT_TRUE(back);
    EXPECT_EQ(act_value(*back), act_value(act));
  }
  EXPECT_FALSE(read_act(Value{}));
}

}  // namespace
}  // namespace bashu::core
