// `put`: fields of a record of a register.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/effects/effect.h"
#include "core/registers/put_record.h"
#include "core/registers/settling.h"
#include "core/registers/sharing.h"

namespace bashu::core {

namespace {

const packs::Register& register_of(const PutDone& done, const Carrying& of) {
  return *packs::find(of.pack.registers, done.reg);
}

bool has_plain(const packs::Register& reg, const PutDone& done) {
  return std::ranges::any_of(*done.fields.as_record(), [&](const auto& field) {
    return !reg.record->member(field.first)->sided;
  });
}

bool is_contested(const packs::Register& reg, const PutDone& done, const Record* known,
                  const PartyId& by) {
  return has_plain(reg, done) && reg.kept != packs::Kept::own && known && known->keeper != by;
}

Result has_fields(const packs::Register& reg, const PutDone& done) {
  for (const auto& [name, value] : *done.fields.as_record()) {
    if (!reg.record->member(name)) return refuse_at(name, Why::no_such_register_field);
  }
  return {};
}

Result well_formed(const packs::Register& reg, const PutDone& done) {
  for (const auto& [name, value] : *done.fields.as_record()) {
    const packs::Type& type = *reg.record->member(name);
    if (value.is_null() && type.optional) continue;
    if (auto error = packs::check(type, value, done.reg + "." + name)) {
      return refuse_form(std::move(*error));
    }
  }
  return {};
}

Result sides_are_members(const PutDone& done, const Deciding& d) {
  if (done.sides.empty()) return {};
  const std::vector<PartyId> all = members(d);
  for (const PartyId& side : done.sides) {
    if (std::ranges::find(all, side) == all.end()) return refuse(Why::side_no_party, side);
  }
  return {};
}

// Whoever speaks to a record that has its sides, by feed or import, adds nobody to them.
bool has_its_sides(const packs::Register& reg, const Record* known, const Carrying& of) {
  return known && of.id.empty() &&
         std::ranges::any_of(reg.record->members, [&](const packs::Member& member) {
           const Value* said = known->fields.find(member.name);
           return member.type->sided && said && said->as_record() && !said->as_record()->empty();
         });
}

RecordPut event_of(const PutDone& done, const packs::Register& reg, const Record* known,
                   const Carrying& of) {
  RecordPut event{.reg = RegisterId{of.pack.name + "/" + done.reg},
                  .key = done.key,
                  .keeper = known ? known->keeper : of.by,
                  .side = of.by,
                  .fields = done.fields,
                  .sided = {},
                  .on = of.d.today(),
                  .id = of.id,
                  .sides = {}};
  if (reg.kept == packs::Kept::own) event.keeper = of.d.self();
  for (const auto& [name, value] : *done.fields.as_record()) {
    if (reg.record->member(name)->sided) event.sided.push_back(name);
  }
  const bool settled = has_its_sides(reg, known, of);
  for (const packs::Member& member : reg.record->members) {
    if (!member.type->sided) continue;
    event.sides = settled || !done.sides.empty() ? done.sides : of.sides;
    if (!known && std::ranges::find(event.sided, member.name) == event.sided.end()) {
      // A new record names its sides in every sided field, spoken or not.
      event.sided.push_back(member.name);
      (*event.fields.as_record())[member.name] = Value{};
    }
  }
  return event;
}

const Record* known_record(const PutDone& done, const Carrying& of) {
  return of.d.draft.find_record(of.pack.name + "/" + done.reg, done.key);
}

}  // namespace

Computed<PutDone> compute(const packs::Put& put, Computing& of) {
  BASHU_TRY(const Value key, packs::evaluate(put.key, of.scope));
  auto name = key_text(key);
  if (!name) return ill_typed("put: a key is expected");
  PutDone done{.reg = put.reg, .key = std::move(*name), .fields = {}, .sides = {}};
  BASHU_TRY(done.fields, fields_of(put.fields, of.scope));
  if (put.sides) {
    BASHU_TRY(const Value sides, packs::evaluate(*put.sides, of.scope));
    for (const Value& side : *sides.as_list()) {
      if (!side.as_text()) return ill_typed("put: a side is a party");
      done.sides.emplace_back(*side.as_text());
    }
  }
  return done;
}

bool looks_up(const packs::Put& put) { return put.key.looks_up() || looks_up(put.fields); }

bool matches(const PutDone& done, const packs::Put& put, const Matching& /*with*/) {
  return put.reg == done.reg && done.fields.as_record()->size() == put.fields.size() &&
         std::ranges::all_of(put.fields,
                             [&](const auto& field) { return done.fields.find(field.first); });
}

bool everywhere(const packs::Put& put, const packs::Pack& pack) {
  return packs::find(pack.registers, put.reg)->kept != packs::Kept::own;
}

Result enact(const PutDone& done, const packs::Effect& /*effect*/, const Carrying& of) {
  return put_record(done, of);
}

Result put_record(const PutDone& done, const Carrying& of) {
  const packs::Register& reg = register_of(done, of);
  const Record* known = known_record(done, of);
  BASHU_TRY_OK(sides_are_members(done, of.d));
  BASHU_TRY_OK(has_fields(reg, done));
  BASHU_TRY_OK(well_formed(reg, done));
  if (is_contested(reg, done, known, of.by)) {
    return refuse_at(done.reg + "/" + done.key, Why::kept_by_another, known->keeper);
  }
  if (known && is_being_settled(*known, of.d.self()) && has_plain(reg, done)) {
    return refuse_at(done.reg + "/" + done.key, Why::being_settled, known->keeper);
  }
  const RecordPut event = event_of(done, reg, known, of);
  of.d.draft.decide(event);
  if (reg.kept == packs::Kept::shared) share_record(of.d, of.pack, event, of.told);
  return {};
}

Result take(const PutDone& done, const packs::Effect& /*effect*/, const Carrying& of) {
  const packs::Register& reg = register_of(done, of);
  const Record* known = known_record(done, of);
  BASHU_TRY_OK(has_fields(reg, done));
  if (is_contested(reg, done, known, of.by)) {
    claim_by_step(of.d, of.id, reg,
                  {.reg = RegisterId{of.pack.name + "/" + done.reg},
                   .key = done.key,
                   .by = of.by,
                   .fields = done.fields,
                   .on = of.d.today()});
    return {};
  }
  of.d.draft.decide(event_of(done, reg, known, of));
  return {};
}

void write(const PutDone& done, Value::Record& into) {
  into["register"] = done.reg;
  into["key"] = done.key;
  into["fields"] = done.fields;
}

void read(told::Members& in, const std::string& /*pack*/, PutDone& done) {
  done.reg = in.text("register");
  done.key = in.text("key");
  done.fields = in.record("fields");
}

}  // namespace bashu::core
