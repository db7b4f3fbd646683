// Figures over 300,000 records, the overview, past positions, and the rebuild of all views beside a
// working node.

#include <algorithm>
#include <atomic>
#include <iomanip>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "api/figures_json.h"
#include "base/assert.h"
#include "base/json.h"
#include "bench/bench.h"
#include "bench/working_node.h"
#include "figures/answer.h"
#include "packs/load.h"
#include "views/follower.h"
#include "views/views.h"

namespace bashu::bench {

namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: bench-figures
version: 1
title: {en: Figures}
types:
  name: {type: text, max: 60, class: public, title: {en: Name}}
  amount: {type: int, min: 0, class: public, title: {en: Amount}}
  day: {type: date, class: public, title: {en: Date}}
registers:
  run:
    title: {en: Runs}
    kept: shared
    key: [code]
    fields: {code: name, kind: name, departed: day}
  road:
    title: {en: Roads}
    kept: shared
    key: [code]
    fields: {code: name, kind: name, length: amount, opened: {type: day, sided: true}}
books:
  money: {title: {en: Money}, type: amount, accounts: {paid: {key: [name], floor: none}, outside: {floor: none}}}
services:
  permit:
    title: {en: Permit}
    parties: {here: {clerk: all}, there: {clerk: all}}
    fields: {quantity: amount, firm: name, decided: day}
    start: {owner: here, by: clerk, form: [quantity, firm], to: asked}
    states:
      asked: {title: {en: Asked}, owner: here, events: {decide: {title: {en: Decide}, by: clerk, form: [decided], to: approved}}}
      approved: {title: {en: Approved}, final: true}
figures:
  applications: {title: {en: Applications}, of: permit, from: case.reached('approved'), count: true, split: {year: year(data.decided), there: case.parties.there}}
  approved: {title: {en: Approved}, of: permit, from: case.reached('approved'), sum: data.quantity, split: {year: year(data.decided), there: case.parties.there}}
  waiting: {title: {en: Waiting}, of: permit, from: case.opened, to: case.reached('approved'), count: true}
  firms: {title: {en: Firms}, of: permit, from: case.reached('approved'), distinct: data.firm}
  smallest: {title: {en: Smallest}, of: permit, from: case.reached('approved'), min: data.quantity}
  mean: {title: {en: Mean}, value: "ratio(figure.approved, figure.applications, 1)", unit: {name: t, scale: 3}}
  roads_both: {title: {en: Roads open on both sides}, of: road, from: latest(entry.opened), count: true}
  roads_any: {title: {en: Roads open on a side}, of: road, from: earliest(entry.opened), count: true}
  length: {title: {en: Length}, of: road, from: latest(entry.opened), sum: entry.length, split: {kind: entry.kind}}
  runs_year: {title: {en: Runs of the year}, of: run, where: year(entry.departed) == year(as_of), from: entry.departed, count: true, split: {kind: entry.kind}}
  runs_listed: {title: {en: Runs whose code is on a list}, of: run, where: entry.kind in list0, from: entry.departed, count: true}
  paid_ever: {title: {en: Paid}, of: money.paid, sum: account.balance}
  paid_year: {title: {en: Paid in the year}, of: money.paid, sum: account.balance, period: year, split: {name: account.name}}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: applications, is: 0}]}
)pack";

// As in a circle, most lists are short: twenty of them, with three figures each.
constexpr int kLists = 20, kListed = 500;
std::string with_lists() {
  std::string registers = "registers:\n", figures = "figures:\n";
  for (int i = 0; i < kLists; ++i) {
    const std::string list = "list" + std::to_string(i);
    registers +=
        "  " + list +
        ": {kept: shared, key: [code], title: {en: List}, fields: {code: name, kind: name, "
        "begun: day, size: amount}}\n";
    const std::string of = ": {title: {en: Listed}, of: " + list + ", from: entry.begun, ";
    figures += "  listed" + std::to_string(i) + of + "count: true}\n";
    figures += "  size" + std::to_string(i) + of + "sum: entry.size, split: {kind: entry.kind}}\n";
    figures += "  kinds" + std::to_string(i) + of + "distinct: entry.kind}\n";
  }
  std::string pack = kPack;
  pack.replace(pack.find("registers:\n"), std::string_view{"registers:\n"}.size(), registers);
  pack.replace(pack.find("figures:\n"), std::string_view{"figures:\n"}.size(), figures);
  return pack;
}

// `runs`: what figures read that look at `as_of` or at a list, row by row when they are asked.
constexpr int kCases = 100'000, kRoads = 80'000, kRuns = 10'000, kLines = 100'000, kBatch = 100;
constexpr double kGoalMs = 50, kOverviewGoalMs = 1'000, kRebuildGoal = 100'000;

Date day_of(int number) { return Date::from_days(18'262 + number % 2'192); }  // 2020 to 2025

struct Decided {
  std::int64_t time_ms = 0;
  std::vector<core::Event> events;
};

// A journal without a core: what one would have decided. 300,000 records.
std::vector<Decided> journal(const packs::Pack& pack) {
  std::vector<Decided> list;
  const auto add = [&](std::vector<core::Event> events) {
    list.push_back({.time_ms = 1'577'836'800'000 + static_cast<std::int64_t>(list.size()),
                    .events = std::move(events)});
  };
  add({core::DayBegun{.day = *Date::parse("2026-01-05")}});
  core::PackAdopted adopted{.party = "alpha",
                            .digest = pack.digest,
                            .from = *Date::parse("2020-01-01"),
                            .source = canonical_json(pack.source)};
  add({adopted});
  adopted.party = "beta";
  adopted.source.clear();
  add({adopted});
  for (int i = 0; i < kCases; ++i) {
    const core::CaseId id{"alpha-" + std::to_string(i + 1)};
    const Date on = day_of(i * 7);
    core::CaseOpened opened{.id = id,
                            .pack = pack.digest,
                            .service = "permit",
                            .parties = {{"here", "alpha"}, {"there", i % 3 ? "beta" : "alpha"}},
                            .parent = {},
                            .opened_by = {},
                            .on = on,
                            .number = i + 1};
    core::CaseChanged start{
        .id = id,
        .version = 1,
        .digest = "sha256:1",
        .decided_by = "alpha",
        .event = "$start",
        .role = "clerk",
        .from = {},
        .to = "asked",
        .branch = 0,
        .input = Value{Value::Record{{"quantity", 1 + i % 10'000},
                                     {"firm", "firm-" + std::to_string(i % 7'001)}}},
        .set = Value{Value::Record{}},
        .on = on,
        .principal = {},
        .reads = {},
        .salt = {}};
    core::CaseChanged decide = start;
    add({std::move(opened), std::move(start)});
    if (i % 50 == 0) continue;  // still waiting
    decide.version = 2;
    decide.event = "decide";
    decide.from = "asked";
    decide.to = "approved";
    decide.on = on.plus_days(i % 30);
    decide.input = Value{Value::Record{{"decided", decide.on.text()}}};
    add({std::move(decide)});
  }
  for (int i = 0; i < kRoads; ++i) {
    for (const char* side : {"alpha", "beta"}) {
      core::RecordPut put{.reg = "bench-figures/road",
                          .key = "road-" + std::to_string(i),
                          .keeper = "alpha",
                          .side = side,
                          .fields = Value{Value::Record{{"opened", day_of(i * 11).text()}}},
                          .sided = {"opened"},
                          .on = day_of(i),
                          .id = {},
                          .sides = {"alpha", "beta"}};
      if (side == std::string_view{"alpha"}) {
        put.fields.as_record()->emplace("code", put.key);
        put.fields.as_record()->emplace("kind", "kind-" + std::to_string(i % 12));
        put.fields.as_record()->emplace("length", i % 100'000);
      }
      add({std::move(put)});
    }
  }
  for (int i = 0; i < kRuns; ++i) {
    const std::string code = "run-" + std::to_string(i);
    add({core::RecordPut{.reg = "bench-figures/run",
                         .key = code,
                         .keeper = "alpha",
                         .side = "alpha",
                         .fields = Value{Value::Record{{"code", code},
                                                       {"kind", "entry-" + std::to_string(i % 900)},
                                                       {"departed", day_of(i * 3).text()}}},
                         .sided = {},
                         .on = day_of(i * 3),
                         .id = {},
                         .sides = {"alpha", "beta"}}});
  }
  for (int i = 0; i < kLists * kListed; ++i) {
    const std::string code = "entry-" + std::to_string(i / kLists);
    add({core::RecordPut{.reg = core::RegisterId{"bench-figures/list" + std::to_string(i % kLists)},
                         .key = code,
                         .keeper = "alpha",
                         .side = "alpha",
                         .fields = Value{Value::Record{{"code", code},
                                                       {"kind", "kind-" + std::to_string(i % 7)},
                                                       {"begun", day_of(i * 13).text()},
                                                       {"size", i}}},
                         .sided = {},
                         .on = day_of(i),
                         .id = {},
                         .sides = {"alpha", "beta"}}});
  }
  for (int i = 0; i < kLines; i += kBatch) {
    core::FeedTaken batch{.feed = "bench-figures/line", .lines = {}};
    for (int k = i; k < i + kBatch; ++k) {
      const core::Posted posted{
          .id = {},
          .from = {.book = "bench-figures/money", .kind = "outside", .key = {}},
          .to = {.book = "bench-figures/money",
                 .kind = "paid",
                 .key = "name-" + std::to_string(k % 997)},
          .amount = 1 + k % 1'000,
          .on = day_of(k * 5)};
      batch.lines.push_back(
          {.key = "line-" + std::to_string(k), .postings = {posted}, .records = {}});
    }
    add({std::move(batch)});
  }
  return list;
}

std::unique_ptr<views::Views> load(const std::filesystem::path& path,
                                   const std::vector<Decided>& entries) {
  auto views = views::Views::open({.path = path.string(), .own = "alpha", .rebuilding = true});
  BASHU_ASSERT(views);
  std::uint64_t position = 0;
  for (const Decided& entry : entries) {
    BASHU_ASSERT((*views)->apply(position++, entry.time_ms, entry.events));
    if (position % 10'000 == 0) BASHU_ASSERT((*views)->flush());
  }
  BASHU_ASSERT((*views)->flush());
  BASHU_ASSERT((*views)->finish());
  views->reset();
  auto again = views::Views::open({.path = path.string(), .own = "alpha"});
  BASHU_ASSERT(again);
  return std::move(*again);
}

std::optional<figures::Answer> ask_once(views::Views& views, const figures::Ask& ask,
                                        views::At known_at) {
  auto answer =
      views.read(known_at, [&](views::Session& session) { return figures::answer(session, ask); });
  BASHU_ASSERT(answer);
  return std::move(*answer);
}

double ask_ms(views::Views& views, const figures::Ask& ask, views::At known_at) {
  constexpr int kTimes = 9;
  std::vector<double> times;
  for (int i = 0; i < kTimes; ++i) {
    const auto start = Steady::now();
    const auto answer = ask_once(views, ask, known_at);
    times.push_back(seconds_since(start) * 1e3);
    BASHU_ASSERT(answer && answer->error.empty());
  }
  return median(times);
}

bool is_small(const std::string& id) {
  const auto name = id.substr(id.find('/') + 1);
  return name.starts_with("listed") || name.starts_with("size") || name.starts_with("kinds");
}

// As many numbers as a published overview has: every figure, and the large ones on a second date.
figures::Published published_of(const std::vector<std::string>& ids) {
  figures::Published published;
  const auto add = [&](const std::string& id, std::string_view as_of) {
    figures::PublishedRow row;
    row.id = "N" + std::to_string(published.rows.size() + 1);
    row.section = "1";
    row.figure = id;
    row.as_of = *Date::parse(as_of);
    row.value = 1;
    published.as_of = std::max(published.as_of, row.as_of);
    published.rows.push_back(std::move(row));
  };
  for (const std::string& id : ids) add(id, "2023-12-31");
  for (const std::string& id : ids) {
    if (!is_small(id)) add(id, "2024-06-30");
  }
  return published;
}

const char* verdict(bool good) { return good ? "" : "  MISSED"; }

// A node that goes on working while its views are built anew from its journal.
bool rebuild(std::ostream& out, const std::filesystem::path& dir) {
  constexpr int kEntries = 300'000;
  WorkingNode work{dir, kEntries};
  auto follower = views::Follower::start(work.node(), dir);
  BASHU_ASSERT(follower);
  BASHU_ASSERT((*follower)->wait(work.node().durable() - 1, 600'000));

  const auto measure = [&] {
    const auto start = Steady::now();
    const bool built = (*follower)->rebuild().has_value();
    const double seconds = seconds_since(start);
    BASHU_ASSERT(built);
    return static_cast<double>((*follower)->entries()) / seconds;
  };
  std::vector<double> idle, of_processor;
  for (int run = 0; run < 3; ++run) {
    const double cpu = cpu_seconds();
    idle.push_back(measure());
    of_processor.push_back(static_cast<double>((*follower)->entries()) / (cpu_seconds() - cpu));
  }
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> worked = 0;
  std::thread worker{[&] {
    while (!stop) {
      work.step(worked++);
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
  }};
  const auto begun = Steady::now();
  const double beside = measure();
  const double pace = static_cast<double>(worked) / seconds_since(begun);
  stop = true;
  worker.join();
  work.wait();
  out << "  rebuild   " << static_cast<std::int64_t>(median(idle))
      << " entries/s from the journal of " << kEntries
      << " entries (median of 3), the node at rest; "
      << static_cast<std::int64_t>(median(of_processor)) << " per processor second\n"
      << "            " << static_cast<std::int64_t>(beside) << " entries/s while it decides "
      << static_cast<std::int64_t>(pace) << " events/s; goal " << kRebuildGoal
      << verdict(beside >= kRebuildGoal) << "\n";
  return work.sound();
}

}  // namespace

bool figures(std::ostream& out) {
  const Folder folder;
  print_setup(out, "figures: 300,000 records, each figure, the overview, a rebuild", folder.path());
  print_sync(out, probe_sync(folder.path()));
  const auto loaded = packs::load(with_lists());
  BASHU_ASSERT(loaded.pack);
  const std::vector<Decided> entries = journal(*loaded.pack);
  const double cpu = cpu_seconds();
  const auto start = Steady::now();
  const auto views = load(folder.path() / "views.db", entries);
  const double loading = seconds_since(start);
  const double computed = cpu_seconds() - cpu;
  out << "  loaded    " << entries.size() << " entries in " << loading << " s, "
      << static_cast<std::int64_t>(static_cast<double>(entries.size()) / loading)
      << " entries/s from events in memory; "
      << static_cast<std::int64_t>(static_cast<double>(entries.size()) / computed)
      << " per processor second\n";

  // Nine asks each: of the present, and of the journal as it was at two thirds.
  const std::uint64_t past = entries.size() * 2 / 3;
  const Date as_of = *Date::parse("2024-06-30");
  out << "  figure              now ms   past ms   value\n" << std::fixed << std::setprecision(2);
  double slowest = 0, now_sum = 0, past_sum = 0;
  const std::vector<std::string> ids =
      *views->read({}, [](views::Session& session) { return figures::ids(session); });
  for (const std::string& id : ids) {
    const figures::Ask ask{.id = id, .as_of = as_of};
    const double now_ms = ask_ms(*views, ask, {});
    const double past_ms = ask_ms(*views, ask, past);
    slowest = std::max({slowest, now_ms, past_ms});
    now_sum += now_ms;
    past_sum += past_ms;
    if (is_small(id)) continue;  // the slowest of them counts below
    const auto answer = ask_once(*views, ask, {});
    out << "    " << std::left << std::setw(16) << id.substr(id.find('/') + 1) << std::right
        << std::setw(8) << now_ms << "  " << std::setw(8) << past_ms << "   "
        << answer->value.value_or(-1) << verdict(now_ms < kGoalMs && past_ms < kGoalMs) << "\n";
  }
  out << "  result    slowest figure " << slowest << " ms, goal " << kGoalMs
      << verdict(slowest < kGoalMs) << "; past positions take " << past_sum / now_sum
      << " of the present\n";

  const figures::Published published = published_of(ids);
  std::vector<double> overviews;
  for (int run = 0; run < 5; ++run) {
    const auto begun = Steady::now();
    const auto overview = views->read(
        {}, [&](views::Session& session) { return figures::overview(session, {}, published); });
    BASHU_ASSERT(overview && api::overview_json(*overview, "en").find("sections"));
    overviews.push_back(seconds_since(begun) * 1e3);
  }
  out << "  overview  " << published.rows.size() << " numbers in " << median(overviews)
      << " ms (median of 5), goal " << kOverviewGoalMs
      << verdict(median(overviews) < kOverviewGoalMs) << "\n";
  const bool rebuilt = rebuild(out, folder.path() / "node");
  return rebuilt;
}

}  // namespace bashu::bench
