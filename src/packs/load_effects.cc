// Branches of events and what they do.
#include <algorithm>
#include <array>

#include "packs/load_pages.h"
#include "packs/loader.h"
#include "packs/syntax.h"

namespace bashu::packs {
namespace {

constexpr std::size_t kBranchesMax = 40;
constexpr std::size_t kEffectsMax = 200;

Template load_item(Load& load, const Value& value, const Site& site, const std::string& path) {
  if (const std::string* text = value.as_text(); text && text->starts_with('=')) {
    std::shared_ptr<Program> program = load.reader.program(std::string_view{*text}.substr(1), path);
    if (!program) return Template{Value{}};
    load.checker.mark(*program, site);
    return Template{ProgramPtr{std::move(program)}};
  }
  if (const Value::List* list = value.as_list()) {
    TemplateList items;
    bool literal = true;
    for (std::size_t i = 0; i < list->size(); ++i) {
      items.push_back(load_item(load, (*list)[i], site, below(path, i)));
      literal = literal && std::holds_alternative<Value>(items.back().held);
    }
    if (!literal) return Template{std::move(items)};
  } else if (const Value::Record* record = value.as_record()) {
    TemplateRecord items;
    bool literal = true;
    for (const auto& [name, part] : *record) {
      items.push_back({.name = name, .value = load_item(load, part, site, below(path, name))});
      literal = literal && std::holds_alternative<Value>(items.back().value.held);
    }
    if (!literal) return Template{std::move(items)};
  }
  return Template{value};
}

Template load_day(Load& load, const Value& value, const Site& site, const std::string& path) {
  Template made = load_item(load, value, site, path);
  static const Type kDate = [] {
    Type type;
    type.kind = Kind::date;
    type.cls = Class::open;
    return type;
  }();
  load.checker.assign(made, kDate, site, path);
  return made;
}

AccountRef load_account(Load& load, const Value* value, const Site& site, const std::string& path) {
  AccountRef ref;
  std::shared_ptr<Program> program = load.reader.program(value, path);
  if (!program) return ref;
  const Node& root = program->root();
  if (root.op != Op::account) {
    load.reader.fault(path, "an account is written book.kind(key, ...)");
    return ref;
  }
  load.checker.infer(*program, site, path);  // names, kinds and numbers of keys
  ref.book = root.of;
  ref.kind = root.name;
  const std::shared_ptr<const Program> whole = program;
  for (const Node& key : root.kids) {
    // The key's tree lives in that of the whole account.
    auto part = std::make_shared<Program>(whole->text(), std::shared_ptr<const Node>(whole, &key));
    load.checker.mark(*part, site);
    ref.looks_up = ref.looks_up || part->looks_up();
    ref.keys.push_back(std::move(part));
  }
  return ref;
}

Move load_move(Load& load, const Value::Record& source, const Site& site, const std::string& path) {
  Move move;
  move.from = load_account(load, load.reader.need(source, path, "from"), site, below(path, "from"));
  move.to = load_account(load, load.reader.need(source, path, "to"), site, below(path, "to"));
  const std::string at = below(path, "move");
  move.amount = load_item(load, *get(source, "move"), site, at);
  if (const Value* literal = std::get_if<Value>(&move.amount.held);
      literal && literal->as_int() && *literal->as_int() < 0) {
    load.reader.fault(at, "an amount is zero or more");
  }
  if (move.from.book != move.to.book) {
    if (!move.from.book.empty() && !move.to.book.empty()) {
      load.reader.fault(path, "moves between the books " + move.from.book + " and " + move.to.book);
    }
  } else if (const Book* book = find(load.pack->books, move.from.book)) {
    load.checker.amount(move.amount, *book, site, at);
  }
  if (const Value* date = get(source, "date")) {
    move.date = load_day(load, *date, site, below(path, "date"));
  }
  return move;
}

Put load_put(Load& load, const Value::Record& source, const Site& site, const std::string& path) {
  Put put;
  put.reg = load.reader.text(get(source, "put"), below(path, "put"));
  const Register* reg = find(load.pack->registers, put.reg);
  if (!reg) {
    load.reader.fault(below(path, "put"), "there is no register '" + put.reg + "'");
    return put;
  }
  if (reg->editions) {
    load.reader.fault(below(path, "put"), "'" + put.reg + "' changes only by an edition");
  }
  if (const Value* key = load.reader.need(source, path, "key")) {
    const std::string at = below(path, "key");
    put.key = load_item(load, *key, site, at);
    const Shape shape = load.checker.infer(put.key, site, at);
    if (shape.kind != ShapeKind::any && shape.kind != ShapeKind::text &&
        shape.kind != ShapeKind::date && shape.kind != ShapeKind::month) {
      load.reader.fault(at, "a register's key is a text: use string() or key()");
    }
  }
  if (const Value* fields = load.reader.need(source, path, "fields")) {
    const std::string at = below(path, "fields");
    put.fields = load_values(load, fields, reg->record->members, site, at, put.reg);
    for (const auto& [name, made] : put.fields) {
      const Value* literal = std::get_if<Value>(&made.held);
      const Type* type = reg->record->member(name);
      if (literal && literal->is_null() && type && !type->optional) {
        load.reader.fault(below(at, name), "null removes a field, and this one is not optional");
      }
    }
  }
  if (const Value* sides = get(source, "sides")) {
    const std::string at = below(path, "sides");
    if (!site.line)
      load.reader.fault(at, "the sides of a case's record are the parties of the case");
    const bool sided = std::ranges::any_of(reg->record->members,
                                           [](const Member& one) { return one.type->sided; });
    if (!sided) load.reader.fault(at, "'" + put.reg + "' has no field with sides");
    put.sides = load_item(load, sides->as_list() ? *sides : Value{Value::List{*sides}}, site, at);
    Type party;
    party.kind = Kind::party;
    party.cls = Class::open;
    Type list;
    list.kind = Kind::list;
    list.cls = Class::open;
    list.element = std::make_shared<Type>(party);
    load.checker.assign(*put.sides, list, site, at);
  }
  return put;
}

PublishEdition load_edition(Load& load, const Value::Record& source, const Site& site,
                            const std::string& path) {
  PublishEdition edition;
  edition.reg = load.reader.text(get(source, "edition"), below(path, "edition"));
  const Register* reg = find(load.pack->registers, edition.reg);
  if (!reg) {
    load.reader.fault(below(path, "edition"), "there is no register '" + edition.reg + "'");
  } else if (!reg->editions) {
    load.reader.fault(below(path, "edition"), "'" + edition.reg + "' has no editions: use put");
  }
  if (const Value* name = load.reader.need(source, path, "name")) {
    const std::string at = below(path, "name");
    edition.name = load_item(load, *name, site, at);
    const Shape shape = load.checker.infer(edition.name, site, at);
    if (shape.kind != ShapeKind::any && shape.kind != ShapeKind::text) {
      load.reader.fault(at, "the name of an edition is a text");
    }
  }
  if (const Value* from = get(source, "from")) {
    edition.from = load_day(load, *from, site, below(path, "from"));
  }
  if (const Value* entries = load.reader.need(source, path, "entries")) {
    const std::string at = below(path, "entries");
    std::shared_ptr<Program> program = load.reader.program(entries, at);
    if (program && reg) {
      Type list;
      list.kind = Kind::list;
      list.cls = Class::sensitive;
      list.element = reg->record;
      load.checker.assign(Template{ProgramPtr{program}}, list, site, at);
    }
    if (program) load.checker.mark(*program, site);
    edition.entries = std::move(program);
  }
  return edition;
}

RaiseTask load_task(Load& load, const Value::Record& source, const Place& place,
                    const std::string& at, const std::string& path) {
  RaiseTask task;
  task.title = load.reader.title(get(source, "task"), below(path, "task"));
  const Value* roles = load.reader.need(source, path, "for");
  task.roles = load.reader.texts(roles, below(path, "for"));
  if (roles && task.roles.empty()) load.reader.fault(below(path, "for"), "a task is for some role");
  for (const std::string& role : task.roles) {
    const bool known = std::ranges::any_of(place.service->parties, [&](const PartyDef& party) {
      if (at != "all" && party.name != (at.empty() ? place.owner : at)) return false;
      return std::ranges::any_of(party.roles,
                                 [&role](const auto& one) { return one.first == role; });
    });
    if (!known) {
      load.reader.fault(below(path, "for"), "'" + role + "' is no role of " +
                                                (at == "all"  ? std::string{"any party"}
                                                 : at.empty() ? place.owner
                                                              : at));
    }
  }
  return task;
}

StartChild load_start(Load& load, const Value::Record& source, const Place& place,
                      const std::string& path) {
  StartChild start;
  start.service = load.reader.text(get(source, "start"), below(path, "start"));
  const Service* child = find(load.pack->services, start.service);
  if (!child || child->parent != *place.site.service) {
    load.reader.fault(below(path, "start"),
                      "'" + start.service + "' is no sub-case of " + *place.site.service);
    return start;
  }
  const std::string at = below(path, "parties");
  if (const Value::Record* map =
          load.reader.record(load.reader.need(source, path, "parties"), at)) {
    for (const auto& [theirs, value] : *map) {
      const std::string where = below(at, theirs);
      if (!child->party(theirs)) {
        load.reader.fault(where, "there is no party '" + theirs + "' in " + start.service);
      }
      std::string ours = load.reader.text(&value, where);
      if (!ours.empty() && !place.service->party(ours)) {
        load.reader.fault(where, "there is no party '" + ours + "' in " + *place.site.service);
      }
      start.parties.emplace_back(theirs, std::move(ours));
    }
    for (const PartyDef& party : child->parties) {
      if (!map->contains(party.name)) {
        load.reader.fault(at, "the party '" + party.name + "' of " + start.service + " is missing");
      }
    }
  }
  start.with = load_values(load, get(source, "with"), child->fields, place.site,
                           below(path, "with"), start.service);
  return start;
}

SendSignal load_signal(Load& load, const Value::Record& source, const Place& place,
                       const std::string& path) {
  SendSignal signal;
  signal.target = load.reader.text(get(source, "signal"), below(path, "signal"));
  const std::string& name = signal.target == "parent" ? place.service->parent : signal.target;
  const Service* target = find(load.pack->services, name);
  if (!target || (signal.target != "parent" && target->parent != *place.site.service)) {
    load.reader.fault(below(path, "signal"),
                      "a signal goes to the parent or to a sub-case of " + *place.site.service);
    target = nullptr;
  }
  if (const Value* event = load.reader.need(source, path, "event")) {
    signal.event = load.reader.text(event, below(path, "event"));
  }
  if (target) {
    signal.with = load_values(load, get(source, "with"), target->fields, place.site,
                              below(path, "with"), name);
  }
  return signal;
}

// Which fields and terms of the candidate an expression reads; each has to be named.
void note_candidate(Load& load, const Program& program, Allot& allot, const std::string& path) {
  std::size_t whole = 0;
  std::size_t named = 0;
  each_node(program.root(), [&](const Node& node) {
    whole += node.op == Op::root && node.root == Root::each;
    if (node.op != Op::member) return;
    const Node& of = node.kids[0];
    if (of.op == Op::root && of.root == Root::each) {
      named += node.name != "data" && node.name != "calc";
    } else if (of.op == Op::member && of.kids[0].op == Op::root && of.kids[0].root == Root::each &&
               (of.name == "data" || of.name == "calc")) {
      ++named;
      (of.name == "data" ? allot.fields : allot.calcs).insert(node.name);
    }
  });
  if (whole != named) {
    load.reader.fault(path,
                      "a candidate is read by name: each.data.FIELD, each.calc.TERM, "
                      "each.case.id");
  }
}

void note_candidate(Load& load, const Template& item, Allot& allot, const std::string& path) {
  if (const auto* program = std::get_if<ProgramPtr>(&item.held)) {
    note_candidate(load, **program, allot, path);
  } else if (const auto* list = std::get_if<TemplateList>(&item.held)) {
    for (const Template& part : *list) note_candidate(load, part, allot, path);
  } else if (const auto* record = std::get_if<TemplateRecord>(&item.held)) {
    for (const TemplateMember& part : *record) note_candidate(load, part.value, allot, path);
  }
}

std::vector<Allot::Key> load_rank(Load& load, const Value* value, const Site& site,
                                  const std::string& path) {
  std::vector<Allot::Key> keys;
  for (const auto& [one, at] : load.reader.items(value, path)) {
    const Value::Record* map = load.reader.record(one, at);
    if (!map) continue;
    load.reader.keys(*map, at, {"ascending", "descending"});
    if (map->size() != 1) {
      load.reader.fault(at, "one of 'ascending' and 'descending', with what is compared");
      continue;
    }
    const auto& [order, compared] = *map->begin();
    const std::string where = below(at, order);
    std::shared_ptr<Program> program = load.reader.program(&compared, where);
    if (!program) continue;
    const Shape shape = load.checker.infer(*program, site, where);
    if (shape.kind == ShapeKind::list || shape.kind == ShapeKind::record ||
        shape.kind == ShapeKind::sides || shape.kind == ShapeKind::null) {
      load.reader.fault(where, "candidates are ranked by a number, a date, a text or a yes and no");
    }
    load.checker.mark(*program, site);
    keys.push_back({.of = std::move(program), .descending = order == "descending"});
  }
  return keys;
}

Allot load_allot(Load& load, const Value::Record& source, const Place& place,
                 const std::string& path) {
  Allot allot;
  allot.service = load.reader.text(get(source, "allot"), below(path, "allot"));
  const Service* among = find(load.pack->services, allot.service);
  if (!among) {
    load.reader.fault(below(path, "allot"), "there is no service '" + allot.service + "'");
    return allot;
  }
  if (const Value* in = load.reader.need(source, path, "in")) {
    allot.state = load.reader.text(in, below(path, "in"));
  }
  const Shape candidate = load.checker.candidate(allot.service, false);
  const Shape ranked = load.checker.candidate(allot.service, true);
  Site site = place.site;
  site.each = &candidate;
  if (const Value* where = get(source, "where")) {
    allot.where = load_expression(load, where, ShapeKind::boolean, site, below(path, "where"));
    if (allot.where) note_candidate(load, *allot.where, allot, below(path, "where"));
  }
  allot.rank = load_rank(load, get(source, "rank"), site, below(path, "rank"));
  for (const Allot::Key& key : allot.rank) {
    note_candidate(load, *key.of, allot, below(path, "rank"));
  }
  if (const Value* lot = get(source, "lot")) {
    allot.lot = load_expression(load, lot, ShapeKind::text, place.site, below(path, "lot"));
  }
  if (const Value* places = load.reader.need(source, path, "places")) {
    const std::string at = below(path, "places");
    allot.places = load_expression(load, places, ShapeKind::integer, place.site, at);
  }
  if (const Value* take = load.reader.need(source, path, "take")) {
    allot.take = load.reader.text(take, below(path, "take"));
  }
  if (const Value* rest = get(source, "rest")) {
    allot.rest = load.reader.text(rest, below(path, "rest"));
  }
  site.each = &ranked;
  allot.with = load_values(load, get(source, "with"), among->fields, site, below(path, "with"),
                           allot.service);
  for (const auto& [name, item] : allot.with) {
    note_candidate(load, item, allot, below(below(path, "with"), name));
  }
  return allot;
}

std::optional<Effect> load_effect(Load& load, const Value& value, const Place& place,
                                  const std::string& path) {
  const Value::Record* map = load.reader.record(&value, path);
  if (!map) return std::nullopt;
  constexpr std::array<std::string_view, 7> kVerbs = {"move",  "put",    "edition", "task",
                                                      "start", "signal", "allot"};
  std::string_view verb;
  for (const std::string_view candidate : kVerbs) {
    if (!get(*map, candidate)) continue;
    if (!verb.empty()) {
      load.reader.fault(path, "one effect does one thing, not both '" + std::string{verb} +
                                  "' and '" + std::string{candidate} + "'");
      return std::nullopt;
    }
    verb = candidate;
  }
  if (verb.empty()) {
    load.reader.fault(path, "an effect is one of move, put, edition, task, start, signal, allot");
    return std::nullopt;
  }
  if (!place.service && verb != "move" && verb != "put" && verb != "edition") {
    load.reader.fault(path, "a feed moves, puts and publishes editions, nothing else");
    return std::nullopt;
  }

  Effect effect;
  Place inner = place;
  Shape element;
  if (const Value* each = get(*map, "each")) {
    const std::string at = below(path, "each");
    std::shared_ptr<Program> program = load.reader.program(each, at);
    if (program) {
      const Shape list = load.checker.infer(*program, place.site, at);
      load.checker.mark(*program, place.site);
      if (list.kind == ShapeKind::list) {
        if (list.element) element = *list.element;
      } else if (list.kind != ShapeKind::any) {
        load.reader.fault(at, "'each' needs a list");
      }
      effect.each = std::move(program);
    }
    inner.site.each = &element;
  }
  if (const Value* only_if = get(*map, "if")) {
    effect.only_if =
        load_expression(load, only_if, ShapeKind::boolean, inner.site, below(path, "if"));
  }
  if (const Value* at = get(*map, "at")) {
    effect.at = load.reader.text(at, below(path, "at"));
    if (!place.service) {
      load.reader.fault(below(path, "at"), "a feed posts on the node that takes it");
    } else if (effect.at != "all" && !place.service->party(effect.at)) {
      load.reader.fault(below(path, "at"), "there is no party '" + effect.at + "'");
    }
  }

  if (verb == "move") {
    load.reader.keys(*map, path, {"move", "from", "to", "at", "date", "each", "if"});
    effect.what = load_move(load, *map, inner.site, path);
  } else if (verb == "put") {
    load.reader.keys(*map, path, {"put", "key", "fields", "sides", "at", "each", "if"});
    effect.what = load_put(load, *map, inner.site, path);
  } else if (verb == "edition") {
    load.reader.keys(*map, path, {"edition", "name", "from", "entries", "each", "if"});
    effect.what = load_edition(load, *map, inner.site, path);
  } else if (verb == "task") {
    load.reader.keys(*map, path, {"task", "for", "at", "each", "if"});
    effect.what = load_task(load, *map, place, effect.at, path);
  } else if (verb == "start") {
    load.reader.keys(*map, path, {"start", "parties", "with", "each", "if"});
    effect.what = load_start(load, *map, inner, path);
  } else if (verb == "allot") {
    load.reader.keys(
        *map, path,
        {"allot", "in", "where", "rank", "lot", "places", "take", "rest", "with", "if"});
    effect.what = load_allot(load, *map, place, path);
  } else {
    load.reader.keys(*map, path, {"signal", "event", "with", "each", "if"});
    effect.what = load_signal(load, *map, inner, path);
  }
  return effect;
}

}  // namespace

std::optional<RunCalculator> load_run(Load& load, const Value* value, const Site& site,
                                      const std::string& path) {
  const Value::Record* map = load.reader.record(value, path);
  if (!map) return std::nullopt;
  load.reader.keys(*map, path, {"calculator", "with"});
  RunCalculator run;
  if (const Value* name = load.reader.need(*map, path, "calculator")) {
    run.calculator = load.reader.text(name, below(path, "calculator"));
  }
  const CalculatorDef* def = find(load.pack->calculators, run.calculator);
  if (!def) {
    load.reader.fault(below(path, "calculator"),
                      "the pack declares no calculator '" + run.calculator + "'");
    return std::nullopt;
  }
  run.with =
      load_values(load, get(*map, "with"), def->takes, site, below(path, "with"), "the calculator");
  for (const Member& member : def->takes) {
    const auto same = [&member](const auto& given) { return given.first == member.name; };
    if (!member.type->optional && std::ranges::none_of(run.with, same)) {
      load.reader.fault(get(*map, "with") ? below(path, "with") : path,
                        "'" + member.name + "' is missing, which the calculator takes");
    }
  }
  return run;
}

ProgramPtr load_expression(Load& load, const Value* value, ShapeKind wanted, const Site& site,
                           const std::string& path) {
  std::shared_ptr<Program> program = load.reader.program(value, path);
  if (!program) return nullptr;
  load.checker.want(wanted, *program, site, path);
  load.checker.mark(*program, site);
  return program;
}

std::vector<Branch> load_branches(Load& load, const Value& source, const Place& place,
                                  const std::string& path) {
  std::vector<Branch> all;
  const std::vector<Reader::Item> items = load.reader.items(&source, path);
  if (items.empty()) load.reader.fault(path, "'then' needs a branch");
  load.reader.count(items.size(), kBranchesMax, path);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& [value, at] = items[i];
    const Value::Record* map = load.reader.record(value, at);
    if (!map) continue;
    load.reader.keys(*map, at, {"when", "why", "run", "set", "do", "reset", "to", "notice"});
    all.push_back(load_branch(load, *map, place, at));
    if (!all.back().when && i + 1 < items.size()) {
      load.reader.fault(items[i + 1].second,
                        "is never reached: the branch before it has no 'when' and is always taken");
    }
  }
  return all;
}

Branch load_branch(Load& load, const Value::Record& source, const Place& place,
                   const std::string& path) {
  Branch branch;
  if (const Value* when = get(source, "when")) {
    branch.when = load_expression(load, when, ShapeKind::boolean, place.site, below(path, "when"));
  }
  if (const Value* why = get(source, "why")) {
    branch.why = load.reader.title(why, below(path, "why"));
    if (!get(source, "when"))
      load.reader.fault(below(path, "why"), "'why' needs a 'when' to explain");
  }
  if (const Value* notice = get(source, "notice")) {
    branch.notice = load.reader.title(notice, below(path, "notice"));
    check_blanks(load.reader, branch.notice, *place.service, below(path, "notice"));
  }
  Place inner = place;
  branch.run = load_run(load, get(source, "run"), place.site, below(path, "run"));
  if (branch.run) inner.site.result = find(load.pack->calculators, branch.run->calculator);
  Site set = inner.site;
  set.serial = true;
  branch.set = load_values(load, get(source, "set"), place.service->fields, set, below(path, "set"),
                           "the service");
  branch.effects = load_effects(load, get(source, "do"), inner, below(path, "do"));
  branch.reset = load.reader.texts(get(source, "reset"), below(path, "reset"));
  for (const std::string& clock : branch.reset) {
    if (!find(place.service->clocks, clock)) {
      load.reader.fault(below(path, "reset"), "there is no clock '" + clock + "'");
    }
  }
  if (const Value* to = get(source, "to")) {
    branch.to = load.reader.text(to, below(path, "to"));
    if (!find(place.service->states, *branch.to)) {
      load.reader.fault(below(path, "to"), "there is no state '" + *branch.to + "'");
    }
  }
  return branch;
}

std::vector<Effect> load_effects(Load& load, const Value* value, const Place& place,
                                 const std::string& path) {
  std::vector<Effect> all;
  const std::vector<Reader::Item> items = load.reader.items(value, path);
  load.reader.count(items.size(), kEffectsMax, path);
  for (const auto& [one, at] : items) {
    std::optional<Effect> effect_here = load_effect(load, *one, place, at);
    if (effect_here) all.push_back(std::move(*effect_here));
  }
  return all;
}

std::vector<std::pair<std::string, Template>> load_values(Load& load, const Value* value,
                                                          const std::vector<Member>& members,
                                                          const Site& site, const std::string& path,
                                                          std::string_view of_what) {
  std::vector<std::pair<std::string, Template>> all;
  const Value::Record* map = load.reader.record(value, path);
  if (!map) return all;
  for (const auto& [name, part] : *map) {
    const std::string at = below(path, name);
    const auto known = std::ranges::find(members, name, &Member::name);
    Template made = load_item(load, part, site, at);
    if (known == members.end()) {
      load.reader.fault(at, "there is no field '" + name + "' in " + std::string{of_what});
    } else {
      load.checker.assign(made, *known->type, site, at);
    }
    all.emplace_back(name, std::move(made));
  }
  return all;
}

}  // namespace bashu::packs
