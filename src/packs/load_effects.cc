// Branches of events and what they do.
#include <algorithm>
#include <array>

#include "packs/loader.h"
#include "packs/syntax.h"

namespace bashu::packs {
namespace {

constexpr std::size_t kBranchesMax = 40;
constexpr std::size_t kEffectsMax = 200;

const Value* get(const Value::Record& record, std::string_view name) {
  const auto found = record.find(name);
  return found == record.end() ? nullptr : &found->second;
}

}  // namespace

ProgramPtr Loader::expression(const Value* value, ShapeKind wanted, const Site& site,
                              const std::string& path) {
  std::shared_ptr<Program> program = reader_.program(value, path);
  if (!program) return nullptr;
  checker_.want(wanted, *program, site, path);
  checker_.mark(*program, site);
  return program;
}

std::vector<Branch> Loader::branches(const Value& source, const Service& service,
                                     const std::string& owner, const Site& site,
                                     const std::string& path) {
  std::vector<Branch> all;
  const std::vector<Reader::Item> items = reader_.items(&source, path);
  if (items.empty()) reader_.fault(path, "'then' needs a branch");
  reader_.count(items.size(), kBranchesMax, path);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& [value, at] = items[i];
    const Value::Record* map = reader_.record(value, at);
    if (!map) continue;
    reader_.keys(*map, at, {"when", "why", "run", "set", "do", "reset", "to"});
    all.push_back(branch(*map, service, owner, site, at));
    if (!all.back().when && i + 1 < items.size()) {
      reader_.fault(items[i + 1].second,
                    "is never reached: the branch before it has no 'when' and is always taken");
    }
  }
  return all;
}

Branch Loader::branch(const Value::Record& source, const Service& service, const std::string& owner,
                      const Site& site, const std::string& path) {
  Branch branch;
  if (const Value* when = get(source, "when")) {
    branch.when = expression(when, ShapeKind::boolean, site, below(path, "when"));
  }
  if (const Value* why = get(source, "why")) {
    branch.why = reader_.title(why, below(path, "why"));
    if (!get(source, "when")) reader_.fault(below(path, "why"), "'why' needs a 'when' to explain");
  }
  Site inner = site;
  branch.run = run_calculator(get(source, "run"), site, below(path, "run"));
  if (branch.run) inner.result = find(pack_->calculators, branch.run->calculator);
  Site set = inner;
  set.serial = true;
  branch.set = values(get(source, "set"), service.fields, set, below(path, "set"), "the service");
  branch.effects = effects(get(source, "do"), &service, owner, inner, below(path, "do"));
  branch.reset = reader_.texts(get(source, "reset"), below(path, "reset"));
  for (const std::string& clock : branch.reset) {
    if (!find(service.clocks, clock)) {
      reader_.fault(below(path, "reset"), "there is no clock '" + clock + "'");
    }
  }
  if (const Value* to = get(source, "to")) {
    branch.to = reader_.text(to, below(path, "to"));
    if (!find(service.states, *branch.to)) {
      reader_.fault(below(path, "to"), "there is no state '" + *branch.to + "'");
    }
  }
  return branch;
}

std::optional<RunCalculator> Loader::run_calculator(const Value* value, const Site& site,
                                                    const std::string& path) {
  const Value::Record* map = reader_.record(value, path);
  if (!map) return std::nullopt;
  reader_.keys(*map, path, {"calculator", "with"});
  RunCalculator run;
  if (const Value* name = reader_.need(*map, path, "calculator")) {
    run.calculator = reader_.text(name, below(path, "calculator"));
  }
  const CalculatorDef* def = find(pack_->calculators, run.calculator);
  if (!def) {
    reader_.fault(below(path, "calculator"),
                  "the pack declares no calculator '" + run.calculator + "'");
    return std::nullopt;
  }
  run.with = values(get(*map, "with"), def->takes, site, below(path, "with"), "the calculator");
  for (const Member& member : def->takes) {
    const auto same = [&member](const auto& given) { return given.first == member.name; };
    if (!member.type->optional && std::ranges::none_of(run.with, same)) {
      reader_.fault(get(*map, "with") ? below(path, "with") : path,
                    "'" + member.name + "' is missing, which the calculator takes");
    }
  }
  return run;
}

std::vector<Effect> Loader::effects(const Value* value, const Service* service,
                                    const std::string& owner, const Site& site,
                                    const std::string& path) {
  std::vector<Effect> all;
  const std::vector<Reader::Item> items = reader_.items(value, path);
  reader_.count(items.size(), kEffectsMax, path);
  for (const auto& [one, at] : items) {
    std::optional<Effect> effect_here = effect(*one, service, owner, site, at);
    if (effect_here) all.push_back(std::move(*effect_here));
  }
  return all;
}

std::optional<Effect> Loader::effect(const Value& value, const Service* service,
                                     const std::string& owner, const Site& site,
                                     const std::string& path) {
  const Value::Record* map = reader_.record(&value, path);
  if (!map) return std::nullopt;
  constexpr std::array<std::string_view, 6> kVerbs = {"move", "put",   "edition",
                                                      "task", "start", "signal"};
  std::string_view verb;
  for (const std::string_view candidate : kVerbs) {
    if (!get(*map, candidate)) continue;
    if (!verb.empty()) {
      reader_.fault(path, "one effect does one thing, not both '" + std::string{verb} + "' and '" +
                              std::string{candidate} + "'");
      return std::nullopt;
    }
    verb = candidate;
  }
  if (verb.empty()) {
    reader_.fault(path, "an effect is one of move, put, edition, task, start, signal");
    return std::nullopt;
  }
  if (!service && verb != "move" && verb != "put" && verb != "edition") {
    reader_.fault(path, "a feed moves, puts and publishes editions, nothing else");
    return std::nullopt;
  }

  Effect effect;
  Site inner = site;
  Shape element;
  if (const Value* each = get(*map, "each")) {
    const std::string at = below(path, "each");
    std::shared_ptr<Program> program = reader_.program(each, at);
    if (program) {
      const Shape list = checker_.infer(*program, site, at);
      checker_.mark(*program, site);
      if (list.kind == ShapeKind::list) {
        if (list.element) element = *list.element;
      } else if (list.kind != ShapeKind::any) {
        reader_.fault(at, "'each' needs a list");
      }
      effect.each = std::move(program);
    }
    inner.each = &element;
  }
  if (const Value* only_if = get(*map, "if")) {
    effect.only_if = expression(only_if, ShapeKind::boolean, inner, below(path, "if"));
  }
  if (const Value* at = get(*map, "at")) {
    effect.at = reader_.text(at, below(path, "at"));
    if (!service) {
      reader_.fault(below(path, "at"), "a feed posts on the node that takes it");
    } else if (effect.at != "all" && !service->party(effect.at)) {
      reader_.fault(below(path, "at"), "there is no party '" + effect.at + "'");
    }
  }

  if (verb == "move") {
    reader_.keys(*map, path, {"move", "from", "to", "at", "date", "each", "if"});
    effect.what = move(*map, inner, path);
  } else if (verb == "put") {
    reader_.keys(*map, path, {"put", "key", "fields", "sides", "at", "each", "if"});
    effect.what = put(*map, inner, path);
  } else if (verb == "edition") {
    reader_.keys(*map, path, {"edition", "name", "from", "entries", "each", "if"});
    effect.what = edition(*map, inner, path);
  } else if (verb == "task") {
    reader_.keys(*map, path, {"task", "for", "at", "each", "if"});
    effect.what = task(*map, *service, owner, effect.at, path);
  } else if (verb == "start") {
    reader_.keys(*map, path, {"start", "parties", "with", "each", "if"});
    effect.what = start_child(*map, *service, inner, path);
  } else {
    reader_.keys(*map, path, {"signal", "event", "with", "each", "if"});
    effect.what = signal(*map, *service, inner, path);
  }
  return effect;
}

Move Loader::move(const Value::Record& source, const Site& site, const std::string& path) {
  Move move;
  move.from = account(reader_.need(source, path, "from"), site, below(path, "from"));
  move.to = account(reader_.need(source, path, "to"), site, below(path, "to"));
  const std::string at = below(path, "move");
  move.amount = item(*get(source, "move"), site, at);
  if (const Value* literal = std::get_if<Value>(&move.amount.held);
      literal && literal->as_int() && *literal->as_int() < 0) {
    reader_.fault(at, "an amount is zero or more");
  }
  if (move.from.book != move.to.book) {
    if (!move.from.book.empty() && !move.to.book.empty()) {
      reader_.fault(path, "moves between the books " + move.from.book + " and " + move.to.book);
    }
  } else if (const Book* book = find(pack_->books, move.from.book)) {
    checker_.amount(move.amount, *book, site, at);
  }
  if (const Value* date = get(source, "date")) {
    move.date = day(*date, site, below(path, "date"));
  }
  return move;
}

Template Loader::day(const Value& value, const Site& site, const std::string& path) {
  Template made = item(value, site, path);
  static const Type kDate = [] {
    Type type;
    type.kind = Kind::date;
    type.cls = Class::open;
    return type;
  }();
  checker_.assign(made, kDate, site, path);
  return made;
}

AccountRef Loader::account(const Value* value, const Site& site, const std::string& path) {
  AccountRef ref;
  std::shared_ptr<Program> program = reader_.program(value, path);
  if (!program) return ref;
  const Node& root = program->root();
  if (root.op != Op::account) {
    reader_.fault(path, "an account is written book.kind(key, ...)");
    return ref;
  }
  checker_.infer(*program, site, path);  // names, kinds and numbers of keys
  ref.book = root.of;
  ref.kind = root.name;
  const std::shared_ptr<const Program> whole = program;
  for (const Node& key : root.kids) {
    // The key's tree lives in that of the whole account.
    auto part = std::make_shared<Program>(whole->text(), std::shared_ptr<const Node>(whole, &key));
    checker_.mark(*part, site);
    ref.looks_up = ref.looks_up || part->looks_up();
    ref.keys.push_back(std::move(part));
  }
  return ref;
}

Put Loader::put(const Value::Record& source, const Site& site, const std::string& path) {
  Put put;
  put.reg = reader_.text(get(source, "put"), below(path, "put"));
  const Register* reg = find(pack_->registers, put.reg);
  if (!reg) {
    reader_.fault(below(path, "put"), "there is no register '" + put.reg + "'");
    return put;
  }
  if (reg->editions) {
    reader_.fault(below(path, "put"), "'" + put.reg + "' changes only by an edition");
  }
  if (const Value* key = reader_.need(source, path, "key")) {
    const std::string at = below(path, "key");
    put.key = item(*key, site, at);
    const Shape shape = checker_.infer(put.key, site, at);
    if (shape.kind != ShapeKind::any && shape.kind != ShapeKind::text &&
        shape.kind != ShapeKind::date && shape.kind != ShapeKind::month) {
      reader_.fault(at, "a register's key is a text: use string() or key()");
    }
  }
  if (const Value* fields = reader_.need(source, path, "fields")) {
    const std::string at = below(path, "fields");
    put.fields = values(fields, reg->record->members, site, at, put.reg);
    for (const auto& [name, made] : put.fields) {
      const Value* literal = std::get_if<Value>(&made.held);
      const Type* type = reg->record->member(name);
      if (literal && literal->is_null() && type && !type->optional) {
        reader_.fault(below(at, name), "null removes a field, and this one is not optional");
      }
    }
  }
  if (const Value* sides = get(source, "sides")) {
    const std::string at = below(path, "sides");
    if (!site.line) reader_.fault(at, "the sides of a case's record are the parties of the case");
    const bool sided = std::ranges::any_of(reg->record->members,
                                           [](const Member& one) { return one.type->sided; });
    if (!sided) reader_.fault(at, "'" + put.reg + "' has no field with sides");
    put.sides = item(sides->as_list() ? *sides : Value{Value::List{*sides}}, site, at);
    Type party;
    party.kind = Kind::party;
    party.cls = Class::open;
    Type list;
    list.kind = Kind::list;
    list.cls = Class::open;
    list.element = std::make_shared<Type>(party);
    checker_.assign(*put.sides, list, site, at);
  }
  return put;
}

PublishEdition Loader::edition(const Value::Record& source, const Site& site,
                               const std::string& path) {
  PublishEdition edition;
  edition.reg = reader_.text(get(source, "edition"), below(path, "edition"));
  const Register* reg = find(pack_->registers, edition.reg);
  if (!reg) {
    reader_.fault(below(path, "edition"), "there is no register '" + edition.reg + "'");
  } else if (!reg->editions) {
    reader_.fault(below(path, "edition"), "'" + edition.reg + "' has no editions: use put");
  }
  if (const Value* name = reader_.need(source, path, "name")) {
    const std::string at = below(path, "name");
    edition.name = item(*name, site, at);
    const Shape shape = checker_.infer(edition.name, site, at);
    if (shape.kind != ShapeKind::any && shape.kind != ShapeKind::text) {
      reader_.fault(at, "the name of an edition is a text");
    }
  }
  if (const Value* from = get(source, "from")) {
    edition.from = day(*from, site, below(path, "from"));
  }
  if (const Value* entries = reader_.need(source, path, "entries")) {
    const std::string at = below(path, "entries");
    std::shared_ptr<Program> program = reader_.program(entries, at);
    if (program && reg) {
      Type list;
      list.kind = Kind::list;
      list.cls = Class::sensitive;
      list.element = reg->record;
      checker_.assign(Template{ProgramPtr{program}}, list, site, at);
    }
    if (program) checker_.mark(*program, site);
    edition.entries = std::move(program);
  }
  return edition;
}

RaiseTask Loader::task(const Value::Record& source, const Service& service,
                       const std::string& owner, const std::string& at, const std::string& path) {
  RaiseTask task;
  task.title = reader_.title(get(source, "task"), below(path, "task"));
  const Value* roles = reader_.need(source, path, "for");
  task.roles = reader_.texts(roles, below(path, "for"));
  if (roles && task.roles.empty()) reader_.fault(below(path, "for"), "a task is for some role");
  for (const std::string& role : task.roles) {
    const bool known = std::ranges::any_of(service.parties, [&](const PartyDef& party) {
      if (at != "all" && party.name != (at.empty() ? owner : at)) return false;
      return std::ranges::any_of(party.roles,
                                 [&role](const auto& one) { return one.first == role; });
    });
    if (!known) {
      reader_.fault(below(path, "for"), "'" + role + "' is no role of " +
                                            (at == "all"  ? std::string{"any party"}
                                             : at.empty() ? owner
                                                          : at));
    }
  }
  return task;
}

StartChild Loader::start_child(const Value::Record& source, const Service& service,
                               const Site& site, const std::string& path) {
  StartChild start;
  start.service = reader_.text(get(source, "start"), below(path, "start"));
  const Service* child = find(pack_->services, start.service);
  if (!child || child->parent != *site.service) {
    reader_.fault(below(path, "start"),
                  "'" + start.service + "' is no sub-case of " + *site.service);
    return start;
  }
  const std::string at = below(path, "parties");
  if (const Value::Record* map = reader_.record(reader_.need(source, path, "parties"), at)) {
    for (const auto& [theirs, value] : *map) {
      const std::string where = below(at, theirs);
      if (!child->party(theirs)) {
        reader_.fault(where, "there is no party '" + theirs + "' in " + start.service);
      }
      std::string ours = reader_.text(&value, where);
      if (!ours.empty() && !service.party(ours)) {
        reader_.fault(where, "there is no party '" + ours + "' in " + *site.service);
      }
      start.parties.emplace_back(theirs, std::move(ours));
    }
    for (const PartyDef& party : child->parties) {
      if (!map->contains(party.name)) {
        reader_.fault(at, "the party '" + party.name + "' of " + start.service + " is missing");
      }
    }
  }
  start.with = values(get(source, "with"), child->fields, site, below(path, "with"), start.service);
  return start;
}

SendSignal Loader::signal(const Value::Record& source, const Service& service, const Site& site,
                          const std::string& path) {
  SendSignal signal;
  signal.target = reader_.text(get(source, "signal"), below(path, "signal"));
  const std::string& name = signal.target == "parent" ? service.parent : signal.target;
  const Service* target = find(pack_->services, name);
  if (!target || (signal.target != "parent" && target->parent != *site.service)) {
    reader_.fault(below(path, "signal"),
                  "a signal goes to the parent or to a sub-case of " + *site.service);
    target = nullptr;
  }
  if (const Value* event = reader_.need(source, path, "event")) {
    signal.event = reader_.text(event, below(path, "event"));
  }
  if (target) {
    signal.with = values(get(source, "with"), target->fields, site, below(path, "with"), name);
  }
  return signal;
}

Template Loader::item(const Value& value, const Site& site, const std::string& path) {
  if (const std::string* text = value.as_text(); text && text->starts_with('=')) {
    std::shared_ptr<Program> program = reader_.program(std::string_view{*text}.substr(1), path);
    if (!program) return Template{Value{}};
    checker_.mark(*program, site);
    return Template{ProgramPtr{std::move(program)}};
  }
  if (const Value::List* list = value.as_list()) {
    TemplateList items;
    bool literal = true;
    for (std::size_t i = 0; i < list->size(); ++i) {
      items.push_back(item((*list)[i], site, below(path, i)));
      literal = literal && std::holds_alternative<Value>(items.back().held);
    }
    if (!literal) return Template{std::move(items)};
  } else if (const Value::Record* record = value.as_record()) {
    TemplateRecord items;
    bool literal = true;
    for (const auto& [name, part] : *record) {
      items.push_back({.name = name, .value = item(part, site, below(path, name))});
      literal = literal && std::holds_alternative<Value>(items.back().value.held);
    }
    if (!literal) return Template{std::move(items)};
  }
  return Template{value};
}

std::vector<std::pair<std::string, Template>> Loader::values(const Value* value,
                                                             const std::vector<Member>& members,
                                                             const Site& site,
                                                             const std::string& path,
                                                             std::string_view of_what) {
  std::vector<std::pair<std::string, Template>> all;
  const Value::Record* map = reader_.record(value, path);
  if (!map) return all;
  for (const auto& [name, part] : *map) {
    const std::string at = below(path, name);
    const auto known = std::ranges::find(members, name, &Member::name);
    Template made = item(part, site, at);
    if (known == members.end()) {
      reader_.fault(at, "there is no field '" + name + "' in " + std::string{of_what});
    } else {
      checker_.assign(made, *known->type, site, at);
    }
    all.emplace_back(name, std::move(made));
  }
  return all;
}

}  // namespace bashu::packs
