// Scenarios, as far as their structure goes: whether they pass is for a runner to find. And the
// keys with which a pack says which older one it replaces.
#include <algorithm>
#include <array>

#include "base/date.h"
#include "packs/loader.h"

namespace bashu::packs {
namespace {

constexpr std::size_t kStepsMax = 2'000;

const Value* get(const Value::Record& record, std::string_view name) {
  const auto found = record.find(name);
  return found == record.end() ? nullptr : &found->second;
}

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

}  // namespace

void Loader::scenarios() {
  const Value* all = part("scenarios");
  const Value::List* list = all ? all->as_list() : nullptr;
  if (all && !list) reader_.fault("scenarios", "scenarios are a list");
  if (!all || (list && list->empty())) {
    reader_.fault(all ? "scenarios" : "", "a pack needs at least one scenario");
  }
  if (!list) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string path = below("scenarios", i);
    if (const Value::Record* source = reader_.record(&(*list)[i], path)) scenario(*source, path);
    pack_->scenarios.push_back((*list)[i]);
  }
}

void Loader::scenario(const Value::Record& source, const std::string& path) {
  reader_.keys(source, path, {"title", "today", "calendar", "parties", "given", "steps"});
  if (const Value* title = reader_.need(source, path, "title")) {
    if (title->as_record()) {
      reader_.title(title, below(path, "title"));
    } else {
      reader_.text(title, below(path, "title"));
    }
  }
  if (const Value* today = reader_.need(source, path, "today"); today && !is_date(*today)) {
    reader_.fault(below(path, "today"), "must be a date");
  }
  const std::string calendar_path = below(path, "calendar");
  if (const Value::Record* calendar = reader_.record(get(source, "calendar"), calendar_path)) {
    reader_.keys(*calendar, calendar_path, {"holidays", "workdays"});
    for (const auto& [kind, days] : *calendar) {
      for (const auto& [day, at] : reader_.items(&days, below(calendar_path, kind))) {
        if (!is_date(*day)) reader_.fault(at, "must be a date");
      }
    }
  }
  reader_.texts(get(source, "parties"), below(path, "parties"));
  given(get(source, "given"), below(path, "given"));
  const std::string steps_path = below(path, "steps");
  const Value* steps = reader_.need(source, path, "steps");
  const Value::List* list = steps ? steps->as_list() : nullptr;
  if (steps && (!list || list->empty())) {
    reader_.fault(steps_path, "a scenario needs a list of steps");
  }
  if (!list) return;
  reader_.count(list->size(), kStepsMax, steps_path);
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string at = below(steps_path, i);
    if (const Value::Record* one = reader_.record(&(*list)[i], at)) step(*one, at);
  }
}

// Party to register to records; a register of another pack is written pack/register.
void Loader::given(const Value* value, const std::string& path) {
  const Value::Record* parties = reader_.record(value, path);
  if (!parties) return;
  for (const auto& [party, registers_here] : *parties) {
    const std::string party_path = below(path, party);
    const Value::Record* map = reader_.record(&registers_here, party_path);
    if (!map) continue;
    for (const auto& [name, records] : *map) {
      const std::string at = below(party_path, name);
      if (name.find('/') == std::string::npos && !find(pack_->registers, name)) {
        reader_.fault(at, "there is no register '" + name + "'");
      }
      for (const auto& [one, where] : reader_.items(&records, at)) reader_.record(one, where);
    }
  }
}

void Loader::step(const Value::Record& source, const std::string& path) {
  struct StepKind {
    std::string_view verb;
    std::vector<std::string_view> keys;
  };
  static const std::array<StepKind, 10> kKinds = {{
      {"start",
       {"at", "as", "start", "id", "parties", "under", "with", "state", "refused", "maybe"}},
      {"event", {"at", "as", "case", "event", "with", "state", "refused", "maybe"}},
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
    reader_.fault(path,
                  "a step is one of start, event, advance, that, figure, feed, tasks, exceptions, "
                  "link, settle");
    return;
  }
  for (const auto& [name, value] : source) {
    if (std::ranges::find(kind->keys, std::string_view{name}) == kind->keys.end()) {
      reader_.fault(below(path, name),
                    "a step '" + std::string{kind->verb} + "' has no '" + name + "'");
    }
  }
  const std::string at = below(path, kind->verb);
  const Value* what = get(source, kind->verb);
  const auto is = [&kind](std::string_view verb) { return kind->verb == verb; };
  const auto whole = [&](std::string_view key) {
    const Value* number = get(source, key);
    if (number && (!number->as_int() || *number->as_int() < 0)) {
      reader_.fault(below(path, key), "must be a number, zero or more");
    }
  };
  for (const std::string_view key : {"at", "as", "case", "id", "under"}) {
    if (const Value* text = get(source, key)) reader_.text(text, below(path, key));
  }
  for (const std::string_view key : {"tasks", "exceptions", "taken", "known", "refused_lines"}) {
    whole(key);
  }
  const bool needs_at = is("start") || is("event") || is("feed") || is("tasks") ||
                        is("exceptions") || is("link") || is("settle");
  if (needs_at) reader_.need(source, path, "at");
  if (is("start") || is("event") || is("feed")) reader_.need(source, path, "as");

  if (is("start")) {
    const Service* service = find(pack_->services, reader_.text(what, at));
    if (!service) {
      reader_.fault(at, "there is no such service");
    } else if (const Value::Record* with =
                   reader_.record(get(source, "with"), below(path, "with"))) {
      for (const auto& [field, value] : *with) {
        if (!service->field(field)) {
          reader_.fault(below(below(path, "with"), field), "there is no field '" + field + "'");
        }
      }
    }
    const bool roots = get(source, "parties") != nullptr;
    if (roots == (get(source, "under") != nullptr)) {
      reader_.fault(path, "a start names its 'parties', or the case it is 'under'");
    }
    if (const Value::Record* named = reader_.record(get(source, "parties"), below(path, "parties"));
        named && service) {
      for (const PartyDef& party : service->parties) {
        if (!named->contains(party.name)) {
          reader_.fault(below(path, "parties"), "the party '" + party.name + "' is missing");
        }
      }
      for (const auto& [party, id] : *named) {
        if (!service->party(party)) {
          reader_.fault(below(below(path, "parties"), party), "there is no such party");
        }
      }
    }
  } else if (is("event")) {
    reader_.need(source, path, "case");
    const std::string event = reader_.text(what, at);
    const bool known = std::ranges::any_of(pack_->services, [&event](const auto& service) {
      return std::ranges::any_of(service.second.states, [&event](const auto& state) {
        return find(state.second.events, event) != nullptr;
      });
    });
    if (!known) reader_.fault(at, "no state takes an event '" + event + "'");
  } else if (is("advance")) {
    if (!is_date(*what)) reader_.fault(at, "must be a date");
  } else if (is("that")) {
    reader_.program(what, at);
  } else if (is("figure")) {
    const Figure* figure = find(pack_->figures, reader_.text(what, at));
    if (!figure) reader_.fault(at, "there is no such figure");
    const std::string split_path = below(path, "split");
    if (const Value::Record* split = reader_.record(get(source, "split"), split_path)) {
      if (split->size() != 1) reader_.fault(split_path, "names one split and a key of it");
      for (const auto& [name, key] : *split) {
        if (figure && !find(figure->split, name)) {
          reader_.fault(below(split_path, name), "the figure has no such split");
        }
      }
    }
    reader_.need(source, path, "is");
    if (const Value* as_of = get(source, "as_of"); as_of && !is_date(*as_of)) {
      reader_.fault(below(path, "as_of"), "must be a date");
    }
    const std::string period_path = below(path, "period");
    if (const Value::Record* period = reader_.record(get(source, "period"), period_path)) {
      reader_.keys(*period, period_path, {"from", "to"});
      for (const std::string_view key : {"from", "to"}) {
        const Value* day = reader_.need(*period, period_path, key);
        if (day && !is_date(*day)) reader_.fault(below(period_path, key), "must be a date");
      }
    }
  } else if (is("feed")) {
    if (!find(pack_->feeds, reader_.text(what, at))) reader_.fault(at, "there is no such feed");
    const std::string lines_path = below(path, "lines");
    for (const auto& [line, where] :
         reader_.items(reader_.need(source, path, "lines"), lines_path)) {
      reader_.record(line, where);
    }
  } else if (is("link")) {
    reader_.choice(what, at, {"down", "up"});
  }
  if (const Value* state = get(source, "state")) {
    const std::string name = reader_.text(state, below(path, "state"));
    const bool known = std::ranges::any_of(pack_->services, [&name](const auto& service) {
      return find(service.second.states, name) != nullptr;
    });
    if (!known) reader_.fault(below(path, "state"), "no service has a state '" + name + "'");
  }
  if (const Value* refused = get(source, "refused")) {
    if (!is_refusal(reader_.text(refused, below(path, "refused")))) {
      reader_.fault(below(path, "refused"), "is no code of a refusal");
    }
  }
}

void Loader::change() {
  if (const Value* replaces = part("replaces")) {
    pack_->replaces = reader_.text(replaces, "replaces");
    if (!is_digest(pack_->replaces)) {
      reader_.fault("replaces", "is the digest of a pack: sha256: and 64 hexadecimal digits");
    }
  }
  const Value* migrate = part("migrate");
  if (!migrate) return;
  pack_->migrate = *migrate;
  if (!part("replaces")) reader_.fault("migrate", "'migrate' needs 'replaces'");
  const Value::Record* services = reader_.record(migrate, "migrate");
  if (!services) return;
  for (const auto& [name, value] : *services) {
    const std::string path = below("migrate", name);
    const Service* service = find(pack_->services, name);
    if (!service) reader_.fault(path, "there is no service '" + name + "'");
    const Value::Record* source = reader_.record(&value, path);
    if (!source || !service) continue;
    reader_.keys(*source, path, {"states", "set"});
    const std::string states_path = below(path, "states");
    if (const Value::Record* states =
            reader_.record(reader_.need(*source, path, "states"), states_path)) {
      for (const auto& [old, target] : *states) {
        const std::string at = below(states_path, old);
        reader_.name(old, at);
        const std::string to = reader_.text(&target, at);
        if (!find(service->states, to)) reader_.fault(at, "there is no state '" + to + "'");
      }
    }
    for (const auto& [service_name, def] : pack_->services) {
      if (&def != service) continue;
      Site site;
      site.service = &service_name;
      values(get(*source, "set"), service->fields, site, below(path, "set"), "the service");
    }
  }
}

}  // namespace bashu::packs
