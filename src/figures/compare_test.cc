// Two or three cores that tell each other their figures; the test carries every message by hand.
#include "figures/compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "core/core.h"
#include "figures/answer.h"
#include "figures/discrepancies.h"
#include "figures/tell.h"
#include "packs/load.h"
#include "views/views.h"

namespace bashu::figures {
namespace {

using views::At;
using views::Views;

std::string visits(int version = 1, const std::string& measure = "count: true") {
  return R"(
bashu: 1
pack: visits
version: )" +
         std::to_string(version) + R"(
title: {en: Visits}
types:
  line: {type: text, max: 60, class: public, title: {en: Line}}
  yuan: {type: money, unit: CNY, scale: 2, min: 0, class: public, title: {en: Yuan}}
  day: {type: date, class: public, title: {en: Day}}
books:
  money:
    title: {en: Money}
    type: yuan
    accounts: {source: {floor: none}, paid: {key: [project]}, owed: {key: [guest, host]}, of_case: {key: [case]}}
feeds:
  payments:
    title: {en: Payments}
    by: office
    fields: {voucher: line, project: line, amount: yuan, paid_on: day}
    key: [voucher]
    do: {move: =line.amount, from: money.source, to: money.paid(line.project), date: =line.paid_on}
registers:
  guest: {kept: own, key: [name], title: {en: Guests}, fields: {name: line}}
  road: {kept: shared, key: [name], title: {en: Roads}, fields: {name: line}}
  stay: {kept: parties, key: [name], title: {en: Stays}, fields: {name: line, one: {type: party, class: public, title: {en: One}}, other: {type: party, class: public, title: {en: Other}}}}
services:
  visit:
    title: {en: Visit}
    parties: {host: {office: all}, guest: {office: all}}
    fields: {subject: line}
    start: {owner: guest, by: office, form: [subject], to: going}
    states:
      going: {title: {en: Going}, owner: guest, events: {report: {title: {en: Report}, by: office, to: held,
          do: [{move: 100, from: money.source, to: "money.owed(case.parties.guest, case.parties.host) ", at: all},
               {move: 100, from: money.source, to: money.of_case(case.id), at: all},
               {put: stay, key: =case.id, fields: {name: =case.id, one: =case.parties.guest, other: =case.parties.host}}]}}}
      held: {title: {en: Held}, final: true}
figures:
  visits: {title: {en: Visits held}, of: visit, from: case.reached('held'), )" +
         measure + R"(, split: {host: case.parties.host}}
  guests: {title: {en: Guests}, of: guest, count: true, sides: add}
  listed: {title: {en: Guests listed}, of: guest, count: true}
  roads: {title: {en: Roads}, of: road, count: true}
  anna: {title: {en: Anna}, of: guest, where: entry.name == 'Anna', count: true, sides: add}
  annas: {title: {en: Share}, unit: {name: "%", scale: 1}, value: "ratio(figure.anna, figure.guests, 1000) ", sides: add}
  paid: {title: {en: Paid}, of: money.paid, sum: account.balance, split: {project: account.project}}
  opened: {title: {en: Visits paid}, of: visit, count: true, concerns: opener}
  held: {title: {en: Visits held}, of: visit, from: case.reached('held'), count: true, concerns: parties, split: {host: case.parties.host}}
  rate: {title: {en: Held of those seen}, unit: {name: "%", scale: 1}, value: "ratio(figure.held, figure.seen, 1000) "}
  seen: {title: {en: Visits}, of: visit, count: true, concerns: parties}
  owed: {title: {en: Owed}, of: money.owed, sum: account.balance, concerns: [account.guest, account.host]}
  of_case: {title: {en: Owed by case}, of: money.of_case, sum: account.balance, concerns: {case: account.case}}
  stays: {title: {en: Stays}, of: stay, count: true, concerns: [entry.one, entry.other]}
  paid_out: {title: {en: Paid out}, of: money.paid, sum: account.balance, sides: add}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: visits, is: 0}]}
)";
}

class SidesTest : public ::testing::Test {
 protected:
  struct Node {
    std::unique_ptr<core::State> state;
    std::unique_ptr<Views> views;
    std::uint64_t entries = 0;
  };
  using Spoil = std::function<void(core::MessageQueued&)>;

  void SetUp() override { begin({"a", "b"}); }
  void begin(const std::vector<core::PartyId>& parties) {
    nodes_.clear();
    parties_ = parties;
    core::AdoptRecord circle{
        .record = {.what = "agreement", .party = {}, .edition = 1, .bytes = "{}"}, .parties = {}};
    for (const core::PartyId& party : parties) circle.parties.push_back({.party = party});
    for (const core::PartyId& party : parties) {
      Node& node = nodes_[party];
      node.state = std::make_unique<core::State>(party);
      auto views = Views::open({.path = ":memory:", .own = party});
      ASSERT_TRUE(views) << views.error().what;
      node.views = std::move(*views);
      must(party, core::BeginDay{.day = today_});
      must(party, circle);
    }
    for (const core::PartyId& party : parties) adopt(party, visits());
    carry();
  }
  void adopt(const core::PartyId& at, const std::string& yaml) {
    const auto loaded = packs::load(yaml);
    ASSERT_TRUE(loaded.pack) << (loaded.findings.empty() ? "" : loaded.findings[0].text);
    must(at, core::AdoptPack{
                 .by = who(), .source = canonical_json(loaded.pack->source), .from = today_});
  }
  static core::Asker who() {
    return {.principal = "key:o",
            .roles = {"office", "registrar", "audit"},
            .divisions = {},
            .idempotency_key = {},
            .request_digest = {}};
  }
  std::expected<core::Decision, Reject> run(const core::PartyId& at, const core::Command& command) {
    const core::Moment moment{
        .now = {.unix_ms = std::int64_t{today_.days()} * 86'400'000}, .today = today_, .salt = "s"};
    Node& node = nodes_.at(at);
    auto decision = core::decide(*node.state, command, moment);
    if (!decision) return decision;
    for (const core::Event& event : decision->events) {
      node.state->apply(event);
      if (const auto* message = std::get_if<core::MessageQueued>(&event))
        waiting_[{at, message->to}].push_back(*message);
    }
    EXPECT_TRUE(node.views->apply(node.entries++, moment.now.unix_ms, decision->events));
    EXPECT_TRUE(node.views->flush());
    return decision;
  }
  core::Decision must(const core::PartyId& at, const core::Command& command) {
    auto decision = run(at, command);
    EXPECT_TRUE(decision) << (decision
                                  ? ""
                                  : reject_name(decision.error().code) + decision.error().where);
    return decision ? *decision : core::Decision{};
  }
  // Everything that waits from one to the other; `spoil` may alter what is on the way.
  void carry(const core::PartyId& from, const core::PartyId& to, const Spoil& spoil = {}) {
    auto& queue = waiting_[{from, to}];
    while (!queue.empty()) {
      core::MessageQueued message = std::move(queue.front());
      queue.pop_front();
      if (spoil) spoil(message);
      const std::string id = hex(sha256(from + to + std::to_string(message.seq)));
      outcome_ = must(to, core::TakeMessage{.from = from,
                                            .seq = message.seq,
                                            .message_id = id,
                                            .kind = message.kind,
                                            .stream = message.stream,
                                            .pack = message.pack,
                                            .body = message.body})
                     .outcome;
    }
  }
  void carry() {
    for (int round = 0; round < 4; ++round) {
      for (const core::PartyId& from : parties_) {
        for (const core::PartyId& to : parties_) {
          if (from != to) carry(from, to);
        }
      }
    }
  }
  core::CaseId visit(const core::PartyId& guest, const core::PartyId& host) {
    const core::Decision begun =
        must(guest, core::StartCase{.by = who(),
                                    .pack = "visits",
                                    .service = "visit",
                                    .role = "office",
                                    .parties = {{"guest", guest}, {"host", host}},
                                    .parent = {},
                                    .id = {},
                                    .with = Value{Value::Record{{"subject", "roads"}}}});
    return core::CaseId{begun.answer.text_at("case")};
  }
  void report(const core::PartyId& guest, const core::CaseId& id) {
    must(guest, core::FireEvent{.by = who(),
                                .id = id,
                                .event = "report",
                                .role = "office",
                                .version = {},
                                .with = Value{Value::Record{}}});
  }
  void list(const core::PartyId& at, const std::string& reg, const std::string& name) {
    must(at, core::PutRecords{.by = who(),
                              .pack = "visits",
                              .reg = reg,
                              .records = {Value{Value::Record{{"name", name}}}}});
  }
  void pay(const core::PartyId& at, const std::string& voucher, const std::string& project,
           std::int64_t amount, const std::string& on) {
    must(at, core::PostFeed{.by = who(),
                            .pack = "visits",
                            .feed = "payments",
                            .role = "office",
                            .lines = {Value{Value::Record{{"voucher", voucher},
                                                          {"project", project},
                                                          {"amount", amount},
                                                          {"paid_on", on}}}}});
  }
  Value told(const core::PartyId& at, const std::vector<std::string>& names) {
    std::vector<Ask> asks;
    for (const std::string& name : names) asks.push_back({.id = "visits/" + name, .as_of = today_});
    auto value = nodes_.at(at).views->read(
        {}, [&](views::Session& session) { return to_tell(session, asks); });
    EXPECT_TRUE(value) << value.error().what;
    return value ? *value : Value{};
  }
  void tell(const core::PartyId& at,
            const std::vector<std::string>& names = {"visits", "guests", "listed", "roads"}) {
    must(at, core::TellFigures{.by = who(), .told = told(at, names)});
  }
  Sides sides(const core::PartyId& at, const std::string& name, std::optional<Date> as_of = {},
              At known_at = {}) {
    const Ask ask{.id = "visits/" + name, .as_of = as_of.value_or(today_)};
    const auto found = nodes_.at(at).views->read(known_at, [&](views::Session& session) {
      const auto ours = answer(session, ask);
      return ours ? std::optional{compare(session, ask, *ours)} : std::nullopt;
    });
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : Sides{};
  }
  // What the other of two says.
  Side other(const core::PartyId& at, const std::string& name) {
    return sides(at, name).sides.back();
  }
  std::vector<Discrepancy> differing(const core::PartyId& at) {
    const auto found = nodes_.at(at).views->read(
        {}, [](views::Session& session) { return discrepancies(session, {}); });
    EXPECT_TRUE(found) << found.error().what;
    return found ? found->list : std::vector<Discrepancy>{};
  }

  Date today_ = *Date::parse("2026-03-02");
  std::vector<core::PartyId> parties_;
  std::map<core::PartyId, Node> nodes_;
  std::map<std::pair<core::PartyId, core::PartyId>, std::deque<core::MessageQueued>> waiting_;
  std::string outcome_;  // of the message taken last
};

TEST_F(SidesTest, TheSameMessagesGiveTheSameNumbers) {
  report("a", visit("a", "b"));
  report("b", visit("b", "a"));
  list("a", "guest", "x");
  list("b", "guest", "y");
  list("b", "guest", "z");
  list("a", "road", "r1");
  carry();
  EXPECT_EQ(sides("a", "visits").agree, Agree::unknown);
  EXPECT_EQ(other("a", "visits").why, Why::not_told);
  tell("a");
  tell("b");
  carry();
  for (const char* at : {"a", "b"}) {
    for (const char* name : {"visits", "roads"}) {
      const Sides found = sides(at, name);
      EXPECT_EQ(found.agree, Agree::yes) << at << name << why_name(found.sides.back().why);
      EXPECT_EQ(found.sides[0].value, found.sides[1].value);
    }
    EXPECT_EQ(sides(at, "visits").sides[1].value, 2);
    EXPECT_EQ(sides(at, "guests").agree, Agree::yes);
    EXPECT_EQ(sides(at, "guests").total, 3) << "each counts its own";
  }
}

TEST_F(SidesTest, ARatioThatAddsUpIsThatOfTheTotals) {
  list("a", "guest", "Anna");
  list("b", "guest", "Anna");
  for (const char* name : {"Bert", "Carl", "Dora"}) list("b", "guest", name);
  carry();
  EXPECT_EQ(sides("a", "annas").total, std::nullopt) << "b has not told";
  for (const core::PartyId at : {"a", "b"}) tell(at, {"anna", "guests", "annas"});
  carry();
  for (const core::PartyId at : {"a", "b"}) {
    const Sides both = sides(at, "annas");
    EXPECT_EQ(both.total, 400) << "2 of 5";
    EXPECT_EQ(both.sides[0].value, at == "a" ? 1000 : 250);
    EXPECT_EQ(both.agree, Agree::yes);
  }
}

TEST_F(SidesTest, ARealDifferenceIsListedEvenWhereRecordsAreNotNamed) {
  list("a", "guest", "x");
  list("a", "guest", "y");
  list("b", "guest", "y");
  tell("b");
  carry();
  EXPECT_EQ(other("a", "listed").agree, Agree::no);
  EXPECT_EQ(other("a", "listed").why, Why::value);
  const auto found = differing("a");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].ask.id, "visits/listed");
  EXPECT_EQ(found[0].ours.value, 2);
  EXPECT_EQ(found[0].theirs.value, 1);
  EXPECT_EQ(found[0].rows_told, RowsTold::none) << "what one side keeps for itself is not told";
  EXPECT_TRUE(found[0].rows.empty());
}

TEST_F(SidesTest, OfAccountsTheDayIsNamedOnWhichThePostingsDiffer) {
  for (const char* at : {"a", "b"}) {
    pay(at, "v1", "road", 100, "2026-01-05");
    pay(at, "v2", "road", 200, "2026-01-06");
    pay(at, "v3", "rail", 300, "2026-01-05");
  }
  pay("a", "v4", "road", 50, "2026-01-06");
  pay("b", "v5", "rail", 7, "2026-02-01");
  const std::vector<std::string> both{"paid", "paid_out"};
  for (const char* at : {"a", "b"}) tell(at, both);
  carry();
  const auto found = differing("a");
  ASSERT_EQ(found.size(), 1U) << "where each counts its own there is nothing to agree on";
  EXPECT_EQ(found[0].ask.id, "visits/paid");
  EXPECT_EQ(found[0].ours.value, 650);
  EXPECT_EQ(found[0].theirs.value, 607);
  ASSERT_EQ(found[0].splits.size(), 2U);
  EXPECT_EQ(found[0].splits[0].split, "project");
  EXPECT_EQ(found[0].splits[0].key, Value{"rail"});
  EXPECT_EQ(found[0].splits[0].ours, 300);
  EXPECT_EQ(found[0].splits[0].theirs, 307);
  EXPECT_EQ(found[0].splits[1].ours, 350);
  ASSERT_EQ(found[0].rows.size(), 2U);
  const RowDifference& road = found[0].rows[0];
  EXPECT_EQ(road.key, "road");
  EXPECT_EQ(road.on, Date::parse("2026-01-06"));
  EXPECT_EQ(road.ours, 250);
  EXPECT_EQ(road.theirs, 200);
  EXPECT_EQ(road.what, RowDifference::What::differs);
  EXPECT_FALSE(road.positions.empty()) << "the entry that posted last on that day";
  const RowDifference& rail = found[0].rows[1];
  EXPECT_EQ(rail.key, "rail");
  EXPECT_EQ(rail.on, Date::parse("2026-02-01"));
  EXPECT_EQ(rail.what, RowDifference::What::only_there);
  EXPECT_EQ(rail.ours, std::nullopt);
  EXPECT_EQ(rail.theirs, 7);
  pay("a", "v5", "rail", 7, "2026-02-01");
  pay("b", "v4", "road", 50, "2026-01-06");
  for (const char* at : {"a", "b"}) tell(at, both);
  carry();
  EXPECT_TRUE(differing("a").empty());
}

TEST_F(SidesTest, ManyDaysOfAnAccountAreNamedAsTheAccount) {
  for (const char* at : {"a", "b"}) {
    Date day = *Date::parse("2019-01-01");
    for (int i = 0; i < 2'001; ++i) {
      pay(at, "v" + std::to_string(i), "road", 10, day.text());
      day = day.plus_days(1);
    }
    pay(at, "w", "rail", 30, "2026-01-05");
  }
  pay("a", "more", "road", 5, "2026-01-05");
  tell("a", {"paid"});
  tell("b", {"paid"});
  carry();
  const auto found = differing("b");
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found[0].rows.size(), 1U);
  EXPECT_EQ(found[0].rows[0].key, "road");
  EXPECT_EQ(found[0].rows[0].on, std::nullopt);
  EXPECT_EQ(found[0].rows[0].ours, 20010);
  EXPECT_EQ(found[0].rows[0].theirs, 20015);
}

TEST_F(SidesTest, InACircleOfThreeNobodyIsToldOfAccounts) {
  begin({"a", "b", "c"});
  pay("a", "v1", "road", 100, "2026-01-05");
  tell("a", {"paid"});
  carry();
  const auto found = differing("b");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rows_told, RowsTold::none) << "two of them may hold it, and not the third";
  ASSERT_EQ(found[0].splits.size(), 1U) << "the break-down is part of the number";
  EXPECT_EQ(found[0].splits[0].theirs, 100);
}

TEST_F(SidesTest, AStepThatDidNotVerifyIsFoundAsTheRecordThatDiffers) {
  const core::CaseId good = visit("a", "b");
  const core::CaseId bad = visit("a", "b");
  carry();
  report("a", good);
  carry();
  report("a", bad);
  carry("a", "b", [](core::MessageQueued& message) {
    if (message.kind == "case.event") (*message.body.as_record())["to"] = "going";
  });
  EXPECT_EQ(outcome_, "held");
  carry();
  tell("a");
  tell("b");
  carry();
  for (const auto& [at, value] : {std::pair{"a", 2}, {"b", 1}}) {
    const Sides both = sides(at, "visits");
    EXPECT_EQ(both.agree, Agree::no);
    EXPECT_EQ(both.sides[0].value, value);
    const auto found = differing(at);
    ASSERT_EQ(found.size(), 1U) << at;
    ASSERT_EQ(found[0].rows.size(), 1U) << at;
    const RowDifference& row = found[0].rows[0];
    EXPECT_EQ(row.key, bad);
    EXPECT_FALSE(row.on_the_way);
    EXPECT_FALSE(row.positions.empty()) << "the entries here that made it so";
    EXPECT_EQ(row.what, std::string{at} == "a" ? RowDifference::What::only_here
                                               : RowDifference::What::only_there);
  }
}

TEST_F(SidesTest, WhatIsOnTheWayIsNoDifference) {
  const core::CaseId first = visit("a", "b");
  const core::CaseId second = visit("a", "b");
  report("a", first);
  carry();
  tell("b");
  carry();
  report("a", second);  // b does not know it yet
  const Side b = other("a", "visits");
  EXPECT_EQ(b.value, 1);
  EXPECT_EQ(b.agree, Agree::unknown);
  EXPECT_EQ(b.why, Why::on_the_way);
  EXPECT_EQ(b.to_them, 1);
  EXPECT_TRUE(b.compared_at) << "when we had just their messages, the numbers were the same";
  const auto found = differing("a");
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found[0].rows.size(), 1U);
  EXPECT_EQ(found[0].rows[0].key, second);
  EXPECT_TRUE(found[0].rows[0].on_the_way);
  EXPECT_EQ(found[0].theirs.agree, Agree::unknown);
  carry();
  tell("b");
  carry();
  EXPECT_EQ(other("a", "visits").agree, Agree::yes);
  EXPECT_TRUE(differing("a").empty());
}

TEST_F(SidesTest, MessagesThatCrossedAreToldApartByTheRecords) {
  const core::CaseId ours = visit("a", "b");
  const core::CaseId theirs = visit("b", "a");
  carry();
  report("a", ours);
  report("b", theirs);
  tell("b");
  carry("b", "a");
  Side b = other("a", "visits");
  EXPECT_EQ(b.agree, Agree::unknown);
  EXPECT_FALSE(b.compared_at) << "there was no moment with just the same messages";
  auto found = differing("a");
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found[0].rows.size(), 1U);
  EXPECT_EQ(found[0].rows[0].key, ours);
  EXPECT_TRUE(found[0].rows[0].on_the_way);
}

TEST_F(SidesTest, AnotherDefinitionIsShownAndComparedWithNothing) {
  report("a", visit("a", "b"));
  carry();
  adopt("b", visits(2, "where: \"data.subject == 'x'\", count: true"));
  tell("b");
  carry();
  EXPECT_EQ(outcome_, "held") << "of a pack that is not adopted here";
  adopt("a", visits(2, "where: \"data.subject == 'x'\", count: true"));
  EXPECT_EQ(other("a", "visits").agree, Agree::yes) << "released by the adoption";
  adopt("a", visits(3, "where: \"data.subject == 'roads'\", count: true"));
  EXPECT_EQ(sides("a", "visits").sides[0].value, 1) << "the newest version counts";
  const Side b = other("a", "visits");
  EXPECT_EQ(b.value, 0);
  EXPECT_EQ(b.agree, Agree::unknown);
  EXPECT_EQ(b.why, Why::definition);
  const auto found = differing("a");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].theirs.why, Why::definition);
  EXPECT_TRUE(found[0].rows.empty());
}

TEST_F(SidesTest, WhatIsAlteredDoesNoHarm) {
  report("a", visit("a", "b"));
  carry();
  const auto spoilt = [&](const Spoil& spoil) {
    tell("b");
    carry("b", "a", [&](core::MessageQueued& message) {
      if (message.kind == "figure.value") spoil(message);
    });
    return outcome_;
  };
  const auto item = [](core::MessageQueued& message) -> Value::Record& {
    return *(*message.body.as_record())["items"].as_list()->front().as_record();
  };
  EXPECT_EQ(spoilt([&](auto& m) { item(m)["value"] = "many"; }), "held");
  EXPECT_EQ(spoilt([&](auto& m) { item(m)["definition"] = "sha256:short"; }), "held");
  EXPECT_EQ(spoilt([&](auto& m) { item(m)["more"] = 1; }), "held");
  EXPECT_EQ(spoilt([&](auto& m) { m.body.as_record()->erase("taken"); }), "held");
  EXPECT_EQ(spoilt([&](auto& m) { (*m.body.as_record())["items"] = Value::Record{}; }), "held");
  EXPECT_EQ(other("a", "visits").why, Why::not_told);
  // Of good form, and wrong: shown for what it is.
  EXPECT_EQ(spoilt([&](auto& m) { (*m.body.as_record())["taken"] = 1'000'000; }), "applied");
  EXPECT_EQ(other("a", "visits").why, Why::implausible);
  EXPECT_EQ(spoilt([&](auto& m) { item(m)["figure"] = "nothing"; }), "applied");
  EXPECT_EQ(spoilt([&](auto& m) { item(m)["definition"] = "sha256:" + std::string(64, '0'); }),
            "applied");
  EXPECT_EQ(other("a", "visits").why, Why::definition);
  EXPECT_EQ(spoilt([](auto&) {}), "applied");
  EXPECT_EQ(other("a", "visits").agree, Agree::yes) << "the newest told counts";
  EXPECT_EQ(core::invariant(*nodes_.at("a").state), "");
}

TEST_F(SidesTest, WhatWasToldIsOfItsDateAndSeenFromItsPositionOn) {
  report("a", visit("a", "b"));
  carry();
  const std::uint64_t before = nodes_.at("a").entries - 1;
  tell("b");
  carry();
  EXPECT_EQ(sides("a", "visits").agree, Agree::yes);
  EXPECT_EQ(sides("a", "visits", {}, before).sides.back().why, Why::not_told);
  EXPECT_EQ(sides("a", "visits", today_.plus_days(1)).sides.back().why, Why::not_told);
  EXPECT_EQ(sides("a", "visits", today_.plus_days(-1)).sides.front().value, 0);
}

TEST_F(SidesTest, OfCasesOnlyThoseOfTheReceiverAreNamed) {
  begin({"a", "b", "c"});
  const core::CaseId with_b = visit("a", "b");
  const core::CaseId with_c = visit("a", "c");
  report("a", with_b);
  report("a", with_c);
  carry();
  tell("a", {"visits", "listed"});
  std::map<std::string, std::string> keys;
  for (const char* to : {"b", "c"}) {
    ASSERT_EQ(waiting_[std::pair(core::PartyId{"a"}, core::PartyId{to})].size(), 1U);
    for (const Value& item : *waiting_[std::pair(core::PartyId{"a"}, core::PartyId{to})]
                                  .front()
                                  .body.find("items")
                                  ->as_list()) {
      const Value* rows = item.find("row_digests");
      if (item.text_at("figure") == "listed") {
        EXPECT_EQ(rows, nullptr) << "a register that one side keeps";
        continue;
      }
      ASSERT_TRUE(rows && rows->as_record());
      ASSERT_EQ(rows->as_record()->size(), 1U);
      keys[to] = rows->as_record()->begin()->first;
    }
  }
  EXPECT_EQ(keys["b"], with_b);
  EXPECT_EQ(keys["c"], with_c);
}

// a visits b twice and c once; c visits b. No two of the three hold the same cases.
TEST_F(SidesTest, WhatConcernsTheOpenerOrThePartiesIsRefusedWhereItMeansNothing) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string yaml = visits();
    yaml.replace(yaml.find(from), from.size(), to);
    const auto loaded = packs::load(yaml);
    return !loaded.pack && std::ranges::count(loaded.findings, false, &Finding::note) == 1;
  };
  EXPECT_TRUE(refused("concerns: opener", "concerns: everybody"));
  EXPECT_TRUE(refused("concerns: opener", "concerns: [case.id]"));
  EXPECT_TRUE(refused("concerns: opener", "concerns: nobody"));
  EXPECT_TRUE(refused("concerns: opener", "concerns: opener, sides: add"));
  EXPECT_TRUE(refused("of: road, count: true", "of: road, count: true, concerns: parties"));
  EXPECT_TRUE(refused("of: guest, count: true}", "of: guest, count: true, concerns: everybody}"));
  EXPECT_TRUE(refused("concerns: {case: account.case}", "concerns: {case: account.balance}"));
  EXPECT_TRUE(refused("ratio(figure.held,", "ratio(figure.opened,"));
}

TEST_F(SidesTest, OfThreeEachTwoAgreeOnWhatBothHold) {
  begin({"a", "b", "c"});
  for (const auto& [guest, host] : std::vector<std::pair<core::PartyId, core::PartyId>>{
           {"a", "b"}, {"a", "b"}, {"a", "c"}, {"c", "b"}}) {
    const core::CaseId id = visit(guest, host);
    if (host != "c") report(guest, id);
  }
  carry();
  const std::vector<std::string> names{"visits", "opened", "held",    "seen",
                                       "rate",   "owed",   "of_case", "stays"};
  for (const core::PartyId& party : parties_) tell(party, names);
  carry();

  // Said of nobody, it is false by construction for the third.
  EXPECT_EQ(sides("a", "visits").agree, Agree::no);

  const Sides opened = sides("a", "opened");
  EXPECT_EQ(opened.agree, Agree::yes);
  EXPECT_EQ(opened.total, 4);
  EXPECT_EQ(opened.sides.front().value, 3);

  const auto pairs = [&](const core::PartyId& at, const std::string& name) {
    std::map<core::PartyId, std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>>
        all;
    const Sides found = sides(at, name);
    EXPECT_EQ(found.agree, Agree::yes) << at << name;
    EXPECT_FALSE(found.total);
    for (const Side& side : found.sides) {
      if (!side.own) all[side.party] = {side.ours, side.value};
    }
    return all;
  };
  using Pairs = decltype(pairs("a", "held"));
  EXPECT_EQ(pairs("a", "held"), (Pairs{{"b", {2, 2}}, {"c", {0, 0}}}));
  EXPECT_EQ(pairs("b", "held"), (Pairs{{"a", {2, 2}}, {"c", {1, 1}}}));
  EXPECT_EQ(pairs("c", "seen"), (Pairs{{"a", {1, 1}}, {"b", {1, 1}}}));
  EXPECT_EQ(pairs("a", "rate"), (Pairs{{"b", {1000, 1000}}, {"c", {0, 0}}}));
  EXPECT_EQ(pairs("b", "owed"), (Pairs{{"a", {200, 200}}, {"c", {100, 100}}}));
  EXPECT_EQ(pairs("c", "of_case"), (Pairs{{"a", {0, 0}}, {"b", {100, 100}}}));
  EXPECT_EQ(pairs("b", "stays"), (Pairs{{"a", {2, 2}}, {"c", {1, 1}}}));
  for (const core::PartyId& party : parties_) {
    for (const Discrepancy& found : differing(party)) EXPECT_EQ(found.ours.id, "visits/visits");
  }

  // A step of a's that does not verify at b: those two differ by that case, the third by none.
  const core::CaseId lost = visit("a", "b");
  carry();
  report("a", lost);
  carry("a", "b", [](core::MessageQueued& message) {
    if (message.kind == "case.event") (*message.body.as_record())["to"] = "going";
  });
  carry();
  for (const core::PartyId& party : parties_) tell(party, {"held"});
  carry();
  EXPECT_EQ(sides("c", "held").agree, Agree::yes);
  const Sides apart = sides("a", "held");
  EXPECT_EQ(apart.sides[1].party, "b");
  EXPECT_EQ(apart.sides[1].agree, Agree::no);
  EXPECT_EQ(apart.sides[2].agree, Agree::yes);
  const auto found = differing("b");
  const auto held =
      std::ranges::find(found, "visits/held", [](const Discrepancy& one) { return one.ask.id; });
  ASSERT_NE(held, found.end());
  EXPECT_EQ(held->theirs.party, "a");
  ASSERT_EQ(held->rows.size(), 1U);
  EXPECT_EQ(held->rows[0].key, lost);
}

TEST_F(SidesTest, OnlyAnOfficerTells) {
  const Value body = told("a", {"visits"});
  core::Asker clerk = who();
  clerk.roles = {"office"};
  const auto refused = run("a", core::TellFigures{.by = clerk, .told = body});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, RejectCode::role);
  Value strange = body;
  (*strange.as_record()->find("items")->second.as_list()->front().as_record())["pack"] =
      "sha256:" + std::string(64, '1');
  const auto unknown = run("a", core::TellFigures{.by = who(), .told = strange});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, RejectCode::unknown_pack);
}

}  // namespace
}  // namespace bashu::figures
