// Keys whose time is over, as two nodes destroy them by themselves.
#include "core/privacy/retention.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "base/json.h"
#include "core/privacy/privacy.h"
#include "core/told/erase.h"
#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: visits
version: 1
title: {en: Visits}
types:
  name: {type: text, max: 100, class: personal, title: {en: Name}}
  illness: {type: text, max: 100, class: sensitive, title: {en: Illness}}
retention:
  personal: {years: 1, source: {en: Synthetic rule 7}}
  sensitive: {months: 30, source: {en: Synthetic rule 8}}
registers:
  people:
    title: {en: People}
    kept: shared
    key: number
    fields:
      number: {type: text, max: 20, class: internal, title: {en: Number}}
      who: name
      until: {type: date, optional: true, class: internal, title: {en: Until}}
    retention:
      ends: until
      personal: {years: 2, source: {en: Synthetic rule 9}}
services:
  visit:
    title: {en: Visit}
    parties: {host: {clerk: all}, guest: {clerk: all}}
    fields:
      who: name
      why: {type: illness, optional: true}
      other: {type: name, optional: true}
    start: {owner: host, by: clerk, form: [who, why, other], to: open}
    states:
      open:
        title: {en: Open}
        owner: host
        events: {close: {title: {en: Close}, by: clerk, to: done}}
      done: {title: {en: Done}, final: true}
figures:
  visits: {title: {en: Visits}, of: visit, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: visits, is: 0}]}
)pack";

CaseOpened visit_opened(const CaseId& id, const std::string& pack, Date on) {
  return {.id = id,
          .pack = pack,
          .service = "visit",
          .parties = {{"host", "a"}, {"guest", "b"}},
          .parent = {},
          .opened_by = {},
          .on = on};
}

CaseChanged visit_started(const CaseId& id, const Value& input, bool ended, Date on) {
  return {.id = id,
          .version = 1,
          .digest = "d",
          .decided_by = "a",
          .event = "$start",
          .role = "clerk",
          .from = {},
          .to = ended ? "done" : "open",
          .branch = 0,
          .input = input,
          .set = {},
          .on = on,
          .principal = {},
          .reads = {},
          .salt = {}};
}

class ValuesOfEndedCases : public ::testing::Test {
 protected:
  void SetUp() override {
    for (State* node : {&a_, &b_}) node->apply(DayBegun{.day = today_});
    const auto loaded = packs::load(kPack);
    for (const Finding& one : loaded.findings) {
      if (!one.note) ADD_FAILURE() << one.line << ' ' << one.path << ' ' << one.text;
    }
    ASSERT_TRUE(loaded.pack);
    digest_ = loaded.pack->digest;
    for (State* node : {&a_, &b_}) {
      for (const char* party : {"a", "b"}) {
        node->apply(PartyJoined{.party = party});
        node->apply(PackAdopted{.party = party,
                                .digest = digest_,
                                .from = today_,
                                .source = node->circle().own == party
                                              ? canonical_json(loaded.pack->source)
                                              : std::string{}});
      }
      for (const char* person : {"ann", "bo"}) {
        PrincipalSet set;
        set.id = std::string{"user:"} + person;
        set.version = 1;
        set.person = person;
        set.may = {"admin"};
        node->apply(set);
      }
    }
  }
  static std::string sealed(const std::string& key) {
    return R"({"$sealed":"1","dek":")" + key + R"(","box":""})";
  }
  static std::string key_of(const std::string& number) {
    return "a-k" + std::string(16 - number.size(), '0') + number;
  }
  // On both nodes, begun and, if `ended`, ended today.
  void visit(const CaseId& id, const std::string& data, bool ended = true) {
    for (State* node : {&a_, &b_}) {
      node->apply(visit_opened(id, digest_, today_));
      node->apply(visit_started(id, *parse_json(data), ended, today_));
    }
  }
  // On both nodes, kept by a; `until` empty: it has no end yet.
  void person(const std::string& number, const std::string& key, const std::string& until) {
    for (State* node : {&a_, &b_}) {
      Record& record = node->edit_record("visits/people", number);
      record.keeper = "a";
      record.fields = *parse_json(R"({"number":")" + number + R"(","who":)" + sealed(key) +
                                  (until.empty() ? "" : R"(,"until":")" + until + '"') + "}");
    }
  }
  void two_keys() {
    visit("a-1", R"({"who":)" + sealed("a-k0000000000000001") + R"(,"other":)" +
                     sealed("b-k0000000000000002") + "}");
  }

  Decision run(State& node, const Command& command) {
    auto decision = decide(
        node, command,
        {.now = {.unix_ms = 1'790'000'000'000}, .today = today_, .salt = std::string(16, 's')});
    EXPECT_TRUE(decision) << describe(decision.error());
    if (!decision) return {};
    for (const Event& event : decision->events) {
      node.apply(event);
      const auto* queued = std::get_if<MessageQueued>(&event);
      if (queued) sent_[{node.circle().own, queued->to}].push_back(*queued);
    }
    return std::move(*decision);
  }
  // What a node does by itself on a day; the orders it gave.
  std::vector<PrivacyOrdered> day_of(State& node) {
    std::vector<PrivacyOrdered> orders;
    if (node.circle().today < today_) run(node, BeginDay{.day = today_});
    for (const Event& event : run(node, EndRetention{}).events) {
      const auto* order = std::get_if<PrivacyOrdered>(&event);
      if (!order) continue;
      orders.push_back(*order);
    }
    for (const PrivacyOrdered& order : orders) run(node, FinishErasure{.number = order.number});
    return orders;
  }
  void deliver(State& from, State& to) {
    auto& queue = sent_[{from.circle().own, to.circle().own}];
    for (; !queue.empty(); queue.pop_front()) {
      const Decision taken = run(to, TakeMessage{.from = from.circle().own,
                                                 .seq = to.inbox(from.circle().own).next,
                                                 .message_id = "id",
                                                 .kind = queue.front().kind,
                                                 .stream = queue.front().stream,
                                                 .pack = queue.front().pack,
                                                 .body = queue.front().body});
      EXPECT_EQ(taken.outcome, "applied") << taken.reason;
      for (const Event& event : taken.events) {
        const auto* order = std::get_if<PrivacyOrdered>(&event);
        if (order && order->kind == "erase") run(to, FinishErasure{.number = order->number});
      }
    }
  }
  template <typename Act>
  void by_two(State& node, Act act) {
    AskApproval ask;
    ask.by.principal = "ann";
    ask.act = act;
    act.approval = run(node, ask).answer.int_at("approval");
    act.by.principal = "bo";
    run(node, act);
  }
  static bool gone(const State& node, const std::string& key) {
    return node.serial(Store::kErased, key) != 0;
  }

  State a_{"a"}, b_{"b"};
  Date today_ = *Date::parse("2026-03-31");
  std::string digest_;
  std::map<std::pair<PartyId, PartyId>, std::deque<MessageQueued>> sent_;
};

TEST_F(ValuesOfEndedCases, GoOnTheirDayOnBothSidesWithReceipts) {
  two_keys();
  ASSERT_EQ(retained(a_).size(), 1U);
  EXPECT_EQ(retained(a_).front().due.text(), "2027-03-31");
  today_ = *Date::parse("2027-03-30");
  EXPECT_TRUE(day_of(a_).empty());
  today_ = today_.plus_days(1);
  const auto orders = day_of(a_);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].reason, "Synthetic rule 7");
  EXPECT_EQ(orders[0].subject, "visits");
  EXPECT_TRUE(orders[0].by.empty());
  EXPECT_TRUE(gone(a_, "a-k0000000000000001") && gone(a_, "b-k0000000000000002"));
  EXPECT_TRUE(retained(a_).empty());
  EXPECT_TRUE(day_of(a_).empty());
  // The other side is asked for what is the asker's, and looks to the rest on its own day.
  const auto told = told::read_erase(sent_[{"a", "b"}].front().body);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->keys, std::vector<std::string>{"a-k0000000000000001"});
  EXPECT_TRUE(awaits_answer(a_.circle().orders.at(1)));
  deliver(a_, b_);
  EXPECT_TRUE(gone(b_, "a-k0000000000000001"));
  EXPECT_FALSE(gone(b_, "b-k0000000000000002"));
  deliver(b_, a_);
  EXPECT_FALSE(awaits_answer(a_.circle().orders.at(1)));
  EXPECT_EQ(day_of(b_).size(), 1U);
  EXPECT_TRUE(gone(b_, "b-k0000000000000002"));
  deliver(b_, a_);
  deliver(a_, b_);
  EXPECT_FALSE(awaits_answer(b_.circle().orders.at(2)));
}

TEST_F(ValuesOfEndedCases, GoByTheLongestOfTheirClassesUnderOneKey) {
  visit("a-1", R"({"who":)" + sealed("a-k0000000000000001") + R"(,"why":)" +
                   sealed("a-k0000000000000001") + "}");
  visit("a-2", R"({"who":)" + sealed("a-k0000000000000002") + "}");
  visit("a-3", R"({"who":)" + sealed("a-k0000000000000003") + "}", false);
  const auto all = retained(a_);
  ASSERT_EQ(all.size(), 2U) << "one that goes on has no end";
  EXPECT_EQ(all[0].cases.front(), "a-2");
  EXPECT_EQ(all[1].cases.front(), "a-1");
  EXPECT_EQ(all[1].due.text(), "2028-09-30")
      << "30 months, to the last of a month that has no 31st";
  EXPECT_EQ(all[1].reason, "Synthetic rule 8");
}

TEST_F(ValuesOfEndedCases, StayWhileACopyOfThemStandsElsewhere) {
  visit("a-1", R"({"who":)" + sealed("a-k0000000000000001") + "}");
  visit("a-2", R"({"other":)" + sealed("a-k0000000000000001") + "}", false);
  visit("a-3", R"({"who":)" + sealed("a-k0000000000000003") + "}");
  a_.edit_record("visits/people", "x").fields =
      *parse_json(R"({"who":)" + sealed("a-k0000000000000003") + "}");
  EXPECT_TRUE(retained(a_).empty());
  const auto there = retained(b_);
  ASSERT_EQ(there.size(), 1U);
  EXPECT_EQ(there[0].cases.front(), "a-3");
}

TEST_F(ValuesOfEndedCases, UnderTheKeyOfANameThatBeginsLikeOursAreNotAskedFor) {
  visit("a-1", R"({"who":)" + sealed("a-k1-k0000000000000001") + "}");
  today_ = *Date::parse("2027-03-31");
  EXPECT_EQ(day_of(a_).size(), 1U);
  EXPECT_TRUE(gone(a_, "a-k1-k0000000000000001"));
  EXPECT_TRUE((sent_[{"a", "b"}].empty()));
}

TEST_F(ValuesOfEndedCases, OfOneDayGoByOneOrder) {
  for (int i = 1; i <= 3; ++i) {
    const std::string number = std::to_string(i);
    visit(CaseId{"a-" + number}, R"({"who":)" + sealed(key_of(number)) + "}");
  }
  today_ = *Date::parse("2027-03-31");
  const auto orders = day_of(a_);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].cases.size(), 3U);
  EXPECT_EQ(orders[0].keys.size(), 3U);
}

TEST_F(ValuesOfEndedCases, StayUnderAHoldAndGoWhenItIsOver) {
  two_keys();
  OrderPrivacy hold;
  hold.order.kind = "hold";
  hold.order.subject = "a-1";
  hold.order.reason = "court 12";
  hold.order.cases = {"a-1"};
  by_two(b_, hold);
  today_ = *Date::parse("2027-03-31");
  EXPECT_TRUE(day_of(b_).empty());
  EXPECT_EQ(day_of(a_).size(), 1U);
  deliver(a_, b_);
  deliver(b_, a_);
  EXPECT_FALSE(gone(b_, "a-k0000000000000001"));
  const Order& asks = a_.circle().orders.at(1);
  EXPECT_EQ(asks.answers.at("b").reason, "hold");
  EXPECT_TRUE(awaits_answer(asks));

  EndOrder end;
  end.number = 1;
  end.reason = "the court is done";
  by_two(b_, end);
  today_ = today_.plus_days(1);
  EXPECT_EQ(day_of(b_).size(), 1U);
  EXPECT_TRUE(gone(b_, "a-k0000000000000001") && gone(b_, "b-k0000000000000002"));
  deliver(b_, a_);
  EXPECT_FALSE(awaits_answer(asks)) << "what was asked is answered when it is gone";
}

TEST_F(ValuesOfEndedCases, OfARecordGoByTheDayItNamesOnBothSides) {
  person("1", "a-k0000000000000001", "2026-06-30");
  person("2", "a-k0000000000000002", "");
  const auto all = retained(a_);
  ASSERT_EQ(all.size(), 1U) << "one without an end is kept";
  EXPECT_EQ(all[0].records, std::vector<std::string>{"visits/people/1"});
  EXPECT_TRUE(all[0].cases.empty());
  EXPECT_EQ(all[0].service, "people");
  EXPECT_EQ(all[0].due.text(), "2028-06-30");
  today_ = *Date::parse("2028-06-29");
  EXPECT_TRUE(day_of(a_).empty());
  today_ = today_.plus_days(1);
  const auto orders = day_of(a_);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].reason, "Synthetic rule 9");
  EXPECT_EQ(orders[0].records, std::vector<std::string>{"visits/people/1"});
  EXPECT_EQ(orders[0].told, std::vector<PartyId>{"b"});
  EXPECT_TRUE(gone(a_, "a-k0000000000000001"));
  EXPECT_FALSE(gone(a_, "a-k0000000000000002"));
  deliver(a_, b_);
  EXPECT_TRUE(gone(b_, "a-k0000000000000001"));
  deliver(b_, a_);
  EXPECT_FALSE(awaits_answer(a_.circle().orders.at(1)));
}

TEST_F(ValuesOfEndedCases, OfARecordWaitForANewEndAndForWhoContestsIt) {
  person("1", "a-k0000000000000001", "2026-06-30");
  ASSERT_EQ(retained(a_).size(), 1U);
  person("1", "a-k0000000000000001", "2026-12-31");  // prolonged
  EXPECT_EQ(retained(a_).front().due.text(), "2028-12-31");
  a_.edit_record("visits/people", "1").contested["b"] = {.fields = Value{}, .on = std::nullopt};
  EXPECT_TRUE(retained(a_).empty());
  EXPECT_EQ(retained(b_).size(), 1U);
}

TEST_F(ValuesOfEndedCases, InARecordAndACaseAreKeptAsTheLongerSays) {
  visit("a-1", R"({"who":)" + sealed("a-k0000000000000001") + "}");
  ASSERT_EQ(retained(a_).front().due.text(), "2027-03-31");
  person("1", "a-k0000000000000001", "2026-06-30");
  const auto all = retained(a_);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].due.text(), "2028-06-30");
  EXPECT_EQ(all[0].cases, std::vector<CaseId>{"a-1"});
  EXPECT_EQ(all[0].records, std::vector<std::string>{"visits/people/1"});
  person("1", "a-k0000000000000001", "");
  EXPECT_TRUE(retained(a_).empty()) << "a record without an end keeps the value of the case too";
}

TEST_F(ValuesOfEndedCases, AreFoundAPartAtATimeAsAtOnce) {
  const auto add = [&](int i) {
    const std::string number = std::to_string(i);
    visit(CaseId{"a-" + number}, R"({"who":)" + sealed(key_of(number)) + "}", i % 3 != 0);
    person(number, key_of(std::to_string(i + 1'000)), i % 2 == 0 ? "2026-06-30" : "");
  };
  for (int i = 1; i <= 60; ++i) add(i);
  const auto before = retained(a_);
  ASSERT_EQ(before.size(), 40U + 30U);
  RetentionSearch search;
  int parts = 0, more = 60;
  while (search.look(a_, 7)) {
    // The tables grow under it, so that their rows move.
    for (int i = 0; i < 20 && more < 300; ++i) add(++more);
    ++parts;
  }
  EXPECT_GT(parts, 20);
  EXPECT_EQ(more, 300);
  const auto found = search.found(), all = retained(a_);
  for (const Retained& one : before) {
    EXPECT_TRUE(std::ranges::any_of(found, [&](const Retained& other) {
      return other.keys == one.keys && other.cases == one.cases && other.records == one.records;
    })) << one.keys.front();
  }
  RetentionSearch again;
  while (again.look(a_, 7)) {
  }
  ASSERT_EQ(again.found().size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(again.found()[i].keys, all[i].keys);
}

// Cases, records and what changes them, as chance wills.
class Chanced : public ValuesOfEndedCases {
 public:
  void TestBody() override {}
  void begin() {
    SetUp();
    for (int i = 0; i < 30; ++i) change();
    today_ = *Date::parse("2028-07-01");  // past all that is named here but for what goes on
    run(a_, BeginDay{.day = today_});
    changed_.clear();
  }
  // One event of those that begin, go on, copy, end, reopen, prolong, contest and settle.
  void change() {
    const std::string n = std::to_string(*rc::gen::inRange(0, 12));
    const std::string key = key_of(std::to_string(*rc::gen::inRange(0, 8)));
    const CaseId id{"a-" + n};
    const Case* c = a_.find_case(id);
    const Record* record = a_.find_record(kPeople, n);
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
        if (!c) apply(opened(id));
        apply(step(id, key, *rc::gen::arbitrary<bool>()));
        break;
      case 2:
        if (!c) break;
        if (c->dispute) {
          apply(DisputeEnded{.id = id});
        } else {
          apply(CaseDisputed{.id = id, .by = "b", .reason = "r", .detail = {}, .content = "d"});
        }
        break;
      case 3:
        if (!record) break;
        apply(RecordContested{
            .reg = kPeople, .key = n, .keeper = "b", .fields = who(key), .on = today_});
        break;
      case 4:
        if (!record || record->contested.empty()) break;
        apply(RecordSettled{.reg = kPeople,
                            .key = n,
                            .keeper = "a",
                            .yields = "b",
                            .fields = record->fields,
                            .on = today_});
        break;
      default:
        apply(put(n, key));
        break;
    }
  }
  std::set<std::string> due_at_once() const {
    std::set<std::string> keys;
    for (const Retained& one : retained(a_)) {
      if (one.due <= today_) keys.insert(one.keys.begin(), one.keys.end());
    }
    return keys;
  }
  // What the steps of a day destroy, with `changes` between them.
  std::set<std::string> destroyed_in_steps(int changes) {
    RetentionSearch search{today_};
    std::set<std::string> gone;
    always_ = due_at_once();
    const auto others = [&] {
      for (; changes > 0 && *rc::gen::inRange(0, 2) == 0; --changes) {
        changed_.clear();
        change();
        for (const Event& event : changed_) search.changed(a_, event);
        const auto due = due_at_once();
        std::erase_if(always_, [&](const std::string& key) {
          return !due.contains(key) && !gone.contains(key);
        });
      }
    };
    while (search.look(a_, static_cast<std::size_t>(*rc::gen::inRange(1, 9)))) others();
    others();
    for (; !search.is_taken(); others()) {
      for (const Retained& one :
           search.take(a_, static_cast<std::size_t>(*rc::gen::inRange(1, 4)))) {
        const auto allowed = due_at_once();
        for (const std::string& key : one.keys) {
          RC_ASSERT(allowed.contains(key));
          gone.insert(key);
          a_.set_serial(Store::kErased, key, 1);
        }
      }
    }
    return gone;
  }

  // Of the last day: what was due from its beginning to its end.
  const std::set<std::string>& always() const { return always_; }

 private:
  static constexpr const char* kPeople = "visits/people";
  void apply(const Event& event) {
    a_.apply(event);
    changed_.push_back(event);
  }
  static Value who(const std::string& key) { return *parse_json(R"({"who":)" + sealed(key) + "}"); }
  Event opened(const CaseId& id) const { return visit_opened(id, digest_, today_); }
  // Also one that ended long ago, as it is told late.
  static Event step(const CaseId& id, const std::string& key, bool ends) {
    return visit_started(id, who(key), ends, *Date::parse("2026-03-31"));
  }
  Event put(const std::string& number, const std::string& key) const {
    Value fields = who(key);
    (*fields.as_record())["number"] = number;
    const int end = *rc::gen::inRange(0, 4);
    (*fields.as_record())["until"] = end == 0   ? Value{}
                                     : end == 1 ? Value{"2028-12-31"}
                                                : Value{"2026-06-30"};
    return RecordPut{.reg = kPeople,
                     .key = number,
                     .keeper = "a",
                     .side = {},
                     .fields = std::move(fields),
                     .sided = {},
                     .on = today_,
                     .id = {},
                     .sides = {}};
  }

  std::vector<Event> changed_;
  std::set<std::string> always_;
};

RC_GTEST_PROP(RetentionInSteps, DestroysWhatItDoesAtOnce, ()) {
  Chanced day;
  day.begin();
  const std::set<std::string> all = day.due_at_once();
  RC_ASSERT(day.destroyed_in_steps(0) == all);
  RC_ASSERT(day.due_at_once().empty());
}

// Never what must stay at that moment, and all that could go from the first to the last of them;
// the rest goes by the next search.
RC_GTEST_PROP(RetentionInSteps, TakesNoticeOfWhatIsDecidedBetween, ()) {
  Chanced day;
  day.begin();
  const std::set<std::string> gone = day.destroyed_in_steps(*rc::gen::inRange(0, 20));
  const std::set<std::string> left = day.due_at_once();
  for (const std::string& key : day.always()) RC_ASSERT(gone.contains(key));
  RC_ASSERT(day.destroyed_in_steps(0) == left);
  RC_ASSERT(day.due_at_once().empty());
}

}  // namespace
}  // namespace bashu::core
