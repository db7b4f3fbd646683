#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "packs/yaml.h"
#include "postgres/database.h"
#include "testing/postgres.h"
#include "views/test_journal.h"

namespace bashu::views::test {

namespace {

Engine engine = Engine::sqlite;  // of the running test
std::set<std::string> schemas;   // that it made

constexpr std::string_view kRoadWorks = R"yaml(
bashu: 1
pack: road-works
version: VERSION
title: {zh: 道路工程, en: Road works}
types:
  word: {type: text, max: 60, class: public, title: {zh: 词, en: Word}}
  number: {type: int, class: public, title: {zh: 数, en: Number}}
  yuan: {type: money, unit: CNY, scale: 2, class: public, title: {zh: 金额, en: Amount}}
  day: {type: date, class: public, title: {zh: 日期, en: Date}}
  flag: {type: bool, class: public, title: {zh: 标记, en: Flag}}
  person: {type: token, class: token, title: {zh: 人员代码, en: Person}}
  name: {type: text, max: 80, class: personal, title: {zh: 姓名, en: Name}}
  remark: {type: text, max: 200, class: internal, title: {zh: 备注, en: Remark}}
  names: {type: list, of: name, title: {zh: 名单, en: Names}}
registers:
  plan:
    title: {zh: 计划, en: Plan}
    kept: shared
    editions: true
    key: [number]
    fields: {number: number, kind: word, planned: yuan}
  road:
    title: {zh: 道路, en: Roads}
    kept: shared
    key: [code]
    fields:
      code: word
      length: number
      opened_on: {type: day, sided: true, optional: true}
      row: {type: word, optional: true}
  crew:
    title: {zh: 队伍, en: Crews}
    kept: own
    key: [code]
    fields: {code: word, chief: name, size: {type: number, optional: true}}
books:
  money:
    title: {zh: 资金, en: Money}
    type: yuan
    accounts:
      world: {floor: none}
      spent: {key: [side, job]}
services:
  job:
    title: {zh: 工程, en: Job}
    parties: {asker: {office: all}, doer: {office: all}}
    fields:
      number: number
      amount: yuan
      due: day
      person: person
      owner: name
      helpers: {type: names, optional: true}
      remark: {type: remark, optional: true}
      state: {type: word, optional: true}
      urgent: {type: flag, optional: true}
EXTRA
    calc: {double: data.amount * 2}
    start: {owner: asker, by: office, form: [number, amount, due, person, owner, helpers, urgentEXTRAFORM], to: open}
    states:
      open:
        title: {zh: 已提出, en: Open}
        owner: doer
        events:
          begin: {title: {zh: 开工, en: Begin}, by: office, form: [remark, state], to: working}
          amend: {title: {zh: 更正, en: Amend}, by: office, form: [amount]}
          drop: {title: {zh: 取消, en: Drop}, by: office, to: dropped}
      working:
        title: {zh: 施工, en: Working}
        owner: doer
        events:
          finish: {title: {zh: 完工, en: Finish}, by: office, form: [amount], to: done}
          stop: {title: {zh: 停工, en: Stop}, by: office, to: open}
      done: {title: {zh: 完工, en: Done}, final: true}
      dropped: {title: {zh: 取消, en: Dropped}, final: true}
  part:
    title: {zh: 分项, en: Part}
    parent: job
    parties: {doer: {office: all}}
    fields: {share: number}
    start: {owner: doer, by: office, form: [share], to: going}
    states:
      going:
        title: {zh: 进行中, en: Going}
        owner: doer
        events:
          end: {title: {zh: 结束, en: End}, by: office, to: ended}
      ended: {title: {zh: 结束, en: Ended}, final: true}
figures:
  opened: {title: {zh: 提出, en: Opened}, of: job, from: case.opened, count: true}
  done:
    title: {zh: 完工, en: Done}
    of: job
    WHERE
    from: case.reached('done')
    sum: data.amount
    split: {doer: case.parties.doer, big: data.amount > 1000}
    show: [data.number, data.remark, case.opened, calc.double]
  done_jobs: {title: {zh: 完工数, en: Jobs done}, of: job, from: case.reached('done'), count: true, compare: {says: more_than, step: 10}}
  going: {title: {zh: 在建, en: Under way}, of: job, from: case.reached('working'), to: case.left('working'), count: true}
  persons: {title: {zh: 人数, en: Persons}, of: job, from: case.opened, distinct: data.person, split: {doer: case.parties.doer}}
  least: {title: {zh: 最小, en: Least}, of: job, from: case.opened, min: calc.double}
  overdue: {title: {zh: 逾期, en: Overdue}, of: job, where: data.due < as_of, from: case.opened, to: case.reached('done'), count: true}
  planned: {title: {zh: 计划额, en: Planned}, of: plan, sum: entry.planned, split: {kind: entry.kind}}
  planned_done: {title: {zh: 计划内完工, en: Done as planned}, of: job, where: string(data.number) in plan, from: case.reached('done'), count: true}
  share: {title: {zh: 完工率, en: Share done}, unit: {name: "%", scale: 1}, value: "ratio(figure.done_jobs, figure.opened, 1000)"}
  parts: {title: {zh: 分项, en: Parts}, of: part, from: case.reached('ended'), sum: data.share, split: {number: parent.data.number}}
  roads_any: {title: {zh: 任一侧开通, en: Open on a side}, of: road, from: "has(entry.opened_on) ? earliest(entry.opened_on) : null", count: true}
  roads_both: {title: {zh: 两侧开通, en: Open on both sides}, of: road, from: "has(entry.opened_on) ? latest(entry.opened_on) : null", sum: entry.length}
  roads_today: {title: {zh: 当日在通, en: Open today}, of: road, where: "has(entry.opened_on) && earliest(entry.opened_on) <= as_of", count: true}
  spent: {title: {zh: 支出, en: Spent}, of: money.spent, sum: account.balance, split: {side: account.side}}
  spent_year: {title: {zh: 本年支出, en: Spent this year}, of: money.spent, period: year, sum: account.balance, split: {month: account.month}}
  urgent_done: {title: {zh: 急件, en: Urgent}, of: job, where: data.urgent, from: case.opened, count: true}
scenarios:
  - title: {zh: 无, en: Nothing}
    today: "2026-01-05"
    steps: [{advance: "2026-01-06"}]
)yaml";

void replace(std::string& text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), with);
}

}  // namespace

Date day(std::string_view text) {
  const auto date = Date::parse(text);
  EXPECT_TRUE(date) << text;
  return date.value_or(Date{});
}

std::string road_works(int version) {
  std::string text{kRoadWorks};
  replace(text, "EXTRA\n", version > 1 ? "      colour: {type: word, optional: true}\n" : "");
  replace(text, "EXTRAFORM", version > 1 ? ", colour" : "");
  replace(text, "    WHERE\n", version > 1 ? "    where: data.amount >= 1000\n" : "");
  replace(text, "VERSION", std::to_string(version));
  return text;
}

Journal::Journal(core::PartyId own) : own_{std::move(own)}, today_{day("2026-01-05")} {}

std::uint64_t Journal::add(core::Event event) {
  if (!open_) steps_.push_back({.position = steps_.size(), .time_ms = next_time(), .events = {}});
  steps_.back().events.push_back(std::move(event));
  return steps_.size() - 1;
}

void Journal::today(std::string_view date) {
  today_ = day(date);
  add(core::DayBegun{.day = today_});
}

std::uint64_t Journal::adopt(std::string_view yaml, std::string_view from, core::PartyId party) {
  const auto loaded = packs::load(yaml);
  for (const Finding& finding : loaded.findings) {
    EXPECT_TRUE(finding.note) << finding.line << ": " << finding.path << ": " << finding.text;
  }
  if (!loaded.pack) return 0;
  pack_ = loaded.pack->digest;
  return add(core::PackAdopted{.party = party.empty() ? own_ : std::move(party),
                               .digest = pack_,
                               .from = from.empty() ? today_ : day(from),
                               .source = canonical_json(loaded.pack->source)});
}

std::uint64_t Journal::open(const core::CaseId& id, const std::string& service, Value with,
                            const std::string& state, core::Parties parties,
                            const core::CaseId& parent) {
  const bool alone = !open_;
  std::uint64_t position = add(core::CaseOpened{.id = id,
                                                .pack = pack_,
                                                .service = service,
                                                .parties = std::move(parties),
                                                .parent = parent,
                                                .opened_by = "key:clerk",
                                                .on = today_});
  open_ = true;
  position = add(core::CaseChanged{.id = id,
                                   .version = 1,
                                   .digest = "sha256:" + id,
                                   .decided_by = own_,
                                   .event = "$start",
                                   .role = "office",
                                   .from = {},
                                   .to = state,
                                   .input = std::move(with),
                                   .set = Value::Record{},
                                   .on = today_,
                                   .principal = "key:clerk"});
  if (alone) open_ = false;
  cases_[id] = {1, state};
  return position;
}

std::uint64_t Journal::step(const core::CaseId& id, const std::string& event, Value with,
                            std::optional<std::string> to, std::string_view on) {
  auto& [version, state] = cases_[id];
  ++version;
  core::CaseChanged changed{.id = id,
                            .version = version,
                            .digest = "sha256:" + id + std::to_string(version),
                            .decided_by = own_,
                            .event = event,
                            .role = "office",
                            .from = state,
                            .to = to,
                            .input = std::move(with),
                            .set = Value::Record{},
                            .on = on.empty() ? today_ : day(on),
                            .principal = "key:clerk"};
  if (to) state = *to;
  return add(std::move(changed));
}

std::uint64_t Journal::put(const std::string& reg, const std::string& key, Value fields,
                           std::vector<std::string> sided, core::PartyId side) {
  std::vector<core::PartyId> sides;
  if (!sided.empty()) sides = {"chongqing", "sichuan"};
  return add(core::RecordPut{.reg = core::RegisterId{"road-works/" + reg},
                             .key = key,
                             .keeper = own_,
                             .side = side.empty() ? own_ : side,
                             .fields = std::move(fields),
                             .sided = std::move(sided),
                             .on = today_,
                             .id = {},
                             .sides = std::move(sides)});
}

std::uint64_t Journal::publish(const std::string& reg, const std::string& name, std::int64_t number,
                               std::vector<std::pair<std::string, Value>> entries,
                               core::PartyId keeper) {
  return add(core::EditionPublished{.reg = core::RegisterId{"road-works/" + reg},
                                    .keeper = std::move(keeper),
                                    .name = name,
                                    .number = number,
                                    .on = today_,
                                    .entries = std::move(entries),
                                    .id = {}});
}

std::uint64_t Journal::move(const std::string& from, const std::string& to, std::int64_t amount,
                            std::string_view on, const core::CaseId& id) {
  return add(core::Posted{
      .id = id, .from = account(from), .to = account(to), .amount = amount, .on = day(on)});
}

void OverBoth::SetUp() {
  engine = GetParam();
  schemas.clear();
}

void OverBoth::TearDown() {
  engine = Engine::sqlite;
  for (const std::string& schema : schemas) {
    auto db = postgres::Database::open(postgres_for_tests(), schema);
    ASSERT_TRUE(db) << db.error().what;
    for (const char* suffix : {"", "_next"})
      (*db)->exec("DROP SCHEMA IF EXISTS " + sql::quoted(schema + suffix) + " CASCADE");
    EXPECT_TRUE((*db)->check());
  }
}

Views::Options over(Views::Options options) {
  if (engine == Engine::sqlite) return options;
  options.schema =
      "test_" + std::to_string(::getpid()) + "_" + hex(sha256(options.path)).substr(0, 8);
  options.path = postgres_for_tests();
  schemas.insert(options.schema);
  return options;
}

namespace {

struct Columns {
  const char* table;
  std::vector<std::string> names;
};

const std::vector<Columns>& fixed_tables() {
  static const std::vector<Columns> kTables{
      {"entry_time", {"time_ms", "position"}},
      {"pack", {"id", "digest", "name", "version", "position", "source"}},
      {"adoption", {"digest", "party", "from_day", "position", "in_force"}},
      {"circle_party", {"no", "party", "member", "offset_minutes", "position"}},
      {"calendar", {"party", "version", "holidays", "workdays", "position"}},
      {"view_table", {"id", "register", "editions", "pack", "name", "table_name"}},
      {"view_column", {"table_id", "ordinal", "field", "storage", "name"}},
      {"case_index", {"no", "id", "table_id", "parent", "position"}},
      {"case_step",
       {"id", "case_no", "version", "event", "from_state", "to_state", "by_party", "role",
        "principal", "branch", "on_day", "digest", "input", "computed", "position", "officer"}},
      {"clock", {"case_no", "clock", "due", "position"}},
      {"assignment", {"case_no", "position", "person", "note", "by_person", "on_day"}},
      {"account_kind", {"id", "book", "kind"}},
      {"account", {"id", "kind", "key", "balance", "position"}},
      {"posting", {"kind", "account", "on_day", "position", "no", "amount", "counter", "case_id"}},
      {"edition",
       {"id", "table_id", "keeper", "name", "number", "on_day", "case_id", "entries", "digest",
        "position"}},
      {"task",
       {"number", "kind", "case_id", "roles", "title", "detail", "raised_on", "raised", "closed"}},
      {"message",
       {"sent", "peer", "seq", "kind", "stream", "message_id", "position", "outcome", "reason",
        "answered", "resolved_outcome", "resolved_reason", "resolved"}},
      {"dispute", {"no", "case_no", "by_party", "reason", "detail", "content", "raised", "ended"}},
      {"settlement", {"case_no", "by_party", "content", "note", "position", "officer"}},
      {"figure_told",
       {"no", "from_party", "pack", "figure", "as_of", "item", "their_position", "sent", "taken",
        "on_day", "position"}},
      {"figure", {"id", "pack", "name", "definition", "since", "from_day", "active"}},
      {"figure_text", {"id", "text"}},
      {"figure_row",
       {"figure", "split", "pos_from", "subject", "edition", "pos_to", "from_day", "to_day",
        "stated_from", "value", "error"}}};
  return kTables;
}

std::vector<std::string> rows_in(Session& session, const std::string& table,
                                 const std::vector<std::string>& columns) {
  std::string listed;
  for (const std::string& name : columns)
    listed += (listed.empty() ? "" : ", ") + sql::quoted(name);
  std::vector<std::string> rows;
  const auto scan = session.db.scan("SELECT " + listed + " FROM " + sql::quoted(table));
  while (scan->step()) {
    std::string row;
    for (int i = 0; i < static_cast<int>(columns.size()); ++i)
      row += (scan->is_null(i) ? "-" : std::string{scan->text(i)}) + "|";
    rows.push_back(std::move(row));
  }
  std::ranges::sort(rows);
  return rows;
}

}  // namespace

std::map<std::string, std::vector<std::string>> all_rows(Views& views) {
  auto all = views.read({}, [](Session& session) {
    std::map<std::string, std::vector<std::string>> tables;
    for (const Columns& one : fixed_tables())
      tables[one.table] = rows_in(session, one.table, one.names);
    for (const auto* made : {&session.catalogue.services, &session.catalogue.registers}) {
      for (const auto& [thing, table] : *made) {
        std::vector<std::string> columns;
        for (const auto name : table->reg ? std::span<const std::string_view>{kRegisterFixed}
                                          : std::span<const std::string_view>{kServiceFixed}) {
          columns.emplace_back(name);
        }
        for (const Column& column : table->columns) columns.push_back(column.name);
        tables[table->name] = rows_in(session, table->name, columns);
      }
    }
    return tables;
  });
  EXPECT_TRUE(all) << (all ? "" : all.error().what);
  return all.value_or(std::map<std::string, std::vector<std::string>>{});
}

Value data(std::string_view json) {
  auto value = parse_json(json);
  EXPECT_TRUE(value) << json;
  return value ? std::move(*value) : Value{Value::Record{}};
}

core::Account account(std::string_view text) {
  const auto colon = text.find(':');
  core::Account account{
      .book = "road-works/money", .kind = std::string{text.substr(0, colon)}, .key = {}};
  if (colon != std::string_view::npos) account.key = text.substr(colon + 1);
  return account;
}

void feed(Views& views, const std::vector<Step>& steps, std::size_t batch) {
  std::size_t waiting = 0;
  for (const Step& step : steps) {
    const auto applied = views.apply(step.position, step.time_ms, step.events);
    ASSERT_TRUE(applied) << applied.error().what;
    if (++waiting < batch) continue;
    waiting = 0;
    const auto flushed = views.flush();
    ASSERT_TRUE(flushed) << flushed.error().what;
  }
  const auto flushed = views.flush();
  ASSERT_TRUE(flushed) << flushed.error().what;
}

std::unique_ptr<Views> in_memory(const std::vector<Step>& steps, std::size_t batch,
                                 core::PartyId own) {
  static int count = 0;
  const std::string path =
      engine == Engine::sqlite ? ":memory:" : "in_memory_" + std::to_string(++count);
  auto views = Views::open(over({.path = path, .own = std::move(own)}));
  EXPECT_TRUE(views) << (views ? "" : views.error().what);
  if (!views) return nullptr;
  feed(**views, steps, batch);
  return std::move(*views);
}

TEST(RoadWorks, LoadsInBothVersions) {
  for (const int version : {1, 2}) {
    const auto loaded = packs::load(road_works(version));
    for (const Finding& finding : loaded.findings) {
      EXPECT_TRUE(finding.note) << finding.line << ": " << finding.path << ": " << finding.text;
    }
    EXPECT_TRUE(loaded.pack);
  }
}

}  // namespace bashu::views::test
