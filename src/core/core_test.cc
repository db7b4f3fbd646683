// The core as a whole: two or three nodes in memory that exchange what they decide.

#include "core/core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "core/peers/objection.h"
#include "core/told/dispute.h"
#include "core/told/step.h"
#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: loans
version: 1
title: {en: Loans}
types:
  amount: {type: int, min: 0, class: public, title: {en: Amount}}
  line: {type: text, max: 100, class: public, title: {en: Text}}
  day: {type: date, class: public, title: {en: Day}}
  entry: {type: record, class: public, title: {en: Entry}, fields: {code: line}}
registers:
  list: {title: {en: List}, kept: shared, editions: true, key: [code], fields: {code: line}}
  limit: {title: {en: Limits}, kept: own, key: [name], fields: {name: line, most: amount}}
  road:
    title: {en: Roads}
    kept: shared
    key: [code]
    fields: {code: line, named: {type: line, optional: true}, opened: {type: day, sided: true, optional: true}}
books:
  goods:
    title: {en: Goods}
    type: amount
    accounts: {outside: {floor: none}, stock: {key: [place]}, month: {floor: none}}
services:
  loan:
    title: {en: Loan}
    parties: {lender: {clerk: all}, borrower: {clerk: all, guest: own}}
    fields:
      name: line
      wanted: amount
      twice: amount
      note: line
      total: amount
      entries: {type: list, of: entry, class: public, title: {en: Entries}}
      from: day
    start:
      owner: lender
      by: clerk
      form: [name, wanted]
      when: data.wanted > 0
      why: {en: Nothing is wanted}
      set: {twice: =data.wanted * 2}
      to: open
    states:
      open:
        title: {en: Open}
        owner: lender
        events:
          grant:
            title: {en: Grant}
            by: clerk
            when: data.name in limit && limit[data.name].most >= data.wanted
            why: {en: Above the limit}
            do:
              - {move: =data.wanted, from: goods.outside, to: goods.stock('here'), at: all}
              - {task: {en: Look at it}, for: clerk, at: borrower}
              - {put: road, key: =data.name, fields: {code: =data.name, opened: =today}}
            to: granted
          drop: {title: {en: Drop}, by: clerk, to: done}
          take: {title: {en: Take}, by: lender.clerk, do: {move: =data.wanted, from: goods.stock('here'), to: goods.outside}}
          note: {title: {en: Note}, by: [clerk, borrower.guest], form: [note]}
          late: {title: {en: Late}, by: system, do: {task: {en: It is late}, for: clerk}}
      granted:
        title: {en: Granted}
        owner: borrower
        holds: {borrower: goods.stock('here') < 1000}
        events:
          back: {title: {en: Back}, by: clerk, to: checking}
          open_road: {title: {en: Open}, by: clerk, do: {put: road, key: =data.name, fields: {opened: =today}}}
          rename: {title: {en: Rename}, by: clerk, do: {put: road, key: =data.name, fields: {named: other}}}
          state_month: {title: {en: State}, by: clerk, set: {total: "=goods.window('month', '2026-02').count"}}
          publish: {title: {en: Publish}, by: clerk, form: [entries, from], do: {edition: list, name: l, entries: data.entries, from: =data.from}}
          backdate: {title: {en: Backdate}, by: clerk, do: {move: 5, from: goods.month, to: goods.outside, date: 2026-02-10}}
      checking:
        title: {en: Being checked}
        owner: lender
        then:
          - {when: data.twice > 100, to: big}
          - {to: done}
      big:
        title: {en: Big}
        owner: lender
        events:
          close: {title: {en: Close}, by: clerk, to: done}
      done: {title: {en: Done}, final: true}
    clocks:
      grant: {working_days: 3, runs_in: open, breach: late}
feeds:
  tap:
    title: {en: Taps}
    by: clerk
    fields: {id: line, amount: amount, place: line}
    key: [id]
    when: line.amount != 13
    why: {en: Not thirteen}
    do: {move: =line.amount, from: "goods.stock(line.place)", to: goods.outside}
  fill:
    title: {en: Fill}
    by: clerk
    fields: {id: line, amount: amount, place: line}
    key: [id]
    do:
      - {move: =line.amount, from: goods.outside, to: "goods.stock(line.place)"}
      - {put: limit, key: =line.place, fields: {name: =line.place, most: =line.amount}}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: loans, is: 0}]}
figures:
  loans: {title: {en: Loans}, of: loan, from: case.opened, count: true}
)pack";

const Asker kClerk{.principal = "anna", .roles = {"clerk", "registrar"}};
const Asker kGuest{.principal = "gast", .roles = {"guest"}};

// A state as text, to compare two.
std::string rows(const State& state) {
  std::string text;
  const auto add = [&](const auto&... parts) { ((text += parts, text += '|'), ...); };
  state.each_case([&](const Case& c) {
    add(c.id, c.state, c.digest, canonical_json(c.data), std::to_string(c.version));
    for (const auto& [name, clock] : c.clocks) add(name, clock.due ? clock.due->text() : "-");
  });
  state.each_record([&](const RegisterId& reg, const std::string& key, const Record& record) {
    add(reg, key, record.keeper, canonical_json(record.fields), std::to_string(record.version));
  });
  state.each_balance([&](const Account& account, std::int64_t balance) {
    add(account.book, account.kind, account.key, std::to_string(balance));
  });
  state.each_window([&](const Account& account, const std::string& month, const Window& window) {
    add(account.kind, month, std::to_string(window.postings.size()), window.stated ? "stated" : "");
  });
  state.each_serial([&](const std::string& name, const std::string& key, std::int64_t value) {
    add(name, key, std::to_string(value));
  });
  state.each_outbox([&](const PartyId& to, const Outbox& box) {
    add(to, std::to_string(box.last), std::to_string(box.acked));
  });
  state.each_inbox(
      [&](const PartyId& from, const Inbox& box) { add(from, std::to_string(box.next)); });
  state.each_task(
      [&](std::int64_t number, const Task& task) { add(std::to_string(number), task.id); });
  state.each_feed_line([&](const std::string& feed, const std::string& key, std::uint32_t content) {
    add(feed, key, std::to_string(content));
  });
  return text;
}

class Circle : public testing::Test {
 protected:
  Circle() { form({"a", "b"}); }

  void form(const std::vector<PartyId>& parties) {
    nodes_.clear();
    queue_.clear();
    raised_.clear();
    log_.clear();
    AdoptRecord circle{.record = {.what = "agreement", .edition = 1, .bytes = "{}"}};
    for (const PartyId& party : parties) circle.parties.push_back({.party = party});
    for (const PartyId& party : parties) {
      nodes_.emplace(party, std::make_unique<State>(party));
      must(party, BeginDay{.day = today_});
      must(party, circle);
    }
    const auto loaded = packs::load(kPack);
    for (const Finding& finding : loaded.findings) {
      if (!finding.note)
        ADD_FAILURE() << finding.line << ": " << finding.path << ": " << finding.text;
    }
    ASSERT_TRUE(loaded.pack);
    pack_ = loaded.pack;
    for (const PartyId& party : parties) {
      must(party, AdoptPack{.source = canonical_json(pack_->source), .from = today_});
    }
    settle();
  }

  std::expected<Decision, Reject> run(const PartyId& at, const Command& command) {
    State& state = *nodes_.at(at);
    auto decision =
        decide(state, command, {.now = {.unix_ms = 1'000}, .today = today_, .salt = "salt"});
    if (!decision) return decision;
    for (const Event& event : decision->events) {
      state.apply(event);
      log_[at].push_back(event);
      if (const auto* message = std::get_if<MessageQueued>(&event))
        queue_[{at, message->to}].push_back(*message);
      if (const auto* task = std::get_if<TaskRaised>(&event)) raised_[at].push_back(*task);
    }
    EXPECT_EQ(invariant(state), "");
    return decision;
  }
  Decision must(const PartyId& at, const Command& command) {
    auto decision = run(at, command);
    EXPECT_TRUE(decision) << (decision ? ""
                                       : reject_name(decision.error().code) +
                                             (" " + decision.error().where));
    return decision ? *decision : Decision{};
  }
  RejectCode refused(const PartyId& at, const Command& command) {
    const auto decision = run(at, command);
    EXPECT_FALSE(decision);
    return decision ? RejectCode{} : decision.error().code;
  }

  TakeMessage take(const PartyId& from, const MessageQueued& message) {
    return {.from = from,
            .seq = message.seq,
            .message_id = "id",
            .kind = message.kind,
            .stream = message.stream,
            .pack = message.pack,
            .body = opened(from, message)};
  }
  // As the edges leave it: what an objection shows is what its sender took, and signed by its
  // teller.
  Value opened(const PartyId& from, const MessageQueued& message) {
    Value body = message.body;
    const Value* shows = body.find("shows");
    if (message.kind != "case.dispute" || !shows) return body;
    Value::List steps;
    for (const Value& one : *shows->as_list()) {
      const PartyId teller{one.text_at("from")};
      steps.push_back(Value{
          Value::Record{{"from", teller}, {"body", told_.at({teller, from, one.int_at("seq")})}}});
    }
    body.as_record()->erase("shows");
    (*body.as_record())["$shown"] = std::move(steps);
    return body;
  }
  Decision deliver(const PartyId& from, const PartyId& to, const MessageQueued& message) {
    told_[{from, to, message.seq}] = message.body;
    Decision taken = must(to, take(from, message));
    must(from, AckMessage{
                   .to = to, .seq = message.seq, .outcome = taken.outcome, .reason = taken.reason});
    return taken;
  }
  void settle(const std::set<PartyId>& down = {}) {
    for (bool moved = true; moved;) {
      moved = false;
      for (auto& [ends, waiting] : queue_) {
        if (waiting.empty() || down.contains(ends.first) || down.contains(ends.second)) continue;
        const MessageQueued message = waiting.front();
        waiting.pop_front();
        deliver(ends.first, ends.second, message);
        moved = true;
      }
    }
  }

  StartCase loan(std::int64_t wanted = 10) {
    return {.by = kClerk,
            .pack = "loans",
            .service = "loan",
            .role = "clerk",
            .parties = {{"lender", "a"}, {"borrower", "b"}},
            .with = Value::Record{{"name", "x"}, {"wanted", wanted}}};
  }
  FireEvent fire(const std::string& event, Value with = Value::Record{}) {
    return {.by = kClerk, .id = "a-1", .event = event, .role = "clerk", .with = std::move(with)};
  }
  void limit(std::int64_t most = 1'000'000) {
    must("a", PutRecords{.by = kClerk,
                         .pack = "loans",
                         .reg = "limit",
                         .records = {Value::Record{{"name", "x"}, {"most", most}}}});
  }
  const Case& at(const PartyId& party, const std::string& id = "a-1") {
    return *nodes_.at(party)->find_case(id);
  }
  std::int64_t stock(const PartyId& party) {
    return nodes_.at(party)->balance({.book = "loans/goods", .kind = "stock", .key = "here"});
  }

  Date today_ = *Date::parse("2026-03-02");
  std::map<PartyId, std::unique_ptr<State>> nodes_;
  std::map<std::pair<PartyId, PartyId>, std::deque<MessageQueued>> queue_;
  std::map<PartyId, std::vector<TaskRaised>> raised_;
  std::map<std::tuple<PartyId, PartyId, std::int64_t>, Value> told_;  // by teller, receiver, number
  std::map<PartyId, std::vector<Event>> log_;
  packs::PackPtr pack_;
};

TEST_F(Circle, ACaseIsHandedOverAndBothCopiesAgree) {
  limit();
  const Decision opened = must("a", loan());
  EXPECT_EQ(opened.answer.text_at("case"), "a-1");
  EXPECT_EQ(opened.answer.text_at("state"), "open");
  must("a", fire("grant"));
  settle();
  EXPECT_EQ(at("b").state, "granted");
  EXPECT_EQ(stock("a"), 10);
  EXPECT_EQ(stock("b"), 10);
  EXPECT_EQ(raised_["b"].size(), 1U);
  EXPECT_EQ(refused("a", fire("back")), RejectCode::not_owner);
  must("b", fire("back"));
  settle();
  EXPECT_EQ(at("a").state, "done") << "the automatic step was taken at the new owner";
  EXPECT_EQ(at("a"), [&] {
    Case copy = at("b");
    copy.opened_by = at("a").opened_by;
    return copy;
  }());
  EXPECT_TRUE(nodes_.at("b")->tasks_of("a-1").empty()) << "a task ends when the case changes";
}

// The log of a is cut short; b has taken what a told it since.
TEST_F(Circle, AStepThatOurJournalForgotIsTakenBackAsItWas) {
  limit();
  must("a", loan());
  settle();
  const std::vector<Event> kept = log_["a"];
  must("a", fire("grant"));
  must("a", loan(3));
  const std::deque<MessageQueued> told = queue_[{"a", "b"}];
  ASSERT_EQ(told.size(), 2U);
  settle();
  nodes_["a"] = std::make_unique<State>(PartyId{"a"});
  for (const Event& event : kept) nodes_["a"]->apply(event);
  log_["a"] = kept;
  ASSERT_EQ(at("a").state, "open");
  ASSERT_EQ(stock("a"), 0);

  for (const MessageQueued& message : told) {
    const Decision taken = must("a", take("a", message));
    EXPECT_EQ(taken.answer.text_at("case"), message.stream);
    EXPECT_TRUE(std::ranges::none_of(taken.events, [](const Event& event) {
      return std::holds_alternative<MessageQueued>(event) ||
             std::holds_alternative<MessageTaken>(event);
    })) << "nobody is told anything";
    EXPECT_FALSE(run("a", take("a", message))) << "once";
  }
  for (const char* id : {"a-1", "a-2"}) {
    EXPECT_EQ(at("a", id).digest, at("b", id).digest);
    EXPECT_EQ(at("a", id).data, at("b", id).data);
  }
  EXPECT_EQ(stock("a"), 10);
  EXPECT_EQ(nodes_.at("a")->find_record("loans/road", "x")->keeper, "a");

  // What b did next follows; what it holds of another step does not come back here.
  must("b", fire("back"));
  const MessageQueued back = queue_[{"b", "a"}].back();
  EXPECT_FALSE(run("a", take("a", back))) << "a step of b's";
  must("a", take("b", back));
  EXPECT_EQ(at("a").state, "done");
  EXPECT_FALSE(at("a").dispute);
}

// One row for each reason to refuse, in the order in which they are looked for.
TEST_F(Circle, RefusesWhatBreaksARule) {
  must("a", loan());
  settle();
  auto no_form = loan();
  no_form.with = Value::Record{{"name", "x"}};
  auto too_much = loan();
  too_much.with = Value::Record{{"name", "x"}, {"wanted", 1}, {"note", "y"}};
  auto nothing = loan(0);
  auto stranger = loan();
  stranger.parties["borrower"] = "c";
  auto theirs = loan();
  theirs.parties = {{"lender", "b"}, {"borrower", "a"}};
  auto guest = loan();
  guest.role = "guest";
  auto old = fire("note", Value::Record{{"note", "z"}});
  old.version = 7;
  auto role = fire("grant");
  role.role = "guest";
  auto missing = fire("grant");
  missing.id = "a-9";
  const struct {
    PartyId node;
    Command command;
    RejectCode why;
  } rows[] = {
      {"a", StartCase{.by = kClerk, .pack = "none", .service = "loan"}, RejectCode::unknown_pack},
      {"a", StartCase{.by = kClerk, .pack = "loans", .service = "none"},
       RejectCode::unknown_service},
      {"a", stranger, RejectCode::form},
      {"a", theirs, RejectCode::not_owner},
      {"a", guest, RejectCode::role},
      {"a", no_form, RejectCode::form},
      {"a", too_much, RejectCode::form},
      {"a", nothing, RejectCode::guard},
      {"a", missing, RejectCode::unknown_case},
      {"b", fire("grant"), RejectCode::not_owner},
      {"a", fire("back"), RejectCode::state},
      {"a", role, RejectCode::role},
      {"a", old, RejectCode::conflict},
      {"a", fire("grant"), RejectCode::guard},
      {"a", fire("take"), RejectCode::floor},
      {"a", fire("late"), RejectCode::role},
      {"a", CloseTask{.by = kClerk, .number = 99}, RejectCode::not_found},
      {"a", SignSettlement{.by = kClerk, .id = "a-1"}, RejectCode::state},
      {"a", PostFeed{.by = kClerk, .pack = "loans", .feed = "none", .role = "clerk"},
       RejectCode::unknown_feed},
      {"a", PostFeed{.by = kGuest, .pack = "loans", .feed = "tap", .role = "clerk"},
       RejectCode::role},
      {"a", PutRecords{.by = kGuest, .pack = "loans", .reg = "limit"}, RejectCode::role},
  };
  for (const auto& row : rows) {
    const std::string before = canonical_json(at("a").data);
    EXPECT_EQ(reject_name(refused(row.node, row.command)), std::string{reject_name(row.why)});
    EXPECT_EQ(canonical_json(at("a").data), before);
  }
}

TEST_F(Circle, AStepIsNeverDatedBeforeTheOneItFollows) {
  limit();
  must("a", loan());
  settle();
  today_ = today_.plus_days(1);  // at a
  must("a", fire("grant"));
  settle();
  today_ = today_.plus_days(-1);  // b's day has not begun yet
  must("b", fire("back"));
  settle();
  EXPECT_EQ(at("a").state, "done");
  EXPECT_EQ(at("a").since, *Date::parse("2026-03-03"));
}

TEST_F(Circle, AStepVerifiedDaysLaterKeepsItsDay) {
  limit();
  must("a", loan());
  must("a", fire("grant"));
  today_ = today_.plus_days(6);  // b was away
  settle();
  EXPECT_FALSE(at("b").dispute);
  EXPECT_EQ(at("b").state, "granted");
  EXPECT_EQ(stock("b"), 10);
}

TEST_F(Circle, ARepeatedRequestIsAnsweredOnce) {
  auto command = loan();
  command.by.idempotency_key = "k";
  command.by.request_digest = "d";
  EXPECT_EQ(must("a", command).answer, must("a", command).answer);
  EXPECT_EQ(nodes_.at("a")->find_case("a-2"), nullptr);
  command.by.request_digest = "other";
  EXPECT_EQ(refused("a", command), RejectCode::exists);
}

TEST_F(Circle, APersonOfTheOtherSideAsksAndTheOwnerDecides) {
  must("a", loan());
  settle();
  FireEvent ask{.by = kGuest,
                .id = "a-1",
                .event = "note",
                .role = "guest",
                .with = Value::Record{{"note", "please"}}};
  EXPECT_EQ(must("b", ask).answer.text_at("asked"), "a");
  settle();
  EXPECT_EQ(at("b").data.text_at("note"), "please");
  EXPECT_EQ(at("b").version, 2);
}

TEST_F(Circle, AClockRunsOnWorkingDaysAndFiresOnce) {
  must("a", loan());
  settle();
  EXPECT_EQ(at("b").clocks.at("grant").due, *Date::parse("2026-03-05"));
  for (int i = 0; i < 10; ++i) {
    today_ = today_.plus_days(1);
    must("a", BeginDay{.day = today_});
    for (const auto& due : nodes_.at("a")->due(today_))
      must("a", FireClock{.id = due.id, .clock = due.clock});
    settle();
  }
  EXPECT_EQ(raised_["a"].size(), 1U);
  EXPECT_EQ(at("a").version, 2);
  EXPECT_EQ(at("b").version, 2);
}

TEST_F(Circle, TheOtherSideAlarmsWhenTheOwnerIsSilent) {
  must("a", loan());
  settle();
  for (int i = 0; i < 7; ++i) {
    today_ = today_.plus_days(1);
    must("b", BeginDay{.day = today_});
    for (const auto& due : nodes_.at("b")->due(today_))
      must("b", FireClock{.id = due.id, .clock = due.clock});
  }
  ASSERT_EQ(raised_["b"].size(), 1U);
  EXPECT_EQ(raised_["b"][0].kind, TaskKind::silence);
}

TEST_F(Circle, ACorrectedCalendarMovesTheDeadlines) {
  must("a", loan());
  settle();
  must("a", SetCalendar{.by = kClerk,
                        .calendar = {
                            .party = "a", .version = 1, .holidays = {*Date::parse("2026-03-04")}}});
  EXPECT_EQ(at("a").clocks.at("grant").due, *Date::parse("2026-03-06"));
  EXPECT_EQ(refused("a", SetCalendar{.by = kClerk, .calendar = {.party = "a", .version = 1}}),
            RejectCode::chain);
}

TEST_F(Circle, AHandOverIsCountedByTheCalendarOfWhoeverHoldsTheCaseThen) {
  limit();
  must("a", loan());
  settle();
  // Known to b alone; both hold version 0 of a's.
  must("b", SetCalendar{.by = kClerk,
                        .calendar = {
                            .party = "b", .version = 1, .holidays = {*Date::parse("2026-03-03")}}});
  today_ = today_.plus_days(2);
  must("a", BeginDay{.day = today_});
  must("a", fire("grant"));
  settle();
  EXPECT_EQ(at("b").state, "granted");
  EXPECT_FALSE(at("b").dispute) << at("b").dispute->detail;
}

TEST_F(Circle, AnObserverWithTheSameCalendarAgreesToTheBreach) {
  must("a", loan());
  settle();
  const CalendarSet moved{
      .party = "a", .version = 1, .holidays = {*Date::parse("2026-03-04")}, .workdays = {}};
  must("a", SetCalendar{.by = kClerk, .calendar = moved});
  must("b", SetCalendar{.by = kClerk, .calendar = moved});
  EXPECT_EQ(at("b").clocks.at("grant").due, *Date::parse("2026-03-06"));
  today_ = *Date::parse("2026-03-09");
  must("a", BeginDay{.day = today_});
  must("a", FireClock{.id = "a-1", .clock = "grant"});
  settle();
  EXPECT_EQ(at("b").version, 2);
  EXPECT_FALSE(at("b").dispute) << at("b").dispute->detail;
}

TEST_F(Circle, AnEndIsCountedByTheCalendarOfWhoeverEndedTheCase) {
  must("a", loan());
  settle();
  const CalendarSet of_a{
      .party = "a", .version = 1, .holidays = {*Date::parse("2026-03-03")}, .workdays = {}};
  const CalendarSet of_b{
      .party = "b", .version = 1, .holidays = {*Date::parse("2026-03-04")}, .workdays = {}};
  must("a", SetCalendar{.by = kClerk, .calendar = of_a});
  must("b", SetCalendar{.by = kClerk, .calendar = of_a});
  must("b", SetCalendar{.by = kClerk, .calendar = of_b});
  today_ = today_.plus_days(1);
  must("a", BeginDay{.day = today_});
  must("a", fire("drop"));
  settle();
  EXPECT_EQ(at("b").state, "done");
  EXPECT_FALSE(at("b").dispute) << at("b").dispute->detail;
}

// Every member of a told step, altered, is noticed: the step is held and the case disputed.
TEST_F(Circle, AlteringAnyFieldOfAStepIsNoticed) {
  limit();
  const struct {
    const char* member;
    Value value;
  } alterations[] = {
      {"case", "a-2"},
      {"version", 5},
      {"previous", "sha256:00"},
      {"service", "other"},
      {"event", "note"},
      {"role", "guest"},
      {"from", "granted"},
      {"to", "done"},
      {"branch", 1},
      {"on", "2026-03-09"},
      {"on", "2026-02-01"},
      {"input", Value::Record{{"note", "x"}}},
      {"set", Value::Record{{"twice", 21}}},
      {"effects", Value::List{}},
      {"clocks", Value::Record{}},
      {"parties", Value::Record{}},
      {"surprise", 1},
      {"reads", 3},
      {"calendar", "x"},
  };
  for (const auto& alteration : alterations) {
    form({"a", "b"});
    limit();
    must("a", loan());
    settle();
    must("a", fire("grant"));
    MessageQueued message = queue_[{"a", "b"}].front();
    queue_[{"a", "b"}].clear();
    (*message.body.as_record())[alteration.member] = alteration.value;
    const Decision taken = deliver("a", "b", message);
    EXPECT_EQ(taken.outcome, "held") << alteration.member;
    EXPECT_EQ(at("b").state, "open") << alteration.member;
    EXPECT_TRUE(at("b").dispute) << alteration.member;
    EXPECT_EQ(stock("b"), 0) << alteration.member;
  }
}

TEST_F(Circle, AlteringAnyEffectIsNoticed) {
  limit();
  const std::function<void(Value::Record&)> alterations[] = {
      [](Value::Record& e) { e["amount"] = 11; },
      [](Value::Record& e) { e["at"] = "b"; },
      [](Value::Record& e) { e["n"] = 1; },
      [](Value::Record& e) { e["date"] = "2026-01-01"; },
      [](Value::Record& e) {
        e["to"] = Value::List{Value{"goods"}, Value{"stock"}, Value{"there"}};
      },
      [](Value::Record& e) { e["from"] = Value::List{Value{"goods"}, Value{"month"}, Value{""}}; },
      [](Value::Record& e) { e["kind"] = "put"; },
      [](Value::Record& e) { e["more"] = 1; },
  };
  for (const auto& alter : alterations) {
    form({"a", "b"});
    limit();
    must("a", loan());
    settle();
    must("a", fire("grant"));
    MessageQueued message = queue_[{"a", "b"}].front();
    queue_[{"a", "b"}].clear();
    alter(*(*message.body.as_record())["effects"].as_list()->front().as_record());
    EXPECT_EQ(deliver("a", "b", message).outcome, "held");
    EXPECT_EQ(stock("b"), 0);
  }
}

// Refused where it is decided; a peer that says so all the same is not believed.
TEST_F(Circle, AListCountsFromItsDayOnBothSides) {
  limit();
  must("a", loan());
  must("a", fire("grant"));
  settle();
  const auto publish = [&](const char* day) {
    return fire("publish", Value::Record{{"entries", Value::List{Value::Record{{"code", "k"}}}},
                                         {"from", day}});
  };
  EXPECT_EQ(refused("b", publish("2026-03-03")), RejectCode::form);
  must("b", publish("2026-03-02"));
  MessageQueued message = queue_[{"b", "a"}].front();
  queue_[{"b", "a"}].clear();
  Value::Record& body = *message.body.as_record();
  (*body["input"].as_record())["from"] = "2026-03-03";
  (*body["effects"].as_list()->front().as_record())["from"] = "2026-03-03";
  EXPECT_EQ(deliver("b", "a", message).outcome, "held");
  EXPECT_FALSE(nodes_.at("a")->find_record("loans/list", "k"));

  form({"a", "b"});
  limit();
  must("a", loan());
  must("a", fire("grant"));
  settle();
  must("b", publish("2026-03-02"));
  settle();
  EXPECT_TRUE(nodes_.at("a")->find_record("loans/list", "k"));
}

// What a member may say about what (docs/formats/messages.md): every sentence it has no right to is
// held, and leaves everything as it was that the other side can use.
struct Lie {
  const char* what;
  const char* kind;
  const char* stream;
  const char* body;  // of b, told to a
  const char* code;
};
void PrintTo(const Lie& lie, std::ostream* out) { *out << lie.what; }

constexpr const char* kShared = "register.shared";
constexpr Lie kLies[] = {
    {"a record in the name of another who keeps it", kShared, "",
     R"({"items":[{"register":"road","key":"z","keeper":"a","side":"b","fields":{"code":"z"},"on":"2026-03-02","sides":[]}]})",
     "keeper"},
    {"a record kept by nobody of the circle", kShared, "",
     R"({"items":[{"register":"road","key":"z","keeper":"utopia","side":"b","fields":{"code":"z"},"on":"2026-03-02","sides":[]}]})",
     "keeper"},
    {"a side of a record nobody keeps", kShared, "",
     R"({"items":[{"register":"road","key":"z","keeper":"utopia","side":"b","fields":{"opened":"2026-03-02"},"on":"2026-03-02","sides":[]}]})",
     "keeper"},
    {"values of another side", kShared, "",
     R"({"items":[{"register":"road","key":"x","keeper":"a","side":"a","fields":{"opened":"2026-03-02"},"on":"2026-03-02","sides":[]}]})",
     "shape"},
    {"a side that is nobody", kShared, "",
     R"({"items":[{"register":"road","key":"z","keeper":"b","side":"b","fields":{"code":"z","opened":null},"on":"2026-03-02","sides":["b","utopia"]}]})",
     "sides"},
    {"a key that its fields do not make", kShared, "",
     R"({"items":[{"register":"road","key":"FORGED","keeper":"b","side":"b","fields":{"code":"z"},"on":"2026-03-02","sides":[]}]})",
     "key"},
    {"a record of the year 1", kShared, "",
     R"({"items":[{"register":"road","key":"z","keeper":"b","side":"b","fields":{"code":"z"},"on":"0001-01-01","sides":[]}]})",
     "date"},
    {"a record of next week", kShared, "",
     R"({"items":[{"register":"road","key":"z","keeper":"b","side":"b","fields":{"code":"z"},"on":"2026-03-09","sides":[]}]})",
     "date"},
    {"a register that is not shared", kShared, "",
     R"({"items":[{"register":"limit","key":"x","keeper":"b","side":"b","fields":{"name":"x","most":1},"on":"2026-03-02","sides":[]}]})",
     "shape"},
    {"a dispute of a case we do not know", "case.dispute", "a-9",
     R"({"case":"a-9","reason":"x","content":"sha256:1"})", "unknown"},
    {"a dispute about nothing", "case.dispute", "a-1",
     R"({"case":"a-1","reason":"x","content":"because"})", "shape"},
};

class Hostile : public Circle {
 protected:
  // b to a, whatever b's own node would have said.
  std::string told(const std::string& kind, const std::string& stream, Value body) {
    const Decision taken = must("a", TakeMessage{.from = "b",
                                                 .seq = nodes_.at("a")->inbox("b").next,
                                                 .message_id = "id",
                                                 .kind = kind,
                                                 .stream = stream,
                                                 .pack = pack_->digest.substr(7),
                                                 .body = std::move(body)});
    return taken.outcome + " " + taken.reason;
  }
};

class HostileMember : public Hostile, public testing::WithParamInterface<Lie> {};

TEST_P(HostileMember, SaysWhatItHasNoRightTo) {
  const Lie& lie = GetParam();
  limit();
  must("a", loan());
  settle();
  must("a", fire("grant"));
  settle();
  const std::string answer = told(lie.kind, lie.stream, *parse_json(lie.body));
  EXPECT_EQ(answer, std::string{"held unverified."} + lie.code);
  EXPECT_FALSE(at("a").dispute);
  EXPECT_EQ(nodes_.at("a")->find_record("loans/road", "z"), nullptr);
  EXPECT_EQ(nodes_.at("a")->find_record("loans/road", "FORGED"), nullptr);
  EXPECT_TRUE(nodes_.at("a")->find_record("loans/road", "x")->contested.empty());
  EXPECT_EQ(must("a", loan()).answer.text_at("case"), "a-2");
}
INSTANTIATE_TEST_SUITE_P(Kinds, HostileMember, testing::ValuesIn(kLies));

TEST_F(Hostile, NobodyTakesANumberThatAnotherWillGive) {
  StartCase theirs = loan();
  theirs.parties = {{"lender", "b"}, {"borrower", "a"}};
  must("b", theirs);
  const Value start = queue_[{"b", "a"}].front().body;
  queue_[{"b", "a"}].clear();
  const auto opened = [&](const std::string& id, const char* member = "", const Value& value = {}) {
    Value body = start;
    (*body.as_record())["case"] = id;
    if (*member) (*body.as_record())[member] = value;
    return told("case.event", id, body);
  };
  for (const char* id : {"", "a-1", "a-2", "a-999999", "x/history", "../../etc/passwd", "a\nb",
                         "<script>", "\u202ex", "b-1/events/close", ".."}) {
    EXPECT_EQ(opened(id), "held unverified.id") << id;
  }
  EXPECT_EQ(opened(std::string(121, 'x')), "held unverified.id");
  EXPECT_EQ(opened("b-7", "on", "1001-01-01"), "held unverified.date");
  EXPECT_EQ(opened("b-8", "role", "system"), "held unverified.role");
  EXPECT_EQ(opened("b-1"), "applied ");
  EXPECT_EQ(must("a", loan()).answer.text_at("case"), "a-1");
}

TEST_F(Hostile, AClaimStandsBesideTheRecordOnce) {
  limit();
  must("a", loan());
  must("a", fire("grant"));
  settle();
  raised_.clear();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(
        told(
            kShared, "",
            *parse_json(
                R"({"items":[{"register":"road","key":"x","keeper":"b","side":"b","fields":{"code":"x","named":"mine"},"on":"2026-03-02","sides":[]}]})")),
        "applied ");
  }
  EXPECT_EQ(raised_["a"].size(), 1U);
  const Record& record = *nodes_.at("a")->find_record("loans/road", "x");
  EXPECT_EQ(record.keeper, "a");
  ASSERT_EQ(record.contested.size(), 1U);
  EXPECT_EQ(record.contested.at("b").fields.text_at("named"), "mine");
  EXPECT_EQ(record.fields.find("named"), nullptr);
}

// b objects to the newest step of a case that a holds: as it would, and with what it would show.
class Objections : public Hostile {
 protected:
  void SetUp() override {
    limit();
    must("a", loan());
    settle();
  }
  std::string object(const std::string& reason, const std::string& content, Value::List shown = {},
                     const std::string& id = "a-1") {
    Value body = Value::Record{{"case", id}, {"reason", reason}, {"content", content}};
    if (!shown.empty()) (*body.as_record())["$shown"] = std::move(shown);
    return told("case.dispute", id, std::move(body));
  }
  static Value shown(const PartyId& from, Value step) {
    return Value::Record{{"from", from}, {"body", std::move(step)}};
  }
  // A step of a's, as it told it to b.
  Value step_of(std::int64_t version, const PartyId& to = "b") {
    for (const auto& [where, body] : told_) {
      const auto& [from, at, seq] = where;
      const bool of_it = body.text_at("case") == "a-1" && body.find("effects");
      if (from == "a" && at == to && of_it && body.int_at("version") == version) return body;
    }
    return {};
  }
  static Value with(Value step, const char* member, Value value) {
    (*step.as_record())[member] = std::move(value);
    return step;
  }
};

TEST_F(Objections, WithoutAContradictionStopNothing) {
  const std::string digest = at("a").digest;
  // Every rule that was computed here too; and a step that nobody knows.
  for (const char* rule : {"guard", "set", "effects", "form", "role", "branch", "to", "shape"}) {
    EXPECT_EQ(object(rule, digest), "held unverified.no_contradiction") << rule;
    EXPECT_EQ(object(rule, "sha256:0"), "held unverified.no_contradiction") << rule;
    EXPECT_EQ(object(rule, digest, {shown("a", step_of(1))}), "held unverified.no_contradiction");
  }
  EXPECT_EQ(object("", digest), "held unverified.shape");
  EXPECT_EQ(object("Because I say so", digest), "held unverified.shape");
  EXPECT_EQ(object("question.holds", digest), "held unverified.shape");
  EXPECT_FALSE(at("a").dispute);
  EXPECT_EQ(nodes_.at("a")->serial("#objections", "b/2026-03-02"), 0) << "they cost their bytes";
  must("a", fire("grant"));
  settle();
  EXPECT_EQ(at("b").state, "granted") << "and nothing waits behind them";
}

TEST_F(Objections, OneWhoShowsItsOwnWordsShowsNothing) {
  const Value one = step_of(1), other = with(one, "on", "2026-03-01");
  EXPECT_EQ(object("set", told::step_digest(other), {shown("b", one), shown("b", other)}),
            "held unverified.no_contradiction");
  EXPECT_EQ(object("set", told::step_digest(one), {shown("b", one)}),
            "held unverified.no_contradiction");
  // Two steps of ours that can both be, and two that are about another than is objected to.
  must("a", fire("note", Value::Record{{"note", "n"}}));
  settle();
  EXPECT_EQ(object("set", at("a").digest, {shown("a", step_of(1)), shown("a", step_of(2))}),
            "held unverified.no_contradiction");
  EXPECT_EQ(object("set", "sha256:0", {shown("a", one), shown("a", other)}),
            "held unverified.no_contradiction");
  EXPECT_FALSE(at("a").dispute);
}

TEST_F(Objections, TwoStepsOfOneVersionStopTheCase) {
  const Value one = step_of(1), other = with(one, "on", "2026-03-01");
  EXPECT_EQ(object("version", told::step_digest(other), {shown("a", other), shown("a", one)}),
            "applied ");
  ASSERT_TRUE(at("a").dispute);
  EXPECT_EQ(at("a").dispute->reason, "version");
  EXPECT_EQ(refused("a", fire("grant")), RejectCode::disputed);
}

TEST_F(Objections, AStepThatFollowsAnotherThanWasToldStopsTheCase) {
  must("a", fire("note", Value::Record{{"note", "n"}}));
  settle();
  const Value before = with(step_of(1), "on", "2026-03-01");
  EXPECT_EQ(object("previous", at("a").digest, {shown("a", step_of(2)), shown("a", before)}),
            "applied ");
  EXPECT_EQ(refused("a", fire("grant")), RejectCode::disputed);
}

TEST_F(Objections, AnotherStepOfOursThanStandsHereStopsTheCase) {
  const Value other = with(step_of(1), "on", "2026-03-01");
  EXPECT_EQ(object("version", told::step_digest(other), {shown("a", other)}), "applied ");
  EXPECT_EQ(refused("a", fire("grant")), RejectCode::disputed);
}

TEST_F(Objections, WhatDoesNotVerifyHereEitherStopsTheCase) {
  form({"a", "b", "c"});
  limit();
  StartCase between = loan();
  between.parties = {{"lender", "c"}, {"borrower", "a"}};
  must("c", between);
  settle();
  must("c", FireEvent{.by = kClerk,
                      .id = "c-1",
                      .event = "note",
                      .role = "clerk",
                      .with = Value::Record{{"note", "n"}}});
  const Value next = queue_[{"c", "a"}].front().body;
  queue_[{"c", "a"}].clear();
  const Value wrong = with(next, "set", Value::Record{{"twice", 21}});
  told::Dispute objection{.id = "c-1",
                          .reason = "set",
                          .content = told::step_digest(next),
                          .stands = {},
                          .shown = {{.from = "c", .body = next}}};
  State& state = *nodes_.at("a");
  const Moment moment{.now = {.unix_ms = 1'000}, .today = today_, .salt = {}};
  Draft draft{&state};
  int budget = 100;
  Deciding d{.draft = draft, .moment = moment, .budget = budget, .before = state};
  EXPECT_EQ(worth_of(d, objection, "b"), Worth::nothing) << "it holds";
  objection.content = told::step_digest(wrong);
  objection.shown = {{.from = "c", .body = wrong}};
  EXPECT_EQ(worth_of(d, objection, "b"), Worth::shown);
  objection.shown = {{.from = "b", .body = wrong}};
  EXPECT_EQ(worth_of(d, objection, "b"), Worth::nothing) << "its own";
  objection.shown = {{.from = "b", .body = wrong}};
  EXPECT_EQ(worth_of(d, objection, "c"), Worth::nothing) << "of one who does not hold the case";
}

TEST_F(Objections, WhatOnlyTheyKnowIsAskedAndAnswered) {
  const std::string digest = at("a").digest;
  EXPECT_EQ(object("holds", digest), "applied ");
  ASSERT_TRUE(at("a").dispute);
  EXPECT_EQ(at("a").dispute->reason, "question.holds");
  EXPECT_EQ(in_language(raised_["a"].back().title, "en"),
            "Another party asks about a step it cannot check: answer it");
  must("a", fire("grant"));  // the case goes on
  settle();
  EXPECT_EQ(at("b").state, "granted");
  must("a", SignSettlement{.by = kClerk, .id = "a-1", .content = digest, .note = "it does"});
  EXPECT_FALSE(at("a").dispute) << "answered";
  const MessageQueued& answer = queue_[{"a", "b"}].back();
  EXPECT_EQ(answer.kind, "case.settle");
}

// b asks a for what a's granting looked up.
class AskedClaims : public Objections {
 protected:
  void SetUp() override {
    Objections::SetUp();
    must("a", fire("grant"));
    settle();
    content_ = at("a").digest;
  }
  static Command sign(const std::string& content, const std::string& note = {}) {
    return SignSettlement{.by = kClerk, .id = "a-1", .content = content, .note = note};
  }
  void ask() {
    must("b", sign("ask:a:" + content_));
    settle();
  }
  std::string shown_to_b(const PartyId& from, Value body) {
    const Decision taken = must("b", TakeMessage{.from = from,
                                                 .seq = nodes_.at("b")->inbox(from).next,
                                                 .message_id = "id",
                                                 .kind = "case.shown",
                                                 .stream = {},
                                                 .pack = pack_->digest.substr(7),
                                                 .body = std::move(body)});
    return taken.outcome + " " + taken.reason;
  }
  [[nodiscard]] Value shown(const std::string& text = "[]") const {
    return Value::Record{{"case", "a-1"}, {"content", content_}, {"shown", text}};
  }

  std::string content_;
};

TEST_F(AskedClaims, AreShownAndCompared) {
  ask();
  ASSERT_TRUE(at("a").dispute);
  EXPECT_EQ(at("a").dispute->reason, "question.claims");
  EXPECT_EQ(at("b").dispute->reason, "asked.claims");
  EXPECT_EQ(at("b").dispute->detail, "a 2026-03-02 anna");
  EXPECT_EQ(refused("b", sign("ask:a:" + content_)), RejectCode::disputed) << "once at a time";
  must("a", sign("show:b:" + content_, "[]"));
  EXPECT_FALSE(at("a").dispute);
  const MessageQueued& answer = queue_[{"a", "b"}].back();
  EXPECT_EQ(answer.kind, "case.shown");
  settle();
  EXPECT_EQ(at("b").dispute->signed_by.at("a"), "shown:" + content_);
  must("b", sign("compared:agrees:" + content_));
  EXPECT_FALSE(at("b").dispute);
  must("b", fire("back"));  // the case has gone on all the time
}

TEST_F(AskedClaims, WhatDiffersIsObjectedTo) {
  ask();
  must("a", sign("show:b:" + content_, "[]"));
  settle();
  must("b", sign("compared:differs:" + content_, "set"));
  ASSERT_TRUE(at("b").dispute);
  EXPECT_EQ(at("b").dispute->reason, "asked.claims_differ") << "b holds it: nothing is stopped";
  settle();
  ASSERT_TRUE(at("a").dispute);
  EXPECT_EQ(at("a").dispute->reason, "question.claims_differ");
}

TEST_F(AskedClaims, OfAHolderStopTheCaseWhenTheyDiffer) {
  must("b", fire("back"));
  settle();  // a's again
  ask();
  must("a", sign("show:b:" + content_, "[]"));
  settle();
  must("b", sign("compared:differs:" + content_, "set"));
  EXPECT_FALSE(at("b").dispute->reason.empty());
}

TEST_F(AskedClaims, ThatNobodyShowsAreToldToPeople) {
  ask();
  must("b", sign("compared:unanswered:" + content_));
  EXPECT_FALSE(at("b").dispute) << "and it may be asked again";
  EXPECT_TRUE(raised_["b"].back().detail.contains("nobody has shown"))
      << raised_["b"].back().detail;
  must("a", sign("show:b:" + content_, "[]"));
  settle();
  ASSERT_TRUE(at("b").dispute) << "late is not never";
  EXPECT_EQ(at("b").dispute->detail, "a 2026-03-02 ");
  EXPECT_EQ(at("b").dispute->signed_by.at("a"), "shown:" + content_);
  must("b", sign("compared:agrees:" + content_));
  EXPECT_FALSE(at("b").dispute);
  EXPECT_EQ(shown_to_b("a", shown()), "held unverified.unasked") << "once";
}

TEST_F(AskedClaims, MayBeAskedAgainWhenNobodyHasAnswered) {
  ask();
  must("b", sign("compared:unanswered:" + content_));
  must("b", sign("ask:a:sha256:other"));
  EXPECT_EQ(shown_to_b("a", shown()), "held unverified.in_dispute") << "late, and another is open";
  must("b", sign("compared:unanswered:sha256:other"));
  ASSERT_TRUE(at("b").dispute) << "the late answer has been taken";
  EXPECT_TRUE(at("b").dispute->contents.contains(content_));
  EXPECT_TRUE(nodes_.at("b")->inbox("a").held.empty());
}

TEST_F(AskedClaims, AboveThoseOfADayAreRefusedWhereTheyAreAsked) {
  for (int i = 1; i <= 21; ++i) {
    const std::string content = "sha256:" + std::to_string(i);
    if (i == 21) {
      EXPECT_EQ(refused("b", sign("ask:a:" + content)), RejectCode::guard);
      break;
    }
    must("b", sign("ask:a:" + content));
    must("b", sign("compared:unanswered:" + content));
  }
}

TEST_F(AskedClaims, AboutNoStepOfOursArePutAside) {
  EXPECT_EQ(object("claims", "sha256:1"), "applied ");
  EXPECT_EQ(object("claims", content_), "held unverified.in_dispute");
  EXPECT_EQ(refused("a", sign("unknown:c:sha256:1")), RejectCode::state);
  must("a", sign("unknown:b:sha256:1"));
  ASSERT_TRUE(at("a").dispute) << "the next question is taken";
  EXPECT_TRUE(at("a").dispute->contents.contains(content_));
  EXPECT_TRUE(nodes_.at("a")->inbox("b").held.empty());
  EXPECT_EQ(refused("a", sign("show:c:" + content_, "[]")), RejectCode::form) << "c has not asked";
  must("a", sign("show:b:" + content_, "[]"));
  EXPECT_FALSE(at("a").dispute);
}

TEST_F(AskedClaims, MayBeAnsweredInWords) {
  ask();
  must("a", sign(content_, "as the register stood"));
  EXPECT_FALSE(at("a").dispute);
  settle();
  EXPECT_FALSE(at("b").dispute);
  EXPECT_TRUE(raised_["b"].back().detail.ends_with("as the register stood"));
}

TEST_F(AskedClaims, NobodyShowsUnaskedOrTwiceOrSomethingElse) {
  EXPECT_EQ(shown_to_b("a", shown()), "held unverified.unasked");
  ask();
  EXPECT_EQ(shown_to_b("a", shown(std::string((64U << 10) + 1, ' '))), "held unverified.shape");
  Value other = shown();
  (*other.as_record())["content"] = "sha256:other";
  EXPECT_EQ(shown_to_b("a", std::move(other)), "held unverified.unasked");
  Value unknown = shown();
  (*unknown.as_record())["case"] = "a-9";
  EXPECT_EQ(shown_to_b("a", std::move(unknown)), "held unverified.unknown");
  EXPECT_EQ(shown_to_b("a", shown()), "applied ");
  EXPECT_EQ(shown_to_b("a", shown()), "held unverified.unasked");
}

TEST_F(AskedClaims, OnlyThePartyThatIsAskedShows) {
  form({"a", "b", "c"});
  limit();
  must("a", loan());
  settle();
  must("a", fire("grant"));
  settle();
  content_ = at("a").digest;
  ask();
  EXPECT_EQ(shown_to_b("c", shown()), "held unverified.unknown") << "no party of the case";
  EXPECT_EQ(refused("b", sign("ask:c:" + content_)), RejectCode::disputed);
  must("a", sign("show:b:" + content_, "[]"));
  EXPECT_EQ(refused("a", sign("ask:c:" + content_)), RejectCode::form) << "nor is c asked";
}

TEST_F(AskedClaims, OfADayAreBounded) {
  EXPECT_EQ(object("claims", "sha256:1", {}, "a-1"), "applied ");
  EXPECT_EQ(object("claims", "sha256:1", {}, "a-1"), "applied ") << "again: nothing more";
  EXPECT_EQ(object("claims", "sha256:2", {}, "a-1"), "held unverified.in_dispute");
  EXPECT_EQ(nodes_.at("a")->serial("#claims", "b/2026-03-02"), 1);
  int asked = 0;
  for (int i = 2; i <= 30; ++i) {
    const std::string id = must("a", loan()).answer.text_at("case");
    settle();
    asked += object("claims", at("a", id).digest, {}, id) == "applied " ? 1 : 0;
  }
  EXPECT_EQ(asked, 19);
  EXPECT_EQ(nodes_.at("a")->serial("#objections", "b/2026-03-02"), 0) << "a count of their own";
}

TEST_F(Objections, WhatWasAskedStopsTheCaseWhenItIsShown) {
  const Value one = step_of(1), other = with(one, "on", "2026-03-01");
  EXPECT_EQ(object("version", at("a").digest), "applied ");
  EXPECT_EQ(object("version", told::step_digest(other), {shown("a", other)}), "applied ");
  EXPECT_EQ(at("a").dispute->reason, "version");
  EXPECT_EQ(refused("a", fire("grant")), RejectCode::disputed);
}

TEST_F(Objections, ToACaseThatHasEndedOpenAReview) {
  must("a", fire("drop"));
  settle();
  const Value end = step_of(2), other = with(end, "on", "2026-03-01");
  const std::string digest = at("a").digest;
  EXPECT_EQ(object("guard", digest), "held unverified.no_contradiction");
  EXPECT_EQ(object("version", told::step_digest(other), {shown("a", other), shown("a", end)}),
            "applied ");
  ASSERT_TRUE(at("a").dispute);
  EXPECT_EQ(at("a").dispute->reason, "review.version");
  EXPECT_EQ(at("a").dispute->detail, "shown by b");
  EXPECT_EQ(in_language(raised_["a"].back().title, "en"),
            "An objection to a case that has ended: review it");
  EXPECT_EQ(at("a").state, "done");
  // Upheld: by a case that puts it right, of this pack and between these parties.
  const auto answer = [&](const std::string& content) {
    return SignSettlement{.by = kClerk, .id = "a-1", .content = content, .note = "corrected"};
  };
  EXPECT_EQ(refused("a", answer("case:a-2")), RejectCode::form);
  EXPECT_EQ(refused("a", answer("case:a-1")), RejectCode::form);
  must("a", loan());
  must("a", answer("case:a-2"));
  EXPECT_FALSE(at("a").dispute);
}

TEST_F(Objections, OfOursToACaseThatHasEndedIsAskedAndAnswered) {
  must("a", fire("drop"));
  settle();
  must("a", loan());
  MessageQueued again = queue_[{"a", "b"}].front();
  queue_[{"a", "b"}].clear();
  again.stream = "a-1";
  again.body = with(step_of(2), "on", "2026-03-01");
  EXPECT_EQ(deliver("a", "b", again).outcome, "held");
  ASSERT_TRUE(at("b").dispute);
  EXPECT_EQ(at("b").dispute->reason, "asked.version");
  settle();
  ASSERT_TRUE(at("a").dispute) << "both sides see it";
  EXPECT_EQ(at("a").dispute->reason, "review.version");
  const std::string content = told::step_digest(again.body);
  std::string note = "a slip";
  while (note.size() < 1'900) note += "误";
  must("a", SignSettlement{.by = kClerk, .id = "a-1", .content = content, .note = note});
  raised_.clear();
  settle();
  EXPECT_FALSE(at("a").dispute);
  ASSERT_FALSE(raised_["b"].empty()) << "told to whoever asked";
  const std::string& detail = raised_["b"].back().detail;
  EXPECT_NE(detail.find("a slip"), std::string::npos);
  EXPECT_LT(detail.size(), 700U) << "the beginning of it";
  EXPECT_TRUE(is_utf8(detail)) << detail;
  EXPECT_TRUE(at("b").dispute);
}

TEST_F(Objections, SaidAgainRaiseNoOtherTaskUnlessTheyShowMore) {
  const Value one = step_of(1), other = with(one, "on", "2026-03-01");
  const std::string digest = told::step_digest(other);
  EXPECT_EQ(object("version", digest), "applied ");
  const std::size_t raised = raised_["a"].size();
  for (int i = 0; i < 40; ++i) EXPECT_EQ(object("version", digest), "applied ");
  EXPECT_EQ(raised_["a"].size(), raised);
  EXPECT_EQ(at("a").dispute->reason, "question.version");
  EXPECT_EQ(object("version", digest, {shown("a", other)}), "applied ");
  EXPECT_EQ(at("a").dispute->reason, "version") << "shown now";
  EXPECT_EQ(raised_["a"].size(), raised + 1);
  EXPECT_EQ(object("version", digest, {shown("a", other)}), "applied ");
  EXPECT_EQ(raised_["a"].size(), raised + 1);
}

// What b signs in a case of both, as only a node that lies would.
class Settlements : public Objections {
 protected:
  std::string sign(const std::string& content, const std::string& note = "so be it") {
    return told("case.settle", "",
                Value::Record{{"case", "a-1"}, {"content", content}, {"note", note}});
  }
  static std::string step(char digit) { return "sha256:" + std::string(64, digit); }
};

TEST_F(Settlements, SignAStepOrACaseWithAShortNote) {
  const std::string digest = at("a").digest;
  const std::string shape = "held unverified.shape";
  for (const std::string& content :
       {"compared:agrees:" + digest, "shown:" + digest, "ask:a:" + digest, std::string{"zz"},
        std::string{"sha256:00"}, digest + "0", step('G'), std::string{"case:"},
        "case:" + std::string(121, 'a'), std::string{}}) {
    EXPECT_EQ(sign(content), shape) << content;
  }
  EXPECT_EQ(sign(digest, std::string(2'001, 'n')), shape);
  EXPECT_EQ(
      told("case.settle", "",
           Value::Record{{"case", "a-1"}, {"content", digest}, {"note", "1"}, {"shown", "[]"}}),
      shape);
  EXPECT_EQ(sign(digest, std::string(2'000, 'n')), "applied ");
  EXPECT_EQ(sign("case:a-2"), "applied ");
}

TEST_F(Settlements, AreFewADayBesideTheOneOfADispute) {
  int applied = 0;
  for (int i = 0; i < 40; ++i) applied += sign(step('1')) == "applied " ? 1 : 0;
  EXPECT_EQ(applied, 20) << "of a case that is not in dispute";
  EXPECT_EQ(sign(step('2')), "held unverified.quota");
  EXPECT_EQ(object("holds", at("a").digest), "applied ");
  EXPECT_EQ(sign(step('2')), "applied ") << "the one of the dispute";
  EXPECT_EQ(sign(step('2')), "applied ") << "again: nothing more";
  EXPECT_EQ(sign(step('3')), "held unverified.quota");
  EXPECT_EQ(at("a").dispute->signed_by.at("b"), step('2'));
}

TEST_F(Objections, OneThatWasHeldCanBeAnsweredToo) {
  const std::string digest = at("a").digest;
  EXPECT_EQ(object("set", digest), "held unverified.no_contradiction");
  EXPECT_EQ(refused("a", SignSettlement{.by = kClerk, .id = "a-1", .content = "sha256:0"}),
            RejectCode::state);
  must("a", SignSettlement{.by = kClerk, .id = "a-1", .content = digest, .note = "it stands"});
  EXPECT_TRUE(nodes_.at("a")->inbox("b").held.empty());
}

TEST_F(Hostile, ObjectionsAreFewADay) {
  limit();
  for (int i = 0; i < 30; ++i) must("a", loan());
  settle();
  int asked = 0;
  for (int i = 1; i <= 30; ++i) {
    const std::string id = "a-" + std::to_string(i);
    const std::string content = i % 2 == 0 ? at("a", id).digest : "sha256:0";
    const auto object = [&] {
      return told("case.dispute", id,
                  Value::Record{{"case", id}, {"reason", "holds"}, {"content", content}});
    };
    EXPECT_EQ(object(), i <= 20 ? "applied " : "held unverified.quota");
    asked += at("a", id).dispute ? 1 : 0;
    if (i <= 20) {
      EXPECT_EQ(object(), "applied ") << "said twice, it asks nothing more";
    }
  }
  EXPECT_EQ(asked, 20);
}

TEST_F(Hostile, StepsThatCannotFollowStopNobodysCaseThatIsNotWithTheirTeller) {
  form({"a", "b", "c"});
  StartCase between_others = loan();
  between_others.parties = {{"lender", "a"}, {"borrower", "c"}};
  must("a", between_others);
  for (int i = 0; i < 30; ++i) must("a", loan());
  settle();
  const auto step = [&](const CaseId& id, Value body) {
    return told("case.event", id, std::move(body));
  };
  EXPECT_EQ(step("a-1", Value{Value::Record{}}), "held unverified.shape");
  EXPECT_FALSE(at("a", "a-1").dispute) << "b is no party of it";
  int asked = 0, stopped = 0;
  for (int i = 2; i <= 31; ++i) {
    const CaseId id{"a-" + std::to_string(i)};
    EXPECT_EQ(step(id, Value::Record{{"case", id}, {"x", i}}), "held unverified.shape");
    asked += at("a", id).dispute ? 1 : 0;
    stopped += is_stopped(at("a", id)) ? 1 : 0;
  }
  EXPECT_EQ(asked, 20);
  EXPECT_EQ(stopped, 0) << "the cases are with a";
}

TEST_F(Circle, ADisputeStopsTheCaseAndEndsByAJointAct) {
  limit();
  must("a", loan());
  settle();
  must("a", fire("grant"));
  MessageQueued message = queue_[{"a", "b"}].front();
  queue_[{"a", "b"}].clear();
  (*message.body.as_record())["on"] = "2026-03-20";
  deliver("a", "b", message);
  settle();
  ASSERT_TRUE(at("a").dispute) << "the owner is told";
  EXPECT_EQ(at("a").dispute->reason, "date") << "and shown another step than stands here";
  EXPECT_EQ(refused("b", fire("back")), RejectCode::disputed);
  // Another case is not concerned.
  must("a", loan());
  settle();
  EXPECT_EQ(at("b", "a-2").state, "open");

  const std::string content = *at("b").dispute->contents.begin();
  EXPECT_EQ(refused("b", SignSettlement{.by = kClerk, .id = "a-1", .content = "sha256:00"}),
            RejectCode::form);
  must("b", SignSettlement{.by = kClerk, .id = "a-1", .content = content, .note = "as recorded"});
  settle();
  EXPECT_TRUE(at("b").dispute);
  must("a", SignSettlement{.by = kClerk, .id = "a-1", .content = content, .note = "agreed"});
  settle();
  EXPECT_FALSE(at("a").dispute);
  EXPECT_FALSE(at("b").dispute);
  EXPECT_EQ(at("b").state, "granted");
  EXPECT_EQ(stock("b"), 10);
  must("b", fire("back"));
}

TEST_F(Circle, AnInvariantBrokenAtThePeerDisputesTheCase) {
  limit();
  must("a", loan(5'000));
  must("a", fire("grant"));
  settle();
  EXPECT_EQ(at("b").state, "granted") << "it has happened; two journals must not diverge";
  ASSERT_TRUE(at("b").dispute);
  EXPECT_EQ(at("b").dispute->reason, "holds");
  ASSERT_TRUE(at("a").dispute);
  EXPECT_EQ(at("a").dispute->reason, "question.holds") << "of b's books";
}

TEST_F(Circle, SidedFieldsAreWrittenByEachSideAndOthersOnlyByTheKeeper) {
  limit();
  must("a", loan());
  must("a", fire("grant"));
  settle();
  must("b", fire("open_road"));
  settle();
  const Value* opened = nodes_.at("a")->find_record("loans/road", "x")->fields.find("opened");
  EXPECT_EQ(*opened, Value(Value::Record{{"a", "2026-03-02"}, {"b", "2026-03-02"}}));
  EXPECT_EQ(refused("b", fire("rename")), RejectCode::not_keeper);
}

TEST_F(Circle, AStatedMonthTakesNoMorePostings) {
  limit();
  must("a", loan());
  must("a", fire("grant"));
  settle();
  must("b", fire("backdate"));
  must("b", fire("state_month"));
  EXPECT_EQ(at("b").data.int_at("total"), 1);
  EXPECT_EQ(refused("b", fire("backdate")), RejectCode::error);
}

TEST_F(Circle, FeedLinesStandEachForItself) {
  const auto line = [](const char* id, std::int64_t amount) {
    return Value{Value::Record{{"id", id}, {"amount", amount}, {"place", "p"}}};
  };
  must("a", PostFeed{.by = kClerk,
                     .pack = "loans",
                     .feed = "fill",
                     .role = "clerk",
                     .lines = {line("1", 30)}});
  const Decision done = must("a", PostFeed{.by = kClerk,
                                           .pack = "loans",
                                           .feed = "tap",
                                           .role = "clerk",
                                           .lines = {line("1", 20), line("1", 20), line("2", 13),
                                                     line("3", 11), line("4", 10), Value{7}}});
  EXPECT_EQ(done.answer, Value(Value::Record{{"taken", 2}, {"known", 1}, {"refused", 3}}));
  EXPECT_EQ(done.refused[0].line, 2U);
  EXPECT_EQ(done.refused[0].why.code, RejectCode::guard);
  EXPECT_EQ(done.refused[1].why.code, RejectCode::floor);
  EXPECT_EQ(done.refused[2].why.code, RejectCode::form);
  EXPECT_EQ(nodes_.at("a")->balance({.book = "loans/goods", .kind = "stock", .key = "p"}), 0);
  EXPECT_EQ(must("a", PostFeed{.by = kClerk,
                               .pack = "loans",
                               .feed = "tap",
                               .role = "clerk",
                               .lines = {line("4", 10)}})
                .events.size(),
            0U);
}

TEST_F(Circle, AStartUnderAPackNotAdoptedWaitsForTheAdoption) {
  form({"a"});
  AdoptRecord second{.record = {.what = "agreement", .edition = 2, .bytes = "{2}"},
                     .parties = {{.party = "a"}, {.party = "b"}}};
  nodes_.emplace("b", std::make_unique<State>("b"));
  must("b", BeginDay{.day = today_});
  must("b", AdoptRecord{.record = {.what = "agreement", .edition = 1, .bytes = "{}"},
                        .parties = {{.party = "a"}}});
  must("a", second);
  must("b", second);
  settle();
  EXPECT_EQ(refused("a", loan()), RejectCode::unknown_pack) << "b has not adopted it";
  // b's adoption is known to a, but b's own journal has lost the race: told a start first.
  nodes_.at("a")->apply(PackAdopted{.party = "b", .digest = pack_->digest, .from = today_});
  must("a", loan());
  settle();
  EXPECT_EQ(nodes_.at("b")->find_case("a-1"), nullptr);
  EXPECT_EQ(nodes_.at("b")->inbox("a").held.size(), 1U);
  must("b", AdoptPack{.source = canonical_json(pack_->source), .from = today_});
  EXPECT_EQ(at("b").state, "open");
  EXPECT_TRUE(nodes_.at("b")->inbox("a").held.empty());
}

TEST_F(Circle, ANewVersionAdoptedByOneSideOnlyStopsNobodyAndWaitsForTheOther) {
  limit();
  must("a", loan());
  settle();
  std::string text{kPack};
  const std::string old = "version: 1\n";
  text.replace(text.find(old), old.size(), "version: 2\n");
  const std::string field = "named: {type: line, optional: true}";
  text.replace(text.find(field), field.size(),
               field + ", built: {type: day, optional: true, title: {en: Built}}");
  const auto second = packs::load(text);
  ASSERT_TRUE(second.pack);
  const AdoptPack adoption{.source = canonical_json(second.pack->source), .from = today_};
  must("a", adoption);
  settle();

  // What was opened under the first version goes on under it, on both sides.
  must("a", fire("grant"));
  settle();
  EXPECT_EQ(at("b").state, "granted");
  must("b", fire("back"));
  settle();
  EXPECT_EQ(at("a").state, "done");
  EXPECT_EQ(at("a").digest, at("b").digest);

  // One side alone cannot open a case of two under the second; under the first both can.
  StartCase later = loan();
  later.pack = second.pack->digest;
  EXPECT_EQ(refused("a", later), RejectCode::unknown_pack) << "b has not adopted it";
  must("a", loan());
  settle();
  EXPECT_EQ(at("a", "a-2").pack, pack_->digest);
  EXPECT_EQ(at("b", "a-2").state, "open");

  // A record in the words of the second waits at b, as it came, until b knows these words.
  must("a", PutRecords{.by = kClerk,
                       .pack = second.pack->digest,
                       .reg = "road",
                       .records = {Value{Value::Record{{"code", "y"}, {"built", "2020-01-01"}}}}});
  settle();
  EXPECT_EQ(nodes_.at("b")->find_record("loans/road", "y"), nullptr);
  EXPECT_EQ(nodes_.at("b")->inbox("a").held.size(), 1U);
  FireEvent note = fire("note", Value::Record{{"note", "n"}});
  note.id = "a-2";
  must("a", note);
  settle();
  EXPECT_EQ(at("b", "a-2").digest, at("a", "a-2").digest) << "nothing else waits behind it";

  must("b", adoption);
  settle();
  EXPECT_TRUE(nodes_.at("b")->inbox("a").held.empty());
  const Record* road = nodes_.at("b")->find_record("loans/road", "y");
  ASSERT_NE(road, nullptr);
  EXPECT_EQ(road->fields.text_at("built"), "2020-01-01");
  must("a", later);
  settle();
  EXPECT_EQ(at("b", "a-3").pack, second.pack->digest);
  EXPECT_EQ(at("b", "a-2").pack, pack_->digest) << "to its end";
}

TEST_F(Circle, ANewcomerReceivesTheCurrentSharedRecords) {
  limit();
  must("a", loan());
  must("a", fire("grant"));
  settle();
  nodes_.emplace("c", std::make_unique<State>("c"));
  must("c", BeginDay{.day = today_});
  must("c", AdoptRecord{.record = {.what = "agreement", .edition = 1, .bytes = "{}"}});
  const AdoptRecord wider{.record = {.what = "agreement", .edition = 2, .bytes = "{3}"},
                          .parties = {{.party = "a"}, {.party = "b"}, {.party = "c"}}};
  for (const PartyId party : {"a", "b", "c"}) must(party, wider);
  settle();
  must("c", AdoptPack{.source = canonical_json(pack_->source), .from = today_});
  settle();
  const Record* road = nodes_.at("c")->find_record("loans/road", "x");
  ASSERT_NE(road, nullptr);
  EXPECT_EQ(road->keeper, "a");
}

TEST_F(Circle, ReplayingTheEventsGivesTheSameState) {
  limit();
  must("a", loan());
  must("a", fire("grant"));
  must("a", PostFeed{.by = kClerk,
                     .pack = "loans",
                     .feed = "fill",
                     .role = "clerk",
                     .lines = {Value{Value::Record{{"id", "1"}, {"amount", 7}, {"place", "p"}}}}});
  settle();
  must("b", fire("state_month"));
  must("b", fire("back"));
  settle();
  for (const PartyId party : {"a", "b"}) {
    State replayed{party};
    for (const Event& event : log_[party]) replayed.apply(event);
    EXPECT_EQ(invariant(replayed), "");
    EXPECT_EQ(rows(replayed), rows(*nodes_.at(party)));
  }
}

}  // namespace
}  // namespace bashu::core
