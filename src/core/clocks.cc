// Working-day clocks. A budget runs only in its states, stands still elsewhere and continues on
// return; the day on which the case enters is not counted (Civil Code, articles 201-203).

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/decider.h"

namespace bashu::core {

namespace {

Value clock_value(const Clock& clock) {
  Value::Record record;
  record["used"] = clock.used;
  record["since"] = clock.since ? Value{clock.since->text()} : Value{};
  record["due"] = clock.due ? Value{clock.due->text()} : Value{};
  record["fired"] = Value{clock.fired};
  return Value{std::move(record)};
}

// The last day of a clock that runs since `clock.since`.
std::optional<Date> due_day(const packs::ClockDef& definition, const Clock& clock,
                            CaseScope& scope) {
  const Calendar& calendar = scope.calendar();
  if (definition.kind == packs::ClockDef::Kind::until) {
    const auto value = packs::evaluate(*definition.until, scope);
    const auto day =
        value && value->as_text() ? Date::parse(*value->as_text()) : std::optional<Date>{};
    return day ? std::optional{calendar.roll(*day)} : std::nullopt;
  }
  const std::int64_t left = definition.budget - clock.used;
  if (left <= 0) return calendar.roll(*clock.since);
  if (definition.kind == packs::ClockDef::Kind::working_days) {
    return calendar.add_workdays(*clock.since, left);
  }
  return calendar.roll(clock.since->plus_days(left));
}

}  // namespace

Value Decider::update_clocks(const CaseId& id, const Definition& of,
                             const std::vector<std::string>& reset, const PartyId& by) {
  Value::Record told;
  for (const auto& [name, definition] : of.service->clocks) {
    const Case& c = *draft_.find_case(id);
    const PartyId holder = owner(c, of);
    const auto known = c.clocks.find(name);
    const Clock before = known == c.clocks.end() ? Clock{} : known->second;
    Clock clock = before;
    if (std::find(reset.begin(), reset.end(), name) != reset.end()) clock = Clock{};
    const bool runs = std::find(definition.runs_in.begin(), definition.runs_in.end(), c.state) !=
                      definition.runs_in.end();
    // Days that ran were days of the one who held the case, days to come are the next holder's.
    CaseScope scope{draft_, *of.pack, of.service, &c, &c.data, moment_.today, runs ? holder : by};
    if (runs) {
      if (!clock.since) clock.since = moment_.today;
      if (!clock.fired) clock.due = due_day(definition, clock, scope);
    } else if (clock.since) {
      if (definition.kind == packs::ClockDef::Kind::working_days) {
        clock.used += scope.calendar().workdays_between(*clock.since, moment_.today);
      } else if (definition.kind == packs::ClockDef::Kind::days) {
        clock.used += moment_.today.days() - clock.since->days();
      }
      clock.since.reset();
      clock.due.reset();
    }
    if (!(clock == before)) {
      draft_.decide(ClockSet{.id = id,
                             .clock = name,
                             .used = clock.used,
                             .since = clock.since,
                             .due = clock.due,
                             .fired = clock.fired});
    }
    if (known != c.clocks.end() || !(clock == before)) told[name] = clock_value(clock);
  }
  return Value{std::move(told)};
}

std::optional<Date> Decider::last_day(const CaseId& id, const Definition& of, std::string_view name,
                                      const PartyId& holder) const {
  const Case& c = *draft_.find_case(id);
  const auto* definition = packs::find(of.service->clocks, name);
  const auto known = c.clocks.find(name);
  if (!definition || known == c.clocks.end() || !known->second.since) return std::nullopt;
  CaseScope scope{draft_, *of.pack, of.service, &c, &c.data, moment_.today, holder};
  return due_day(*definition, known->second, scope);
}

}  // namespace bashu::core
