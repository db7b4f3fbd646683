// bashu network compare|explain: what openings change, county by county and for the region.

#include <algorithm>
#include <thread>

#include "main/commands.h"
#include "main/network_words.h"
#include "main/table.h"
#include "network/geojson.h"
#include "network/questions.h"
#include "site/sheet.h"
#include "texts/texts.h"
#include "travel/network.h"

namespace bashu::cli {

namespace {

using namespace network;
using network_words::say;
using network_words::wrong;

std::string listed(const std::vector<std::string>& codes) {
  std::string out;
  for (const std::string& code : codes) out += (out.empty() ? "" : ", ") + code;
  return out;
}

// Two networks, and from where they are looked at.
struct Question {
  std::shared_ptr<const Circle> circle;
  Date before, after;
  Openings plan, changed;
  std::vector<std::uint32_t> from;
};

std::expected<Question, Exit> question(const Console& console, const NetworkCompare& what) {
  auto circle = travel::load_network(what.path);
  if (!circle) return std::unexpected{console.fail(circle.error())};
  if (!*circle) return std::unexpected{wrong(console, "no_places", {{"path", what.path}})};
  Question out{.circle = *circle,
               .before = {},
               .after = {},
               .plan = (*circle)->openings,
               .changed = {},
               .from = (*circle)->cores()};
  const auto on = Date::parse(what.on), later = Date::parse(what.to.empty() ? what.on : what.to);
  if (!on) return std::unexpected{wrong(console, "bad_date", {{"text", what.on}})};
  if (!later) return std::unexpected{wrong(console, "bad_date", {{"text", what.to}})};
  out.before = *on;
  out.after = *later;
  out.changed = out.plan;
  if (!what.scenario.empty()) {
    const Scenario* scenario = out.circle->scenario(what.scenario);
    if (!scenario) {
      std::vector<std::string> known;
      for (const Scenario& one : out.circle->scenarios) known.push_back(one.id);
      return std::unexpected{
          wrong(console, "no_scenario", {{"name", what.scenario}, {"known", listed(known)}})};
    }
    out.changed = apply(out.plan, *scenario);
  }
  if (!what.from.empty()) {
    const auto place = out.circle->place(what.from);
    if (!place) return std::unexpected{wrong(console, "no_place", {{"code", what.from}})};
    out.from = {*place};
  }
  return out;
}

std::string minutes(const Console& console, Seconds takes) {
  return takes == kNever ? say(console, "no_way") : std::to_string(minutes_up(takes));
}

struct FromPlace {
  std::uint32_t from = 0;
  std::vector<Spread> before, after;
};

site::Sheet sheet_of(const Question& asked, const std::vector<FromPlace>& looked,
                     const Console& console) {
  site::Sheet out{
      .name = "network", .columns = {{"from"}, {"code"}, {"name"}, {"people", 0}}, .rows = {}};
  for (const std::string when : {"before", "after"}) {
    for (const std::string which : {"best", "median", "worst"}) {
      out.columns.push_back({when + "_" + which + "_s", 0});
    }
  }
  for (const FromPlace& one : looked) {
    for (std::size_t p = 0; p < one.before.size(); ++p) {
      const Place& place = asked.circle->places[p];
      auto& row = out.rows.emplace_back();
      row = {asked.circle->places[one.from].code, place.code,
             in_language(place.name, console.language), place.people};
      for (const Spread& spread : {one.before[p], one.after[p]}) {
        for (const Seconds takes : {spread.best_s, spread.median_s, spread.worst_s}) {
          row.push_back(takes == kNever ? site::Sheet::Cell{}
                                        : site::Sheet::Cell{std::int64_t{takes}});
        }
      }
    }
  }
  return out;
}

void print_changes(const Console& console, const Question& asked, const FromPlace& one) {
  const Circle& circle = *asked.circle;
  console.out << say(console, "from_core",
                     {{"name", in_language(circle.places[one.from].name, console.language)}})
              << '\n';
  Table table{{Table::Align::left, Table::Align::left, Table::Align::right, Table::Align::right,
               Table::Align::right}};
  table.add({"", say(console, "county"), say(console, "people"), say(console, "before"),
             say(console, "after")});
  for (std::size_t p = 0; p < one.before.size(); ++p) {
    if (one.before[p].median_s == one.after[p].median_s) continue;
    const Place& place = circle.places[p];
    table.add({place.code, in_language(place.name, console.language), std::to_string(place.people),
               minutes(console, one.before[p].median_s), minutes(console, one.after[p].median_s)});
  }
  table.print(console.out);
  const auto median = [](const std::vector<Spread>& spreads) {
    std::vector<Seconds> out;
    for (const Spread& spread : spreads) out.push_back(spread.median_s);
    return out;
  };
  for (const Seconds limit : kLimitsMin) {
    const Within a = within(median(one.before), one.from, circle.people(), limit * 60);
    const Within b = within(median(one.after), one.from, circle.people(), limit * 60);
    console.out << say(console, "within",
                       {{"minutes", std::to_string(limit)},
                        {"places_before", std::to_string(a.places)},
                        {"people_before", std::to_string(a.people)},
                        {"places_after", std::to_string(b.places)},
                        {"people_after", std::to_string(b.people)}})
                << '\n';
  }
}

void print_region(const Console& console, const Question& asked, const Standing& before,
                  const Standing& after, Seconds limit) {
  const unsigned threads = std::thread::hardware_concurrency();
  const People people = asked.circle->people();
  const Times a = times_between(before, kDayWindow, threads);
  const Times b = times_between(after, kDayWindow, threads);
  const Region x = region(a, people, limit), y = region(b, people, limit);
  Table table{{Table::Align::left, Table::Align::right, Table::Align::right}};
  table.add({say(console, "region"), say(console, "before"), say(console, "after")});
  table.add({say(console, "mean_time"), minutes(console, x.mean_s), minutes(console, y.mean_s)});
  table.add({say(console, "daily"), std::to_string(x.daily), std::to_string(y.daily)});
  table.add({say(console, "potential"), std::to_string(x.potential), std::to_string(y.potential)});
  table.add({say(console, "gini"), std::to_string(x.gini), std::to_string(y.gini)});
  table.add({say(console, "pairs_beyond"), std::to_string(x.beyond.size()),
             std::to_string(y.beyond.size())});
  table.print(console.out);
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < std::min(kShown, y.beyond.size()); ++i) {
    const auto name = [&](std::size_t place) {
      return in_language(asked.circle->places[place].name, console.language);
    };
    console.out << "  " << name(y.beyond[i].a) << " - " << name(y.beyond[i].b) << ' '
                << minutes(console, y.beyond[i].takes_s) << '\n';
  }
}

}  // namespace

Exit network_compare(const Console& console, const NetworkCompare& what) {
  const auto asked = question(console, what);
  if (!asked) return asked.error();
  const Circle& circle = *asked->circle;
  const Standing before = standing_on(circle, asked->plan, asked->before);
  const Standing after = standing_on(circle, asked->changed, asked->after);
  std::vector<FromPlace> looked;
  for (const std::uint32_t from : asked->from) {
    looked.push_back({.from = from,
                      .before = minutes_from(before, from, kDayWindow),
                      .after = minutes_from(after, from, kDayWindow)});
  }
  if (what.format == "table") {
    console.out << say(console, "assumed", {{"day", circle.timetable_of.text()}}) << '\n';
    for (const FromPlace& one : looked) print_changes(console, *asked, one);
    print_region(console, *asked, before, after, what.within * 60);
    return Exit::done;
  }
  std::string text;
  if (what.format == "geojson") {
    if (looked.size() != 1) return wrong(console, "one_origin");
    text = geojson(circle, looked.front().after, asked->changed, asked->after);
  } else {
    const site::Sheet sheet = sheet_of(*asked, looked, console);
    text = what.format == "csv" ? site::csv(sheet) : site::json(sheet);
  }
  if (const auto done = write_output(console, what.out, text); !done) {
    return console.fail(done.error());
  }
  return Exit::done;
}

Exit network_explain(const Console& console, const NetworkCompare& what) {
  const auto asked = question(console, what);
  if (!asked) return asked.error();
  const Circle& circle = *asked->circle;
  std::vector<std::string> works = what.lines;
  if (works.empty()) works = to_open(asked->changed, asked->before);
  for (const std::string& work : works) {
    if (!circle.openings.contains(work)) {
      return wrong(console, "no_line", {{"name", work}});
    }
  }
  if (works.size() > kWorksMax) {
    return wrong(console, "too_many_lines",
                 {{"most", std::to_string(kWorksMax)}, {"lines", listed(works)}});
  }
  const auto all =
      explain({.circle = circle, .openings = asked->changed, .day = asked->before}, works,
              asked->from, what.within * 60, std::thread::hardware_concurrency());
  std::vector<std::size_t> order(works.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::greater<>{}, [&](std::size_t i) { return all[i].share; });
  console.out << say(console, "explained",
                     {{"minutes", std::to_string(what.within)}, {"day", asked->before.text()}})
              << '\n';
  Table table{{Table::Align::left, Table::Align::left, Table::Align::right, Table::Align::right,
               Table::Align::right}};
  table.add({"", say(console, "line"), say(console, "alone"), say(console, "last"),
             say(console, "share")});
  for (const std::size_t i : order) {
    table.add({works[i], in_language(circle.name(works[i]), console.language),
               std::to_string(all[i].alone), std::to_string(all[i].last),
               std::to_string(all[i].share)});
  }
  table.print(console.out);
  return Exit::done;
}

}  // namespace bashu::cli
