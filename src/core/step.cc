// Steps of cases this node owns, and the effects of any step.
//
//   form ─► choose a branch ─► run, set, effects computed ─► carried out ─► holds ─► told ─► enter
//
// All of it happens in a draft: the first refusal leaves nothing behind.

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"
#include "core/decider.h"
#include "core/rows.h"
#include "packs/load.h"

namespace bashu::core {

namespace {

constexpr int kAutomaticMax = 16;
constexpr std::size_t kEffectsMax = 2'000;
constexpr std::int64_t kChildrenMax = 10'000;
constexpr std::size_t kDataMax = 256u << 10;
constexpr std::int64_t kIntMax = (std::int64_t{1} << 53) - 1;
constexpr std::size_t kCaseIdMax = 120;

Title text(std::string en, std::string zh) {
  return {{"en", std::move(en)}, {"zh", std::move(zh)}};
}

Title with_detail(const Title& title, const std::string& detail) {
  Title longer = title;
  for (auto& [language, words] : longer) words += " (" + detail + ")";
  if (longer.empty()) longer = text(detail, detail);
  return longer;
}

// A text or integer as a record's key; already joined texts stay as they are.
std::optional<std::string> key_text(const Value& value) {
  if (const auto* words = value.as_text()) return *words;
  if (const auto* number = value.as_int()) return std::to_string(*number);
  return std::nullopt;
}

packs::EvalError bad(std::string words) {
  return {.kind = packs::EvalError::Kind::type, .text = std::move(words)};
}

packs::Eval<Account> account(const packs::Pack& pack, const packs::AccountRef& ref,
                             CaseScope& scope) {
  Value::List keys;
  for (const auto& program : ref.keys) {
    auto key = packs::evaluate(*program, scope);
    if (!key) return std::unexpected{key.error()};
    keys.push_back(std::move(*key));
  }
  return Account{
      .book = pack.name + "/" + ref.book, .kind = ref.kind, .key = packs::join_key(keys)};
}

bool floored(const packs::Pack& pack, const Account& account) {
  const auto* book =
      packs::find(pack.books, std::string_view{account.book}.substr(account.book.find('/') + 1));
  const auto* kind = book ? packs::find(book->accounts, account.kind) : nullptr;
  return kind && kind->floored;
}

packs::Eval<Value> fields_of(const std::vector<std::pair<std::string, packs::Template>>& fields,
                             CaseScope& scope) {
  Value::Record record;
  for (const auto& [name, item] : fields) {
    auto value = packs::evaluate(item, scope);
    if (!value) return std::unexpected{value.error()};
    record[name] = std::move(*value);
  }
  return Value{std::move(record)};
}

}  // namespace

Reject form_reject(std::string where, std::string en, std::string zh) {
  return reject(RejectCode::form, std::move(where), std::move(en), std::move(zh));
}

std::expected<Definition, Reject> Decider::definition(std::string_view pack,
                                                      std::string_view service) const {
  const auto& packs = draft_.circle().packs;
  packs::PackPtr found;
  if (const auto row = packs.find(pack); row != packs.end()) {
    found = row->second.pack;
  } else {
    // By name: the newest version that is in force here.
    for (const auto& [digest, candidate] : packs) {
      if (!candidate.pack || candidate.pack->name != pack) continue;
      const auto own = candidate.adopted.find(self());
      if (own == candidate.adopted.end() || own->second > moment_.today) continue;
      if (!found || candidate.pack->version > found->version) found = candidate.pack;
    }
  }
  if (!found) {
    return std::unexpected{reject(RejectCode::unknown_pack, "pack",
                                  "No pack " + std::string{pack} + " is in force here",
                                  "本节点没有生效的业务包 " + std::string{pack})};
  }
  const auto* definition = packs::find(found->services, service);
  if (!definition) {
    return std::unexpected{reject(RejectCode::unknown_service, "service",
                                  "The pack has no service " + std::string{service},
                                  "业务包中没有事项 " + std::string{service})};
  }
  return Definition{.pack = found, .service = definition};
}

std::expected<Definition, Reject> Decider::definition(const Case& c) const {
  return definition(c.pack, c.service);
}

PartyId Decider::owner(const Case& c, const Definition& of) const {
  const auto* state = packs::find(of.service->states, c.state);
  if (!state || state->final) return {};
  const auto it = c.parties.find(state->owner);
  return it == c.parties.end() ? PartyId{} : it->second;
}

void Decider::raise(TaskKind kind, const CaseId& id, std::vector<std::string> roles, Title title,
                    std::string detail) {
  draft_.decide(TaskRaised{.number = draft_.serial(Store::kTasksRaised, "") + 1,
                           .kind = kind,
                           .id = id,
                           .roles = std::move(roles),
                           .title = std::move(title),
                           .detail = std::move(detail),
                           .on = moment_.today});
}

void Decider::exception(const CaseId& id, std::string detail) {
  raise(TaskKind::exception, id, {},
        text("Something the engine could not do needs a person", "引擎未能完成的事项，请人工处理"),
        std::move(detail));
}

void Decider::case_answer(const CaseId& id, Value* answer) const {
  const Case* c = draft_.find_case(id);
  Value::Record record;
  record["case"] = id;
  record["version"] = c->version;
  record["state"] = c->state;
  *answer = std::move(record);
}

std::expected<Value, Reject> Decider::fill_form(const packs::Service& service,
                                                const std::vector<std::string>& form,
                                                const Value& given) const {
  const Value::Record* values = given.as_record();
  if (!values) {
    return std::unexpected{form_reject("with", "A record of fields is expected", "应为字段记录")};
  }
  for (const auto& [name, value] : *values) {
    if (std::find(form.begin(), form.end(), name) == form.end()) {
      std::string names;
      for (const std::string& one : form) names += (names.empty() ? "" : ", ") + one;
      return std::unexpected{form_reject("with." + name, "Unexpected field; the form has: " + names,
                                         "表单中没有此字段；应填：" + names)};
    }
  }
  Value::Record filled;
  for (const std::string& name : form) {
    const packs::Type* type = service.field(name);
    const auto it = values->find(name);
    if (it == values->end()) {
      if (type->optional) continue;
      return std::unexpected{
          form_reject("with." + name, "This field is required: " + in_language(type->title, "en"),
                      "此字段必填：" + in_language(type->title, "zh"))};
    }
    if (auto error = packs::check(*type, it->second, "with." + name)) {
      return std::unexpected{
          Reject{.code = RejectCode::form, .where = error->path, .why = {error->why}}};
    }
    filled[name] = it->second;
  }
  return Value{std::move(filled)};
}

// What a form refers to must exist: a record or case of this pack, or a record of another one that
// is in force here. Asked after the guards, whose reasons say more.
Result Decider::check_refs(const Definition& of, const Value& input) const {
  for (const auto& [name, value] : *input.as_record()) {
    const packs::Type* type = of.service->field(name);
    const std::string* key = value.as_text();
    if (!type || type->kind != packs::Kind::ref || !key) continue;
    const std::string& to = type->ref_to;
    bool exists = true;
    if (const auto slash = to.find('/'); slash != std::string::npos) {
      const std::string_view pack = std::string_view{to}.substr(0, slash);
      const auto& packs = draft_.circle().packs;
      const bool in_force = std::any_of(packs.begin(), packs.end(), [&](const auto& row) {
        return row.second.pack && row.second.pack->name == pack;
      });
      exists = !in_force || draft_.find_record(to, *key);
    } else if (packs::find(of.pack->registers, to)) {
      exists = draft_.find_record(of.pack->name + "/" + to, *key) != nullptr;
    } else {
      const Case* c = draft_.find_case(*key);
      exists = c && c->service == to;
    }
    if (!exists) {
      return std::unexpected{form_reject("with." + name, "There is no " + to + " " + *key,
                                         "不存在 " + to + " " + *key)};
    }
  }
  return {};
}

Decider::Chosen Decider::choose(const Definition& of, const Case& c,
                                const std::vector<packs::Branch>& branches, const Value& data,
                                Reads* reads) {
  Chosen chosen;
  CaseScope scope{draft_, *of.pack, of.service, &c, &data, moment_.today, self()};
  scope.record_reads(reads);
  for (std::size_t i = 0; i < branches.size(); ++i) {
    if (!branches[i].when) {
      chosen.index = static_cast<std::int64_t>(i);
      return chosen;
    }
    const auto passes = packs::evaluate_bool(*branches[i].when, scope);
    if (passes && *passes) {
      chosen.index = static_cast<std::int64_t>(i);
      return chosen;
    }
    const Title& why = branches[i].why;
    if (!passes) {
      chosen.why.push_back(with_detail(why, passes.error().text));
    } else if (why.empty()) {
      chosen.why.push_back(text("Not the case: " + branches[i].when->text(),
                                "条件不满足：" + branches[i].when->text()));
    } else {
      chosen.why.push_back(why);
    }
  }
  return chosen;
}

packs::Eval<Value> Decider::run_calculator(const packs::Pack& pack, const packs::RunCalculator& run,
                                           CaseScope& scope) const {
  const auto* definition = packs::find(pack.calculators, run.calculator);
  const auto calculate =
      definition ? packs::calculator(run.calculator, definition->version) : nullptr;
  if (!calculate) return std::unexpected{bad("no calculator " + run.calculator)};
  auto input = fields_of(run.with, scope);
  if (!input) return input;
  auto result = calculate(*input);
  if (!result) return std::unexpected{bad(run.calculator + ": " + result.error())};
  return *result;
}

packs::Eval<std::vector<EffectDone>> Decider::compute_effect(
    const Definition& of, const Case& c, const packs::Branch& branch, std::int64_t n,
    CaseScope& scope, const PartyId& decider, std::map<std::string, std::int64_t>* kids) {
  const packs::Effect& effect = branch.effects[static_cast<std::size_t>(n)];
  const packs::Pack& pack = *of.pack;
  std::string at = decider;
  if (effect.at == "all") at = "all";
  if (!effect.at.empty() && effect.at != "all") at = c.parties.find(effect.at)->second;

  Value::List elements{Value{}};
  if (effect.each) {
    auto list = packs::evaluate(*effect.each, scope);
    if (!list) return std::unexpected{list.error()};
    if (!list->as_list()) return std::unexpected{bad("each: a list is expected")};
    elements = std::move(*list->as_list());
  }

  std::vector<EffectDone> done;
  for (const Value& element : elements) {
    scope.set_root("each", effect.each ? &element : nullptr);
    if (effect.only_if) {
      const auto wanted = packs::evaluate_bool(*effect.only_if, scope);
      if (!wanted) return std::unexpected{wanted.error()};
      if (!*wanted) continue;
    }
    EffectDone one{.n = n, .at = at, .what = TaskDone{}};
    if (const auto* move = std::get_if<packs::Move>(&effect.what)) {
      auto amount = packs::evaluate(move->amount, scope);
      if (!amount) return std::unexpected{amount.error()};
      if (!amount->as_int()) return std::unexpected{bad("move: an amount is expected")};
      if (*amount->as_int() < 0 || *amount->as_int() > kIntMax) {
        return std::unexpected{packs::EvalError{
            .kind = packs::EvalError::Kind::range,
            .text = "an amount of " + std::to_string(*amount->as_int()) + " cannot be moved"}};
      }
      if (*amount->as_int() == 0) continue;
      auto from = account(pack, move->from, scope);
      if (!from) return std::unexpected{from.error()};
      auto to = account(pack, move->to, scope);
      if (!to) return std::unexpected{to.error()};
      Date on = moment_.today;
      if (move->date) {
        auto date = packs::evaluate(*move->date, scope);
        if (!date) return std::unexpected{date.error()};
        const auto day = date->as_text() ? Date::parse(*date->as_text()) : std::nullopt;
        if (!day) return std::unexpected{bad("move: a date is expected")};
        on = *day;
      }
      one.what = MoveDone{
          .amount = *amount->as_int(), .from = std::move(*from), .to = std::move(*to), .on = on};
    } else if (const auto* put = std::get_if<packs::Put>(&effect.what)) {
      auto key = packs::evaluate(put->key, scope);
      if (!key) return std::unexpected{key.error()};
      auto name = key_text(*key);
      if (!name) return std::unexpected{bad("put: a key is expected")};
      auto fields = fields_of(put->fields, scope);
      if (!fields) return std::unexpected{fields.error()};
      const auto* reg = packs::find(pack.registers, put->reg);
      if (reg->kept != packs::Kept::own) one.at = "all";
      one.what = PutDone{.reg = put->reg, .key = std::move(*name), .fields = std::move(*fields)};
    } else if (const auto* edition = std::get_if<packs::PublishEdition>(&effect.what)) {
      auto name = packs::evaluate(edition->name, scope);
      if (!name) return std::unexpected{name.error()};
      auto words = key_text(*name);
      if (!words) return std::unexpected{bad("edition: a name is expected")};
      EditionDone result{
          .reg = edition->reg, .name = std::move(*words), .field = {}, .entries = {}};
      result.field = edition->entries->copied_field();
      if (result.field.empty()) {
        auto entries = packs::evaluate(*edition->entries, scope);
        if (!entries) return std::unexpected{entries.error()};
        result.entries = std::move(*entries);
      }
      one.at = "all";
      one.what = std::move(result);
    } else if (const auto* start = std::get_if<packs::StartChild>(&effect.what)) {
      auto it = kids->find(start->service);
      if (it == kids->end()) {
        const auto known = c.children.find(start->service);
        it = kids->emplace(start->service, known == c.children.end() ? 0 : known->second).first;
      }
      if (++it->second > kChildrenMax) return std::unexpected{bad("too many sub-cases")};
      StartDone result;
      result.service = start->service;
      result.id = c.id + "/" + start->service + std::to_string(it->second);
      for (const auto& [theirs, ours] : start->parties) {
        result.parties[theirs] = c.parties.find(ours)->second;
      }
      auto with = fields_of(start->with, scope);
      if (!with) return std::unexpected{with.error()};
      result.with = std::move(*with);
      one.what = std::move(result);
    } else if (const auto* signal = std::get_if<packs::SendSignal>(&effect.what)) {
      SignalDone result;
      result.event = signal->event;
      if (signal->target == "parent") {
        result.targets.push_back(c.parent);
      } else {
        for (const CaseId& child : c.child_ids) {
          const Case* kid = draft_.find_case(child);
          if (!kid || kid->service != signal->target) continue;
          const auto* service = packs::find(pack.services, kid->service);
          const auto* state = packs::find(service->states, kid->state);
          if (state && !state->final) result.targets.push_back(child);
        }
      }
      auto with = fields_of(signal->with, scope);
      if (!with) return std::unexpected{with.error()};
      result.with = std::move(*with);
      one.what = std::move(result);
    }
    done.push_back(std::move(one));
  }
  scope.set_root("each", nullptr);
  return done;
}

std::expected<std::vector<EffectDone>, Reject> Decider::compute_effects(
    const Definition& of, const Case& c, const packs::Branch& branch, const Value& data,
    const Value* result, Reads* reads) {
  CaseScope scope{draft_, *of.pack, of.service, &c, &data, moment_.today, self()};
  scope.record_reads(reads);
  scope.set_root("result", result);
  std::map<std::string, std::int64_t> kids;
  std::vector<EffectDone> all;
  for (std::size_t n = 0; n < branch.effects.size(); ++n) {
    auto some = compute_effect(of, c, branch, static_cast<std::int64_t>(n), scope, self(), &kids);
    if (!some) {
      return std::unexpected{reject(RejectCode::error, "do[" + std::to_string(n) + "]",
                                    some.error().text, "表达式出错：" + some.error().text)};
    }
    std::move(some->begin(), some->end(), std::back_inserter(all));
    if (all.size() > kEffectsMax) {
      return std::unexpected{
          reject(RejectCode::error, "do", "More than 2,000 effects", "一次事件的效果超过 2000 项")};
    }
  }
  return all;
}

Result Decider::check_move(const packs::Pack& pack, const MoveDone& move) const {
  const std::string month = move.on.text().substr(0, 7);
  for (const Account* account : {&move.from, &move.to}) {
    if (draft_.month_stated(*account, month)) {
      return std::unexpected{reject(RejectCode::error, "move",
                                    "The month " + month + " has been stated already",
                                    month + " 已出对账单，不能再记账")};
    }
  }
  std::int64_t after = 0;
  if (__builtin_add_overflow(draft_.balance(move.to), move.amount, &after) ||
      __builtin_sub_overflow(draft_.balance(move.from), move.amount, &after)) {
    return std::unexpected{
        reject(RejectCode::error, "move", "The balance would overflow", "余额溢出")};
  }
  if (after >= 0 || !floored(pack, move.from)) return {};
  const std::string name = move.from.kind + "(" + move.from.key + ")";
  return std::unexpected{
      reject(RejectCode::floor, name,
             name + " would fall to " + std::to_string(after) + "; it may not fall below 0",
             name + " 将降至 " + std::to_string(after) + "，不得低于 0")};
}

Result Decider::post(const CaseId& id, const packs::Pack& pack, const MoveDone& move,
                     bool deciding) {
  const Result allowed = check_move(pack, move);
  if (!allowed && (deciding || allowed.error().where == "move")) {
    // A fact from a peer is carried out all the same, unless it cannot be counted at all.
    const std::string month = move.on.text().substr(0, 7);
    const bool stated =
        draft_.month_stated(move.from, month) || draft_.month_stated(move.to, month);
    if (deciding || !stated) return allowed;
  }
  draft_.decide(
      Posted{.id = id, .from = move.from, .to = move.to, .amount = move.amount, .on = move.on});
  if (!allowed) exception(id, describe(allowed.error()));
  return {};
}

Result Decider::put(const CaseId& id, const packs::Pack& pack, const PutDone& what,
                    const PartyId& by, const std::vector<PartyId>& sides,
                    const std::vector<PartyId>& told, bool deciding) {
  const auto* reg = packs::find(pack.registers, what.reg);
  const std::string reg_id = pack.name + "/" + what.reg;
  const Record* known = draft_.find_record(reg_id, what.key);
  RecordPut event{.reg = reg_id,
                  .key = what.key,
                  .keeper = known ? known->keeper : by,
                  .side = by,
                  .fields = what.fields,
                  .sided = {},
                  .on = moment_.today,
                  .id = id,
                  .sides = {}};
  if (reg->kept == packs::Kept::own) event.keeper = self();
  bool plain = false;
  for (const auto& [name, value] : *what.fields.as_record()) {
    const packs::Type* type = reg->record->member(name);
    if (!type) {
      return std::unexpected{
          form_reject(name, "The register has no such field", "登记簿没有此字段")};
    }
    if (type->sided) {
      event.sided.push_back(name);
    } else {
      plain = true;
    }
    if (value.is_null() && type->optional) continue;
    if (auto error = packs::check(*type, value, what.reg + "." + name); error && deciding) {
      return std::unexpected{
          Reject{.code = RejectCode::form, .where = error->path, .why = {error->why}}};
    }
  }
  if (plain && reg->kept != packs::Kept::own && known && known->keeper != by) {
    if (deciding) {
      return std::unexpected{reject(RejectCode::not_keeper, what.reg + "/" + what.key,
                                    "The record is kept by " + known->keeper,
                                    "该记录由 " + known->keeper + " 维护")};
    }
    // Two sides made the same record at the same time: both must hear of it.
    draft_.decide(RecordContested{.reg = reg_id, .key = what.key, .keeper = by});
    exception(id, what.reg + "/" + what.key + " is kept by " + known->keeper + " and by " + by);
    return {};
  }
  for (const packs::Member& member : reg->record->members) {
    if (!member.type->sided) continue;
    event.sides = sides;
    if (std::find(event.sided.begin(), event.sided.end(), member.name) == event.sided.end() &&
        !known) {
      // A new record names its sides in every sided field, spoken or not.
      event.sided.push_back(member.name);
      (*event.fields.as_record())[member.name] = Value{};
    }
  }
  draft_.decide(event);
  if (deciding && reg->kept == packs::Kept::shared) share_record(pack, event, told);
  return {};
}

Result Decider::publish(const CaseId& id, const packs::Pack& pack, const EditionDone& what,
                        const PartyId& by, bool deciding) {
  const auto* reg = packs::find(pack.registers, what.reg);
  const std::string reg_id = pack.name + "/" + what.reg;
  Value listed = what.entries;
  if (!what.field.empty()) {
    const Value* field = draft_.find_case(id)->data.find(what.field);
    if (field) listed = *field;
  }
  const Value::List* entries = listed.as_list();
  if (!entries) {
    return std::unexpected{form_reject("edition", "A list of entries is expected", "应为条目列表")};
  }
  EditionPublished event{.reg = reg_id,
                         .keeper = by,
                         .name = what.name,
                         .number = 1,
                         .on = moment_.today,
                         .entries = {},
                         .id = id};
  if (const Edition* old = draft_.find_edition(reg_id, by, what.name)) {
    event.number = old->number + 1;
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const Value& entry = (*entries)[i];
    const std::string where = "entries[" + std::to_string(i) + "]";
    if (auto error = packs::check(*reg->record, entry, where)) {
      return std::unexpected{
          Reject{.code = RejectCode::form, .where = error->path, .why = {error->why}}};
    }
    std::string key = reg->key_of(entry);
    if (!seen.insert(key).second) {
      return std::unexpected{
          form_reject(where, "Two entries with the key " + key, "条目重复：" + key)};
    }
    const Record* known = draft_.find_record(reg_id, key);
    const bool other_keeper = known && known->keeper != by;
    const bool other_name = known && !other_keeper && known->fields.text_at("edition") != what.name;
    if (deciding && other_keeper) {
      return std::unexpected{reject(RejectCode::not_keeper, where,
                                    key + " is on a list kept by " + known->keeper,
                                    key + " 已在 " + known->keeper + " 维护的清单中")};
    }
    if (deciding && other_name) {
      return std::unexpected{reject(RejectCode::exists, where,
                                    key + " is on the list " + known->fields.text_at("edition"),
                                    key + " 已在清单 " + known->fields.text_at("edition") + " 中")};
    }
    if (other_keeper) {
      draft_.decide(RecordContested{.reg = reg_id, .key = key, .keeper = by});
      exception(id, what.reg + "/" + key + " is kept by " + known->keeper + " and by " + by);
      continue;
    }
    event.entries.emplace_back(std::move(key), entry);
  }
  if (deciding) {
    std::vector<PartyId> told;
    for (const auto& [role, party] : draft_.find_case(id)->parties) told.push_back(party);
    share_edition(pack, event, told);
  }
  draft_.decide(std::move(event));
  return {};
}

Result Decider::carry_out(const CaseId& id, const Definition& of, const packs::Branch& branch,
                          const std::vector<EffectDone>& effects, const PartyId& by,
                          bool deciding) {
  std::vector<PartyId> parties;
  for (const auto& [role, party] : draft_.find_case(id)->parties) {
    if (std::find(parties.begin(), parties.end(), party) == parties.end()) parties.push_back(party);
  }
  for (const EffectDone& effect : effects) {
    const bool here = effect.at == "all" || effect.at == self();
    const auto& definition = branch.effects[static_cast<std::size_t>(effect.n)];
    if (const auto* move = std::get_if<MoveDone>(&effect.what)) {
      if (!here) continue;
      if (auto ok = post(id, *of.pack, *move, deciding); !ok) return ok;
    } else if (const auto* what = std::get_if<PutDone>(&effect.what)) {
      if (!here) continue;
      if (auto ok = put(id, *of.pack, *what, by, parties, parties, deciding); !ok) return ok;
    } else if (const auto* edition = std::get_if<EditionDone>(&effect.what)) {
      if (auto ok = publish(id, *of.pack, *edition, by, deciding); !ok) return ok;
    } else if (std::holds_alternative<TaskDone>(effect.what)) {
      if (!here) continue;
      const auto& task = std::get<packs::RaiseTask>(definition.what);
      raise(TaskKind::work, id, task.roles, task.title, {});
    } else if (const auto* start = std::get_if<StartDone>(&effect.what)) {
      const std::size_t digits = start->id.find_last_not_of("0123456789") + 1;
      draft_.decide(ChildNumbered{
          .parent = id, .service = start->service, .number = std::stoll(start->id.substr(digits))});
      const auto* child = packs::find(of.pack->services, start->service);
      const auto opener = start->parties.find(child->start.owner);
      if (opener != start->parties.end() && opener->second == self()) {
        pending_.push_back({.id = id, .what = *start});
      }
    } else if (const auto* signal = std::get_if<SignalDone>(&effect.what)) {
      if (deciding) pending_.push_back({.id = id, .what = *signal});
    }
  }
  return {};
}

void Decider::close_work_tasks(const CaseId& id) {
  const std::set<std::int64_t> open = draft_.tasks_of(id);
  for (const std::int64_t number : open) {
    if (draft_.find_task(number)->kind != TaskKind::exception) {
      draft_.decide(TaskClosed{.number = number});
    }
  }
}

std::optional<std::string> Decider::broken(const CaseId& id, const Definition& of) {
  const Case& c = *draft_.find_case(id);
  const auto* state = packs::find(of.service->states, c.state);
  CaseScope scope{draft_, *of.pack, of.service, &c, &c.data, moment_.today, self()};
  for (const auto* holds : {&of.service->holds, &state->holds}) {
    for (const auto& [party, program] : *holds) {
      const auto who = c.parties.find(party);
      if (who == c.parties.end() || who->second != self()) continue;
      const auto passes = packs::evaluate_bool(*program, scope);
      if (!passes) return program->text() + " (" + passes.error().text + ")";
      if (!*passes) return program->text();
    }
  }
  return std::nullopt;
}

std::expected<bool, Reject> Decider::step(const CaseId& id, const NewStep& step) {
  // The other party's day may be ahead of ours: a step is never dated before the one it follows.
  if (const Date since = draft_.find_case(id)->since; since > moment_.today) {
    const Moment later{.now = moment_.now, .today = since, .salt = moment_.salt};
    Decider then{draft_, later, budget_, state_};
    auto moved = then.step(id, step);
    take_over(then);
    return moved;
  }
  const auto of = definition(*draft_.find_case(id));
  if (!of) return std::unexpected{of.error()};
  const packs::Service& service = *of->service;

  Reads reads;
  Value data = draft_.find_case(id)->data;
  for (const auto& [name, value] : *step.input.as_record()) (*data.as_record())[name] = value;

  const Chosen chosen = choose(*of, *draft_.find_case(id), *step.branches, data, &reads);
  if (chosen.index < 0) {
    return std::unexpected{Reject{.code = RejectCode::guard, .where = {}, .why = chosen.why}};
  }
  const packs::Branch& branch = (*step.branches)[static_cast<std::size_t>(chosen.index)];

  if (auto ok = check_refs(*of, step.input); !ok) return std::unexpected{ok.error()};

  Value result;
  Value::Record set;
  {
    const Case& c = *draft_.find_case(id);
    CaseScope scope{draft_, *of->pack, of->service, &c, &data, moment_.today, self()};
    scope.record_reads(&reads);
    if (branch.run) {
      auto ran = run_calculator(*of->pack, *branch.run, scope);
      if (!ran) {
        return std::unexpected{
            reject(RejectCode::error, "run", ran.error().text, "计算出错：" + ran.error().text)};
      }
      result = std::move(*ran);
      scope.set_root("result", &result);
    }
    scope.allow_serials();
    for (const auto& [name, item] : branch.set) {
      auto value = packs::evaluate(item, scope);
      if (!value) {
        return std::unexpected{reject(RejectCode::error, "set." + name, value.error().text,
                                      "表达式出错：" + value.error().text)};
      }
      if (value->is_null()) continue;
      if (auto error = packs::check(*service.field(name), *value, "set." + name)) {
        return std::unexpected{
            Reject{.code = RejectCode::form, .where = error->path, .why = {error->why}}};
      }
      set[name] = std::move(*value);
    }
  }
  auto effects = compute_effects(*of, *draft_.find_case(id), branch, data,
                                 branch.run ? &result : nullptr, &reads);
  if (!effects) return std::unexpected{effects.error()};

  const Case before = *draft_.find_case(id);
  Value::Record body;
  body["case"] = id;
  body["version"] = before.version + 1;
  body["previous"] = before.digest;
  body["service"] = before.service;
  body["event"] = step.event;
  body["role"] = step.role;
  body["from"] = before.state;
  if (branch.to) body["to"] = *branch.to;
  body["branch"] = chosen.index;
  body["on"] = moment_.today.text();
  body["input"] = step.input;
  body["set"] = Value{set};
  Value::List told;
  for (const EffectDone& effect : *effects) told.push_back(to_value(effect));
  body["effects"] = std::move(told);
  if (step.event == "$start") {
    body["parties"] = parties_record(before.parties);
    body["parent"] = before.parent;
  }
  if (!reads.list.empty() && !moment_.salt.empty()) {
    body["reads"] =
        packs::digest_text(Value{Value::List{Value{hex(moment_.salt)}, Value{reads.list}}});
  }

  // Everything the step's digest covers is known but the clocks, which follow from it.
  CaseChanged change{.id = id,
                     .version = before.version + 1,
                     .digest = {},
                     .decided_by = self(),
                     .event = step.event,
                     .role = step.role,
                     .from = before.state,
                     .to = branch.to,
                     .branch = chosen.index,
                     .input = step.input,
                     .set = Value{std::move(set)},
                     .on = moment_.today,
                     .principal = step.principal,
                     .reads = Value{std::move(reads.list)},
                     .salt = moment_.salt};
  const std::string digest = packs::digest_text(Value{body});
  change.digest = digest;
  close_work_tasks(id);
  for (const SerialTaken& serial : reads.serials) draft_.decide(serial);
  draft_.decide(std::move(change));
  if (canonical_json(draft_.find_case(id)->data).size() > kDataMax) {
    return std::unexpected{reject(RejectCode::too_large, "data", "A case holds at most 256 KiB",
                                  "单个案件数据不得超过 256 KiB")};
  }
  for (const auto& [account, month] : reads.windows) {
    if (!draft_.month_stated(account, month)) {
      draft_.decide(MonthStated{.account = account, .month = month});
    }
  }
  if (auto ok = carry_out(id, *of, branch, *effects, self(), true); !ok) {
    return std::unexpected{ok.error()};
  }
  Value clocks = update_clocks(id, *of, branch.reset, self());
  if (auto rule = broken(id, *of)) {
    return std::unexpected{reject(RejectCode::holds, {}, "This would no longer hold: " + *rule,
                                  "以下约束将不再成立：" + *rule)};
  }
  if (!clocks.as_record()->empty()) body["clocks"] = std::move(clocks);
  body["calendar"] = calendar_version(id, *of, self());
  if (auto ok = tell(id, *of, Value{std::move(body)}); !ok) return std::unexpected{ok.error()};
  return branch.to.has_value();
}

Result Decider::tell(const CaseId& id, const Definition& of, const Value& body) {
  const Case& c = *draft_.find_case(id);
  std::vector<PartyId> others;
  for (const auto& [role, party] : c.parties) {
    if (party != self() && std::find(others.begin(), others.end(), party) == others.end()) {
      others.push_back(party);
    }
  }
  for (const PartyId& party : others) {
    if (auto ok = queue(party, "case.event", id, of.pack->digest, body); !ok) return ok;
  }
  return {};
}

Result Decider::enter(const CaseId& id, int depth) {
  const auto of = definition(*draft_.find_case(id));
  if (!of) return std::unexpected{of.error()};
  const auto* state = packs::find(of->service->states, draft_.find_case(id)->state);
  if (state->then.empty() || owner(*draft_.find_case(id), *of) != self()) return {};
  if (depth >= kAutomaticMax) {
    return std::unexpected{reject(RejectCode::error, {}, "More than 16 automatic steps in a row",
                                  "自动步骤连续超过 16 步")};
  }
  const NewStep automatic{
      .event = "$then", .role = "system", .principal = {}, .branches = &state->then};
  const auto moved = step(id, automatic);
  if (!moved && moved.error().code == RejectCode::guard) return {};  // it waits for its events
  if (!moved) return std::unexpected{moved.error()};
  return *moved ? enter(id, depth + 1) : Result{};
}

Result Decider::start_case(const StartCase& command, Value* answer) {
  const Case* parent = nullptr;
  std::string pack = command.pack;
  Parties parties = command.parties;
  if (!command.parent.empty()) {
    parent = draft_.find_case(command.parent);
    if (!parent) {
      return std::unexpected{reject(RejectCode::unknown_case, "parent",
                                    "There is no case " + command.parent,
                                    "没有案件 " + command.parent)};
    }
    pack = parent->pack;
    parties = parent->parties;
  }
  const auto of = definition(pack, command.service);
  if (!of) return std::unexpected{of.error()};
  const packs::Service& service = *of->service;
  if (service.parent.empty() != command.parent.empty()) {
    return std::unexpected{form_reject(
        "parent",
        service.parent.empty() ? "This service has no parent case"
                               : "The parent case is missing: " + service.parent,
        service.parent.empty() ? "本事项没有上级案件" : "缺少上级案件：" + service.parent)};
  }
  if (parent && parent->service != service.parent) {
    return std::unexpected{form_reject("parent", "The parent must be a case of " + service.parent,
                                       "上级案件应属于 " + service.parent)};
  }
  for (const packs::PartyDef& party : service.parties) {
    const auto it = parties.find(party.name);
    if (it == parties.end()) {
      return std::unexpected{
          form_reject("parties." + party.name, "Who is this party?", "缺少此方")};
    }
    const auto joined = draft_.circle().parties.find(it->second);
    const bool member = joined != draft_.circle().parties.end() && joined->second.member;
    if (it->second != self() && !member) {
      return std::unexpected{reject(RejectCode::not_ready, "parties." + party.name,
                                    it->second + " is no party of the circle",
                                    it->second + " 不是本圈成员")};
    }
    const auto& adopted = draft_.circle().packs.find(of->pack->digest)->second.adopted;
    const auto since = adopted.find(it->second);
    if (since == adopted.end() || since->second > moment_.today) {
      return std::unexpected{reject(RejectCode::unknown_pack, "parties." + party.name,
                                    "The pack is not in force at " + it->second,
                                    "业务包在 " + it->second + " 尚未生效")};
    }
  }
  for (auto it = parties.begin(); it != parties.end();) {
    if (service.party(it->first)) {
      ++it;
      continue;
    }
    if (!parent) {
      return std::unexpected{
          form_reject("parties." + it->first, "The service has no such party", "本事项没有此方")};
    }
    it = parties.erase(it);
  }
  if (parties.find(service.start.owner)->second != self()) {
    return std::unexpected{
        reject(RejectCode::not_owner, {},
               "Only " + parties.find(service.start.owner)->second + " can open this case",
               "只能由 " + parties.find(service.start.owner)->second + " 发起")};
  }
  const bool has_role = std::find(command.by.roles.begin(), command.by.roles.end(), command.role) !=
                        command.by.roles.end();
  const packs::By wanted{.party = service.start.owner, .role = command.role};
  const auto& by = service.start.event.by;
  if (!has_role || std::find(by.begin(), by.end(), wanted) == by.end()) {
    return std::unexpected{reject(RejectCode::role, "role",
                                  "The role " + command.role + " may not open this case",
                                  "角色 " + command.role + " 不得发起")};
  }

  CaseOpened opened{.id = command.id,
                    .pack = of->pack->digest,
                    .service = command.service,
                    .parties = parties,
                    .parent = command.parent,
                    .opened_by = command.by.principal,
                    .on = moment_.today,
                    .number = 0};
  if (opened.id.empty() && parent) {
    const std::string counter = command.parent + "/" + command.service;
    const std::int64_t n = draft_.serial("#children", counter) + 1;
    draft_.decide(SerialTaken{.name = "#children", .key = counter, .value = n});
    opened.id = counter + "-" + self() + "-" + std::to_string(n);
  } else if (opened.id.empty()) {
    opened.number = draft_.serial(Store::kCasesOpened, "") + 1;
    opened.id = self() + "-" + std::to_string(opened.number);
  }
  if (opened.id.size() > kCaseIdMax) {
    return std::unexpected{
        reject(RejectCode::too_large, "id", "The case id is too long", "案件编号过长")};
  }
  if (draft_.find_case(opened.id)) {
    return std::unexpected{
        reject(RejectCode::exists, "id", opened.id + " exists", opened.id + " 已存在")};
  }
  auto input = fill_form(service, service.start.event.form, command.with);
  if (!input) return std::unexpected{input.error()};
  const CaseId id = opened.id;
  draft_.decide(std::move(opened));
  NewStep first{.event = "$start",
                .role = command.role,
                .principal = command.by.principal,
                .branches = &service.start.event.branches,
                .input = std::move(*input)};
  if (auto ok = step_and_enter(id, first); !ok) return ok;
  run_pending();
  case_answer(id, answer);
  return {};
}

Result Decider::start_child(const CaseId& parent_id, const StartDone& start) {
  const Case& parent = *draft_.find_case(parent_id);
  const auto of = definition(parent.pack, start.service);
  if (!of) return std::unexpected{of.error()};
  if (draft_.find_case(start.id)) {
    return std::unexpected{
        reject(RejectCode::exists, "id", start.id + " exists", start.id + " 已存在")};
  }
  std::vector<std::string> given;
  for (const auto& [name, value] : *start.with.as_record()) given.push_back(name);
  for (const std::string& name : given) {
    if (!of->service->field(name)) {
      return std::unexpected{
          form_reject("with." + name, "The sub-case has no such field", "子案件没有此字段")};
    }
  }
  auto input = fill_form(*of->service, given, start.with);
  if (!input) return std::unexpected{input.error()};
  draft_.decide(CaseOpened{.id = start.id,
                           .pack = parent.pack,
                           .service = start.service,
                           .parties = start.parties,
                           .parent = parent_id,
                           .opened_by = {},
                           .on = moment_.today,
                           .number = 0});
  NewStep first{.event = "$start",
                .role = "system",
                .principal = {},
                .branches = &of->service->start.event.branches,
                .input = std::move(*input)};
  return step_and_enter(start.id, first);
}

Result Decider::fire_event(const FireEvent& command, Value* answer) {
  const Case* c = draft_.find_case(command.id);
  if (!c) {
    return std::unexpected{reject(RejectCode::unknown_case, "case",
                                  "There is no case " + command.id, "没有案件 " + command.id)};
  }
  const auto of = definition(*c);
  if (!of) return std::unexpected{of.error()};
  const auto* state = packs::find(of->service->states, c->state);
  if (c->dispute) {
    return std::unexpected{reject(
        RejectCode::disputed, {},
        "The case is in dispute (" + c->dispute->reason + "); both sides must settle it first",
        "案件存在争议（" + c->dispute->reason + "），须双方共同处理")};
  }
  if (!state || state->final) {
    return std::unexpected{
        reject(RejectCode::state, {}, "The case has ended: " + c->state,
               "案件已办结：" + (state ? in_language(state->title, "zh") : c->state))};
  }
  const auto* event = packs::find(state->events, command.event);
  const PartyId holder = owner(*c, *of);
  // An asker of another party, as `party.role`.
  std::string asking_party;
  if (event && holder != self()) {
    for (const packs::By& by : event->by) {
      const auto it = c->parties.find(by.party);
      if (by.role == command.role && it != c->parties.end() && it->second == self() &&
          by.party != state->owner) {
        asking_party = by.party;
      }
    }
  }
  if (holder != self() && asking_party.empty()) {
    return std::unexpected{
        reject(RejectCode::not_owner, {},
               "The case is with " + holder + ": " + in_language(state->title, "en"),
               "案件现由 " + holder + " 办理：" + in_language(state->title, "zh"))};
  }
  if (!event) {
    std::string names;
    for (const auto& [name, one] : state->events) names += (names.empty() ? "" : ", ") + name;
    return std::unexpected{
        reject(RejectCode::state, "event",
               command.event + " is not taken in " + c->state + "; possible: " + names,
               "当前状态“" + in_language(state->title, "zh") + "”不能办理 " + command.event +
                   "；可办：" + names)};
  }
  const bool has_role = std::find(command.by.roles.begin(), command.by.roles.end(), command.role) !=
                        command.by.roles.end();
  const auto taken_by = [&](const std::string& party) {
    return std::find(event->by.begin(), event->by.end(),
                     packs::By{.party = party, .role = command.role}) != event->by.end();
  };
  std::string role = command.role;
  if (!asking_party.empty()) {
    role = asking_party + "." + command.role;
  } else if (!taken_by(state->owner)) {
    // The owner's own person in another party's role, where one jurisdiction plays both.
    for (const auto& [name, party] : c->parties) {
      if (party == self() && taken_by(name)) role = name + "." + command.role;
    }
    if (role == command.role) {
      return std::unexpected{reject(RejectCode::role, "role",
                                    "The role " + command.role + " may not do this",
                                    "角色 " + command.role + " 无权办理")};
    }
  }
  if (!has_role) {
    return std::unexpected{reject(RejectCode::role, "role",
                                  "You do not have the role " + command.role,
                                  "您没有角色 " + command.role)};
  }
  if (command.version && *command.version != c->version) {
    return std::unexpected{
        reject(RejectCode::conflict, "version",
               "The case has changed; it is now at version " + std::to_string(c->version),
               "案件已变更，当前版本为 " + std::to_string(c->version))};
  }
  auto input = fill_form(*of->service, event->form, command.with);
  if (!input) return std::unexpected{input.error()};
  if (!command.by.divisions.empty()) {
    Value data = c->data;
    for (const auto& [name, value] : *input->as_record()) (*data.as_record())[name] = value;
    for (const packs::Member& field : of->service->fields) {
      const Value* place = field.type->kind == packs::Kind::place ? data.find(field.name) : nullptr;
      if (!place || !place->as_text()) continue;
      const bool inside = std::any_of(
          command.by.divisions.begin(), command.by.divisions.end(),
          [&](const std::string& prefix) { return place->as_text()->starts_with(prefix); });
      if (!inside) {
        return std::unexpected{reject(RejectCode::jurisdiction, "data." + field.name,
                                      *place->as_text() + " is outside your divisions",
                                      *place->as_text() + " 不在您的管辖范围内")};
      }
    }
  }
  if (!asking_party.empty()) {
    Value::Record body;
    body["case"] = command.id;
    body["event"] = command.event;
    body["party"] = asking_party;
    body["role"] = command.role;
    body["input"] = std::move(*input);
    if (auto ok = queue(holder, "case.ask", command.id, of->pack->digest, Value{std::move(body)},
                        command.by.principal);
        !ok) {
      return ok;
    }
    case_answer(command.id, answer);
    (*answer->as_record())["asked"] = holder;
    return {};
  }
  NewStep next{.event = command.event,
               .role = role,
               .principal = command.by.principal,
               .branches = &event->branches,
               .input = std::move(*input)};
  if (auto ok = step_and_enter(command.id, next); !ok) return ok;
  run_pending();
  case_answer(command.id, answer);
  return {};
}

Result Decider::step_and_enter(const CaseId& id, const NewStep& next) {
  const auto moved = step(id, next);
  if (!moved) return std::unexpected{moved.error()};
  return *moved ? enter(id, 0) : Result{};
}

Result Decider::signal(const CaseId& target, const std::string& event, const Value& with) {
  const Case* c = draft_.find_case(target);
  if (!c) {
    return std::unexpected{reject(RejectCode::unknown_case, "case", "There is no case " + target,
                                  "没有案件 " + target)};
  }
  const auto of = definition(*c);
  if (!of) return std::unexpected{of.error()};
  const auto* state = packs::find(of->service->states, c->state);
  if (!state || state->final) {
    return std::unexpected{
        reject(RejectCode::state, {}, target + " has ended: " + c->state, target + " 已办结")};
  }
  if (const PartyId holder = owner(*c, *of); holder != self()) {
    Value::Record body;
    body["case"] = target;
    body["event"] = event;
    body["input"] = with;
    return queue(holder, "case.signal", target, of->pack->digest, Value{std::move(body)});
  }
  if (c->dispute) {
    return std::unexpected{
        reject(RejectCode::disputed, {}, target + " is in dispute", target + " 存在争议")};
  }
  const auto* definition = packs::find(state->events, event);
  if (!definition) {
    return std::unexpected{reject(RejectCode::state, "event",
                                  event + " is not taken by " + target + " in " + c->state,
                                  target + " 当前状态不接受 " + event)};
  }
  if (!definition->taken_by_system()) {
    return std::unexpected{reject(RejectCode::role, "event",
                                  event + " is not taken from the engine",
                                  event + " 不由系统触发")};
  }
  auto input = fill_form(*of->service, definition->form, with);
  if (!input) return std::unexpected{input.error()};
  return step_and_enter(target, {.event = event,
                                 .role = "system",
                                 .principal = {},
                                 .branches = &definition->branches,
                                 .input = std::move(*input)});
}

Result Decider::fire_clock(const FireClock& command) {
  const Case* c = draft_.find_case(command.id);
  const auto it =
      c ? c->clocks.find(command.clock) : std::map<std::string, Clock>::const_iterator{};
  if (!c || it == c->clocks.end() || it->second.fired || !it->second.due ||
      *it->second.due >= moment_.today) {
    return std::unexpected{reject(RejectCode::state, "clock", "The clock is not due", "时限未到")};
  }
  if (c->dispute) {
    return std::unexpected{
        reject(RejectCode::disputed, {}, "The case is in dispute", "案件存在争议")};
  }
  const auto of = definition(*c);
  if (!of) return std::unexpected{of.error()};
  const auto* clock = packs::find(of->service->clocks, command.clock);
  const auto* state = packs::find(of->service->states, c->state);
  const PartyId holder = owner(*c, *of);
  if (!clock || !state || holder.empty()) {
    return std::unexpected{
        reject(RejectCode::state, "clock", "The clock does not run", "时限未在计算")};
  }
  if (holder != self()) {
    if (it->second.alarmed) {
      return std::unexpected{reject(RejectCode::state, "clock", "The alarm was raised", "已告警")};
    }
    const Date due = *it->second.due;
    draft_.decide(ClockAlarmed{.id = command.id, .clock = command.clock, .due = due});
    raise(TaskKind::silence, command.id, {},
          text("The other side is silent: " + holder + " has let " +
                   in_language(state->title, "en") + " run out",
               "对方逾期未回应：" + holder + "，" + in_language(state->title, "zh")),
          command.clock + " was due on " + due.text());
    return {};
  }
  CaseScope scope{draft_, *of->pack, of->service, c, &c->data, moment_.today, self()};
  if (!scope.calendar().works(moment_.today)) {
    return std::unexpected{
        reject(RejectCode::state, "clock", "Today is not a working day", "今日非工作日")};
  }
  ClockSet fired{.id = command.id,
                 .clock = command.clock,
                 .used = it->second.used,
                 .since = it->second.since,
                 .due = it->second.due,
                 .fired = true};
  draft_.decide(fired);
  const auto* event = packs::find(state->events, clock->breach);
  Draft inner{&draft_};
  Decider decider{inner, moment_, budget_, state_};
  const auto ok = decider.step_and_enter(
      command.id,
      {.event = clock->breach, .role = "system", .principal = {}, .branches = &event->branches});
  if (!ok) {
    exception(command.id, "clock " + command.clock + ": " + describe(ok.error()));
    return {};
  }
  accept(inner, decider);
  run_pending();
  return {};
}

void Decider::accept(Draft& inner, Decider& decider) {
  for (Event& event : inner.take_events()) draft_.decide(std::move(event));
  take_over(decider);
}

void Decider::take_over(Decider& decider) {
  std::move(decider.pending_.begin(), decider.pending_.end(), std::back_inserter(pending_));
  decider.pending_.clear();
  take_shared(decider);
}

void Decider::run_pending() {
  while (!pending_.empty()) {
    const Pending next = std::move(pending_.front());
    pending_.pop_front();
    if (--*budget_ < 0) {
      exception(next.id, "more than 10,000 follow-ups in one decision");
      return;
    }
    if (const auto* start = std::get_if<StartDone>(&next.what)) {
      Draft inner{&draft_};
      Decider decider{inner, moment_, budget_, state_};
      if (const auto ok = decider.start_child(next.id, *start); ok) {
        accept(inner, decider);
      } else {
        exception(next.id, start->id + ": " + describe(ok.error()));
      }
      continue;
    }
    const auto& signal_done = std::get<SignalDone>(next.what);
    for (const CaseId& target : signal_done.targets) {
      Draft inner{&draft_};
      Decider decider{inner, moment_, budget_, state_};
      if (const auto ok = decider.signal(target, signal_done.event, signal_done.with); ok) {
        accept(inner, decider);
      } else {
        exception(target, "signal " + signal_done.event + ": " + describe(ok.error()));
      }
    }
  }
}

Result Decider::queue(const PartyId& to, std::string kind, std::string stream, std::string pack,
                      Value body, std::string principal) {
  constexpr std::size_t kBodyMax = 900'000;
  constexpr std::int64_t kBacklogMax = 100'000;
  const auto party = draft_.circle().parties.find(to);
  if (party == draft_.circle().parties.end()) {
    return std::unexpected{reject(RejectCode::not_ready, "parties",
                                  to + " is no party of the circle", to + " 不是本圈成员")};
  }
  if (canonical_json(body).size() > kBodyMax) {
    return std::unexpected{reject(RejectCode::too_large, {},
                                  "The message to " + to + " would exceed 900,000 bytes",
                                  "发往 " + to + " 的消息超过 900000 字节")};
  }
  const Outbox& box = draft_.outbox(to);
  if (box.last - box.acked >= kBacklogMax) {
    return std::unexpected{reject(RejectCode::channel_full, {}, to + " has been away too long",
                                  to + " 长时间未连通，消息已积满")};
  }
  if (pack.starts_with("sha256:")) pack = pack.substr(7);
  draft_.decide(MessageQueued{.to = to,
                              .seq = box.last + 1,
                              .kind = std::move(kind),
                              .stream = std::move(stream),
                              .pack = std::move(pack),
                              .body = std::move(body),
                              .principal = std::move(principal)});
  return {};
}

std::string describe(const Reject& why) {
  std::string words = reject_name(why.code);
  if (!why.where.empty()) words += " " + why.where;
  for (const Title& reason : why.why) words += ": " + in_language(reason, "en");
  return words;
}

std::vector<Choice> Decider::choices(std::string_view id, const std::vector<std::string>& roles) {
  std::vector<Choice> found;
  const Case* c = draft_.find_case(id);
  const auto of = c ? definition(*c) : std::unexpected{Reject{}};
  const auto* state = of ? packs::find(of->service->states, c->state) : nullptr;
  if (!state || state->final) return found;
  const PartyId holder = owner(*c, *of);
  for (const auto& [name, event] : state->events) {
    const bool may = std::any_of(event.by.begin(), event.by.end(), [&](const packs::By& by) {
      const auto party = c->parties.find(by.party);
      return party != c->parties.end() && party->second == self() &&
             std::find(roles.begin(), roles.end(), by.role) != roles.end();
    });
    if (!may) continue;
    Choice choice{.event = name, .passes = true, .why = {}};
    if (c->dispute) {
      choice.passes = false;
      choice.why.push_back(text("The case is in dispute", "案件存在争议"));
    } else if (holder == self() && event.form.empty()) {
      // With a form the guard can only be asked once it is filled in.
      Chosen chosen = choose(*of, *c, event.branches, c->data, nullptr);
      choice.passes = chosen.index >= 0;
      if (!choice.passes) choice.why = std::move(chosen.why);
    }
    found.push_back(std::move(choice));
  }
  return found;
}

Value to_value(const EffectDone& effect) {
  Value::Record record;
  record["n"] = effect.n;
  record["at"] = effect.at;
  const auto account = [](const Account& a) {
    return Value{
        Value::List{Value{a.book.substr(a.book.find('/') + 1)}, Value{a.kind}, Value{a.key}}};
  };
  if (const auto* move = std::get_if<MoveDone>(&effect.what)) {
    record["kind"] = "move";
    record["amount"] = move->amount;
    record["from"] = account(move->from);
    record["to"] = account(move->to);
    record["date"] = move->on.text();
  } else if (const auto* put = std::get_if<PutDone>(&effect.what)) {
    record["kind"] = "put";
    record["register"] = put->reg;
    record["key"] = put->key;
    record["fields"] = put->fields;
  } else if (const auto* edition = std::get_if<EditionDone>(&effect.what)) {
    record["kind"] = "edition";
    record["register"] = edition->reg;
    record["name"] = edition->name;
    if (edition->field.empty()) {
      record["entries"] = edition->entries;
    } else {
      record["field"] = edition->field;
    }
  } else if (std::holds_alternative<TaskDone>(effect.what)) {
    record["kind"] = "task";
  } else if (const auto* start = std::get_if<StartDone>(&effect.what)) {
    record["kind"] = "start";
    record["service"] = start->service;
    record["id"] = start->id;
    record["parties"] = parties_record(start->parties);
    record["with"] = start->with;
  } else if (const auto* signal = std::get_if<SignalDone>(&effect.what)) {
    record["kind"] = "signal";
    record["event"] = signal->event;
    Value::List targets;
    for (const CaseId& target : signal->targets) targets.emplace_back(target);
    record["targets"] = std::move(targets);
    record["with"] = signal->with;
  }
  return Value{std::move(record)};
}

namespace {

// Members of a record as they must be; nullopt in `ok` once one is not.
struct Reader {
  const Value& record;
  bool ok = true;

  std::string text(std::string_view name) {
    const Value* member = record.find(name);
    if (!member || !member->as_text()) {
      ok = false;
      return {};
    }
    return *member->as_text();
  }
  std::int64_t number(std::string_view name) {
    const Value* member = record.find(name);
    if (!member || !member->as_int()) {
      ok = false;
      return 0;
    }
    return *member->as_int();
  }
  Value fields(std::string_view name) {
    const Value* member = record.find(name);
    if (!member || !member->as_record()) {
      ok = false;
      return Value{Value::Record{}};
    }
    return *member;
  }
  Account account(std::string_view name, std::string_view pack) {
    const Value* member = record.find(name);
    const Value::List* parts = member ? member->as_list() : nullptr;
    if (!parts || parts->size() != 3 || !(*parts)[0].as_text() || !(*parts)[1].as_text() ||
        !(*parts)[2].as_text()) {
      ok = false;
      return {};
    }
    return {.book = std::string{pack} + "/" + *(*parts)[0].as_text(),
            .kind = *(*parts)[1].as_text(),
            .key = *(*parts)[2].as_text()};
  }
};

}  // namespace

std::optional<EffectDone> effect_from(const Value& value, std::string_view pack) {
  Reader in{.record = value};
  EffectDone effect{.n = in.number("n"), .at = in.text("at"), .what = TaskDone{}};
  const std::string kind = in.text("kind");
  if (!in.ok) return std::nullopt;
  std::size_t members = 3;
  if (kind == "move") {
    MoveDone move{.amount = in.number("amount"),
                  .from = in.account("from", pack),
                  .to = in.account("to", pack),
                  .on = {}};
    const auto on = Date::parse(in.text("date"));
    if (!on || move.amount <= 0) return std::nullopt;
    move.on = *on;
    effect.what = std::move(move);
    members += 4;
  } else if (kind == "put") {
    effect.what =
        PutDone{.reg = in.text("register"), .key = in.text("key"), .fields = in.fields("fields")};
    members += 3;
  } else if (kind == "edition") {
    EditionDone edition{
        .reg = in.text("register"), .name = in.text("name"), .field = {}, .entries = {}};
    const Value* entries = value.find("entries");
    if (entries && entries->as_list()) {
      edition.entries = *entries;
    } else {
      edition.field = in.text("field");
    }
    effect.what = std::move(edition);
    members += 3;
  } else if (kind == "task") {
    effect.what = TaskDone{};
  } else if (kind == "start") {
    StartDone start{.service = in.text("service"),
                    .id = in.text("id"),
                    .parties = {},
                    .with = in.fields("with")};
    const Value parties = in.fields("parties");
    for (const auto& [name, party] : *parties.as_record()) {
      if (!party.as_text()) return std::nullopt;
      start.parties[name] = *party.as_text();
    }
    effect.what = std::move(start);
    members += 4;
  } else if (kind == "signal") {
    SignalDone signal{.event = in.text("event"), .targets = {}, .with = in.fields("with")};
    const Value* targets = value.find("targets");
    if (!targets || !targets->as_list()) return std::nullopt;
    for (const Value& target : *targets->as_list()) {
      if (!target.as_text()) return std::nullopt;
      signal.targets.push_back(*target.as_text());
    }
    effect.what = std::move(signal);
    members += 3;
  } else {
    return std::nullopt;
  }
  if (!in.ok || value.as_record()->size() != members) return std::nullopt;
  return effect;
}

}  // namespace bashu::core
