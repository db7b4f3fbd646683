// Services: parties, fields and calc first, for all of them, because an effect of one may name
// those of another; then their starts, states, events and clocks.
#include <algorithm>

#include "packs/loader.h"

namespace bashu::packs {
namespace {

constexpr std::size_t kStatesMax = 60;
constexpr std::size_t kEventsMax = 40;
constexpr std::size_t kPartiesMax = 20;
constexpr std::size_t kRolesMax = 40;
constexpr std::size_t kCalcsMax = 200;
constexpr std::size_t kClocksMax = 40;
constexpr std::int64_t kBudgetMax = 36'600;  // a century

const Value* get(const Value::Record& record, std::string_view name) {
  const auto found = record.find(name);
  return found == record.end() ? nullptr : &found->second;
}

}  // namespace

void Loader::service_heads() {
  const Value* all = part("services");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  pack_->services.reserve(map->size());  // sites keep pointers to the names
  for (const auto* item : reader_.in_order(*map, "services")) {
    const auto& [name, value] = *item;
    const std::string path = service_path(name);
    reader_.name(name, path);
    Service& service = pack_->services.emplace_back(name, Service{}).second;
    const Value::Record* source = reader_.record(&value, path);
    if (!source) continue;
    reader_.keys(*source, path,
                 {"title", "parent", "parties", "fields", "calc", "start", "states", "clocks",
                  "holds", "about", "groups", "list", "search", "papers", "prints"});
    service.title =
        reader_.title(get(*source, "title"), get(*source, "title") ? below(path, "title") : path);
    if (const Value* parent = get(*source, "parent")) {
      service.parent = reader_.text(parent, below(path, "parent"));
      if (!map->contains(service.parent)) {
        reader_.fault(below(path, "parent"), "there is no service '" + service.parent + "'");
        service.parent.clear();
      }
    }
    parties(service, reader_.need(*source, path, "parties"), below(path, "parties"));
    service.fields = types_.fields(reader_.need(*source, path, "fields"), below(path, "fields"));
    const std::string states_path = below(path, "states");
    const Value::Record* states =
        reader_.record(reader_.need(*source, path, "states"), states_path);
    if (states) {
      if (states->empty()) reader_.fault(states_path, "a service needs a state");
      reader_.count(states->size(), kStatesMax, states_path);
      service.states.reserve(states->size());
      for (const auto* state : reader_.in_order(*states, states_path)) {
        const auto& [state_name, state_value] = *state;
        const std::string at = below(states_path, state_name);
        reader_.name(state_name, at);
        StateDef& def = service.states.emplace_back(state_name, StateDef{}).second;
        if (const Value::Record* state_map = reader_.record(&state_value, at)) {
          def.title = reader_.title(get(*state_map, "title"),
                                    get(*state_map, "title") ? below(at, "title") : at);
          def.final = reader_.flag(get(*state_map, "final"), below(at, "final"));
        }
      }
    }
    const std::string calc_path = below(path, "calc");
    if (const Value::Record* calcs = reader_.record(get(*source, "calc"), calc_path)) {
      reader_.count(calcs->size(), kCalcsMax, calc_path);
      for (const auto& [calc, text] : *calcs) {
        const std::string at = below(calc_path, calc);
        reader_.name(calc, at);
        std::shared_ptr<Program> program = reader_.program(&text, at);
        if (!program) continue;
        service.calc.emplace_back(calc, program);
        checker_.declare_calc(name, calc, std::move(program), at);
      }
    }
  }
  for (auto& [name, service] : pack_->services) {
    std::vector<std::string> line{name};
    for (const Service* at = &service; at && !at->parent.empty();
         at = find(pack_->services, at->parent)) {
      if (std::ranges::find(line, at->parent) != line.end()) {
        reader_.fault(below(service_path(name), "parent"), "a service cannot be its own ancestor");
        service.parent.clear();
        break;
      }
      line.push_back(at->parent);
    }
  }
}

void Loader::parties(Service& service, const Value* value, const std::string& path) {
  const Value::Record* map = reader_.record(value, path);
  if (!map) return;
  if (map->empty()) reader_.fault(path, "a service needs a party");
  reader_.count(map->size(), kPartiesMax, path);
  for (const auto* item : reader_.in_order(*map, path)) {
    const auto& [name, roles] = *item;
    const std::string at = below(path, name);
    reader_.name(name, at);
    if (name == "all") reader_.fault(at, "'all' means every party");
    PartyDef party{.name = name, .roles = {}};
    if (const Value::Record* list = reader_.record(&roles, at)) {
      if (list->empty()) reader_.fault(at, "a party needs a role");
      reader_.count(list->size(), kRolesMax, at);
      for (const auto* one : reader_.in_order(*list, at)) {
        const auto& [role, sees] = *one;
        const std::string where = below(at, role);
        reader_.name(role, where);
        if (role == "system") reader_.fault(where, "'system' is the node itself");
        party.roles.emplace_back(role, reader_.choice(&sees, where, {"all", "own"}) == "all");
      }
    }
    service.parties.push_back(std::move(party));
  }
}

void Loader::service_bodies() {
  for (auto& [name, service] : pack_->services) {
    const Value::Record* source = part("services")->as_record()->find(name)->second.as_record();
    if (source) service_body(name, service, *source);
  }
}

void Loader::service_body(const std::string& name, Service& service, const Value::Record& source) {
  const std::string path = service_path(name);
  Site site;
  site.service = &name;

  const std::string states_path = below(path, "states");
  const Value* all_states = get(source, "states");
  const Value::Record* states = all_states ? all_states->as_record() : nullptr;
  const std::string clocks_path = below(path, "clocks");
  const Value::Record* clocks = reader_.record(get(source, "clocks"), clocks_path);
  if (clocks) {
    reader_.count(clocks->size(), kClocksMax, clocks_path);
    for (const auto* item : reader_.in_order(*clocks, clocks_path)) {
      const auto& [clock_name, value] = *item;
      reader_.name(clock_name, below(clocks_path, clock_name));
      service.clocks.emplace_back(clock_name, ClockDef{});
    }
  }

  const std::string start_path = below(path, "start");
  if (const Value::Record* start =
          reader_.record(reader_.need(source, path, "start"), start_path)) {
    reader_.keys(*start, start_path,
                 {"owner", "by", "form", "then", "when", "why", "run", "set", "do", "to"});
    if (const Value* owner = reader_.need(*start, start_path, "owner")) {
      service.start.owner = reader_.text(owner, below(start_path, "owner"));
      if (!service.start.owner.empty() && !service.party(service.start.owner)) {
        reader_.fault(below(start_path, "owner"),
                      "there is no party '" + service.start.owner + "'");
      }
    }
    event(service.start.event, *start, service, service.start.owner, site, start_path);
    if (!get(*start, "by") && service.parent.empty()) {
      reader_.fault(start_path, "'by' is missing: only a sub-case can be started by an effect");
    }
    for (const Branch& one : service.start.event.branches) {
      if (!one.to) reader_.fault(start_path, "a start says which state the case goes 'to'");
    }
  }
  for (auto& [state_name, def] : service.states) {
    const Value& value = states->find(state_name)->second;
    if (const Value::Record* map = value.as_record()) {
      state(service, def, *map, site, below(states_path, state_name));
    }
  }
  for (auto& [clock_name, def] : service.clocks) {
    clock(def, clocks->find(clock_name)->second, service, site, below(clocks_path, clock_name));
  }
  service.holds = holds(get(source, "holds"), service, site, below(path, "holds"));
}

void Loader::state(const Service& service, StateDef& state, const Value::Record& source,
                   const Site& site, const std::string& path) {
  reader_.keys(source, path, {"title", "owner", "then", "events", "holds", "final"});
  state.holds = holds(get(source, "holds"), service, site, below(path, "holds"));
  if (state.final) {
    for (const std::string_view key : {"owner", "events", "then"}) {
      if (get(source, key)) {
        reader_.fault(below(path, key),
                      "a final state has no '" + std::string{key} + "': nothing follows it");
      }
    }
    return;
  }
  if (const Value* owner = reader_.need(source, path, "owner")) {
    state.owner = reader_.text(owner, below(path, "owner"));
    if (!state.owner.empty() && !service.party(state.owner)) {
      reader_.fault(below(path, "owner"), "there is no party '" + state.owner + "'");
    }
  }
  if (const Value* then = get(source, "then")) {
    state.then = branches(*then, service, state.owner, site, below(path, "then"));
  }
  const std::string events_path = below(path, "events");
  const Value::Record* events = reader_.record(get(source, "events"), events_path);
  if (!events) return;
  reader_.count(events->size(), kEventsMax, events_path);
  for (const auto* item : reader_.in_order(*events, events_path)) {
    const auto& [event_name, value] = *item;
    const std::string at = below(events_path, event_name);
    reader_.name(event_name, at);
    EventDef def;
    if (const Value::Record* map = reader_.record(&value, at)) {
      reader_.keys(
          *map, at,
          {"title", "by", "form", "then", "when", "why", "run", "set", "do", "reset", "to"});
      def.title = reader_.title(get(*map, "title"), get(*map, "title") ? below(at, "title") : at);
      event(def, *map, service, state.owner, site, at);
      if (!get(*map, "by")) reader_.fault(at, "'by' is missing: nobody may do this");
    }
    state.events.emplace_back(event_name, std::move(def));
  }
}

// What a start and an event of a state have in common.
void Loader::event(EventDef& event, const Value::Record& source, const Service& service,
                   const std::string& owner, const Site& site, const std::string& path) {
  event.by = by(get(source, "by"), service, owner, below(path, "by"));
  event.form = reader_.texts(get(source, "form"), below(path, "form"));
  for (std::size_t i = 0; i < event.form.size(); ++i) {
    if (!service.field(event.form[i])) {
      reader_.fault(below(path, "form"), "there is no field '" + event.form[i] + "'");
    }
  }
  if (const Value* then = get(source, "then")) {
    for (const std::string_view key : {"when", "why", "run", "set", "do", "reset", "to"}) {
      if (get(source, key)) {
        reader_.fault(below(path, key),
                      "'" + std::string{key} + "' belongs into a branch of 'then'");
      }
    }
    event.branches = branches(*then, service, owner, site, below(path, "then"));
  } else {
    event.branches.push_back(branch(source, service, owner, site, path));
  }
}

std::vector<By> Loader::by(const Value* value, const Service& service, const std::string& owner,
                           const std::string& path) {
  std::vector<By> all;
  for (const std::string& word : reader_.texts(value, path)) {
    if (word == "system") {
      all.push_back({.party = {}, .role = word});
      continue;
    }
    const std::size_t dot = word.find('.');
    By who{.party = dot == std::string::npos ? owner : word.substr(0, dot),
           .role = dot == std::string::npos ? word : word.substr(dot + 1)};
    const PartyDef* party = service.party(who.party);
    if (!party) {
      if (dot != std::string::npos) {
        reader_.fault(path, "there is no party '" + who.party + "'");
      }
      continue;
    }
    const auto same = [&who](const auto& role) { return role.first == who.role; };
    if (std::ranges::none_of(party->roles, same)) {
      reader_.fault(path, "'" + who.role + "' is no role of " + who.party +
                              "; another party's is written party.role");
    }
    all.push_back(std::move(who));
  }
  return all;
}

void Loader::clock(ClockDef& clock, const Value& source, const Service& service, const Site& site,
                   const std::string& path) {
  const Value::Record* map = reader_.record(&source, path);
  if (!map) return;
  reader_.keys(*map, path, {"working_days", "days", "until", "runs_in", "breach"});
  const Value* working_days = get(*map, "working_days");
  const Value* days = get(*map, "days");
  const Value* until = get(*map, "until");
  const int ways = (working_days ? 1 : 0) + (days ? 1 : 0) + (until ? 1 : 0);
  if (ways != 1) reader_.fault(path, "a clock has one of working_days, days, until");
  if (working_days) {
    clock.kind = ClockDef::Kind::working_days;
    clock.budget = reader_.integer(working_days, below(path, "working_days"), 1, 1, kBudgetMax);
  } else if (days) {
    clock.kind = ClockDef::Kind::days;
    clock.budget = reader_.integer(days, below(path, "days"), 1, 1, kBudgetMax);
  } else if (until) {
    clock.kind = ClockDef::Kind::until;
    clock.until = expression(until, ShapeKind::date, site, below(path, "until"));
  }
  if (const Value* runs_in = reader_.need(*map, path, "runs_in")) {
    clock.runs_in = reader_.texts(runs_in, below(path, "runs_in"));
    if (clock.runs_in.empty()) reader_.fault(below(path, "runs_in"), "a clock runs in some state");
    for (const std::string& name : clock.runs_in) {
      const StateDef* state = find(service.states, name);
      if (!state) {
        reader_.fault(below(path, "runs_in"), "there is no state '" + name + "'");
      } else if (state->final) {
        reader_.fault(below(path, "runs_in"), "no clock runs in the final state '" + name + "'");
      }
    }
  }
  if (const Value* breach = reader_.need(*map, path, "breach")) {
    clock.breach = reader_.text(breach, below(path, "breach"));
  }
}

std::vector<std::pair<std::string, ProgramPtr>> Loader::holds(const Value* value,
                                                              const Service& service,
                                                              const Site& site,
                                                              const std::string& path) {
  std::vector<std::pair<std::string, ProgramPtr>> all;
  const Value::Record* map = reader_.record(value, path);
  if (!map) return all;
  for (const auto& [party, text] : *map) {
    const std::string at = below(path, party);
    if (!service.party(party)) reader_.fault(at, "there is no party '" + party + "'");
    ProgramPtr program = expression(&text, ShapeKind::boolean, site, at);
    if (program) all.emplace_back(party, std::move(program));
  }
  return all;
}

}  // namespace bashu::packs
