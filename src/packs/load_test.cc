#include "packs/load.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <string>

#include "base/json.h"
#include "packs/yaml.h"
#include "testing/checkout.h"

namespace bashu::packs {
namespace {

// The smallest pack that has a bit of everything.
constexpr std::string_view kPack = R"pack(bashu: 1
pack: demo
version: 1
title: {zh: 示例, en: Demo}
params: {limit: 100}
types:
  line: {type: text, max: 40, class: public, title: {zh: 内容, en: Text}}
  day: {type: date, class: public, title: {zh: 日期, en: Day}}
  mass: {type: quantity, unit: t, scale: 3, min: 0, class: internal, title: {zh: 重量, en: Mass}}
  yuan: {type: money, unit: CNY, scale: 2, min: 0, class: internal, title: {zh: 金额, en: Amount}}
  name: {type: text, title: {zh: 姓名, en: Name}}
registers:
  people:
    title: {zh: 名册, en: People}
    kept: own
    key: [code]
    fields: {code: line, name: {type: name, optional: true}, since: day, until: day}
  roll: {title: {zh: 清单, en: Roll}, kept: shared, editions: true, key: [code], fields: {code: line}}
books:
  tonnes:
    title: {zh: 重量账, en: Tonnes}
    type: mass
    accounts:
      source: {floor: none}
      held: {key: [case]}
services:
  visit:
    title: {zh: 互访, en: Visit}
    parties: {host: {office: all}, guest: {office: all, clerk: {own: note}}}
    fields: {code: line, day: day, load: mass, price: yuan, name: name, note: line, items: {type: list, of: roll, title: {zh: 项, en: Items}}, total: mass}
    calc:
      late: data.day < today
      heavy: "data.load > params.limit && tonnes.held(case.id) >= 0"
    start: {owner: guest, by: office, form: [code, day, load, price, name, items], to: proposed}
    states:
      proposed:
        title: {zh: 待确认, en: Proposed}
        owner: host
        events:
          accept:
            title: {zh: 同意, en: Accept}
            by: office
            form: [note]
            when: calc.heavy && data.code in people
            why: {zh: 太轻, en: Too light}
            set: {total: =data.load}
            do: {move: =data.load, from: tonnes.source, to: tonnes.held(case.id)}
            to: agreed
          decline: {title: {zh: 婉拒, en: Decline}, by: office, to: declined}
          late: {title: {zh: 超期, en: Late}, by: system, do: {task: {zh: 超期, en: Late}, for: office}}
      agreed:
        title: {zh: 已确认, en: Agreed}
        owner: guest
        then: {do: {edition: roll, name: =string(year(data.day)), entries: data.items}, to: held}
      held: {title: {zh: 已成行, en: Held}, final: true}
      declined: {title: {zh: 未成行, en: Declined}, final: true}
    clocks:
      answer: {working_days: 5, runs_in: proposed, breach: late}
feeds:
  weigh:
    title: {zh: 过磅, en: Weighings}
    by: operator
    fields: {ticket: line, day: day, mass: mass}
    key: ticket
    when: line.mass > 0
    why: {zh: 须为正, en: Must be positive}
    do: {move: =line.mass, from: tonnes.source, to: tonnes.held(line.ticket), date: =line.day}
figures:
  visits: {title: {zh: 次数, en: Visits}, of: visit, from: case.reached('held'), count: true, split: {code: data.code}, show: [data.code]}
  moved: {title: {zh: 重量, en: Moved}, of: tonnes.held, sum: account.balance, period: year}
  share: {title: {zh: 占比, en: Share}, unit: {name: "%", scale: 1}, value: "ratio(figure.visits, figure.moved, 1000)"}
scenarios:
  - title: a visit
    today: 2026-03-02
    steps:
      - {at: chongqing, as: office, start: visit, id: V1, parties: {host: sichuan, guest: chongqing}, with: {code: a}, state: proposed}
      - {at: sichuan, as: operator, feed: weigh, lines: [{ticket: a, day: 2026-03-02, mass: 1}], taken: 1}
      - {figure: visits, is: 0}
)pack";

std::string changed(std::string_view from, std::string_view to) {
  std::string text{kPack};
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

std::string told(const std::vector<Finding>& findings, bool notes) {
  std::string all;
  for (const Finding& finding : findings) {
    if (finding.note != notes) continue;
    all += std::to_string(finding.line) + ":" + std::to_string(finding.column) + ": " +
           finding.text + "\n";
  }
  return all;
}

Value source_of(const std::string& text) {
  const Document document = read_yaml(text);
  EXPECT_TRUE(document.findings.empty());
  return document.root;
}

std::string read(const std::string& path) {
  std::ifstream file{checkout(path), std::ios::binary};
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(Load, AnAdoptedPackIsHeldAlthoughARuleForbidsItNow) {
  for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"      held: {title: {zh: 已成行, en: Held}, final: true}",
            "      held: {title: {zh: 已成行, en: Held}, final: true}\n"
            "      idle: {title: {zh: 闲置, en: Idle}, final: true}"},  // nobody reaches it
           {"start: visit, id: V1", "start: nothing, id: V1"}}) {       // in a scenario
    const Value source = source_of(changed(from, to));
    EXPECT_FALSE(load(source).pack) << to;
    const Loaded adopted = load_adopted(canonical_json(source));
    ASSERT_TRUE(adopted.pack) << told(adopted.findings, false);
    EXPECT_EQ(adopted.pack->digest, digest_text(source));
    EXPECT_EQ(adopted.pack->scenarios.size(), 1U);
  }
}

TEST(Load, AnAdoptedPackMustBeUnderstood) {
  for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"params: {limit: 100}", "params: {limit: 100}\nsurprises: {}"},
           {"when: line.mass > 0", "when: line.mass > fresh(0)"},
           {"to: agreed", "to: nowhere"}}) {
    const Loaded adopted = load_adopted(canonical_json(source_of(changed(from, to))));
    EXPECT_FALSE(adopted.pack) << to;
    EXPECT_NE(told(adopted.findings, false), "") << to;
  }
}

TEST(Load, ADemoLoadsAndEverythingIsResolved) {
  const Loaded loaded = load(kPack);
  ASSERT_TRUE(loaded.pack) << told(loaded.findings, false);
  const Pack& pack = *loaded.pack;
  EXPECT_EQ(pack.name, "demo");
  EXPECT_EQ(pack.digest, digest_text(pack.source));
  const Service& visit = *find(pack.services, "visit");
  const EventDef& accept = *find(find(visit.states, "proposed")->events, "accept");
  EXPECT_EQ(accept.by, (std::vector<By>{{"host", "office"}}));
  EXPECT_EQ(visit.start.event.by, (std::vector<By>{{"guest", "office"}}));
  EXPECT_TRUE(find(find(visit.states, "proposed")->events, "late")->taken_by_system());
  EXPECT_FALSE(accept.taken_by_system());
  const Branch& branch = accept.branches[0];
  EXPECT_TRUE(branch.when->looks_up());  // through calc.heavy and the register
  EXPECT_EQ(branch.to, "agreed");
  const Move& move = std::get<Move>(branch.effects[0].what);
  EXPECT_EQ(move.from.kind, "source");
  EXPECT_TRUE(move.from.keys.empty());
  ASSERT_EQ(move.to.keys.size(), 1U);
  EXPECT_FALSE(move.to.looks_up);
  EXPECT_FALSE((*find(visit.calc, "late"))->looks_up());
  EXPECT_TRUE((*find(visit.calc, "heavy"))->looks_up());
  EXPECT_EQ(visit.field("load")->unit, "t");
  EXPECT_EQ(visit.field("name")->cls, Class::personal);
  EXPECT_EQ(visit.field("items")->cls, Class::open);  // that of its elements
  EXPECT_EQ(find(pack.registers, "people")->record->cls, Class::personal);
  EXPECT_EQ(find(pack.registers, "people")->key_of(*parse_json(R"({"code":"a/b"})")), "a/b");
  EXPECT_TRUE(find(pack.registers, "people")->names("a%2Fb", *parse_json(R"({"code":"a/b"})")));
  EXPECT_FALSE(find(pack.registers, "people")->names("a%2Fb", *parse_json(R"({"code":"a"})")));
  EXPECT_EQ(find(pack.figures, "moved")->unit, "t");
  EXPECT_TRUE(find(pack.figures, "moved")->yearly);
  EXPECT_FALSE(find(find(pack.books, "tonnes")->accounts, "held")->windowed);
  EXPECT_FALSE(find(find(pack.books, "tonnes")->accounts, "source")->floored);
  EXPECT_EQ(find(pack.feeds, "weigh")->key, std::vector<std::string>{"ticket"});
}

TEST(Load, CanonicalDataLoadsLikeTheFile) {
  const Loaded file = load(kPack);
  ASSERT_TRUE(file.pack);
  const std::string canonical = canonical_json(file.pack->source);
  for (const Loaded& again : {load(canonical), load(*parse_json(canonical))}) {
    ASSERT_TRUE(again.pack) << told(again.findings, false);
    EXPECT_EQ(again.pack->digest, file.pack->digest);
  }
}

struct Broken {
  const char* group;  // of section 13
  const char* from;
  const char* to;
  const char* told;  // all faults: line:column: text
};
class LoadRefuses : public testing::TestWithParam<Broken> {};
TEST_P(LoadRefuses, WithPositionAndReason) {
  const Loaded loaded = load(changed(GetParam().from, GetParam().to));
  EXPECT_FALSE(loaded.pack);
  EXPECT_EQ(told(loaded.findings, false), GetParam().told)
      << GetParam().group << ": " << GetParam().to;
}
constexpr Broken kBroken[] = {
    {"1 unknown names", "version: 1\n", "version: 1\ncolour: red\n",
     "4:1: unknown key 'colour'; known are bashu, pack, version, title, params, types, registers, "
     "books, calculators, services, feeds, figures, retention, scenarios, replaces, migrate, "
     "words, order\n"},
    {"1 unknown names", "accept:\n            title",
     "accept:\n            colour: red\n            title",
     "41:13: unknown key 'colour'; known are title, by, by_another_than, form, then, when, why, "
     "run, "
     "set, do, reset, to, notice\n"},
    {"1 unknown names", "    start: {owner: guest",
     "    needed: {code: data.code in people}\n    start: {owner: guest",
     "34:14: 'code' is no optional field of the service\n34:14: is judged at every party: it may "
     "read no register, book or calendar\n"},
    {"1 unknown names", "accept:\n            title",
     "accept:\n            by_another_than: start\n            title",
     "41:13: no state of host takes an event 'start'\n"},
    {"1 unknown names", "to: agreed\n",
     "to: agreed\n            notice: {zh: '{x}', en: '{code}'}\n",
     "49:22: '{x}' is no field or party of the service, nor case, opened or since\n"},
    {"1 unknown names", "fields: {code: line, day: day, load", "fields: {code: lin, day: day, load",
     "30:14: unknown type 'lin'\n34:39: there is no field 'code'\n44:13: there is no field 'code' "
     "(byte 20 of the expression)\n69:101: there is no field 'code' (byte 6 of the "
     "expression)\n69:119: there is no field 'code' (byte 6 of the expression)\n76:110: there is "
     "no field 'code'\n"},
    {"1 unknown names", "late: data.day < today", "late: data.dya < today",
     "32:7: there is no field 'dya' (byte 6 of the expression)\n"},
    {"1 unknown names", "late: data.day < today", "late: day < today",
     "32:7: unknown name 'day' (byte 1 of the expression)\n"},
    {"1 unknown names", "late: data.day < today", "late: before(data.day, today)",
     "32:7: unknown function before (byte 1 of the expression)\n"},
    {"1 unknown names", "to: agreed", "to: agred",
     "48:13: there is no state 'agred'\n51:7: cannot be reached\n55:7: cannot be reached\n"},
    {"1 unknown names", "by: operator", "by: Operator",
     "62:5: the name 'Operator' must be small letters, digits and _, at most 40\n"},
    {"1 unknown names", "breach: late}", "breach: later}",
     "58:7: the breach 'later' is not taken by the system in 'proposed'\n"},
    {"1 unknown names", "answer: {working_days: 5, runs_in: proposed",
     "answer: {working_days: 5, runs_in: propose", "58:33: there is no state 'propose'\n"},
    {"1 unknown names", "do: {edition: roll", "do: {edition: rolls",
     "54:21: there is no register 'rolls'\n"},
    {"1 unknown names", "from: tonnes.source, to: tonnes.held(case.id)}",
     "from: tonnes.sauce, to: tonnes.held(case.id)}",
     "47:36: the book 'tonnes' has no account 'sauce' (byte 8 of the expression)\n"},
    {"1 unknown names", "from: tonnes.source, to: tonnes.held(case.id)}",
     "from: tonnes.source(1), to: tonnes.held}",
     "47:36: wrong number of keys: tonnes.source has 0 (byte 8 of the expression)\n47:60: wrong "
     "number of keys: tonnes.held has 1 (byte 8 of the expression)\n"},
    {"1 unknown names", "set: {total: =data.load}", "set: {totals: =data.load}",
     "30:143: nothing writes this field\n46:19: there is no field 'totals' in the service\n"},
    {"1 unknown names", "set: {total: =data.load}", "reset: clock",
     "30:143: nothing writes this field\n46:13: there is no clock 'clock'\n"},
    {"1 unknown names", "case.reached('held')", "case.reached('hold')",
     "69:52: there is no state 'hold' (byte 6 of the expression)\n"},
    {"1 unknown names", "data.code in people", "data.code in persons",
     "44:13: there is no register 'persons' (byte 25 of the expression)\n"},
    {"1 unknown names", "figure: visits", "figure: visit", "78:10: there is no such figure\n"},
    {"1 unknown names", "feed: weigh", "feed: weight", "77:37: there is no such feed\n"},
    {"1 unknown names", "state: proposed}", "state: propose}",
     "76:120: no service has a state 'propose'\n"},
    {"1 unknown names", "case.reached('held')", "case.reachd",
     "69:52: case has id, state, parties, opened, since, seq, service, reached() and left(), not "
     "'reachd' (byte 6 of the expression)\n"},
    {"1 unknown names", "params.limit", "params.limits",
     "33:7: there is no parameter 'limits' (byte 20 of the expression)\n"},
    {"2 names and circles", "  line: {type: text, max",
     "  text: {type: text, title: {zh: x, en: x}}\n  line: {type: text, max",
     "7:3: 'text' is a built-in type\n"},
    {"2 names and circles", "  tonnes:\n    title", "  people:\n    title",
     "13:3: a register and a book are both named 'people'\n33:7: there is no book 'tonnes' (byte "
     "36 of the expression)\n47:36: there is no book 'tonnes' (byte 8 of the expression)\n47:57: "
     "there is no book 'tonnes' (byte 8 of the expression)\n67:28: there is no book 'tonnes' (byte "
     "8 of the expression)\n67:49: there is no book 'tonnes' (byte 8 of the expression)\n70:3: "
     "'account' has no meaning here (byte 1 of the expression)\n70:39: there is no service, "
     "register or account 'tonnes.held'\n70:56: 'account' has no meaning here (byte 1 of the "
     "expression)\n"},
    {"2 names and circles", "  line: {type: text, max: 40,", "  line: {type: line, max: 40,",
     "7:3: the type 'line' is built on itself\n16:5: there is no field 'code'\n18:67: there is no "
     "field 'code'\n29:65: there is no field 'note'\n34:39: there is no field 'code'\n43:13: there "
     "is no field 'note'\n44:13: there "
     "is no field 'code' (byte 20 of the expression)\n64:5: 'ticket' cannot be a key: a key is a "
     "field of the line that is a text, number or date, is always there, and may be read\n67:49: "
     "there is no field 'ticket' (byte 18 of the expression)\n69:101: there is no field 'code' "
     "(byte 6 of the expression)\n69:119: there is no field 'code' (byte 6 of the "
     "expression)\n76:110: there is no field 'code'\n"},
    {"2 names and circles", "  day: {type: date, class: public,",
     "  a: {type: list, of: b, title: {zh: x, en: x}}\n  b: {type: record, fields: {a: a}, title: "
     "{zh: x, en: x}}\n  day: {type: date, class: public,",
     "9:30: the type 'a' is built on itself\n"},
    {"2 names and circles", "late: data.day < today", "late: calc.later\n      later: calc.late",
     "33:7: calc.late is computed from itself\n"},
    {"2 names and circles", "  visits: {title",
     "  one: {title: {zh: 一, en: One}, value: figure.two}\n  two: {title: {zh: 二, en: Two}, "
     "value: figure.one}\n  visits: {title",
     "69:3: the figure is computed from itself\n"},
    {"2 names and circles", "  roll: {title", "  today: {title",
     "18:3: 'today' is a word of the expressions\n30:105: unknown type 'roll'\n34:39: there is no "
     "field 'items'\n54:21: there is no register 'roll'\n"},
    {"3 expressions", "late: data.day < today", "late: data.day <",
     "32:7: unexpected the end (byte 11 of the expression)\n"},
    {"3 expressions", "late: data.day < today", "late: data.name == 'x'",
     "32:7: reads the personal field 'name' (byte 6 of the expression)\n"},
    {"3 expressions", "late: data.day < today", "late: data.day < 5",
     "32:7: there is no order between a date and an integer (byte 10 of the expression)\n"},
    {"3 expressions", "late: data.day < today", "late: data.code == 5",
     "32:7: a text never equals an integer (byte 11 of the expression)\n"},
    {"3 expressions", "data.load > params.limit", "data.load > data.price",
     "33:7: an amount in t of scale 3 and an amount in CNY of scale 2 do not go together (byte 11 "
     "of the expression)\n"},
    {"3 expressions", "data.load > params.limit", "data.load + data.price > 1",
     "33:7: an amount in t of scale 3 and an amount in CNY of scale 2 do not go together (byte 11 "
     "of the expression)\n"},
    {"3 expressions", "data.load > params.limit", "data.load * data.load > 1",
     "33:7: two amounts cannot be multiplied: the unit would change (byte 11 of the expression)\n"},
    {"3 expressions", "data.load > params.limit", "muldiv(1, data.load, data.price, 'floor') > 1",
     "33:7: an amount in t of scale 3 and an amount in CNY of scale 2 do not go together (byte 1 "
     "of the expression)\n"},
    {"3 expressions", "when: calc.heavy &&", "when: data.load &&",
     "44:13: true or false was expected, not an amount in t of scale 3 (byte 6 of the "
     "expression)\n"},
    {"3 expressions", "when: line.mass > 0", "when: line.mass",
     "65:5: true or false was expected, not an amount in t of scale 3\n"},
    {"3 expressions", "do: {move: =data.load,", "do: {move: =data.price,",
     "47:18: an amount in t of scale 3 was expected, not an amount in CNY of scale 2\n"},
    {"3 expressions", "do: {move: =data.load,", "do: {move: -5,",
     "47:18: an amount is zero or more\n"},
    {"3 expressions", "set: {total: =data.load}", "set: {total: =data.price}",
     "46:19: an amount in t of scale 3 was expected, not an amount in CNY of scale 2\n"},
    {"3 expressions", "set: {total: =data.load}", "set: {note: =data.name, total: 1}",
     "46:19: the personal field 'name' may only be copied into a field of that class or "
     "stricter\n"},
    {"3 expressions", "set: {total: =data.load}", "set: {total: 1, day: 2026-02-30}",
     "46:29: must be a day of the calendar, written 2026-03-31\n"},
    {"3 expressions", "set: {total: =data.load}",
     "set: {total: \"=serial('a') + 1\", note: \"=string(people[data.code].name)\"}",
     "46:46: reads the personal field 'name' (byte 26 of the expression)\n"},
    {"3 expressions", "late: data.day < today", "late: serial('a') > 0",
     "32:7: serial() may only be used in 'set' (byte 1 of the expression)\n"},
    {"3 expressions", "date: =line.day", "date: =line.mass",
     "67:79: a date was expected, not an amount in t of scale 3\n"},
    {"3 expressions", "key: ticket", "key: tickets",
     "64:5: 'tickets' cannot be a key: a key is a field of the line that is a text, number or "
     "date, is always there, and may be read\n"},
    {"3 expressions", "entries: data.items", "entries: data.code",
     "54:67: a list was expected, not a text\n"},
    {"3 expressions", "when: line.mass > 0", "when: data.load > 0",
     "65:5: 'data' has no meaning here (byte 1 of the expression)\n"},
    {"3 expressions", "value: \"ratio(figure.visits, figure.moved, 1000)\"",
     "value: \"tonnes.held('a')\"",
     "71:68: 'tonnes' has no meaning here (byte 8 of the expression)\n"},
    {"4 states", "by: office, to: declined}", "by: office, to: proposed}",
     "56:7: cannot be reached\n"},
    {"4 states",
     "then: {do: {edition: roll, name: =string(year(data.day)), entries: data.items}, to: held}",
     "then: {do: {edition: roll, name: =string(year(data.day)), entries: data.items}, to: agreed}",
     "51:7: is not final and cannot be left\n55:7: cannot be reached\n"},
    {"4 states", "held: {title: {zh: 已成行, en: Held}, final: true}",
     "held: {title: {zh: 已成行, en: Held}, final: true, owner: host}",
     "55:55: a final state has no 'owner': nothing follows it\n"},
    {"4 states", "title: {zh: 待确认, en: Proposed}\n        owner: host",
     "title: {zh: 待确认, en: Proposed}\n        owner: hosts",
     "38:9: there is no party 'hosts'\n50:88: 'office' is no role of hosts\n"},
    {"5 roles", "decline: {title: {zh: 婉拒, en: Decline}, by: office",
     "decline: {title: {zh: 婉拒, en: Decline}, by: clerk",
     "49:51: 'clerk' is no role of host; another party's is written party.role\n"},
    {"5 roles", "decline: {title: {zh: 婉拒, en: Decline}, by: office",
     "decline: {title: {zh: 婉拒, en: Decline}, by: guest.chief",
     "49:51: 'chief' is no role of guest; another party's is written party.role\n"},
    {"5 roles", "start: {owner: guest, by: office, form", "start: {owner: guest, form",
     "34:5: 'by' is missing: only a sub-case can be started by an effect\n"},
    {"5 roles", "en: Late}, for: office}", "en: Late}, for: clerk}",
     "50:88: 'clerk' is no role of host\n"},
    {"5 roles", "clerk: {own: note}", "clerk: {own: nobody}",
     "29:65: there is no field 'nobody'\n"},
    {"5 roles", "clerk: {own: note}", "clerk: {own: [note, name]}",
     "29:65: 'name' is sealed or no name of anybody\n"},
    {"5 roles", "clerk: {own: note}", "clerk: {own: parent.note}",
     "29:65: the case has no parent\n"},
    {"5 roles", "clerk: {own: note}", "clerk: {own: note, all: note}",
     "29:76: unknown key 'all'; known are own\n"},
    {"6 branches", "then: {do: {edition",
     "then:\n          - {to: declined}\n          - {do: {edition",
     "56:13: is never reached: the branch before it has no 'when' and is always taken\n"},
    {"6 branches", "note: line, items", "note: line, other: line, items",
     "30:85: nothing writes this field\n"},
    {"7 clocks", "en: Late}, by: system,", "en: Late}, by: office,",
     "58:7: the breach 'late' is not taken by the system in 'proposed'\n"},
    {"7 clocks", "working_days: 5,", "working_days: 5, days: 5,",
     "58:7: a clock has one of working_days, days, until\n"},
    {"7 clocks", "runs_in: proposed", "runs_in: [proposed, held]",
     "58:33: no clock runs in the final state 'held'\n"},
    {"8 effects", "do: {task: {zh: 超期, en: Late}, for: office}", "do: {signal: parent, event: x}",
     "50:62: a signal goes to the parent or to a sub-case of visit\n"},
    {"8 effects", "do: {task: {zh: 超期, en: Late}, for: office}",
     "do: {start: visit, parties: {host: host, guest: guest}}",
     "50:62: 'visit' is no sub-case of visit\n"},
    {"8 effects", "do: {task: {zh: 超期, en: Late}, for: office}",
     "do: {put: roll, key: a, fields: {code: a}}", "50:62: 'roll' changes only by an edition\n"},
    {"8 effects", "do: {edition: roll", "do: {edition: people",
     "54:21: 'people' has no editions: use put\n54:69: the record has no 'since', which is needed "
     "here\n54:69: the record has no 'until', which is needed here\n"},
    {"8 effects", "do: {task: {zh: 超期, en: Late}, for: office}", "do: {shout: x}",
     "50:57: an effect is one of move, put, edition, task, start, signal, allot\n"},
    {"8 effects",
     "do: {move: =line.mass, from: tonnes.source, to: tonnes.held(line.ticket), date: =line.day}",
     "do: {task: {zh: a, en: b}, for: operator}",
     "67:5: a feed moves, puts and publishes editions, nothing else\n"},
    {"9 figures", "count: true,", "count: true, sum: data.load,",
     "69:3: a figure has exactly one of count, distinct, sum, min, value\n"},
    {"9 figures", "count: true,", "where: \"case.state == 'held'\", count: true,",
     "69:80: a figure may not read case.state: ask case.reached('state') and case.left('state') "
     "(byte 6 of the expression)\n"},
    {"9 figures", "of: visit,", "of: visitors,",
     "69:41: there is no service, register or account 'visitors'\n69:55: 'case' has no meaning "
     "here (byte 6 of the expression)\n69:104: 'data' has no meaning here (byte 1 of the "
     "expression)\n69:122: 'data' has no meaning here (byte 1 of the expression)\n"},
    {"9 figures", "show: [data.code]", "show: [data.name]",
     "69:119: reads the personal field 'name' (byte 6 of the expression)\n"},
    {"10 titles and scenarios", "title: {zh: 互访, en: Visit}", "title: {en: Visit}",
     "28:5: the title is missing in 'zh'\n"},
    {"10 titles and scenarios", "decline: {title: {zh: 婉拒, en: Decline}, by", "decline: {by",
     "49:11: a title is missing\n"},
    {"10 titles and scenarios", "{figure: visits, is: 0}", "{figures: visits, is: 0}",
     "78:9: a step is one of start, event, advance, that, figure, feed, tasks, exceptions, link, "
     "settle\n"},
    {"types", "class: public, title: {zh: 内容, en: Text}",
     "class: open, title: {zh: 内容, en: Text}",
     "7:31: must be public, internal, token, personal or sensitive\n16:5: 'code' cannot be a key: "
     "a key is a text, number or date that is always there, is one for all sides, and may be "
     "read\n18:67: 'code' cannot be a key: a key is a text, number or date that is always there, "
     "is one for all sides, and may be read\n29:65: 'note' is sealed or no name of anybody\n44:13: "
     "reads the personal field 'code' (byte 20 of "
     "the expression)\n64:5: 'ticket' cannot be a key: a key is a field of the line that is a "
     "text, number or date, is always there, and may be read\n67:49: reads the personal field "
     "'ticket' (byte 18 of the expression)\n69:101: reads the personal field 'code' (byte 6 of the "
     "expression)\n69:119: reads the personal field 'code' (byte 6 of the expression)\n"},
    {"types", "type: text, max: 40,", "type: text, max: 40, pattern: \"[a\",",
     "7:31: is no regular expression of RE2: missing ]: [a\n"},
    {"types", "type: quantity, unit: t, scale: 3,", "type: quantity, unit: t,",
     "9:3: 'scale' is missing\n"},
    {"types", "key: [code]\n    fields", "key: [name]\n    fields",
     "16:5: 'name' cannot be a key: a key is a text, number or date that is always there, is one "
     "for all sides, and may be read\n"},
    {"types", "kept: shared, editions: true", "kept: own, editions: true",
     "18:48: only a shared register has editions\n"},
    {"types", "kept: shared, editions: true", "kept: circle",
     "18:37: must be one of own, parties, shared\n54:21: 'roll' has no editions: use put\n"},
    {"calculators", "services:\n",
     "calculators:\n  medical.settle: {version: 2, takes: {a: mass}, gives: {b: "
     "name}}\nservices:\n",
     "27:3: this node has no calculator 'medical.settle' of version 2\n27:58: a calculator sees "
     "nothing personal or sensitive\n"},
    {"names", "  visit:\n    title", "  people:\n    title",
     "13:3: a register and a service are both named 'people': a figure's 'of' and a 'ref' could "
     "mean either\n69:41: there is no service, register or account 'visit'\n69:52: 'case' has no "
     "meaning here (byte 6 of the expression)\n69:101: 'data' has no meaning here (byte 1 of the "
     "expression)\n69:119: 'data' has no meaning here (byte 1 of the expression)\n76:37: there is "
     "no such service\n"},
    {"names", "  visit:\n    title", "  mass:\n    title",
     "9:3: a type and a service are both named 'mass'\n69:41: there is no service, register or "
     "account 'visit'\n69:52: 'case' has no meaning here (byte 6 of the expression)\n69:101: "
     "'data' has no meaning here (byte 1 of the expression)\n69:119: 'data' has no meaning here "
     "(byte 1 of the expression)\n76:37: there is no such service\n"},
    {"editions", "edition: roll, name", "edition: roll, from: =data.load, name",
     "54:36: a date was expected, not an amount in t of scale 3\n"},
    {"editions", "edition: roll, name", "edition: roll, from: 2026-02-30, name",
     "54:36: must be a day of the calendar, written 2026-03-31\n"},
    {"null",
     "do: {move: =line.mass, from: tonnes.source, to: tonnes.held(line.ticket), date: =line.day}",
     "do: {put: people, key: =line.ticket, fields: {code: null, name: null}}",
     "67:51: null removes a field, and this one is not optional\n"},
    {"sides",
     "do: {move: =line.mass, from: tonnes.source, to: tonnes.held(line.ticket), date: =line.day}",
     "do: {put: people, key: =line.ticket, fields: {code: =line.ticket}, sides: [sichuan]}",
     "67:72: 'people' has no field with sides\n"},
    {"sides", "do: {edition: roll, name: =string(year(data.day)), entries: data.items}",
     "do: {put: people, key: a, fields: {code: a}, sides: =case.parties.host}",
     "54:61: the sides of a case's record are the parties of the case\n54:61: 'people' has no "
     "field with sides\n"},
    {"splits", "figure: visits, is", "figure: visits, split: {kind: a}, is",
     "78:34: the figure has no such split\n"},
    {"splits", "figure: visits, is", "figure: visits, split: {code: a, kind: b}, is",
     "78:26: names one split and a key of it\n78:43: the figure has no such split\n"},
    {"functions", "late: data.day < today", "late: sort(data.items) == [data.code]",
     "32:7: there is no order of a record (byte 1 of the expression)\n32:7: a list never equals a "
     "list (byte 18 of the expression)\n"},
    {"functions", "late: data.day < today", "late: add_months(data.code, data.day) < today",
     "32:7: an integer was expected, not a date (byte 28 of the expression)\n"},
    {"functions", "late: data.day < today", "late: shuffle(data.code, 1) == left(data.load, 1)",
     "32:7: a text was expected, not an integer (byte 20 of the expression)\n32:7: a list was "
     "expected, not a text (byte 14 of the expression)\n32:7: a text or list was expected, not an "
     "amount in t of scale 3 (byte 26 of the expression)\n"},
    {"functions", "late: data.day < today",
     "late: \"size([data.load] + [data.price] + data.code - [1]) > 0\"",
     "32:7: the lists are of an amount in t of scale 3 and of an amount in CNY of scale 2 (byte 18 "
     "of the expression)\n32:7: a list was expected, not a text (byte 40 of the expression)\n32:7: "
     "lists have no difference (byte 18 of the expression)\n"},
    {"change", "version: 1\n", "version: 1\nreplaces: sha256:12\n",
     "4:1: is the digest of a pack: sha256: and 64 hexadecimal digits\n"},
};
INSTANTIATE_TEST_SUITE_P(Section13, LoadRefuses, testing::ValuesIn(kBroken));

TEST(Load, RefusesAPackWithoutScenarios) {
  std::string text{kPack};
  text.resize(text.find("scenarios:"));
  EXPECT_EQ(told(load(text).findings, false), "1:1: a pack needs at least one scenario\n");
}

constexpr std::string_view kChild = R"(
  lorry:
    title: {zh: 车辆, en: Lorry}
    parent: visit
    parties: {carrier: {driver: own}, receiver: {office: all}}
    fields: {code: line, weight: mass}
    start: {owner: carrier, to: moving}
    states:
      moving:
        title: {zh: 在途, en: Moving}
        owner: carrier
        events:
          arrive: {title: {zh: 到达, en: Arrive}, by: [driver, system], form: [weight], to: there}
          lost: {title: {zh: 未到, en: Lost}, by: system, to: there}
      there: {title: {zh: 已到, en: There}, final: true}
    clocks:
      road: {days: 3, runs_in: moving, breach: lost}
feeds:)";

std::string with_child(std::string_view effect) {
  std::string text = changed("do: {task: {zh: 超期, en: Late}, for: office}", effect);
  const std::size_t at = text.find("\nfeeds:");
  text.replace(at, 7, kChild);
  return text;
}

TEST(Load, ChecksWhatPassesBetweenACaseAndItsSubCases) {
  const auto faults = [](std::string_view effect) {
    return told(load(with_child(effect)).findings, false);
  };
  const std::string_view start =
      "do: {start: lorry, parties: {carrier: guest, receiver: host}, with: {code: =data.code}}";
  EXPECT_EQ(faults(start), "");
  EXPECT_EQ(faults("do: {start: lorry, parties: {carrier: guest}, with: {code: =data.code}}"),
            "50:76: the party 'receiver' of lorry is missing\n");
  EXPECT_EQ(
      faults("do: {start: lorry, parties: {carrier: guest, receiver: chair}, with: {code: a}}"),
      "50:102: there is no party 'chair' in visit\n");
  EXPECT_EQ(faults("do: {start: lorry, parties: {carrier: guest, receiver: host}}"),
            "63:14: nothing writes this field\n");
  EXPECT_EQ(faults("do: [{signal: lorry, event: leave}, {start: lorry, parties: {carrier: guest, "
                   "receiver: host}, with: {code: a}}]"),
            "50:57: lorry never takes 'leave' from the system\n");
  EXPECT_EQ(faults("do: [{signal: lorry, event: arrive, with: {code: a}}, {start: lorry, parties: "
                   "{carrier: guest, receiver: host}, with: {code: a}}]"),
            "50:57: the event 'arrive' has no 'code' in its form\n");
}

TEST(Load, AStatedClassHoldsForWhatIsInside) {
  const auto with_type = [](std::string_view type) {
    return load(changed("  name: {type", std::string{type} + "\n  name: {type"));
  };
  const Loaded stated = with_type(
      "  box: {type: record, class: internal, title: {zh: 箱, en: Box}, fields: "
      "{lot: {type: text, title: {zh: 批, en: Lot}}, day: day}}");
  ASSERT_TRUE(stated.pack) << told(stated.findings, false);
  for (const Member& member : stated.pack->types) {
    if (member.name != "box") continue;
    EXPECT_EQ(member.type->cls, Class::internal);
    EXPECT_EQ(member.type->member("lot")->cls, Class::internal);
    EXPECT_EQ(member.type->member("day")->cls, Class::open);
  }
  const Loaded strictest = with_type(
      "  box: {type: list, title: {zh: 箱, en: Box}, of: {type: record, fields: "
      "{lot: {type: text, class: sensitive, title: {zh: 批, en: Lot}}, day: day}}}");
  ASSERT_TRUE(strictest.pack) << told(strictest.findings, false);
  EXPECT_EQ(strictest.pack->types[0].type->cls, Class::sensitive);
  EXPECT_EQ(told(with_type("  box: {type: record, class: public, title: {zh: 箱, en: Box}, "
                           "fields: {who: {type: text, class: personal, title: {zh: a, en: b}}}}")
                     .findings,
                 false),
            "11:3: is public, but holds what is personal\n");
}

TEST(Load, CopyingAPersonalFieldWholeIsAllowedOnlyIntoAsStrictAField) {
  const auto faults = [](std::string_view set) {
    return told(load(changed("do: {task: {zh: 超期, en: Late}, for: office}", set)).findings,
                false);
  };
  EXPECT_EQ(faults("do: {put: people, key: =data.code, fields: {name: =data.name}}"), "");
  EXPECT_EQ(faults("do: {put: people, key: =data.code, fields: {code: =data.name}}"),
            "50:101: the personal field 'name' may only be copied into a field of that class or "
            "stricter\n");
  EXPECT_EQ(faults("do: {put: people, key: =data.name, fields: {code: a}}"),
            "50:75: reads the personal field 'name' (byte 6 of the expression)\n");
  EXPECT_EQ(faults("do: {put: people, key: =digest(data), fields: {code: a}}"),
            "50:75: a record with personal fields is not read whole (byte 8 of the expression)\n");
}

TEST(Load, MarksAccountsWhoseWindowIsAsked) {
  const Loaded loaded = load(changed(
      "late: data.day < today",
      "late: data.day < today\n      window: \"tonnes.window('held', month(today), case.id)\""));
  ASSERT_TRUE(loaded.pack) << told(loaded.findings, false);
  const Book& book = *find(loaded.pack->books, "tonnes");
  EXPECT_TRUE(find(book.accounts, "held")->windowed);
  EXPECT_FALSE(find(book.accounts, "source")->windowed);
}

TEST(Load, NotesWithoutRefusing) {
  const Loaded loaded = load(changed("            why: {zh: 太轻, en: Too light}\n", ""));
  ASSERT_TRUE(loaded.pack) << told(loaded.findings, false);
  EXPECT_EQ(told(loaded.findings, true),
            "40:11: a refusal has no reason (why)\n67:1: of cases, without 'concerns' (opener or "
            "parties): visits\n");
  const Loaded owner = load(changed("clerk: {own: note}", "clerk: own"));
  ASSERT_TRUE(owner.pack) << told(owner.findings, false);
  EXPECT_EQ(told(owner.findings, true),
            "29:57: 'own' names no subject: what others began nobody of this role sees\n"
            "68:1: of cases, without 'concerns' (opener or parties): visits\n");
  const Loaded figure =
      load(changed("from: case.reached('held'), count: true, split",
                   "where: has(data.note) && data.note == 'x', count: true, split"));
  ASSERT_TRUE(figure.pack) << told(figure.findings, false);
  // Written once: nothing is rewritten.
  EXPECT_EQ(told(figure.findings, true),
            "68:1: of cases, without 'concerns' (opener or parties): visits\n");
  const Loaded said =
      load(changed("from: case.reached('held'), count: true, split",
                   "concerns: parties, from: case.reached('held'), count: true, split"));
  EXPECT_EQ(told(said.findings, true), "");
}

struct Original {
  const char* name;
  const char* digest;
  const char* notes;
};
class LoadOriginal : public testing::TestWithParam<Original> {};
TEST_P(LoadOriginal, HasTheDigestAndTheNotesOfTheModel) {
  const Loaded loaded =
      load(read("tests/packs/original/" + std::string{GetParam().name} + ".yaml"));
  ASSERT_TRUE(loaded.pack) << told(loaded.findings, false);
  EXPECT_EQ(loaded.pack->digest, GetParam().digest);
  EXPECT_EQ(told(loaded.findings, true), GetParam().notes);
}
constexpr Original kOriginals[] = {
    {"hazardous-waste", "sha256:15917b9126a98e87d6ca5b526b75c82ffd52edd67c3c7310144b393814356be4",
     "43:56: goes to the whole circle, though it is not public\n"
     "125:21: 'own' names no subject: what others began nobody of this role sees\n"
     "223:21: 'own' names no subject: what others began nobody of this role sees\n"
     "223:35: 'own' names no subject: what others began nobody of this role sees\n"
     "224:21: 'own' names no subject: what others began nobody of this role sees\n"
     "281:72: permit refuses suspend in "
     "closing, consult, review, suspended (becomes an exception task)\n286:11: permit refuses "
     "trip_done in consult, review (becomes an exception task)\n331:1: of cases, without "
     "'concerns' (opener or parties): applications, approved, moved, on_the_road\n"},
    {"household-migration",
     "sha256:0a356c55cb313ae5517382cd753e2a21dc9badc3dcecf3eb6901908af0e5b310",
     "41:21: 'own' names no subject: what others began nobody of this role sees\n"
     "73:7: no clock runs here\n140:1: of cases, without 'concerns' (opener or parties): "
     "applications, on_the_way, settled, stuck\n"},
    {"joint-programme", "sha256:1a2021873ff2d6bbc60da5934e215a9cbcdd691e0a7bcce684025954cd08c825",
     "171:7: no clock runs here\n240:13: task refuses part_done in ready, signed (becomes an "
     "exception task)\n246:7: no clock runs here\n294:1: of cases, without 'concerns' (opener or "
     "parties): completed, meetings, one_side_only, open_notices, overdue\n322:3: has no 'from', "
     "and reads what can be "
     "rewritten: data.parts_done\n"},
    {"major-projects", "sha256:ba0adb246fcdcde3293fe8d141648ac77756f7248183106f3ab99179d358e2bc",
     ""},
    {"medical-filing-and-claims",
     "sha256:4c28c70532368bb480b38239718dcca5dea6a8a55743aff3434b1c030d3166ea",
     "47:14: goes to the whole circle, though it is not public\n47:30: goes to the whole circle, "
     "though it is not public\n47:46: goes to the whole circle, though it is not public\n47:63: "
     "goes to the whole circle, though it is not public\n"
     "80:19: 'own' names no subject: what others began nobody of this role sees\n"
     "118:19: 'own' names no subject: what others began nobody of this role sees\n272:1: of "
     "cases, without 'concerns' (opener or parties): paid_by_fund, persons, settlements\n"},
};
INSTANTIATE_TEST_SUITE_P(Model, LoadOriginal, testing::ValuesIn(kOriginals));

TEST(Load, KeepsItsLimits) {
  EXPECT_EQ(load(std::string(5U << 20U, ' ')).findings[0].text, "is larger than 4 MiB");
  Value::Record big{{"bashu", 1}, {"title", std::string(1'100'000, 'x')}};
  EXPECT_EQ(load(Value{big}).findings[0].text, "is larger than 1 MiB in canonical form");
  Value deep{1};
  for (int i = 0; i < 60; ++i) deep = Value{Value::List{deep}};
  EXPECT_EQ(load(Value{Value::Record{{"types", deep}}}).findings[0].text, "is nested too deep");
  EXPECT_FALSE(load(Value{"a"}).pack);
  EXPECT_FALSE(load("").pack);
  // Nine types on each other, and eight that would be 5^8 fields written out.
  std::string chain;
  std::string wide;
  for (int i = 1; i <= 9; ++i) {
    const std::string name = "t" + std::to_string(i);
    const std::string next = i == 9 ? "text" : "t" + std::to_string(i + 1);
    chain += "  " + name + ": {type: list, of: " + next + ", title: {zh: a, en: a}}\n";
    if (i == 9) continue;
    const std::string last = i == 8 ? "line" : next;
    wide += "  " + name + ": {type: record, title: {zh: a, en: a}, fields: {a: " + last +
            ", b: " + last + ", c: " + last + ", d: " + last + ", e: " + last + "}}\n";
  }
  EXPECT_NE(told(load(changed("types:\n", "types:\n" + chain)).findings, false)
                .find("types build on each other more than eight deep"),
            std::string::npos);
  EXPECT_NE(told(load(changed("types:\n", "types:\n" + wide)).findings, false)
                .find("more than 5,000 fields"),
            std::string::npos);
}

TEST(Load, AnyBrokenPieceOfAPackIsRefusedWithoutHarm) {
  // Each line cut out, and each member of the data replaced by each kind of value.
  std::string text{kPack};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    const Loaded loaded = load(text.substr(0, at) + text.substr(end));
    EXPECT_TRUE(loaded.pack || !loaded.findings.empty());
    at = end;
  }
  const Value whole = load(kPack).pack->source;
  const Value odd[] = {Value{},
                       Value{true},
                       Value{-1},
                       Value{"="},
                       Value{Value::List{}},
                       Value{Value::Record{}},
                       Value{"=data.x"},
                       Value{Value::List{Value{Value::Record{}}}}};
  std::function<void(Value&, Value&)> replace = [&](Value& root, Value& at) {
    for (const Value& value : odd) {
      const Value kept = at;
      at = value;
      const Loaded loaded = load(root);
      EXPECT_TRUE(loaded.pack || !loaded.findings.empty());
      at = kept;
    }
    if (Value::Record* record = at.as_record()) {
      for (auto& [name, item] : *record) replace(root, item);
    } else if (Value::List* list = at.as_list()) {
      for (Value& item : *list) replace(root, item);
    }
  };
  Value changing = whole;
  for (const char* part : {"registers", "books", "types", "feeds", "figures"}) {
    replace(changing, changing.as_record()->at(part));
  }
  Value& visit = changing.as_record()->at("services").as_record()->at("visit");
  for (const char* part : {"parties", "start", "clocks", "calc"}) {
    replace(changing, visit.as_record()->at(part));
  }
  replace(changing, visit.as_record()->at("states").as_record()->at("proposed"));
}

}  // namespace
}  // namespace bashu::packs
