#include "core/cases/clocks.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/try.h"
#include "core/cases/step.h"
#include "core/peers/objection.h"

namespace bashu::core {

namespace {

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

void stop(const packs::ClockDef& definition, Clock& clock, CaseScope& scope) {
  if (definition.kind == packs::ClockDef::Kind::working_days) {
    clock.used += scope.calendar().workdays_between(*clock.since, scope.today());
  } else if (definition.kind == packs::ClockDef::Kind::days) {
    clock.used += scope.today().days() - clock.since->days();
  }
  clock.since.reset();
  clock.due.reset();
}

// An observer: the owner's breach is overdue here.
Result alarm(Deciding& d, const CaseId& id, const std::string& name, const Clock& clock,
             const PartyId& holder, const packs::StateDef& state) {
  if (clock.alarmed) return refuse(Why::alarm_raised);
  const Date due = *clock.due;
  d.draft.decide(ClockAlarmed{.id = id, .clock = name, .due = due});
  raise(d, TaskKind::silence, id, {},
        bilingual("The other side is silent: " + holder + " has let " +
                      in_language(state.title, "en") + " run out",
                  "对方逾期未回应：" + holder + "，" + in_language(state.title, "zh")),
        name + " was due on " + due.text());
  return {};
}

}  // namespace

told::ClockStands update_clocks(Deciding& d, const CaseId& id, const Definition& of,
                                const std::vector<std::string>& reset, const PartyId& by) {
  told::ClockStands stands;
  for (const auto& [name, definition] : of.service->clocks) {
    const Case& c = *d.draft.find_case(id);
    const auto known = c.clocks.find(name);
    const bool is_known = known != c.clocks.end();
    const Clock before = is_known ? known->second : Clock{};
    Clock clock = std::ranges::find(reset, name) == reset.end() ? before : Clock{};
    const bool runs = std::ranges::find(definition.runs_in, c.state) != definition.runs_in.end();
    // Days that ran were days of the one who held the case, days to come are the next holder's.
    CaseScope scope{
        d.draft, *of.pack, of.service, &c, &c.data, d.today(), runs ? holder_of(c, of) : by};
    if (runs) {
      if (!clock.since) clock.since = d.today();
      if (!clock.fired) clock.due = due_day(definition, clock, scope);
    } else if (clock.since) {
      stop(definition, clock, scope);
    }
    const bool changed = !(clock == before);
    if (changed) {
      d.draft.decide(ClockSet{.id = id,
                              .clock = name,
                              .used = clock.used,
                              .since = clock.since,
                              .due = clock.due,
                              .fired = clock.fired});
    }
    if (!is_known && !changed) continue;
    stands[name] = {
        .used = clock.used, .since = clock.since, .due = clock.due, .fired = clock.fired};
  }
  return stands;
}

std::optional<Date> last_day(const Deciding& d, const CaseId& id, const Definition& of,
                             std::string_view name, const PartyId& holder) {
  const Case& c = *d.draft.find_case(id);
  const auto* definition = packs::find(of.service->clocks, name);
  const auto known = c.clocks.find(name);
  if (!definition || known == c.clocks.end() || !known->second.since) return std::nullopt;
  CaseScope scope{d.draft, *of.pack, of.service, &c, &c.data, d.today(), holder};
  return due_day(*definition, known->second, scope);
}

Result fire_clock(Deciding& d, const FireClock& command) {
  const Case* c = d.draft.find_case(command.id);
  if (!c) return refuse(Why::not_due);
  const auto known = c->clocks.find(command.clock);
  if (known == c->clocks.end() || known->second.fired || !known->second.due ||
      *known->second.due >= d.today()) {
    return refuse(Why::not_due);
  }
  if (is_stopped(*c)) return refuse(Why::waits_for_settlement);
  if (const PartyId gone = left_of(d, *c); !gone.empty()) return refuse(Why::party_left, gone);
  BASHU_TRY(const Definition of, definition_of(d, *c));
  const auto* clock = packs::find(of.service->clocks, command.clock);
  const auto* state = packs::find(of.service->states, c->state);
  const PartyId holder = holder_of(*c, of);
  if (!clock || !state || holder.empty()) return refuse(Why::clock_stands);
  if (holder != d.self()) {
    return alarm(d, command.id, command.clock, known->second, holder, *state);
  }
  if (!scope_of(d, of, *c, c->data).calendar().works(d.today())) {
    return refuse(Why::no_working_day);
  }
  d.draft.decide(ClockSet{.id = command.id,
                          .clock = command.clock,
                          .used = known->second.used,
                          .since = known->second.since,
                          .due = known->second.due,
                          .fired = true});
  const auto* event = packs::find(state->events, clock->breach);
  const auto ok = attempt(d, [&](Deciding& trial) {
    return step_and_enter(trial, command.id,
                          {.event = clock->breach,
                           .role = std::string{told::Step::kSystem},
                           .branches = &event->branches});
  });
  if (!ok) {
    raise_exception(d, command.id, "clock " + command.clock + ": " + describe(ok.error()));
    return {};
  }
  run_follow_ups(d);
  return {};
}

}  // namespace bashu::core
