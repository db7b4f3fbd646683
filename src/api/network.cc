// Journey times of the circle's network: what the public page of minutes shows, and what its
// command computes, on the network as it is on record. What shows minutes from a place or between
// two is as open as the page; what computes the whole region is for who has a key.

#include "travel/network.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <thread>

#include "api/handlers.h"
#include "api/reading.h"
#include "network/clock.h"
#include "network/geojson.h"
#include "network/missed.h"
#include "network/questions.h"
#include "texts/texts.h"
#include "travel/record.h"

namespace bashu::api {

namespace {

using namespace network;

Problem wrong(std::string where, std::string_view key, const texts::Places& places) {
  return problem_of(Reject{.code = RejectCode::malformed,
                           .where = std::move(where),
                           .why = {texts::title("network." + std::string{key}, places)}});
}

std::string joined(const std::vector<std::string>& codes) {
  std::string out;
  for (const std::string& code : codes) out += (out.empty() ? "" : ", ") + code;
  return out;
}

Value minutes(Seconds takes) {
  return takes == kNever ? Value{} : Value{std::int64_t{minutes_up(takes)}};
}
Value day_or_null(const std::optional<Date>& day) { return day ? Value{day->text()} : Value{}; }

// The network asked about: on record at a position, on a day, as planned or in a scenario.
struct Asked {
  std::shared_ptr<const Circle> circle;  // with the trains of that day
  std::uint64_t position = 0;
  Date day;
  std::optional<Scenario> scenario{};
  travel::OnRecord record;
  Openings plan, changed;  // as planned, and in the scenario
  std::string language;

  [[nodiscard]] std::string in(const Title& title) const { return in_language(title, language); }
  [[nodiscard]] Value::Record begun() const {
    Value::Record out{{"as_of", day.text()},
                      {"position", position},
                      {"assumed", texts::text(language, "network.assumed",
                                              {{"day", circle->timetable_of.text()}})}};
    if (scenario) out["scenario"] = scenario->id;
    return out;
  }
  [[nodiscard]] Value::Record place(std::uint32_t at) const {
    return {{"code", circle->places[at].code}, {"title", in(circle->places[at].name)}};
  }
  [[nodiscard]] Standing standing() const { return standing_on(*circle, changed, day); }
};

std::expected<Asked, Problem> asked(Context& context, const Call& call) {
  if (!context.computed) return std::unexpected{not_found()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto known = known_at(context, call);
  if (!known) return std::unexpected{known.error()};
  const Date today = context.shelves.now()->today;
  Asked out{.circle = {},
            .position = known->value_or(past->position),
            .day = date_parameter(call, "as_of").value_or(today),
            .record = {},
            .plan = {},
            .changed = {},
            .language = call.language};
  auto record = travel::on_record(*context.computed, *call.views, *known, today);
  if (!record) return std::unexpected{problem_of(record.error())};
  out.record = std::move(*record);
  out.circle = context.computed->circle_on(out.record.timetables, out.day);
  out.plan = out.changed = out.record.openings;
  const std::string name = call.parameter("scenario");
  if (name.empty()) return out;
  const Scenario* scenario = out.record.scenario(name);
  if (!scenario) {
    std::vector<std::string> ids;
    for (const Scenario& one : out.record.scenarios) ids.push_back(one.id);
    return std::unexpected{
        wrong("scenario", "no_scenario", {{"name", name}, {"known", joined(ids)}})};
  }
  out.scenario = *scenario;
  out.changed = network::apply(out.plan, *scenario);
  return out;
}

std::expected<std::uint32_t, Problem> place(const Circle& circle, const Call& call,
                                            const std::string& member) {
  const std::string code = call.parameter(member);
  if (const auto found = circle.place(code)) return *found;
  return std::unexpected{wrong(member, "no_place", {{"code", code}})};
}
// The two ends of a journey: counties, or points told as `lon,lat`. For points `what` gets a
// network of its own.
std::expected<Ends, Problem> ends_of(Asked& what, const Call& call) {
  Ends ends;
  std::shared_ptr<Circle> with_points;
  for (const auto& [member, at] : {std::pair{"origin", &Ends::from}, {"destination", &Ends::to}}) {
    if (call.parameter(member).find(',') != std::string::npos) continue;
    const auto found = place(*what.circle, call, member);
    if (!found) return std::unexpected{found.error()};
    ends.*at = *found;
  }
  for (const auto& [member, at] : {std::pair{"origin", &Ends::from}, {"destination", &Ends::to}}) {
    const std::string point = call.parameter(member);
    if (point.find(',') == std::string::npos) continue;
    if (!with_points) with_points = std::make_shared<Circle>(*what.circle);
    const auto stands = with_points->stand_at(point);
    if (!stands) return std::unexpected{wrong(member, "no_point", {{"text", point}})};
    ends.*at = *stands;
  }
  if (with_points) what.circle = with_points;
  return ends;
}
// The place that is named, or every core.
std::expected<std::vector<std::uint32_t>, Problem> places(const Circle& circle, const Call& call) {
  if (call.parameter("origin").empty()) return circle.cores();
  const auto one = place(circle, call, "origin");
  if (!one) return std::unexpected{one.error()};
  return std::vector{*one};
}

Seconds limit(const Call& call) {
  constexpr std::uint64_t kHour = 60;
  return static_cast<Seconds>(number_parameter(call, "within").value_or(kHour)) * 60;
}

std::vector<Seconds> medians(const std::vector<Spread>& spreads) {
  std::vector<Seconds> out;
  for (const Spread& spread : spreads) out.push_back(spread.median_s);
  return out;
}

// What runs on the day asked about, and what it costs.
struct Running {
  Standing standing;
  const travel::RideFares& known;
  travel::RideFares::Rider rider;
  Fares fares;
};

Value::List trains(const Asked& what, const Running& running, const Passage& passage) {
  const auto station = [&](StationIndex at) { return what.in(what.circle->station(at)); };
  Value::List legs;
  for (const Leg& leg : passage.legs) {
    Value::Record one{{"from", station(leg.from)},
                      {"to", station(leg.to)},
                      {"departs", clock(leg.departs_s)},
                      {"arrives", clock(leg.arrives_s)}};
    if (leg.trip != kOnFoot) {
      const auto& train =
          running.standing.trains[running.standing.timetables.front().runs[leg.trip].trip];
      one["train"] = train.timed ? train.id : what.in(what.circle->name(train.line));
      one["timed"] = train.timed;
    }
    legs.emplace_back(std::move(one));
  }
  return legs;
}

Value fare_value(const Running& running, const Passage& passage) {
  const auto paid = tickets(passage.legs, running.fares);
  Value::List list;
  for (const Ticket& ticket : paid) {
    Value::Record one{{"first_leg", static_cast<std::int64_t>(ticket.first)},
                      {"last_leg", static_cast<std::int64_t>(ticket.last)},
                      {"fen", ticket.fen ? Value{*ticket.fen} : Value{}}};
    const auto& line = travel::line_of(running.standing, passage.legs[ticket.first].trip);
    if (const auto whose = running.known.whose(line, running.standing.day); ticket.fen && whose) {
      one["tariff"] = whose->tariff;
      one["version"] = whose->version;
      one["party"] = whose->party;
    }
    list.emplace_back(std::move(one));
  }
  const Cost sum = cost_of(paid);
  return Value::Record{{"fen", sum.fen},
                       {"without_tariff", std::int64_t{sum.unknown}},
                       {"medium", running.rider.medium},
                       {"issuer", running.rider.issuer},
                       {"class", running.rider.rider_class},
                       {"tickets", std::move(list)}};
}

Value passage_value(const Asked& what, const Running& running, const Passage& passage) {
  return Value::Record{{"departs", clock(passage.departs_s)},
                       {"arrives", clock(passage.arrives_s + 59)},
                       {"minutes", minutes(passage.takes_s())},
                       {"changes", std::int64_t{std::max(0, passage.rides - 1)}},
                       {"to_station_min", minutes(passage.to_train_s)},
                       {"from_station_min", minutes(passage.from_train_s)},
                       {"legs", trains(what, running, passage)},
                       {"fare", fare_value(running, passage)}};
}

Value list_of(const Asked& what, const Running& running, const std::vector<Passage>& passages) {
  Value::List out;
  for (const Passage& one : passages) out.push_back(passage_value(what, running, one));
  return out;
}

Value day_value(const Asked& what, const Running& running, const PairDay& day) {
  Value::List all, quickest;
  for (const Passage& one : day.all) {
    all.emplace_back(Value::Record{{"departs", clock(one.departs_s)},
                                   {"arrives", clock(one.arrives_s + 59)},
                                   {"minutes", minutes(one.takes_s())}});
    if (one.takes_s() == day.best_s) quickest.push_back(passage_value(what, running, one));
  }
  return Value::Record{{"best_min", minutes(day.best_s)},
                       {"median_min", minutes(day.median_s)},
                       {"worst_min", minutes(day.worst_s)},
                       {"journeys", std::move(all)},
                       {"quickest", std::move(quickest)}};
}

std::expected<Seconds, Problem> time_of(const Call& call, const std::string& member,
                                        Seconds otherwise) {
  const std::string text = call.parameter(member);
  if (text.empty()) return otherwise;
  if (const auto at = time_of_day(text)) return *at;
  return std::unexpected{wrong(member, "bad_clock", {{"text", text}})};
}

Value within_value(const Asked& what, std::uint32_t from, const std::vector<Spread>& before,
                   const std::vector<Spread>* after) {
  const People people = what.circle->people();
  Value::List out;
  for (const int most : kLimitsMin) {
    const auto add = [&](Value::Record& row, const std::vector<Spread>& spreads,
                         const std::string& when) {
      const Within here = within(medians(spreads), from, people, most * 60);
      row["places" + when] = here.places;
      row["people" + when] = here.people;
    };
    Value::Record row{{"limit_min", std::int64_t{most}}};
    add(row, before, after ? "_before" : "");
    if (after) add(row, *after, "_after");
    out.emplace_back(std::move(row));
  }
  return out;
}

Value region_value(const Asked& what, const Region& region) {
  constexpr std::size_t kShown = 20;
  Value::List pairs;
  for (std::size_t i = 0; i < std::min(kShown, region.beyond.size()); ++i) {
    const Pair& pair = region.beyond[i];
    pairs.emplace_back(Value::Record{{"a", what.place(static_cast<std::uint32_t>(pair.a))},
                                     {"b", what.place(static_cast<std::uint32_t>(pair.b))},
                                     {"minutes", minutes(pair.takes_s)},
                                     {"people", pair.people}});
  }
  return Value::Record{{"mean_min", minutes(region.mean_s)},
                       {"daily", region.daily},
                       {"potential", region.potential},
                       {"gini_millionths", region.gini},
                       {"pairs_beyond", static_cast<std::int64_t>(region.beyond.size())},
                       {"largest_beyond", std::move(pairs)}};
}

Value changed_value(const Asked& what, const std::vector<Spread>& before,
                    const std::vector<Spread>& after) {
  Value::List out;
  for (std::uint32_t p = 0; p < before.size(); ++p) {
    if (before[p].median_s == after[p].median_s) continue;
    Value::Record row = what.place(p);
    row["people"] = what.circle->places[p].people;
    row["before_min"] = minutes(before[p].median_s);
    row["after_min"] = minutes(after[p].median_s);
    out.emplace_back(std::move(row));
  }
  return out;
}

// What a line costs from end to end, if a tariff is known of it.
Value line_fare(const Context& context, const std::string& line, Date day) {
  const auto known = context.computed->fares().whose(line, day);
  if (!known) return {};
  return Value::Record{{"most_fen", known->most_fen ? Value{*known->most_fen} : Value{}},
                       {"tariff", known->tariff},
                       {"version", known->version},
                       {"party", known->party}};
}

// The records that the opening of a line follows, or that a scenario is told by.
Value records_of(const travel::Sources& known, const std::string& code) {
  Value::List out;
  const auto sources = known.find(code);
  if (sources == known.end()) return out;
  for (const travel::Source& one : sources->second) {
    out.emplace_back(
        Value::Record{{"register", one.reg}, {"key", one.key}, {"position", one.position}});
  }
  return out;
}

Value scenario_value(const Asked& what, const Scenario& scenario) {
  Value::List changes;
  for (const Scenario::Change& change : scenario.changes) {
    Value::Record one{{"line", change.code}};
    switch (change.kind) {
      case Scenario::Change::Kind::open:
        one["opens"] = change.opens.text();
        break;
      case Scenario::Change::Kind::shift:
        one["months_later"] = std::int64_t{change.months};
        break;
      case Scenario::Change::Kind::without:
        one["without"] = true;
    }
    changes.emplace_back(std::move(one));
  }
  return Value::Record{{"scenario", scenario.id},
                       {"title", what.in(scenario.name)},
                       {"records", records_of(what.record.scenario_sources, scenario.id)},
                       {"changes", std::move(changes)}};
}

std::string status_text(const Opening& opening, Date day) {
  return std::string{name_of(status_on(opening, day))};
}
// What each half of a line across the border is by the word of its own side.
Value halves(const Asked& what, const std::string& code) {
  Value::Record out;
  if (!what.record.border.contains(code)) return out;
  for (const auto& [side, openings] : what.record.by_side) {
    out[side] = status_text(openings.at(code), what.day);
  }
  return out;
}

Value lines_said(const Asked& what, const Openings& theirs) {
  Value::List out;
  for (const auto& [code, opening] : theirs) {
    const Opening& ours_say = what.plan.at(code);
    if (opening.since == ours_say.since && opening.closed == ours_say.closed) continue;
    out.emplace_back(Value::Record{{"line", code},
                                   {"title", what.in(what.circle->name(code))},
                                   {"since", day_or_null(ours_say.since)},
                                   {"they_say", day_or_null(opening.since)},
                                   {"status", status_text(ours_say, what.day)},
                                   {"status_they_say", status_text(opening, what.day)},
                                   {"records", records_of(what.record.sources, code)}});
  }
  return out;
}

// None if it does not run.
Value calls_said(const travel::Calls* calls) {
  Value::List out;
  if (!calls) return out;
  const auto at = [](const std::optional<int>& minute) {
    return minute ? Value{clock(*minute * 60)} : Value{};
  };
  for (const travel::TrainCall& call : *calls) {
    out.emplace_back(Value::Record{{"station", call.station},
                                   {"arrives", at(call.arrives_min)},
                                   {"departs", at(call.departs_min)}});
  }
  return out;
}
// The trains on which its word is not what counts.
Value trains_said(const std::vector<travel::TrainDiffers>& differing) {
  constexpr std::size_t kShown = 200;
  Value::List out;
  for (std::size_t i = 0; i < std::min(kShown, differing.size()); ++i) {
    out.emplace_back(Value::Record{{"train", differing[i].number},
                                   {"counts", calls_said(differing[i].counts)},
                                   {"they_say", calls_said(differing[i].they_say)}});
  }
  return out;
}
// Its edition in force, null if it has told none.
Value timetable_said(const Asked& what, const std::string& side) {
  const travel::Edition* edition = travel::in_force(*what.record.timetables, side, what.day);
  if (!edition) return {};
  return Value::Record{{"valid_from", edition->valid_from.text()},
                       {"trains", static_cast<std::int64_t>(edition->trains.size())},
                       {"record", Value::Record{{"register", "transport/timetable"},
                                                {"key", edition->key},
                                                {"position", edition->position}}}};
}

Value pairs_said(const Asked& what, const std::vector<Pair>& changed, const Times& by_them) {
  constexpr std::size_t kShown = 200;
  Value::List out;
  for (std::size_t i = 0; i < std::min(kShown, changed.size()); ++i) {
    const Pair& pair = changed[i];
    out.emplace_back(Value::Record{{"a", what.place(static_cast<std::uint32_t>(pair.a))},
                                   {"b", what.place(static_cast<std::uint32_t>(pair.b))},
                                   {"minutes", minutes(pair.takes_s)},
                                   {"they_say", minutes(by_them.from(pair.a)[pair.b])},
                                   {"people", pair.people}});
  }
  return out;
}

// Where one side's word differs, and the pairs whose minutes it would change, most people first.
Value side_value(travel::Computed& computed, const Asked& what, const std::string& side) {
  const auto told = what.record.by_side.find(side);
  const Openings& theirs = told == what.record.by_side.end() ? what.plan : told->second;
  const auto circle = computed.circle_on(what.record.timetables, what.day, side);
  const auto ours = computed.times(what.circle, what.plan, what.day);
  const auto by_them = computed.times(circle, theirs, what.day);
  std::vector<Pair> changed;
  const People people = what.circle->people();
  for (std::size_t a = 0; a < ours->places; ++a) {
    for (std::size_t b = 0; b < ours->places; ++b) {
      if (ours->from(a)[b] == by_them->from(a)[b]) continue;
      changed.push_back(
          {.a = a, .b = b, .takes_s = ours->from(a)[b], .people = people[a] + people[b]});
    }
  }
  std::ranges::stable_sort(changed, std::greater<>{}, &Pair::people);
  const auto trains = travel::differing(*what.record.timetables, what.day, side);
  return Value::Record{{"party", side},
                       {"timetable", timetable_said(what, side)},
                       {"lines", lines_said(what, theirs)},
                       {"trains_changed", static_cast<std::int64_t>(trains.size())},
                       {"trains", trains_said(trains)},
                       {"changed", static_cast<std::int64_t>(changed.size())},
                       {"pairs", pairs_said(what, changed, *by_them)}};
}

}  // namespace

// What can be asked about: places, lines and roads with their openings, scenarios.
Result network_scenarios(Context& context, const Call& call) {
  const auto what = asked(context, call);
  if (!what) return std::unexpected{what.error()};
  Value::Record out = what->begun();
  Value::List places, lines, scenarios;
  for (std::uint32_t p = 0; p < what->circle->places.size(); ++p) {
    const Place& place = what->circle->places[p];
    Value::Record one = what->place(p);
    one["people"] = place.people;
    one["people_assumed"] = place.shared;
    one["core"] = place.core;
    places.emplace_back(std::move(one));
  }
  for (const auto& [code, opening] : what->changed) {
    lines.emplace_back(Value::Record{{"line", code},
                                     {"records", records_of(what->record.sources, code)},
                                     {"title", what->in(what->circle->name(code))},
                                     {"open", status_on(opening, what->day) == Status::open},
                                     {"status", status_text(opening, what->day)},
                                     {"halves", halves(*what, code)},
                                     {"since", day_or_null(opening.since)},
                                     {"planned", day_or_null(opening.plan)},
                                     {"closed", day_or_null(opening.closed)}});
  }
  for (const Scenario& one : what->record.scenarios) {
    scenarios.push_back(scenario_value(*what, one));
  }
  out["places"] = std::move(places);
  out["lines"] = std::move(lines);
  out["scenarios"] = std::move(scenarios);
  return json_response(std::move(out));
}

// From a place to all others, nearest first.
Result network_reach(Context& context, const Call& call) {
  const auto what = asked(context, call);
  if (!what) return std::unexpected{what.error()};
  const auto from = place(*what->circle, call, "origin");
  if (!from) return std::unexpected{from.error()};
  const auto spreads = context.computed->spreads(what->circle, what->changed, what->day, *from);
  const Seconds most = call.parameter("within").empty() ? kNever : limit(call);
  std::vector<std::uint32_t> order;
  for (std::uint32_t p = 0; p < spreads.size(); ++p) {
    if (spreads[p].median_s <= most) order.push_back(p);
  }
  std::ranges::stable_sort(order, {}, [&](std::uint32_t p) { return spreads[p].median_s; });
  Value::List places;
  for (const std::uint32_t p : order) {
    Value::Record one = what->place(p);
    one["people"] = what->circle->places[p].people;
    one["people_assumed"] = what->circle->places[p].shared;
    one["best_min"] = minutes(spreads[p].best_s);
    one["median_min"] = minutes(spreads[p].median_s);
    one["worst_min"] = minutes(spreads[p].worst_s);
    places.emplace_back(std::move(one));
  }
  Value::Record out = what->begun();
  out["origin"] = what->place(*from);
  out["places"] = std::move(places);
  out["within"] = within_value(*what, *from, spreads, nullptr);
  return json_response(std::move(out));
}

// From one place to another: the journeys at a time, and all of a day.
Result network_journey(Context& context, const Call& call) {
  auto what = asked(context, call);
  if (!what) return std::unexpected{what.error()};
  const auto between = ends_of(*what, call);
  if (!between) return std::unexpected{between.error()};
  const Ends ends = *between;
  const auto departs = time_of(call, "departs", 8 * 3'600);
  if (!departs) return std::unexpected{departs.error()};
  const auto arrives = time_of(call, "arrives", kNever);
  if (!arrives) return std::unexpected{arrives.error()};
  Running running{.standing = what->standing(),
                  .known = context.computed->fares(),
                  .rider = {.medium = call.parameter("medium"),
                            .issuer = call.parameter("issuer"),
                            .rider_class = call.parameter("class")},
                  .fares = {}};
  const Standing& standing = running.standing;
  running.fares = running.known.on(standing, *what->circle, running.rider);
  Value::Record out = what->begun();
  out["origin"] = what->place(ends.from);
  out["destination"] = what->place(ends.to);
  const bool by = *arrives != kNever;
  out["alternatives"] =
      list_of(*what, running,
              by ? passages_by(standing, ends, *arrives, 0) : passages(standing, ends, *departs));
  out["day"] = day_value(*what, running, pair_day(standing, ends, kDayWindow));
  const auto cheap = cheapest_passage(standing, ends, by ? 0 : *departs, *arrives, running.fares);
  out["cheapest"] = cheap ? passage_value(*what, running, *cheap) : Value{};
  const Drive road = drive(standing, ends);
  out["by_road"] =
      road.takes_s == kNever
          ? Value{}
          : Value{Value::Record{{"minutes", minutes(road.takes_s)}, {"metres", road.length_m}}};
  return json_response(std::move(out));
}

// The median minutes between all places, row by row.
Result network_matrix(Context& context, const Call& call) {
  const auto what = asked(context, call);
  if (!what) return std::unexpected{what.error()};
  const auto times = context.computed->times(what->circle, what->changed, what->day);
  Value::List codes, rows;
  for (std::size_t p = 0; p < times->places; ++p) {
    codes.emplace_back(what->circle->places[p].code);
    Value::List row;
    for (const Seconds takes : times->from(p)) row.push_back(minutes(takes));
    rows.emplace_back(std::move(row));
  }
  Value::Record out = what->begun();
  out["places"] = std::move(codes);
  out["minutes"] = std::move(rows);
  return json_response(std::move(out));
}

// As planned on one day, and in the scenario on the same or another.
Result network_compare(Context& context, const Call& call) {
  const auto what = asked(context, call);
  if (!what) return std::unexpected{what.error()};
  const auto from = places(*what->circle, call);
  if (!from) return std::unexpected{from.error()};
  const Date then = date_parameter(call, "then").value_or(what->day);
  const auto circle_then = context.computed->circle_on(what->record.timetables, then);
  Value::List looks;
  for (const std::uint32_t place : *from) {
    const auto a = context.computed->spreads(what->circle, what->plan, what->day, place);
    const auto b = context.computed->spreads(circle_then, what->changed, then, place);
    Value::Record one{{"origin", what->place(place)},
                      {"changed", changed_value(*what, a, b)},
                      {"within", within_value(*what, place, a, &b)}};
    looks.emplace_back(std::move(one));
  }
  const People people = what->circle->people();
  const auto whole = [&](const travel::Computed::CirclePtr& circle, const Openings& openings,
                         Date day) {
    return region_value(
        *what, region(*context.computed->times(circle, openings, day), people, limit(call)));
  };
  Value::Record out = what->begun();
  out["then"] = then.text();
  out["from"] = std::move(looks);
  out["region_before"] = whole(what->circle, what->plan, what->day);
  out["region_after"] = whole(circle_then, what->changed, then);
  return json_response(std::move(out));
}

// What each unfinished line brings, alone and after the others.
Result network_explain(Context& context, const Call& call) {
  const auto what = asked(context, call);
  if (!what) return std::unexpected{what.error()};
  const auto from = places(*what->circle, call);
  if (!from) return std::unexpected{from.error()};
  std::vector<std::string> works;
  std::istringstream listed{call.parameter("lines")};
  for (std::string code; std::getline(listed, code, ',');) works.push_back(code);
  if (works.empty()) works = to_open(what->changed, what->day);
  std::ranges::sort(works);
  works.erase(std::ranges::unique(works).begin(), works.end());
  for (const std::string& work : works) {
    if (!what->circle->openings.contains(work)) {
      return std::unexpected{wrong("lines", "no_line", {{"name", work}})};
    }
  }
  if (works.size() > kWorksMax) {
    return std::unexpected{wrong("lines", "too_many_lines",
                                 {{"most", std::to_string(kWorksMax)}, {"lines", joined(works)}})};
  }
  const auto brought = context.computed->alone([&] {
    return explain({.circle = *what->circle, .openings = what->changed, .day = what->day}, works,
                   *from, limit(call), std::thread::hardware_concurrency());
  });
  Value::List lines;
  for (std::size_t i = 0; i < works.size(); ++i) {
    lines.emplace_back(Value::Record{{"line", works[i]},
                                     {"title", what->in(what->circle->name(works[i]))},
                                     {"alone", brought[i].alone},
                                     {"last", brought[i].last},
                                     {"share", brought[i].share}});
  }
  Value::Record out = what->begun();
  out["lines"] = std::move(lines);
  return json_response(std::move(out));
}

// By the word of each side alone: lines and trains on which it differs from what counts, its
// edition of the timetable, and the pairs of places it changes.
Result network_sides(Context& context, const Call& call) {
  const auto what = asked(context, call);
  if (!what) return std::unexpected{what.error()};
  std::set<std::string, std::less<>> spoken;
  for (const auto& [side, openings] : what->record.by_side) spoken.insert(side);
  for (const auto& [side, editions] : what->record.timetables->editions) spoken.insert(side);
  Value::List sides;
  for (const std::string& side : spoken) {
    sides.push_back(side_value(*context.computed, *what, side));
  }
  Value::Record out = what->begun();
  out["sides"] = std::move(sides);
  return json_response(std::move(out));
}

// The last bus of each line across the border, and the trains that arrive too late for it.
Result network_missed(Context& context, const Call& call) {
  const auto what = asked(context, call);
  if (!what) return std::unexpected{what.error()};
  const Circle& circle = *what->circle;
  Value::List buses;
  for (const Missed& one : missed(circle, what->day)) {
    Value::List late;
    for (const MissedTrain& train : one.missed) {
      late.emplace_back(Value::Record{{"train", circle.trains.trips[train.trip].id},
                                      {"at", what->in(circle.station(train.at))},
                                      {"arrives", clock(train.arrives_s)},
                                      {"by_min", minutes(train.by_s)}});
    }
    buses.emplace_back(Value::Record{{"line", one.bus.line},
                                     {"title", what->in(circle.bus(one.bus.line))},
                                     {"stop", what->in(circle.station(one.bus.at))},
                                     {"towards", what->in(one.bus.towards)},
                                     {"last", clock(one.bus.departs_s)},
                                     {"last_assumed", one.bus.assumed},
                                     {"fare", line_fare(context, one.bus.line, what->day)},
                                     {"trains", static_cast<std::int64_t>(one.trains)},
                                     {"missed", std::move(late)}});
  }
  Value::Record out = what->begun();
  out["assumed"] =
      texts::text(what->language, "network.missed_assumed", {{"day", circle.timetable_of.text()}});
  out["buses"] = std::move(buses);
  return json_response(std::move(out));
}

}  // namespace bashu::api
