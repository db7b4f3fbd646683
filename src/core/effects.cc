// Effects: computed from the case as the form left it, then carried out, here or for a peer.

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/decider.h"

namespace bashu::core {

namespace {

constexpr std::size_t kEffectsMax = 2'000;
constexpr std::int64_t kChildrenMax = 10'000;
constexpr std::int64_t kIntMax = (std::int64_t{1} << 53) - 1;

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
  Account found{.book = {}, .kind = ref.kind, .key = {}};
  found.book.reserve(pack.name.size() + ref.book.size() + 1);
  found.book.append(pack.name).append("/").append(ref.book);
  if (ref.keys.size() == 1) {
    const auto key = packs::evaluate(*ref.keys[0], scope);
    if (!key) return std::unexpected{key.error()};
    found.key = packs::join_key({&*key, 1});
    return found;
  }
  Value::List keys;
  keys.reserve(ref.keys.size());
  for (const auto& program : ref.keys) {
    auto key = packs::evaluate(*program, scope);
    if (!key) return std::unexpected{key.error()};
    keys.push_back(std::move(*key));
  }
  found.key = packs::join_key(keys);
  return found;
}

const packs::AccountKind* kind_of(const packs::Pack& pack, const Account& account) {
  const auto* book =
      packs::find(pack.books, std::string_view{account.book}.substr(account.book.find('/') + 1));
  return book ? packs::find(book->accounts, account.kind) : nullptr;
}

}  // namespace

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

packs::Eval<std::optional<MoveDone>> compute_move(const packs::Pack& pack, const packs::Move& move,
                                                  CaseScope& scope) {
  auto amount = packs::evaluate(move.amount, scope);
  if (!amount) return std::unexpected{amount.error()};
  if (!amount->as_int()) return std::unexpected{bad("move: an amount is expected")};
  if (*amount->as_int() < 0 || *amount->as_int() > kIntMax) {
    return std::unexpected{packs::EvalError{
        .kind = packs::EvalError::Kind::range,
        .text = "an amount of " + std::to_string(*amount->as_int()) + " cannot be moved"}};
  }
  if (*amount->as_int() == 0) return std::nullopt;
  auto from = account(pack, move.from, scope);
  if (!from) return std::unexpected{from.error()};
  auto to = account(pack, move.to, scope);
  if (!to) return std::unexpected{to.error()};
  Date on = scope.today();  // of the step, which a peer may verify days later
  if (move.date) {
    auto date = packs::evaluate(*move.date, scope);
    if (!date) return std::unexpected{date.error()};
    const auto day = date->as_text() ? Date::parse(*date->as_text()) : std::nullopt;
    if (!day) return std::unexpected{bad("move: a date is expected")};
    on = *day;
  }
  return MoveDone{
      .amount = *amount->as_int(), .from = std::move(*from), .to = std::move(*to), .on = on};
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
      auto moved = compute_move(pack, *move, scope);
      if (!moved) return std::unexpected{moved.error()};
      if (!*moved) continue;
      one.what = std::move(**moved);
    } else if (const auto* put = std::get_if<packs::Put>(&effect.what)) {
      auto key = packs::evaluate(put->key, scope);
      if (!key) return std::unexpected{key.error()};
      auto name = key_text(*key);
      if (!name) return std::unexpected{bad("put: a key is expected")};
      auto fields = fields_of(put->fields, scope);
      if (!fields) return std::unexpected{fields.error()};
      const auto* reg = packs::find(pack.registers, put->reg);
      if (reg->kept != packs::Kept::own) one.at = "all";
      PutDone result{
          .reg = put->reg, .key = std::move(*name), .fields = std::move(*fields), .sides = {}};
      if (put->sides) {
        const auto sides = packs::evaluate(*put->sides, scope);
        if (!sides) return std::unexpected{sides.error()};
        for (const Value& side : *sides->as_list()) {
          if (!side.as_text()) return std::unexpected{bad("put: a side is a party")};
          result.sides.push_back(*side.as_text());
        }
      }
      one.what = std::move(result);
    } else if (const auto* edition = std::get_if<packs::PublishEdition>(&effect.what)) {
      auto name = packs::evaluate(edition->name, scope);
      if (!name) return std::unexpected{name.error()};
      auto words = key_text(*name);
      if (!words) return std::unexpected{bad("edition: a name is expected")};
      EditionDone result{
          .reg = edition->reg, .name = std::move(*words), .field = {}, .entries = {}, .from = {}};
      if (edition->from) {
        const auto from = packs::evaluate(*edition->from, scope);
        if (!from) return std::unexpected{from.error()};
        result.from = from->as_text() ? Date::parse(*from->as_text()) : std::nullopt;
        if (!result.from && !from->is_null())
          return std::unexpected{bad("edition: a date is expected")};
      }
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
  const packs::AccountKind* source = kind_of(pack, move.from);
  const packs::AccountKind* target = kind_of(pack, move.to);
  if ((source && source->windowed) || (target && target->windowed)) {
    const std::string month = move.on.text().substr(0, 7);
    if (draft_.month_stated(move.from, month) || draft_.month_stated(move.to, month)) {
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
  if (after >= 0 || !source || !source->floored) return {};
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
  const std::vector<PartyId>& whose = what.sides.empty() ? sides : what.sides;
  for (const PartyId& side : what.sides) {
    const std::vector<PartyId> all = members();
    if (std::find(all.begin(), all.end(), side) == all.end()) {
      return std::unexpected{
          form_reject("sides", side + " is no party of the circle", side + " 不是联盟成员")};
    }
  }
  bool plain = false;
  for (const auto& [name, value] : *what.fields.as_record()) {
    const packs::Type* type = reg->record->member(name);
    if (!type) {
      return std::unexpected{
          form_reject(name, "The register has no such field", "登记册没有此字段")};
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
  // Whoever speaks to a record that has its sides, by feed or import, adds nobody to them.
  const bool settled =
      known && id.empty() &&
      std::ranges::any_of(reg->record->members, [&](const packs::Member& member) {
        const Value* said = known->fields.find(member.name);
        return member.type->sided && said && said->as_record() && !said->as_record()->empty();
      });
  for (const packs::Member& member : reg->record->members) {
    if (!member.type->sided) continue;
    event.sides = settled ? what.sides : whose;
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
                         .on = what.from.value_or(moment_.today),
                         .entries = {},
                         .id = id};
  if (const Edition* old = draft_.find_edition(reg_id, by, what.name)) {
    event.number = old->number + 1;
    if (deciding && event.on < old->on) {
      return std::unexpected{
          form_reject("from", "The edition before is in force from " + old->on.text() + " only",
                      "上一版自 " + old->on.text() + " 起施行，新版不得更早")};
    }
  }
  if (deciding && event.on > moment_.today) {
    return std::unexpected{form_reject("from", "An edition is published when its day has come",
                                       "清单不得先于施行日期发布")};
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
    if (const Case* c = draft_.find_case(id)) {
      for (const auto& [role, party] : c->parties) told.push_back(party);
    }
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

}  // namespace bashu::core
