// What the network is to the whole region on a day, beside today or the plan: the indicators of the
// literature, and the pairs that stay beyond a limit, those of most people first. It leads back to
// the records by which lines and roads are open.

#include <algorithm>
#include <charconv>

#include "network/geojson.h"
#include "network/questions.h"
#include "site/network_asked.h"
#include "site/pages.h"
#include "site/sheet.h"
#include "travel/network.h"

namespace bashu::site {

namespace {

using namespace network;

struct Asked : NetworkAsked {
  int within = 0;  // minutes
  Region before, after;
};

constexpr int kHour = 60;

// nullopt: there is no such place, day, scenario or limit.
std::expected<std::optional<Asked>, Fault> asked(const Ask& ask) {
  auto what = network_asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  Asked out{std::move(**what), kHour, {}, {}};
  const std::string text = ask.parameter("within");
  if (!text.empty()) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.within);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (std::ranges::find(kLimitsMin, out.within) == kLimitsMin.end()) return std::nullopt;
  }
  travel::Computed& computed = *ask.from.map->computed;
  const People people = out.circle->people();
  const auto look = [&](const Openings& openings, Date day) {
    const auto circle = computed.circle_on(out.record.timetables, day);
    return region(*computed.times(circle, openings, day), people, out.within * 60);
  };
  // Before: as planned on the same day, or without a scenario as it is today.
  out.before = look(out.record.openings, out.scenario ? out.day : ask.from.today);
  out.after = look(out.changed, out.day);
  return out;
}

// 0.1234 of millionths.
std::string share(std::int64_t millionths) {
  const std::string digits = std::to_string(millionths + 10'000'000).substr(2, 4);
  return std::to_string(millionths / 1'000'000) + "." + digits;
}

void fill_indicators(Ask& ask, const Asked& what, Slots slots) {
  const auto row = [&](std::string_view key, const std::string& before, const std::string& after) {
    Slots one = slots.add("INDICATOR");
    one.set("NAME", ask.say(key));
    one.set("BEFORE", before);
    one.set("AFTER", after);
  };
  const Region &a = what.before, &b = what.after;
  row("network.mean_time", minutes_said(ask, a.mean_s), minutes_said(ask, b.mean_s));
  row("network.daily", std::to_string(a.daily), std::to_string(b.daily));
  row("network.potential", std::to_string(a.potential), std::to_string(b.potential));
  row("site.gini", share(a.gini), share(b.gini));
  row("network.pairs_beyond", std::to_string(a.beyond.size()), std::to_string(b.beyond.size()));
}

void fill_pairs(Ask& ask, const Asked& what, Slots slots) {
  constexpr std::size_t kShown = 50;
  NetworkAsked pair = what;
  for (std::size_t i = 0; i < std::min(kShown, what.after.beyond.size()); ++i) {
    const Pair& one = what.after.beyond[i];
    pair.from = static_cast<std::uint32_t>(one.a);
    Slots row = slots.add("PAIR");
    row.set("A", ask.in(what.circle->places[one.a].name));
    row.set("B", ask.in(what.circle->places[one.b].name));
    row.set("HREF", journey_to(ask, pair, static_cast<std::uint32_t>(one.b)));
    row.set("PEOPLE", std::to_string(one.people));
    row.set("MINUTES", minutes_said(ask, one.takes_s));
  }
}

void fill_form(Ask& ask, const Asked& what, Slots slots) {
  const auto choice = [&](std::string_view section, const std::string& value,
                          const std::string& title, bool chosen) {
    Slots one = slots.add(section);
    one.set("VALUE", value);
    one.set("TITLE", title);
    if (chosen) one.show("CHOSEN");
  };
  for (const int limit : kLimitsMin) {
    const std::string text = std::to_string(limit);
    choice("WITHIN", text, text, limit == what.within);
  }
  choice("SCENARIO", "", ask.say("site.as_planned"), !what.scenario);
  for (const Scenario& one : what.record.scenarios) {
    choice("SCENARIO", one.id, ask.in(one.name), what.scenario && what.scenario->id == one.id);
  }
  slots.set("DAY_ASKED", what.day.text());
}

Sheet sheet_of(const Ask& ask, const Asked& what) {
  Sheet out{.name = ask.say("site.region"),
            .columns = {{ask.say("site.code")},
                        {ask.say("site.from_where")},
                        {ask.say("site.code")},
                        {ask.say("site.to_where")},
                        {ask.say("network.people"), 0},
                        {ask.say("site.minutes"), 0}},
            .rows = {}};
  for (const Pair& pair : what.after.beyond) {
    const Place &a = what.circle->places[pair.a], &b = what.circle->places[pair.b];
    auto& row = out.rows.emplace_back();
    row = {a.code, ask.in(a.name), b.code, ask.in(b.name), pair.people};
    row.push_back(pair.takes_s == kNever ? Sheet::Cell{} : Sheet::Cell{minutes_up(pair.takes_s)});
  }
  return out;
}

}  // namespace

Answered region_page(Ask& ask) {
  if (ask.links.fixed()) return std::nullopt;  // asked of any day
  const auto what = asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  const Asked& it = **what;
  return page(ask, {.title = ask.say("site.region"), .tab = "network"}, "region", [&](Slots slots) {
    slots.set("TITLE", ask.say("site.region_on", {{"day", ask.day(it.day)}}));
    slots.set("ASSUMED", ask.say("network.assumed", {{"day", ask.day(it.circle->timetable_of)}}));
    slots.set("BEFORE", it.scenario ? ask.say("site.as_planned") : ask.say("site.today"));
    slots.set("AFTER", it.scenario ? ask.in(it.scenario->name) : ask.day(it.day));
    slots.set("BEYOND", ask.say("site.pairs_beyond", {{"n", std::to_string(it.within)}}));
    Query query = query_of(it, it.circle->places[it.from], it.day, it.scenario);
    slots.set("NETWORK", ask.links.to({"network"}, query));
    query["within"] = std::to_string(it.within);
    fill_form(ask, it, slots);
    fill_indicators(ask, it, slots);
    fill_pairs(ask, it, slots);
    fill_lines(ask, it, slots);
    fill_files(ask, {"network", "region"}, {"csv", "json", "xlsx"}, query, slots);
  });
}

Answered region_file(Ask& ask, const std::string& name) {
  if (ask.links.fixed()) return std::nullopt;
  const auto what = asked(ask);
  if (!what) return std::unexpected{what.error()};
  if (!*what) return std::nullopt;
  return as_file(sheet_of(ask, **what), name);
}

}  // namespace bashu::site
