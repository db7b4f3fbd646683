// Search over a million cases, and the inbox of an office with 100,000 that wait.

#include <array>
#include <iomanip>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "bench/bench.h"
#include "packs/load.h"
#include "views/finder.h"
#include "views/views.h"

namespace bashu::bench {

namespace {

constexpr int kCases = 1'000'000, kWaiting = 100'000;
constexpr double kSearchGoalMs = 50, kInboxGoalMs = 100;

constexpr const char* kPack = R"pack(
bashu: 1
pack: bench-find
version: 1
title: {en: Find}
types:
  name: {type: text, max: 60, class: public, title: {en: Name}}
services:
  permit:
    title: {en: Permit}
    parties: {here: {clerk: all}}
    fields: {firm: name, subject: name}
    start: {owner: here, by: clerk, form: [firm, subject], to: asked}
    states:
      asked: {title: {en: Asked}, owner: here, events: {decide: {title: {en: Decide}, by: clerk, to: done}}}
      done: {title: {en: Done}, final: true}
figures:
  permits: {title: {en: Permits}, of: permit, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: permits, is: 0}]}
)pack";

// Names of firms as they are: a place, two characters of their own, a trade, a form.
std::string firm(int i) {
  constexpr std::array kPlaces{"成都", "重庆", "绵阳", "德阳", "宜宾", "泸州", "南充", "达州",
                               "遂宁", "内江", "乐山", "眉山", "万州", "涪陵", "永川", "江津"};
  constexpr std::array kTrades{"环保科技", "机械制造", "生物医药", "新材料",
                               "物流",     "建筑工程", "电子信息", "汽车零部件"};
  constexpr std::array kFirst{"华", "金", "蓝", "天", "星", "云", "海", "川", "渝", "锦",
                              "瑞", "恒", "信", "泰", "明", "远", "博", "盛", "嘉", "安"};
  const auto at = static_cast<std::size_t>(i);
  return std::string{kPlaces[at % kPlaces.size()]} + kFirst[at / 16 % kFirst.size()] +
         kFirst[at / 320 % kFirst.size()] + kTrades[at / 6'400 % kTrades.size()] + "有限公司";
}

std::unique_ptr<views::Views> load(const std::string& path, const packs::Pack& pack) {
  auto views = views::Views::open({.path = path, .own = "alpha", .rebuilding = true});
  BASHU_ASSERT(views);
  std::uint64_t position = 0;
  const auto add = [&](std::vector<core::Event> events) {
    BASHU_ASSERT(
        (*views)->apply(position, 1'700'000'000'000 + static_cast<int>(position / 1'000), events));
    if (++position % 10'000 == 0) BASHU_ASSERT((*views)->flush());
  };
  const Date on = *Date::parse("2026-01-05");
  add({core::DayBegun{.day = on}});
  add({core::PackAdopted{.party = "alpha",
                         .digest = pack.digest,
                         .from = *Date::parse("2020-01-01"),
                         .source = canonical_json(pack.source)}});
  for (int i = 1; i <= kCases; ++i) {
    const core::CaseId id{"alpha-" + std::to_string(i)};
    core::CaseOpened opened;
    opened.id = id;
    opened.pack = pack.digest;
    opened.service = "permit";
    opened.parties = {{"here", "alpha"}};
    opened.on = on;
    opened.number = i;
    core::CaseChanged start;
    start.id = id;
    start.version = 1;
    start.decided_by = "alpha";
    start.event = "$start";
    start.role = "clerk";
    start.to = i > kCases - kWaiting ? "asked" : "done";
    start.input = Value{Value::Record{{"firm", firm(i)}, {"subject", "危险废物转移 " + id}}};
    start.set = Value{Value::Record{}};
    start.on = on.plus_days(i % 300);
    add({std::move(opened), std::move(start)});
  }
  BASHU_ASSERT((*views)->flush());
  BASHU_ASSERT((*views)->finish());
  views->reset();
  auto again = views::Views::open({.path = path, .own = "alpha"});
  BASHU_ASSERT(again);
  return std::move(*again);
}

template <typename Ask>
double median_ms(Ask ask) {
  constexpr int kTimes = 9;
  std::vector<double> times;
  for (int i = 0; i < kTimes; ++i) {
    const auto begun = Steady::now();
    ask();
    times.push_back(seconds_since(begun) * 1e3);
  }
  return median(times);
}

const char* verdict(bool good) { return good ? "" : "  MISSED"; }

bool search(std::ostream& out, views::Finder& finder, views::Views& views) {
  double slowest = 0;
  for (const char* text : {"成都华金", "成都", "华", "有限公司", "alpha-77777", "环保科技有限公司",
                           "蓝天生物医药", "成都华今环保科技", "重庆 汽车零部件", "没有这样的字"}) {
    std::int64_t count = 0;
    const double ms = median_ms([&] {
      const auto found = finder.search(views, {.text = text, .things = {}, .after = {}});
      BASHU_ASSERT(found);
      count = 0;
      for (const auto& thing : found->counts) count += thing.count;
    });
    slowest = std::max(slowest, ms);
    out << "    " << std::setw(8) << ms << " ms  " << std::setw(6) << count << "  " << text << "\n";
  }
  out << "  result    slowest search " << slowest << " ms, goal " << kSearchGoalMs
      << verdict(slowest < kSearchGoalMs) << "\n";
  return slowest < kSearchGoalMs;
}

}  // namespace

bool find(std::ostream& out) {
  const Folder folder;
  print_setup(out, "find: search over 1,000,000 cases, an inbox of 100,000", folder.path());
  const auto loaded = packs::load(kPack);
  BASHU_ASSERT(loaded.pack);
  const auto views = load((folder.path() / "views.db").string(), *loaded.pack);
  auto finder = views::Finder::open((folder.path() / "views.db.find").string(), *views);
  BASHU_ASSERT(finder);
  const auto begun = Steady::now();
  while (true) {
    const auto more = (*finder)->catch_up(*views, 20'000);
    BASHU_ASSERT(more);
    if (!*more) break;
  }
  const double feeding = seconds_since(begun);
  out << std::fixed << std::setprecision(2) << "  index     "
      << static_cast<std::int64_t>(kCases / feeding) << " cases/s, "
      << std::filesystem::file_size(folder.path() / "views.db.find") / 1'000'000 << " MB\n";
  const bool found = search(out, **finder, *views);
  std::int64_t waiting = 0;
  const double ms = median_ms([&] {
    const auto inbox =
        (*finder)->inbox(*views, {.roles = {{"bench-find", "clerk"}}}, *Date::parse("2026-06-01"));
    BASHU_ASSERT(inbox && inbox->items.size() == 50);
    waiting = inbox->cases;
  });
  BASHU_ASSERT(waiting == kWaiting);
  out << "  result    inbox of " << waiting << " cases " << ms << " ms, goal " << kInboxGoalMs
      << verdict(ms < kInboxGoalMs) << "\n";
  return found && ms < kInboxGoalMs;
}

}  // namespace bashu::bench
