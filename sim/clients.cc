#include "clients.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"
#include "core/core.h"
#include "packs/load.h"
#include "testing/checkout.h"
#include "world.h"

namespace bashu::sim {

namespace {

constexpr int kHousehold = 3;
constexpr std::size_t kOpenMax = 14;
constexpr int kResidentsAtFirst = 9;
const char* const kMoves = "household-migration";
const char* const kWaste = "hazardous-waste";
const std::vector<std::string> kRoles{"citizen", "clerk",    "chief",    "company",
                                      "driver",  "operator", "registrar"};
const std::vector<std::pair<std::string, std::string>> kWastes{
    {"HW31", "900-052-31"}, {"HW29", "900-023-29"}, {"HW49", "900-045-49"}};

const std::string& canonical_pack(const std::string& name) {
  static const std::map<std::string, std::string> kSources = [] {
    std::map<std::string, std::string> sources;
    for (const char* one : {kMoves, kWaste}) {
      std::ifstream file{checkout(std::string{"packs/"} + one + ".yaml")};
      const std::string text{std::istreambuf_iterator<char>{file}, {}};
      const packs::Loaded loaded = packs::load(text);
      BASHU_ASSERT(loaded.pack);
      sources[one] = canonical_json(loaded.pack->source);
    }
    return sources;
  }();
  return kSources.at(name);
}

std::string padded(std::int64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

// A credit code in form; whose it is shows in its second digit.
std::string firm(const std::string& party, int number) {
  return (party == "sichuan" ? "91510000MA6C" : "91500000MA5U") + padded(number, 6);
}

Value document(const std::string& name) {
  return Value::Record{{"name", name}, {"sha256", hex(sha256(name))}};
}

std::string resident(const std::string& party, int number) {
  return "resident-" + party + "-" + std::to_string(number);
}

}  // namespace

Clients::Clients(World& world) : world_{world} {}

core::Asker Clients::asker(std::string principal) const {
  return {.principal = std::move(principal),
          .roles = kRoles,
          .divisions = {},
          .idempotency_key = lot_ + std::to_string(actions_.size()),
          .request_digest = {}};
}

packs::PackPtr Clients::pack(const Machine& at, std::string_view name) const {
  for (const auto& [digest, row] : at.shadow().state().circle().packs) {
    if (row.pack && row.pack->name == name) return row.pack;
  }
  return nullptr;
}

std::string Clients::receiver(const std::string& party) {
  return firm(party, static_cast<int>(100 + world_.random().below(2)));
}

Value Clients::sealed(Machine& at, const std::vector<packs::Member>& fields, const Value& form) {
  node::Vault& vault = at.kernel().vault();
  return vault.seal(fields, form, at.party(), vault.new_key(at.party()));
}

void Clients::found() {
  for (const auto& machine : world_.machines()) {
    Machine& at = *machine;
    for (const char* name : {kMoves, kWaste}) {
      ask(at, std::string{"adopt "} + name,
          core::AdoptPack{.by = {}, .source = canonical_pack(name), .from = world_.day()});
    }
  }
  const Date from = world_.day().plus_days(-100), to = world_.day().plus_days(1'000);
  for (const auto& machine : world_.machines()) {
    Machine& at = *machine;
    const auto put = [&](const std::string& reg, std::vector<Value> records) {
      ask(at, "fill " + reg,
          core::PutRecords{.by = asker("key:registrar"),
                           .pack = kWaste,
                           .reg = reg,
                           .records = std::move(records)});
    };
    std::vector<Value> receivers, carriers, catalogue;
    for (int i = 100; i < 102; ++i) {
      receivers.push_back(Value::Record{{"receiver", firm(at.party(), i)},
                                        {"name", "处置厂（模拟）"},
                                        {"licence", "L-" + std::to_string(i)},
                                        {"capacity", 50'000'000},
                                        {"valid_to", to.text()},
                                        {"standing", "open"}});
      carriers.push_back(
          Value::Record{{"carrier", firm(at.party(), 200 + i)}, {"valid_to", to.text()}});
    }
    put("receiver", std::move(receivers));
    put("carrier", std::move(carriers));
    if (at.party() == "sichuan") {
      for (const auto& [waste, code] : kWastes) {
        catalogue.push_back(Value::Record{{"code", code},
                                          {"waste", waste},
                                          {"name", "废物（模拟）"},
                                          {"valid_from", from.text()}});
      }
      put("catalogue", std::move(catalogue));
    }
    for (int i = 0; i < kResidentsAtFirst; i += kHousehold) post_feed(at);
  }
}

void Clients::go_on() {
  lot_ = "later-";  // names of requests made before are taken
  for (const auto& machine : world_.machines()) residents_[machine->party()] = kResidentsAtFirst;
}

void Clients::begin() {
  acting_ = true;
  act();
}

void Clients::act() {
  if (!acting_) return;
  Random& random = world_.random();
  world_.in(random.between(10, 250), [this] { act(); });
  Machine& at = *random.pick(world_.machines());
  // A form is made with what the node shows; while it is down nobody can begin.
  if (!at.up() || waiting_ > 20) return;
  const std::int64_t what = random.below(100);
  if (what < 24 && open_cases(at).size() < kOpenMax) return start_case(at);
  if (what < 28) return post_feed(at);
  if (what < 32) return close_task(at);
  if (what < 34) return set_calendar(at);
  fire_event(at);
}

void Clients::ask(Machine& at, std::string label, core::Command command) {
  const std::string number = lot_ + std::to_string(actions_.size());
  Action action{.at = &at, .label = std::move(label), .request = {}, .on = world_.day()};
  action.request.evidence = canonical_json(Value::Record{{"command", action.label},
                                                         {"number", number},
                                                         {"party", at.party()},
                                                         {"principal", "key:client"}});
  std::visit(
      [&](auto& one) {
        if constexpr (requires { one.by; }) {
          one.by.request_digest = hex(sha256(action.request.evidence));
          if (world_.planted() == Plant::keyless) one.by.idempotency_key.clear();
        }
      },
      command);
  action.request.command = std::move(command);
  action.repeats = world_.faulty() && world_.random().permille(100);
  actions_.push_back(std::move(action));
  ++waiting_;
  world_.trace(at.party() + " is asked: " + actions_.back().label);
  attempt(actions_.size() - 1);
}

void Clients::attempt(std::size_t number) {
  Action& action = actions_[number];
  if (action.done) return;
  const int tries = ++action.tries;
  const bool asked = action.at->submit(
      action.request,
      [this, number, tries](const node::Outcome& outcome) { hear(number, tries, outcome); });
  if (asked) world_.count("requests");
  // No answer: the node died, the answer was lost, or it is only slow. Nobody can tell.
  const std::int64_t patience =
      asked ? world_.random().between(300, 8'000) : world_.random().between(50, 1'000);
  world_.in(patience, [this, number, tries] {
    if (actions_[number].tries == tries && !actions_[number].done) attempt(number);
  });
}

void Clients::hear(std::size_t number, int attempt, const node::Outcome& outcome) {
  Action& action = actions_[number];
  if (std::holds_alternative<Fault>(outcome)) return;
  if (const auto* refused = std::get_if<Reject>(&outcome)) {
    if (action.acknowledged) {
      return world_.fail(
          {"acknowledged", action.at->party() + " refuses what it acknowledged: " + action.label});
    }
    // A refusal to an earlier try says nothing about a later one; only the answer that is waited
    // for ends the matter.
    if (action.done || attempt != action.tries) return;
    world_.count(std::string{"refused: "} + reject_name(refused->code));
    world_.trace(action.at->party() + " refuses " + action.label + ": " +
                 reject_name(refused->code) + " " + refused->where);
    action.done = true;
    --waiting_;
    return;
  }
  const auto& done = std::get<node::Done>(outcome);
  const std::string answer = canonical_json(done.decision.answer);
  if (action.acknowledged && answer != action.answer) {
    return world_.fail({"acknowledged", action.at->party() +
                                            " answers differently: " + action.label + ": " +
                                            action.answer + " and " + answer});
  }
  action.acknowledged = true;
  action.answer = answer;
  check(action);
  if (action.done) return;
  world_.count("acknowledged");
  world_.trace(action.at->party() + " acknowledges " + action.label + " " + answer);
  if (std::exchange(action.repeats, false)) {
    world_.in(world_.random().between(1, 3'000), [this, number] { this->attempt(number); });
    return;
  }
  action.done = true;
  --waiting_;
}

void Clients::check(const Action& action) {
  const int times = action.at->shadow().decided(action.request.evidence);
  if (times > 1) {
    world_.fail({"twice", action.at->party() + " carried out " + action.label + " " +
                              std::to_string(times) + " times"});
  }
  if (action.acknowledged && times == 0) {
    world_.fail({"acknowledged", action.at->party() + " acknowledged " + action.label +
                                     ", which is not in its journal"});
  }
}

void Clients::check() {
  for (const Action& action : actions_) check(action);
}

Date Clients::oldest() const {
  Date oldest = world_.day();
  for (const Action& action : actions_) {
    if (!action.done) oldest = std::min(oldest, action.on);
  }
  return oldest;
}

void Clients::start_case(Machine& at) {
  Random& random = world_.random();
  struct Kind {
    const char *pack, *service, *own_party, *other_party, *role;
  };
  static const std::vector<Kind> kKinds{
      {kMoves, "move", "destination", "origin", "citizen"},
      {kMoves, "move", "destination", "origin", "clerk"},
      {kMoves, "move", "destination", "origin", "citizen"},
      {kWaste, "permit", "origin", "destination", "company"},
      {kWaste, "permit", "origin", "destination", "company"},
      {kWaste, "list", "proposer", "agreeing", "clerk"},
      {kWaste, "trip", "origin", "destination", "company"},
      {kWaste, "trip", "origin", "destination", "company"},
      {kWaste, "standing", "authority", "informed", "chief"},
      {kWaste, "yearly_report", "destination", "origin", "clerk"}};
  const Kind& kind = random.pick(kKinds);
  const packs::PackPtr of = pack(at, kind.pack);
  if (!of) return;
  const packs::Service& service = *packs::find(of->services, kind.service);
  core::StartCase command{.by = asker("key:client"),
                          .pack = of->digest,
                          .service = kind.service,
                          .role = kind.role,
                          .parties = {},
                          .parent = {},
                          .id = {},
                          .with = {}};
  const core::Case* parent = nullptr;
  if (service.parent.empty()) {
    command.parties = {{kind.own_party, at.party()}, {kind.other_party, at.peer()}};
  } else {
    std::vector<const core::Case*> parents;
    at.shadow().state().each_case([&](const core::Case& c) {
      if (c.service == service.parent && c.state == "approved" &&
          c.parties.find("origin")->second == at.party()) {
        parents.push_back(&c);
      }
    });
    if (parents.empty()) return;
    parent = random.pick(parents);
    command.parent = parent->id;
  }
  command.with =
      sealed(at, service.fields, form(at, *of, service, service.start.event.form, parent));
  std::string label = "start " + command.service;
  ask(at, std::move(label), std::move(command));
}

std::vector<const core::Case*> Clients::open_cases(const Machine& at) const {
  std::vector<const core::Case*> open;
  at.shadow().state().each_case([&](const core::Case& c) {
    const auto& row = at.shadow().state().circle().packs.find(c.pack)->second;
    const auto* service = packs::find(row.pack->services, c.service);
    if (!packs::find(service->states, c.state)->final) open.push_back(&c);
  });
  return open;
}

void Clients::fire_event(Machine& at) {
  Random& random = world_.random();
  std::vector<const core::Case*> open = open_cases(at);
  if (random.permille(850)) {
    std::erase_if(open, [&](const core::Case* one) {
      const packs::Pack& of = *at.shadow().state().circle().packs.find(one->pack)->second.pack;
      const auto& state = *packs::find(packs::find(of.services, one->service)->states, one->state);
      return one->parties.find(state.owner)->second != at.party();
    });
  }
  if (open.empty()) return;
  const core::Case& c = *random.pick(open);
  const packs::Pack& of = *at.shadow().state().circle().packs.find(c.pack)->second.pack;
  const packs::Service& service = *packs::find(of.services, c.service);
  const packs::StateDef& state = *packs::find(service.states, c.state);
  std::vector<std::pair<const std::string*, const packs::By*>> possible;
  for (const auto& [name, event] : state.events) {
    // Ending a case early is possible and rare.
    const bool ends = name == "withdraw" || name == "supplement" || name == "mismatch" ||
                      name == "notify" || name == "refuse" || name == "object" ||
                      name == "reject" || name == "close" || name == "cancel" ||
                      name == "decline" || name == "revoke";
    if (ends && !random.permille(40)) continue;
    for (const packs::By& by : event.by) {
      const auto party = c.parties.find(by.party);
      const bool here = party != c.parties.end() && party->second == at.party();
      if (here || (!by.party.empty() && random.permille(50))) possible.emplace_back(&name, &by);
    }
  }
  // Mostly what a guard would pass, as the buttons show it; sometimes the other way round.
  if (random.permille(800)) {
    const core::Moment moment{.now = {.unix_ms = kEpochMs},
                              .today = at.shadow().state().circle().today,
                              .salt = "0123456789abcdef"};
    std::erase_if(possible, [&, choices = core::choices(at.shadow().state(), c.id, kRoles, moment)](
                                const auto& one) {
      return std::none_of(choices.begin(), choices.end(), [&](const core::Choice& choice) {
        return choice.event == *one.first && choice.passes;
      });
    });
  }
  if (possible.empty()) return;
  const auto& [name, by] = random.pick(possible);
  const packs::EventDef& event = *packs::find(state.events, *name);
  core::FireEvent command{.by = asker("key:client"),
                          .id = c.id,
                          .event = *name,
                          .role = by->role,
                          .version = std::nullopt,
                          .with = {}};
  if (random.permille(300)) command.version = c.version;
  command.with = sealed(at, service.fields, form(at, of, service, event.form, &c));
  std::string label = *name + " of " + c.id;
  ask(at, std::move(label), std::move(command));
}

void Clients::post_feed(Machine& at) {
  int& imported = residents_[at.party()];
  // Now and then a line that is known already.
  const int first = std::max(0, imported - static_cast<int>(world_.random().below(2)));
  std::vector<Value> lines;
  node::Vault& vault = at.kernel().vault();
  for (int i = first; i < imported + kHousehold; ++i) {
    lines.push_back(Value::Record{{"person", vault.token(resident(at.party(), i))},
                                  {"household", at.party() + "-F" + std::to_string(i / kHousehold)},
                                  {"head", i % kHousehold == 0}});
  }
  imported += kHousehold;
  ask(at, "import residents",
      core::PostFeed{.by = asker("key:client"),
                     .pack = kMoves,
                     .feed = "residents",
                     .role = "clerk",
                     .lines = std::move(lines)});
}

void Clients::close_task(Machine& at) {
  std::vector<std::int64_t> open;
  at.shadow().state().each_task(
      [&](std::int64_t number, const core::Task&) { open.push_back(number); });
  if (open.empty()) return;
  core::Asker by = asker("key:client");
  by.roles.emplace_back("admin");
  ask(at, "close a task",
      core::CloseTask{.by = std::move(by), .number = world_.random().pick(open)});
}

void Clients::set_calendar(Machine& at) {
  // A notice moves a working day; each side enters its own and, later or earlier, the other's.
  const core::PartyId& party = world_.random().permille(500) ? at.party() : at.peer();
  int version = calendars_[party];
  if (party == at.party()) {
    version = ++calendars_[party];
  } else if (version == 0) {
    return;
  }
  core::CalendarSet calendar{.party = party, .version = version, .holidays = {}, .workdays = {}};
  for (int i = 1; i <= version; ++i) {
    calendar.holidays.push_back(Date::from_days(static_cast<std::int32_t>(20'514 + i * 9)));
  }
  ask(at, "calendar " + std::to_string(version) + " of " + party,
      core::SetCalendar{.by = asker("key:client"), .calendar = std::move(calendar)});
}

Value Clients::form(Machine& at, const packs::Pack& of, const packs::Service& service,
                    const std::vector<std::string>& fields, const core::Case* c) {
  Value::Record filled;
  for (const std::string& name : fields) {
    const packs::Type& type = *service.field(name);
    if (type.optional && !world_.random().permille(500)) continue;
    Value value = field(at, of, name, type, c);
    if (!value.is_null()) filled[name] = std::move(value);
  }
  return filled;
}

Value Clients::field(Machine& at, const packs::Pack& of, const std::string& name,
                     const packs::Type& type, const core::Case* c) {
  Random& random = world_.random();
  const Date today = at.shadow().state().circle().today;
  const auto computed = [&](const char* expression) {
    const core::Moment moment{.now = {.unix_ms = kEpochMs}, .today = today, .salt = {}};
    const auto value = core::inspect(at.shadow().state(), of.digest, c->id, expression, moment);
    return value ? *value : Value{};
  };
  const auto somebody = [&](const std::string& party) {
    return resident(party, static_cast<int>(random.below(std::max(1, residents_[party]))));
  };
  node::Vault& vault = at.kernel().vault();
  if (name == "person") {
    return vault.token(somebody(random.permille(850) ? at.peer() : at.party()));
  }
  if (name == "members" || name == "new_head") {
    // Of anybody's household; mostly the guard refuses, sometimes a whole family moves.
    if (name == "new_head") return vault.token(somebody(at.party()));
    if (random.permille(800)) return {};
    return Value::List{vault.token(somebody(at.peer()))};
  }
  if (name == "extent") return random.permille(150) ? "part" : "whole";
  if (name == "member_names") return Value::List{"某小"};
  if (name == "year") return today.year() - (random.permille(200) ? 1 : 0);
  if (name == "producer") return firm(at.party(), 1);
  if (name == "receiver") {
    return receiver(random.permille(500) ? at.peer() : at.party());
  }
  if (name == "waste") return kWastes.front().first;
  if (name == "code") return kWastes.front().second;
  if (name == "agreed") return computed("calc.content");
  if (name == "licence_to" || name == "requested_to") {
    return today.plus_days(random.between(5, 300)).text();
  }
  if (name == "entries") {
    Value::List entries;
    for (int i = 100; i < 102; ++i) {
      for (const auto& [waste, code] : kWastes) {
        entries.push_back(Value::Record{{"year", today.year()},
                                        {"receiver", firm(at.party(), i)},
                                        {"waste", waste},
                                        {"codes", Value::List{code}},
                                        {"quota", random.between(0, 900'000)},
                                        {"valid_to", today.plus_days(200).text()}});
      }
    }
    return entries;
  }
  if (name == "quantity") return random.between(1, 300'000);
  if (name == "prefecture") return at.party() == "sichuan" ? "510100" : "500112";
  if (name == "legs") {
    Value::List legs;
    for (std::int64_t i = random.between(1, 2); i > 0; --i) {
      legs.push_back(
          Value::Record{{"carrier", firm(random.permille(500) ? at.party() : at.peer(), 300)},
                        {"plate", "川A12345"}});
    }
    return legs;
  }
  if (name == "loads") {
    Value::List loads;
    for (std::int64_t i = random.between(1, 3); i > 0; --i) {
      loads.push_back(
          Value::Record{{"lot", "L" + std::to_string(i)}, {"mass", random.between(100, 5'000)}});
    }
    return loads;
  }
  if ((name == "weighed" || name == "sent_back") && c) {
    const Value* loads = c->data.find("loads");
    if (!loads || !loads->as_list()) return {};
    Value::List weighed;
    const bool part = c->state == "discrepancy";
    for (std::size_t i = 0; i < loads->as_list()->size(); ++i) {
      if (part && (i == 0) != (name == "sent_back")) continue;
      Value load = (*loads->as_list())[i];
      const std::int64_t off = random.permille(700) ? 0 : random.between(-90, 90);
      load.as_record()->insert_or_assign("mass", load.int_at("mass") + off);
      weighed.push_back(std::move(load));
    }
    return weighed;
  }
  if (name == "treated" && c) return computed("calc.got");
  if (name == "residue") return 0;
  if (name == "lines") {
    Value::List lines;
    if (random.permille(300)) {
      lines.push_back(Value::Record{
          {"receiver", receiver(at.party())}, {"waste", kWastes.front().first}, {"mass", 0}});
    }
    return lines;
  }
  switch (type.kind) {
    case packs::Kind::boolean:
      return random.permille(500);
    case packs::Kind::date:
      return today.text();
    case packs::Kind::choice:
      return random.pick(type.choices).first;
    case packs::Kind::document:
      return document("file-" + std::to_string(actions_.size()) + ".pdf");
    case packs::Kind::text:
      return "模拟文字 " + std::to_string(actions_.size());
    default:
      return {};
  }
}

}  // namespace bashu::sim
