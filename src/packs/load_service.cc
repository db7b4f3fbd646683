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
constexpr std::size_t kOwnersMax = 10;
constexpr std::int64_t kBudgetMax = 36'600;  // a century

// {own: [firm, parent.firm]}: whose a case is; checked when all fields are known.
void load_whose(Load& load, PartyDef& party, const std::string& role, const Value::Record& sees,
                const std::string& path) {
  load.reader.keys(sees, path, {"own"});
  const std::string at = below(path, "own");
  std::vector<std::string> fields = load.reader.texts(load.reader.need(sees, path, "own"), at);
  if (fields.empty()) load.reader.fault(at, "names the fields that say whose a case is");
  load.reader.count(fields.size(), kOwnersMax, at);
  party.roles.emplace_back(role, false);
  party.whose[role] = std::move(fields);
}

// The type at a path of names below `fields`; nullptr, with a fault, if there is none.
const Type* type_at(Load& load, const std::vector<Member>& fields, std::string_view names,
                    const std::string& path) {
  const std::vector<Member>* among = &fields;
  while (true) {
    const std::size_t dot = names.find('.');
    const std::string name{names.substr(0, dot)};
    const auto member = std::ranges::find(*among, name, &Member::name);
    if (member == among->end()) {
      load.reader.fault(path, "there is no field '" + name + "'");
      return nullptr;
    }
    const Type* type = member->type.get();
    while (type->element) type = type->element.get();
    if (dot == std::string_view::npos) return type;
    among = &type->members;
    names.remove_prefix(dot + 1);
  }
}

void check_whose(Load& load, const std::string& name, const Service& service) {
  constexpr std::string_view kParent = "parent.";
  for (const PartyDef& party : service.parties) {
    for (const auto& [role, paths] : party.whose) {
      const std::string at =
          below(below(below(below(service_path(name), "parties"), party.name), role), "own");
      for (const std::string& path : paths) {
        const bool above = path.starts_with(kParent);
        const Service* of = above ? find(load.pack->services, service.parent) : &service;
        if (!of) {
          load.reader.fault(at, "the case has no parent");
          continue;
        }
        const std::string_view rest = std::string_view{path}.substr(above ? kParent.size() : 0);
        const Type* type = type_at(load, of->fields, rest, at);
        const bool names_somebody =
            type && type->readable() &&
            (type->kind == Kind::text || type->kind == Kind::token || type->kind == Kind::ref);
        if (type && !names_somebody) {
          load.reader.fault(at, "'" + path + "' is sealed or no name of anybody");
        }
      }
    }
  }
}

void load_parties(Load& load, Service& service, const Value* value, const std::string& path) {
  const Value::Record* map = load.reader.record(value, path);
  if (!map) return;
  if (map->empty()) load.reader.fault(path, "a service needs a party");
  load.reader.count(map->size(), kPartiesMax, path);
  for (const auto* item : load.reader.in_order(*map, path)) {
    const auto& [name, roles] = *item;
    const std::string at = below(path, name);
    load.reader.name(name, at);
    if (name == "all") load.reader.fault(at, "'all' means every party");
    PartyDef party{.name = name, .roles = {}};
    if (const Value::Record* list = load.reader.record(&roles, at)) {
      if (list->empty()) load.reader.fault(at, "a party needs a role");
      load.reader.count(list->size(), kRolesMax, at);
      for (const auto* one : load.reader.in_order(*list, at)) {
        const auto& [role, sees] = *one;
        const std::string where = below(at, role);
        load.reader.name(role, where);
        if (role == "system") load.reader.fault(where, "'system' is the node itself");
        if (sees.as_record()) {
          load_whose(load, party, role, *sees.as_record(), where);
          continue;
        }
        party.roles.emplace_back(role, load.reader.choice(&sees, where, {"all", "own"}) == "all");
      }
    }
    service.parties.push_back(std::move(party));
  }
}

std::vector<By> load_by(Load& load, const Value* value, const Place& place,
                        const std::string& path) {
  std::vector<By> all;
  for (const std::string& word : load.reader.texts(value, path)) {
    if (word == "system") {
      all.push_back({.party = {}, .role = word});
      continue;
    }
    const std::size_t dot = word.find('.');
    By who{.party = dot == std::string::npos ? place.owner : word.substr(0, dot),
           .role = dot == std::string::npos ? word : word.substr(dot + 1)};
    const PartyDef* party = place.service->party(who.party);
    if (!party) {
      if (dot != std::string::npos) {
        load.reader.fault(path, "there is no party '" + who.party + "'");
      }
      continue;
    }
    const auto same = [&who](const auto& role) { return role.first == who.role; };
    if (std::ranges::none_of(party->roles, same)) {
      load.reader.fault(path, "'" + who.role + "' is no role of " + who.party +
                                  "; another party's is written party.role");
    }
    all.push_back(std::move(who));
  }
  return all;
}

std::vector<std::pair<std::string, ProgramPtr>> load_holds(Load& load, const Value* value,
                                                           const Place& place,
                                                           const std::string& path) {
  std::vector<std::pair<std::string, ProgramPtr>> all;
  const Value::Record* map = load.reader.record(value, path);
  if (!map) return all;
  for (const auto& [party, text] : *map) {
    const std::string at = below(path, party);
    if (!place.service->party(party)) load.reader.fault(at, "there is no party '" + party + "'");
    ProgramPtr program = load_expression(load, &text, ShapeKind::boolean, place.site, at);
    if (program) all.emplace_back(party, std::move(program));
  }
  return all;
}

// What a start and an event of a state have in common.
void load_event(Load& load, EventDef& event, const Value::Record& source, const Place& place,
                const std::string& path) {
  event.by = load_by(load, get(source, "by"), place, below(path, "by"));
  event.another_than =
      load.reader.texts(get(source, "by_another_than"), below(path, "by_another_than"));
  event.form = load.reader.texts(get(source, "form"), below(path, "form"));
  for (std::size_t i = 0; i < event.form.size(); ++i) {
    if (!place.service->field(event.form[i])) {
      load.reader.fault(below(path, "form"), "there is no field '" + event.form[i] + "'");
    }
  }
  if (const Value* then = get(source, "then")) {
    for (const std::string_view key :
         {"when", "why", "run", "set", "do", "reset", "to", "notice"}) {
      if (get(source, key)) {
        load.reader.fault(below(path, key),
                          "'" + std::string{key} + "' belongs into a branch of 'then'");
      }
    }
    event.branches = load_branches(load, *then, place, below(path, "then"));
  } else {
    event.branches.push_back(load_branch(load, source, place, path));
  }
}

void load_state(Load& load, StateDef& state, const Value::Record& source, Place place,
                const std::string& path) {
  load.reader.keys(source, path, {"title", "owner", "then", "events", "holds", "final"});
  state.holds = load_holds(load, get(source, "holds"), place, below(path, "holds"));
  if (state.final) {
    for (const std::string_view key : {"owner", "events", "then"}) {
      if (get(source, key)) {
        load.reader.fault(below(path, key),
                          "a final state has no '" + std::string{key} + "': nothing follows it");
      }
    }
    return;
  }
  if (const Value* owner = load.reader.need(source, path, "owner")) {
    state.owner = load.reader.text(owner, below(path, "owner"));
    if (!state.owner.empty() && !place.service->party(state.owner)) {
      load.reader.fault(below(path, "owner"), "there is no party '" + state.owner + "'");
    }
  }
  place.owner = state.owner;
  if (const Value* then = get(source, "then")) {
    state.then = load_branches(load, *then, place, below(path, "then"));
  }
  const std::string events_path = below(path, "events");
  const Value::Record* events = load.reader.record(get(source, "events"), events_path);
  if (!events) return;
  load.reader.count(events->size(), kEventsMax, events_path);
  for (const auto* item : load.reader.in_order(*events, events_path)) {
    const auto& [event_name, value] = *item;
    const std::string at = below(events_path, event_name);
    load.reader.name(event_name, at);
    EventDef def;
    if (const Value::Record* map = load.reader.record(&value, at)) {
      load.reader.keys(*map, at,
                       {"title", "by", "by_another_than", "form", "then", "when", "why", "run",
                        "set", "do", "reset", "to", "notice"});
      def.title = load_title(load, *map, at);
      load_event(load, def, *map, place, at);
      if (!get(*map, "by")) load.reader.fault(at, "'by' is missing: nobody may do this");
    }
    state.events.emplace_back(event_name, std::move(def));
  }
}

void load_clock(Load& load, ClockDef& clock, const Value& source, const Place& place,
                const std::string& path) {
  const Value::Record* map = load.reader.record(&source, path);
  if (!map) return;
  load.reader.keys(*map, path, {"working_days", "days", "until", "runs_in", "breach"});
  const Value* working_days = get(*map, "working_days");
  const Value* days = get(*map, "days");
  const Value* until = get(*map, "until");
  const int ways = (working_days ? 1 : 0) + (days ? 1 : 0) + (until ? 1 : 0);
  if (ways != 1) load.reader.fault(path, "a clock has one of working_days, days, until");
  if (working_days) {
    clock.kind = ClockDef::Kind::working_days;
    clock.budget = load.reader.integer(working_days, below(path, "working_days"), 1, 1, kBudgetMax);
  } else if (days) {
    clock.kind = ClockDef::Kind::days;
    clock.budget = load.reader.integer(days, below(path, "days"), 1, 1, kBudgetMax);
  } else if (until) {
    clock.kind = ClockDef::Kind::until;
    clock.until = load_expression(load, until, ShapeKind::date, place.site, below(path, "until"));
  }
  if (const Value* runs_in = load.reader.need(*map, path, "runs_in")) {
    clock.runs_in = load.reader.texts(runs_in, below(path, "runs_in"));
    if (clock.runs_in.empty())
      load.reader.fault(below(path, "runs_in"), "a clock runs in some state");
    for (const std::string& name : clock.runs_in) {
      const StateDef* state = find(place.service->states, name);
      if (!state) {
        load.reader.fault(below(path, "runs_in"), "there is no state '" + name + "'");
      } else if (state->final) {
        load.reader.fault(below(path, "runs_in"),
                          "no clock runs in the final state '" + name + "'");
      }
    }
  }
  if (const Value* breach = load.reader.need(*map, path, "breach")) {
    clock.breach = load.reader.text(breach, below(path, "breach"));
  }
}

// When an optional field may not be left out: the same at every party, so without look-ups.
void load_needed(Load& load, const Value* value, Service& service, const Site& site,
                 const std::string& path) {
  const Value::Record* map = load.reader.record(value, path);
  if (!map) return;
  for (const auto& [name, condition] : *map) {
    const std::string at = below(path, name);
    const Type* type = service.field(name);
    if (!type || !type->optional) {
      load.reader.fault(at, "'" + name + "' is no optional field of the service");
    }
    ProgramPtr program = load_expression(load, &condition, ShapeKind::boolean, site, at);
    if (!program) continue;
    if (program->looks_up()) {
      load.reader.fault(at, "is judged at every party: it may read no register, book or calendar");
    }
    service.needed.emplace_back(name, std::move(program));
  }
}

// What a node works out before a form is sealed: a yes or no or a number, not the value itself.
void load_before_sealing(Load& load, const Value* value, Service& service, Site site,
                         const std::string& path) {
  const Value::Record* map = load.reader.record(value, path);
  if (!map) return;
  site.unsealed = true;
  for (const auto& [name, source] : *map) {
    const std::string at = below(path, name);
    const Type* type = service.field(name);
    if (!type || (type->kind != Kind::boolean && type->kind != Kind::integer)) {
      load.reader.fault(at, "'" + name + "' is no field of the service that is a bool or an int");
      continue;
    }
    const ShapeKind kind = type->kind == Kind::boolean ? ShapeKind::boolean : ShapeKind::integer;
    ProgramPtr program = load_expression(load, &source, kind, site, at);
    if (!program) continue;
    for (const std::string& root : program->roots()) {
      if (root == "data" || root == "today" || root == "params") continue;
      load.reader.fault(at, "reads the form alone: data, today and params, not '" + root + "'");
    }
    const auto is_sealed = [&](const std::string& field) {
      return service.field(field) && !service.field(field)->readable();
    };
    if (std::ranges::none_of(program->fields(), is_sealed)) {
      load.reader.fault(at, "reads no personal field: a calc does the same");
    }
    service.before_sealing.emplace_back(name, std::move(program));
  }
}

// A form that asks for all that a field is made of has the field too.
void add_worked_out(Load& load, Service& service, const std::string& path) {
  for (const auto& [name, program] : service.before_sealing) {
    bool anywhere = false;
    const auto add = [&](EventDef& event) {
      const auto asks = [&](const std::string& field) {
        return std::ranges::find(event.form, field) != event.form.end();
      };
      if (asks(name)) {
        load.reader.fault(below(path, name),
                          "the node fills it in: no form asks for '" + name + "'");
      } else if (!std::ranges::all_of(program->fields(), asks)) {
        return;
      } else {
        event.form.push_back(name);
      }
      anywhere = true;
    };
    add(service.start.event);
    for (auto& [state_name, state] : service.states) {
      for (auto& [event_name, event] : state.events) add(event);
    }
    if (!anywhere) load.reader.fault(below(path, name), "no form asks for all that it reads");
  }
}

// The events that another person must have taken are of this service, and of the same party: two
// nodes do not know each other's persons.
void check_another_than(Load& load, Service& service, const std::string& states_path) {
  for (const auto& [state_name, state] : service.states) {
    for (const auto& [event_name, event] : state.events) {
      for (const std::string& other : event.another_than) {
        const bool known = std::ranges::any_of(service.states, [&](const auto& one) {
          return one.second.owner == state.owner && find(one.second.events, other);
        });
        if (std::ranges::find(service.remembered, other) == service.remembered.end()) {
          service.remembered.push_back(other);
        }
        if (known || (other == "start" && service.start.owner == state.owner)) continue;
        load.reader.fault(below(below(below(below(states_path, state_name), "events"), event_name),
                                "by_another_than"),
                          "no state of " + state.owner + " takes an event '" + other + "'");
      }
    }
  }
}

void load_service_body(Load& load, const std::string& name, Service& service,
                       const Value::Record& source) {
  const std::string path = service_path(name);
  Place place{.service = &service, .owner = {}, .site = {}};
  place.site.service = &name;

  const std::string states_path = below(path, "states");
  const Value* all_states = get(source, "states");
  const Value::Record* states = all_states ? all_states->as_record() : nullptr;
  const std::string clocks_path = below(path, "clocks");
  const Value::Record* clocks = load.reader.record(get(source, "clocks"), clocks_path);
  if (clocks) {
    load.reader.count(clocks->size(), kClocksMax, clocks_path);
    for (const auto* item : load.reader.in_order(*clocks, clocks_path)) {
      const auto& [clock_name, value] = *item;
      load.reader.name(clock_name, below(clocks_path, clock_name));
      service.clocks.emplace_back(clock_name, ClockDef{});
    }
  }

  const std::string start_path = below(path, "start");
  if (const Value::Record* start =
          load.reader.record(load.reader.need(source, path, "start"), start_path)) {
    load.reader.keys(
        *start, start_path,
        {"owner", "by", "form", "then", "when", "why", "run", "set", "do", "to", "notice"});
    if (const Value* owner = load.reader.need(*start, start_path, "owner")) {
      service.start.owner = load.reader.text(owner, below(start_path, "owner"));
      if (!service.start.owner.empty() && !service.party(service.start.owner)) {
        load.reader.fault(below(start_path, "owner"),
                          "there is no party '" + service.start.owner + "'");
      }
    }
    place.owner = service.start.owner;
    load_event(load, service.start.event, *start, place, start_path);
    if (!get(*start, "by") && service.parent.empty()) {
      load.reader.fault(start_path, "'by' is missing: only a sub-case can be started by an effect");
    }
    for (const Branch& one : service.start.event.branches) {
      if (!one.to) load.reader.fault(start_path, "a start says which state the case goes 'to'");
    }
  }
  for (auto& [state_name, def] : service.states) {
    const Value& value = states->find(state_name)->second;
    if (const Value::Record* map = value.as_record()) {
      load_state(load, def, *map, place, below(states_path, state_name));
    }
  }
  for (auto& [clock_name, def] : service.clocks) {
    load_clock(load, def, clocks->find(clock_name)->second, place, below(clocks_path, clock_name));
  }
  service.holds = load_holds(load, get(source, "holds"), place, below(path, "holds"));
  load_needed(load, get(source, "needed"), service, place.site, below(path, "needed"));
  const std::string before = below(path, "before_sealing");
  load_before_sealing(load, get(source, "before_sealing"), service, place.site, before);
  add_worked_out(load, service, before);
  check_another_than(load, service, states_path);
}

}  // namespace

void load_service_heads(Load& load) {
  const Value* all = get(load.root, "services");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  load.pack->services.reserve(map->size());  // sites keep pointers to the names
  for (const auto* item : load.reader.in_order(*map, "services")) {
    const auto& [name, value] = *item;
    const std::string path = service_path(name);
    load.reader.name(name, path);
    Service& service = load.pack->services.emplace_back(name, Service{}).second;
    const Value::Record* source = load.reader.record(&value, path);
    if (!source) continue;
    load.reader.keys(
        *source, path,
        {"title", "parent", "parties", "fields", "calc", "start", "states", "clocks", "holds",
         "about", "groups", "list", "search", "papers", "prints", "needed", "before_sealing"});
    service.title = load_title(load, *source, path);
    if (const Value* parent = get(*source, "parent")) {
      service.parent = load.reader.text(parent, below(path, "parent"));
      if (!map->contains(service.parent)) {
        load.reader.fault(below(path, "parent"), "there is no service '" + service.parent + "'");
        service.parent.clear();
      }
    }
    load_parties(load, service, load.reader.need(*source, path, "parties"), below(path, "parties"));
    service.fields =
        load.types.fields(load.reader.need(*source, path, "fields"), below(path, "fields"));
    const std::string states_path = below(path, "states");
    const Value::Record* states =
        load.reader.record(load.reader.need(*source, path, "states"), states_path);
    if (states) {
      if (states->empty()) load.reader.fault(states_path, "a service needs a state");
      load.reader.count(states->size(), kStatesMax, states_path);
      service.states.reserve(states->size());
      for (const auto* state : load.reader.in_order(*states, states_path)) {
        const auto& [state_name, state_value] = *state;
        const std::string at = below(states_path, state_name);
        load.reader.name(state_name, at);
        StateDef& def = service.states.emplace_back(state_name, StateDef{}).second;
        if (const Value::Record* state_map = load.reader.record(&state_value, at)) {
          def.title = load_title(load, *state_map, at);
          def.final = load.reader.flag(get(*state_map, "final"), below(at, "final"));
        }
      }
    }
    const std::string calc_path = below(path, "calc");
    if (const Value::Record* calcs = load.reader.record(get(*source, "calc"), calc_path)) {
      load.reader.count(calcs->size(), kCalcsMax, calc_path);
      for (const auto& [calc, text] : *calcs) {
        const std::string at = below(calc_path, calc);
        load.reader.name(calc, at);
        std::shared_ptr<Program> program = load.reader.program(&text, at);
        if (!program) continue;
        service.calc.emplace_back(calc, program);
        load.checker.declare_calc(name, calc, std::move(program), at);
      }
    }
  }
  for (auto& [name, service] : load.pack->services) {
    std::vector<std::string> line{name};
    for (const Service* at = &service; at && !at->parent.empty();
         at = find(load.pack->services, at->parent)) {
      if (std::ranges::find(line, at->parent) != line.end()) {
        load.reader.fault(below(service_path(name), "parent"),
                          "a service cannot be its own ancestor");
        service.parent.clear();
        break;
      }
      line.push_back(at->parent);
    }
  }
}

void load_service_bodies(Load& load) {
  for (auto& [name, service] : load.pack->services) {
    const Value::Record* source =
        get(load.root, "services")->as_record()->find(name)->second.as_record();
    check_whose(load, name, service);
    if (source) load_service_body(load, name, service, *source);
  }
}

}  // namespace bashu::packs
