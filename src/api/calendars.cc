// The working days of the parties: read by everybody, corrected by an administrator, year by year.
// A correction moves deadlines; a dry run tells which.

#include <algorithm>
#include <utility>

#include "api/approvals.h"
#include "api/handlers.h"
#include "core/people/people.h"
#include "packs/calendar_data.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr std::size_t kDaysMax = 10'000;
// A version may be a day, 20260101. Beyond it only the next one is taken, so that a slip of the
// finger leaves room for its correction.
constexpr std::int64_t kVersionMax = 99'999'999;

Problem wrong(std::string where, std::string_view key, const texts::Places& places = {}) {
  return problem_of(Reject{
      .code = RejectCode::form, .where = std::move(where), .why = {texts::title(key, places)}});
}

std::expected<std::set<Date>, Problem> days_of(const Value& body, const std::string& name) {
  std::set<Date> days;
  const Value* list = body.find(name);
  if (!list) return days;
  if (!list->as_list() || list->as_list()->size() > kDaysMax) {
    return std::unexpected{malformed(name, "A list of dates is expected.", "应为日期列表。")};
  }
  for (const Value& item : *list->as_list()) {
    const auto day = item.as_text() ? Date::parse(*item.as_text()) : std::nullopt;
    if (!day) {
      return std::unexpected{
          malformed(name, "Dates are written 2026-03-31.", "日期应写作 2026-03-31。")};
    }
    days.insert(*day);
  }
  return days;
}

// Without `years`, those of the days given.
std::expected<packs::CalendarYears, Problem> years_of(const Value& body) {
  packs::CalendarYears given;
  auto holidays = days_of(body, "holidays");
  if (!holidays) return std::unexpected{holidays.error()};
  auto workdays = days_of(body, "workdays");
  if (!workdays) return std::unexpected{workdays.error()};
  given.days.holidays = std::move(*holidays);
  given.days.workdays = std::move(*workdays);
  if (const Value* years = body.find("years")) {
    if (!years->as_list()) return std::unexpected{wrong("years", "calendar.no_years")};
    for (const Value& year : *years->as_list()) {
      const std::int64_t* number = year.as_int();
      given.years.insert(number && *number < 10'000 ? static_cast<int>(*number) : 0);
    }
  } else {
    for (const auto* days : {&given.days.holidays, &given.days.workdays}) {
      for (const Date day : *days) given.years.insert(packs::notice_year(day));
    }
  }
  if (given.years.empty()) return std::unexpected{wrong("years", "calendar.no_years")};
  if (const auto found = packs::check_days(given); !found.empty()) {
    Problem problem = wrong(found.front().path, "calendar.no_years");
    problem.errors.clear();
    for (const packs::FormError& one : found) problem.errors.push_back({one.path, one.why});
    return std::unexpected{std::move(problem)};
  }
  return given;
}

// The deadlines that a decision moves, as they were and as they would be.
Value::List moves(Context& context, const std::vector<core::Event>& events) {
  Value::List list;
  context.node.query([&](const core::State& state) {
    const auto text = [](const std::optional<Date>& day) {
      return day ? Value{day->text()} : Value{};
    };
    for (const core::Event& event : events) {
      const auto* set = std::get_if<core::ClockSet>(&event);
      const core::Case* c = set ? state.find_case(set->id) : nullptr;
      if (!c) continue;
      const auto before = c->clocks.find(set->clock);
      list.push_back(
          Value::Record{{"case", set->id},
                        {"clock", set->clock},
                        {"from", before == c->clocks.end() ? Value{} : text(before->second.due)},
                        {"to", text(set->due)}});
    }
  });
  return list;
}

Value::List texts_of(const std::set<Date>& days) {
  Value::List list;
  for (const Date day : days) list.emplace_back(day.text());
  return list;
}

}  // namespace

Result list_calendars(Context& context, const Call& call) {
  const auto shelf = context.shelves.now();
  std::map<core::PartyId, Calendar, std::less<>> held;
  context.node.query([&](const core::State& state) { held = state.circle().calendars; });
  const std::string only = call.parameter("party");
  Value::List list;
  for (const auto& [party, calendar] : held) {
    if (!only.empty() && party != only) continue;
    std::set<int> years;
    for (const auto* days : {&calendar.holidays, &calendar.workdays}) {
      for (const Date day : *days) years.insert(packs::notice_year(day));
    }
    Value::List numbers;
    for (const int year : years) numbers.emplace_back(std::int64_t{year});
    list.push_back(Value::Record{{"party", party},
                                 {"version", calendar.version},
                                 {"years", std::move(numbers)},
                                 {"holidays", texts_of(calendar.holidays)},
                                 {"workdays", texts_of(calendar.workdays)}});
  }
  return json_response(
      Value::Record{{"today", shelf->today.text()}, {"calendars", std::move(list)}});
}

// {"party","version","years":[2026],"holidays":[...],"workdays":[...]}: takes the place of what was
// held for those years. Without a version, the next one.
Prepared set_calendar(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, {"party", "version", "years", "holidays", "workdays"});
  if (!body) return std::unexpected{body.error()};
  const auto party = text_member(*body, "party");
  if (!party) return std::unexpected{party.error()};
  const auto shelf = context.shelves.now();
  if (*party != shelf->own && !shelf->parties.contains(*party)) {
    return std::unexpected{wrong("party", "calendar.no_party", {{"party", *party}})};
  }
  auto given = years_of(*body);
  if (!given) return std::unexpected{given.error()};
  Calendar held;
  context.node.query([&](const core::State& state) {
    const auto& all = state.circle().calendars;
    if (const auto it = all.find(*party); it != all.end()) held = it->second;
  });
  given->days.version = body->int_at("version", held.version + 1);
  const std::int64_t most = std::max(kVersionMax, held.version + 1);
  if (given->days.version < 1 || given->days.version > most) {
    return std::unexpected{wrong("version", "calendar.version", {{"most", std::to_string(most)}})};
  }
  const std::int64_t before = held.version;
  const Calendar now = packs::amended(std::move(held), *given);
  core::SetCalendar act{.by = {},
                        .calendar = {.party = core::PartyId{*party},
                                     .version = now.version,
                                     .holidays = {now.holidays.begin(), now.holidays.end()},
                                     .workdays = {now.workdays.begin(), now.workdays.end()}},
                        .replaces = before,
                        .approval = 0};
  if (call.parameter("dry_run") != "true") {
    return ask_or_sign(context, call, std::move(act), *body);
  }
  // What would be, whoever signs.
  act.by.roles = {std::string{core::kDirectoryRole}};
  const node::Outcome outcome =
      context.node.run({.command = std::move(act), .evidence = {}, .dry_run = true});
  if (const auto* why = std::get_if<Reject>(&outcome)) return std::unexpected{problem_of(*why)};
  if (const auto* why = std::get_if<Fault>(&outcome)) return std::unexpected{problem_of(*why)};
  return json_response(
      Value::Record{{"dry_run", true},
                    {"version", now.version},
                    {"moves", moves(context, std::get<node::Done>(outcome).decision.events)}});
}

}  // namespace bashu::api
