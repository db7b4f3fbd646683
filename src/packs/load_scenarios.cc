// Scenarios, as far as their structure goes: whether they pass is for a runner to find. And the
// keys with which a pack says which older one it replaces.
#include <algorithm>
#include <array>

#include "base/date.h"
#include "packs/loader.h"

namespace bashu::packs {
namespace {

constexpr std::size_t kStepsMax = 2'000;

bool is_digest(std::string_view text) {
  constexpr std::string_view kHead = "sha256:";
  if (!text.starts_with(kHead) || text.size() != kHead.size() + 64) return false;
  return std::ranges::all_of(text.substr(kHead.size()), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

bool is_refusal(std::string_view code) {
  for (int number = 1; number <= 100; ++number) {
    const std::string_view name = reject_name(static_cast<RejectCode>(number));
    if (code == name && code != "unknown") return true;
  }
  return false;
}

bool is_date(const Value& value) {
  const std::string* text = value.as_text();
  return text && Date::parse(*text).has_value();
}

// Party to register to records; a register of another pack is written pack/register.
void load_given(Load& load, const Value* value, const std::string& path) {
  const Value::Record* parties = load.reader.record(value, path);
  if (!parties) return;
  for (const auto& [party, registers_here] : *parties) {
    const std::string party_path = below(path, party);
    const Value::Record* map = load.reader.record(&registers_here, party_path);
    if (!map) continue;
    for (const auto& [name, records] : *map) {
      const std::string at = below(party_path, name);
      if (name.find('/') == std::string::npos && !find(load.pack->registers, name)) {
        load.reader.fault(at, "there is no register '" + name + "'");
      }
      for (const auto& [one, where] : load.reader.items(&records, at))
        load.reader.record(one, where);
    }
  }
}

void step_start(Load& load, const Value::Record& source, const Value& what, const std::string& path,
                const std::string& at) {
  const Service* service = find(load.pack->services, load.reader.text(&what, at));
  if (!service) {
    load.reader.fault(at, "there is no such service");
  } else if (const Value::Record* with =
                 load.reader.record(get(source, "with"), below(path, "with"))) {
    for (const auto& [field, value] : *with) {
      if (!service->field(field)) {
        load.reader.fault(below(below(path, "with"), field), "there is no field '" + field + "'");
      }
    }
  }
  const bool roots = get(source, "parties") != nullptr;
  if (roots == (get(source, "under") != nullptr)) {
    load.reader.fault(path, "a start names its 'parties', or the case it is 'under'");
  }
  if (const Value::Record* named =
          load.reader.record(get(source, "parties"), below(path, "parties"));
      named && service) {
    for (const PartyDef& party : service->parties) {
      if (!named->contains(party.name)) {
        load.reader.fault(below(path, "parties"), "the party '" + party.name + "' is missing");
      }
    }
    for (const auto& [party, id] : *named) {
      if (!service->party(party)) {
        load.reader.fault(below(below(path, "parties"), party), "there is no such party");
      }
    }
  }
}

void step_event(Load& load, const Value::Record& source, const Value& what, const std::string& path,
                const std::string& at) {
  load.reader.need(source, path, "case");
  const std::string event = load.reader.text(&what, at);
  const bool known = std::ranges::any_of(load.pack->services, [&event](const auto& service) {
    return std::ranges::any_of(service.second.states, [&event](const auto& state) {
      return find(state.second.events, event) != nullptr;
    });
  });
  if (!known) load.reader.fault(at, "no state takes an event '" + event + "'");
}

void step_figure(Load& load, const Value::Record& source, const Value& what,
                 const std::string& path, const std::string& at) {
  const Figure* figure = find(load.pack->figures, load.reader.text(&what, at));
  if (!figure) load.reader.fault(at, "there is no such figure");
  const std::string split_path = below(path, "split");
  if (const Value::Record* split = load.reader.record(get(source, "split"), split_path)) {
    if (split->size() != 1) load.reader.fault(split_path, "names one split and a key of it");
    for (const auto& [name, key] : *split) {
      if (figure && !find(figure->split, name)) {
        load.reader.fault(below(split_path, name), "the figure has no such split");
      }
    }
  }
  load.reader.need(source, path, "is");
  if (const Value* as_of = get(source, "as_of"); as_of && !is_date(*as_of)) {
    load.reader.fault(below(path, "as_of"), "must be a date");
  }
  const std::string period_path = below(path, "period");
  if (const Value::Record* period = load.reader.record(get(source, "period"), period_path)) {
    load.reader.keys(*period, period_path, {"from", "to"});
    for (const std::string_view key : {"from", "to"}) {
      const Value* day = load.reader.need(*period, period_path, key);
      if (day && !is_date(*day)) load.reader.fault(below(period_path, key), "must be a date");
    }
  }
}

void step_feed(Load& load, const Value::Record& source, const Value& what, const std::string& path,
               const std::string& at) {
  if (!find(load.pack->feeds, load.reader.text(&what, at)))
    load.reader.fault(at, "there is no such feed");
  const std::string lines_path = below(path, "lines");
  for (const auto& [line, where] :
       load.reader.items(load.reader.need(source, path, "lines"), lines_path)) {
    load.reader.record(line, where);
  }
}

// What every step may hold: whole numbers, words, a state and a refusal that exist.
void step_parts(Load& load, const Value::Record& source, const std::string& path) {
  for (const std::string_view key : {"at", "as", "case", "id", "under", "person"}) {
    if (const Value* text = get(source, key)) load.reader.text(text, below(path, key));
  }
  for (const std::string_view key : {"tasks", "exceptions", "taken", "known", "refused_lines"}) {
    const Value* number = get(source, key);
    if (number && (!number->as_int() || *number->as_int() < 0)) {
      load.reader.fault(below(path, key), "must be a number, zero or more");
    }
  }
  if (const Value* state = get(source, "state")) {
    const std::string name = load.reader.text(state, below(path, "state"));
    const bool known = std::ranges::any_of(load.pack->services, [&name](const auto& service) {
      return find(service.second.states, name) != nullptr;
    });
    if (!known) load.reader.fault(below(path, "state"), "no service has a state '" + name + "'");
  }
  if (const Value* refused = get(source, "refused")) {
    if (!is_refusal(load.reader.text(refused, below(path, "refused")))) {
      load.reader.fault(below(path, "refused"), "is no code of a refusal");
    }
  }
}

void load_step(Load& load, const Value::Record& source, const std::string& path) {
  struct StepKind {
    std::string_view verb;
    std::vector<std::string_view> keys;
  };
  static const std::array<StepKind, 10> kKinds = {{
      {"start",
       {"at", "as", "start", "id", "parties", "under", "with", "state", "refused", "maybe",
        "person"}},
      {"event", {"at", "as", "case", "event", "with", "state", "refused", "maybe", "person"}},
      {"advance", {"advance"}},
      {"that", {"that", "at", "case"}},
      {"figure", {"figure", "as_of", "period", "split", "at", "is"}},
      {"feed", {"at", "as", "feed", "lines", "taken", "known", "refused_lines", "refused"}},
      {"tasks", {"at", "tasks", "case"}},
      {"exceptions", {"at", "exceptions"}},
      {"link", {"at", "link"}},
      {"settle", {"at", "as", "case", "settle", "refused"}},
  }};
  const auto kind = std::ranges::find_if(
      kKinds, [&source](const StepKind& one) { return get(source, one.verb) != nullptr; });
  if (kind == kKinds.end()) {
    load.reader.fault(path,
                      "a step is one of start, event, advance, that, figure, feed, tasks, "
                      "exceptions, link, settle");
    return;
  }
  for (const auto& [name, value] : source) {
    if (std::ranges::find(kind->keys, std::string_view{name}) == kind->keys.end()) {
      load.reader.fault(below(path, name),
                        "a step '" + std::string{kind->verb} + "' has no '" + name + "'");
    }
  }
  const std::string at = below(path, kind->verb);
  const Value& what = *get(source, kind->verb);
  const auto is = [&kind](auto... verbs) { return ((kind->verb == verbs) || ...); };
  step_parts(load, source, path);
  if (is("start", "event", "feed", "tasks", "exceptions", "link", "settle")) {
    load.reader.need(source, path, "at");
  }
  if (is("start", "event", "feed")) load.reader.need(source, path, "as");
  if (is("start")) {
    step_start(load, source, what, path, at);
  } else if (is("event")) {
    step_event(load, source, what, path, at);
  } else if (is("figure")) {
    step_figure(load, source, what, path, at);
  } else if (is("feed")) {
    step_feed(load, source, what, path, at);
  } else if (is("that")) {
    load.reader.program(&what, at);
  } else if (is("link")) {
    load.reader.choice(&what, at, {"down", "up"});
  } else if (is("advance") && !is_date(what)) {
    load.reader.fault(at, "must be a date");
  }
}

void load_scenario(Load& load, const Value::Record& source, const std::string& path) {
  load.reader.keys(source, path, {"title", "today", "calendar", "parties", "given", "steps"});
  if (const Value* title = load.reader.need(source, path, "title")) {
    if (title->as_record()) {
      load.reader.title(title, below(path, "title"));
    } else {
      load.reader.text(title, below(path, "title"));
    }
  }
  if (const Value* today = load.reader.need(source, path, "today"); today && !is_date(*today)) {
    load.reader.fault(below(path, "today"), "must be a date");
  }
  const std::string calendar_path = below(path, "calendar");
  if (const Value::Record* calendar = load.reader.record(get(source, "calendar"), calendar_path)) {
    load.reader.keys(*calendar, calendar_path, {"holidays", "workdays"});
    for (const auto& [kind, days] : *calendar) {
      for (const auto& [day, at] : load.reader.items(&days, below(calendar_path, kind))) {
        if (!is_date(*day)) load.reader.fault(at, "must be a date");
      }
    }
  }
  load.reader.texts(get(source, "parties"), below(path, "parties"));
  load_given(load, get(source, "given"), below(path, "given"));
  const std::string steps_path = below(path, "steps");
  const Value* steps = load.reader.need(source, path, "steps");
  const Value::List* list = steps ? steps->as_list() : nullptr;
  if (steps && (!list || list->empty())) {
    load.reader.fault(steps_path, "a scenario needs a list of steps");
  }
  if (!list) return;
  load.reader.count(list->size(), kStepsMax, steps_path);
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string at = below(steps_path, i);
    if (const Value::Record* one = load.reader.record(&(*list)[i], at)) load_step(load, *one, at);
  }
}

}  // namespace

void load_scenarios(Load& load) {
  const Value* all = get(load.root, "scenarios");
  const Value::List* list = all ? all->as_list() : nullptr;
  if (all && !list) load.reader.fault("scenarios", "scenarios are a list");
  if (!all || (list && list->empty())) {
    load.reader.fault(all ? "scenarios" : "", "a pack needs at least one scenario");
  }
  if (!list) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string path = below("scenarios", i);
    if (const Value::Record* source = load.reader.record(&(*list)[i], path))
      load_scenario(load, *source, path);
    load.pack->scenarios.push_back((*list)[i]);
  }
}

void load_change(Load& load) {
  if (const Value* replaces = get(load.root, "replaces")) {
    load.pack->replaces = load.reader.text(replaces, "replaces");
    if (!is_digest(load.pack->replaces)) {
      load.reader.fault("replaces", "is the digest of a pack: sha256: and 64 hexadecimal digits");
    }
  }
  const Value* migrate = get(load.root, "migrate");
  if (!migrate) return;
  load.pack->migrate = *migrate;
  if (!get(load.root, "replaces")) load.reader.fault("migrate", "'migrate' needs 'replaces'");
  const Value::Record* services = load.reader.record(migrate, "migrate");
  if (!services) return;
  for (const auto& [name, value] : *services) {
    const std::string path = below("migrate", name);
    const Service* service = find(load.pack->services, name);
    if (!service) load.reader.fault(path, "there is no service '" + name + "'");
    const Value::Record* source = load.reader.record(&value, path);
    if (!source || !service) continue;
    load.reader.keys(*source, path, {"states", "set"});
    const std::string states_path = below(path, "states");
    if (const Value::Record* states =
            load.reader.record(load.reader.need(*source, path, "states"), states_path)) {
      for (const auto& [old, target] : *states) {
        const std::string at = below(states_path, old);
        load.reader.name(old, at);
        const std::string to = load.reader.text(&target, at);
        if (!find(service->states, to)) load.reader.fault(at, "there is no state '" + to + "'");
      }
    }
    for (const auto& [service_name, def] : load.pack->services) {
      if (&def != service) continue;
      Site site;
      site.service = &service_name;
      load_values(load, get(*source, "set"), service->fields, site, below(path, "set"),
                  "the service");
    }
  }
}

}  // namespace bashu::packs
