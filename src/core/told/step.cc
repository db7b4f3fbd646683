#include "core/told/step.h"

#include <algorithm>
#include <array>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/try.h"
#include "core/told/members.h"
#include "packs/expr.h"

namespace bashu::core::told {

namespace {

constexpr std::int64_t kUsedMax = 1'000'000;  // working days

constexpr std::array<std::string_view, 18> kMembers{
    "case", "version", "previous", "service", "event",   "role",   "from",  "to",     "branch",
    "on",   "input",   "set",      "effects", "parties", "parent", "reads", "clocks", "calendar"};

Value write(const ClockStand& clock) {
  const auto day = [](const std::optional<Date>& one) {
    return one ? Value{one->text()} : Value{};
  };
  return Value::Record{{"used", clock.used},
                       {"since", day(clock.since)},
                       {"due", day(clock.due)},
                       {"fired", Value{clock.fired}}};
}

std::expected<ClockStand, Reject> read_clock(const std::string& name, const Value& value) {
  const Value* used = value.find("used");
  const Value* since = value.find("since");
  const Value* due = value.find("due");
  const Value* fired = value.find("fired");
  if (!fired || !fired->as_bool() || !used || !used->as_int() || !since || !due ||
      value.as_record()->size() != 4) {
    return hold("clocks", name);
  }
  const ClockStand clock{.used = *used->as_int(),
                         .since = as_day(since),
                         .due = as_day(due),
                         .fired = *fired->as_bool()};
  // Also where the days themselves cannot be compared: none that no clock can have.
  const bool days = (since->is_null() || clock.since) && (due->is_null() || clock.due);
  if (!days || clock.used < 0 || clock.used > kUsedMax || (!clock.since && clock.due)) {
    return hold("clocks", name + " cannot stand so");
  }
  return clock;
}

std::expected<void, Reject> check_members(const Value& body) {
  const Value::Record* record = body.as_record();
  if (!record) return hold("shape", "a step is a record");
  for (const auto& [name, value] : *record) {
    if (name != kOfficer && std::ranges::find(kMembers, name) == kMembers.end()) {
      return hold("shape", "unknown member " + name);
    }
  }
  const auto missing = [&](const char* name) {
    return hold("shape", std::string{name} + " is missing");
  };
  for (const char* name : {"case", "previous", "service", "event", "role", "from", "on"}) {
    if (!body.find(name) || !body.find(name)->as_text()) return missing(name);
  }
  for (const char* name : {"version", "branch", "calendar"}) {
    if (!body.find(name) || !body.find(name)->as_int()) return missing(name);
  }
  for (const char* name : {"input", "set"}) {
    if (!body.find(name) || !body.find(name)->as_record()) return missing(name);
  }
  if (!body.find("effects") || !body.find("effects")->as_list()) {
    return hold("shape", "effects are missing");
  }
  for (const char* name : {"to", "reads"}) {
    if (body.find(name) && !body.find(name)->as_text()) return hold("shape", name);
  }
  if (const Value* clocks = body.find("clocks"); clocks && !clocks->as_record()) {
    return hold("shape", "clocks");
  }
  return {};
}

// Parties and parent, which belong to the start.
std::expected<void, Reject> read_start(const Value& body, Step& step) {
  const Value* parties = body.find("parties");
  const Value* parent = body.find("parent");
  if (step.starts() != (parties != nullptr) || step.starts() != (parent != nullptr)) {
    return hold("shape", "parties and parent belong to the start");
  }
  if (!step.starts()) return {};
  if (!parties->as_record()) return hold("parties", "a record is expected");
  for (const auto& [name, party] : *parties->as_record()) {
    if (!party.as_text()) return hold("parties", name);
    step.parties[name] = PartyId{*party.as_text()};
  }
  if (!parent->as_text()) return hold("parent", "a text is expected");
  step.parent = CaseId{*parent->as_text()};
  return {};
}

}  // namespace

Value content(const Step& step) {
  Value::Record body{
      {"case", step.id},         {"version", step.version}, {"previous", step.previous},
      {"service", step.service}, {"event", step.event},     {"role", step.role},
      {"from", step.from},       {"branch", step.branch},   {"on", step.on.text()},
      {"input", step.input},     {"set", step.set},         {"effects", step.effects}};
  if (step.to) body["to"] = *step.to;
  if (step.starts()) {
    Value::Record parties;
    for (const auto& [name, party] : step.parties) parties[name] = party;
    body["parties"] = std::move(parties);
    body["parent"] = step.parent;
  }
  if (step.reads) body["reads"] = *step.reads;
  return Value{std::move(body)};
}

std::string digest_of_content(const Value& content) { return packs::digest_text(content); }

Value write(Value content, const ClockStands& clocks, std::int64_t calendar) {
  Value::Record& body = *content.as_record();
  if (!clocks.empty()) {
    Value::Record stands;
    for (const auto& [name, clock] : clocks) stands[name] = write(clock);
    body["clocks"] = std::move(stands);
  }
  body["calendar"] = calendar;
  return content;
}

std::expected<Step, Reject> read_step(const Value& body) {
  BASHU_TRY_OK(check_members(body));
  const auto on = day_at(body, "on");
  if (!on) return hold("date", "no such day");
  Step step{.id = case_named(body),
            .version = body.int_at("version"),
            .previous = body.text_at("previous"),
            .service = body.text_at("service"),
            .event = body.text_at("event"),
            .role = body.text_at("role"),
            .from = body.text_at("from"),
            .to = {},
            .branch = body.int_at("branch"),
            .on = *on,
            .input = *body.find("input"),
            .set = *body.find("set"),
            .effects = *body.find("effects")->as_list(),
            .parties = {},
            .parent = {},
            .reads = {},
            .clocks = {},
            .calendar = body.int_at("calendar"),
            .officer = {}};
  if (body.find("to")) step.to = body.text_at("to");
  if (body.find("reads")) step.reads = body.text_at("reads");
  step.officer = officer_in(body);
  BASHU_TRY_OK(read_start(body, step));
  if (const Value* clocks = body.find("clocks")) {
    for (const auto& [name, value] : *clocks->as_record()) {
      BASHU_TRY(step.clocks[name], read_clock(name, value));
    }
  }
  return step;
}

std::string step_digest(const Value& body) {
  if (!body.as_record()) return packs::digest_text(body);  // of a step that has no shape
  Value::Record covered = *body.as_record();
  covered.erase(std::string{kOfficer});
  covered.erase("clocks");
  covered.erase("calendar");
  return packs::digest_text(Value{std::move(covered)});
}

}  // namespace bashu::core::told
