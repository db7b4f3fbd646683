#include "core/registers/import.h"

#include <algorithm>
#include <array>
#include <expected>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/answers.h"
#include "core/cases/definition.h"
#include "core/circle/nodes.h"
#include "core/effects/effect.h"
#include "core/in_force.h"
#include "core/registers/put_record.h"
#include "core/registers/sharing.h"

namespace bashu::core {

namespace {

struct Line {
  Value::Record fields;        // this side's own values
  std::vector<PartyId> named;  // sides that the line names
};

struct Import {
  Deciding& d;
  const Asker& by;
  const packs::Pack& pack;
  const packs::Register& reg;
  const std::string& name;
  std::vector<PartyId> sides;
  bool split = false;  // the party decides by several nodes

  Result has_key(const Value& record) const;
  std::expected<Line, Reject> own_values(const Value& record) const;
  Result is_complete(const Value::Record& fields) const;
  Result belongs_here(const Value& record) const;
  bool says_the_same(const Value::Record& fields, const Record& there) const;
  void leave_to_keeper(Value::Record& fields, const Record& there) const;
  std::string key_on_file(const Value& record) const;
  std::expected<bool, Reject> line(const Value& record) const;
};

// That of a record imported before, if its one field was written otherwise then.
std::string Import::key_on_file(const Value& record) const {
  std::string key = reg.key_of(record);
  const Value* only = reg.key.size() == 1 ? record.find(reg.key[0]) : nullptr;
  std::string before = only ? packs::join_key({only, 1}) : key;
  if (before == key || d.draft.find_record(pack.name + "/" + name, key)) return key;
  const Record* there = d.draft.find_record(pack.name + "/" + name, before);
  return there && reg.key_of(there->fields) == key ? before : key;
}

Result Import::has_key(const Value& record) const {
  std::string missing;
  bool blank = true;
  for (const std::string& field : reg.key) {
    const Value* part = record.find(field);
    if (!part || !(part->as_text() || part->as_int())) missing = field;
    blank = blank && part && part->as_text() && part->as_text()->empty();
  }
  if (blank) missing = reg.key.front();
  return missing.empty() ? Result{} : Result{refuse_at(missing, Why::key_missing)};
}

// Sided fields may come as {party: value}; only this side's own may be spoken for. A party named
// there is a side of the record.
std::expected<Line, Reject> Import::own_values(const Value& record) const {
  Line line{.fields = *record.as_record(), .named = {}};
  Result allowed;
  for (auto& [field, value] : line.fields) {
    const packs::Type* type = reg.record->member(field);
    if (!type || !type->sided || !value.as_record()) continue;
    Value own;
    for (const auto& [party, said] : *value.as_record()) {
      if (std::ranges::find(line.named, party) == line.named.end()) line.named.emplace_back(party);
      if (party == d.self()) {
        own = said;
      } else if (!said.is_null()) {
        allowed = refuse_at(field, Why::said_by_another, party);
      }
    }
    value = own;
  }
  BASHU_TRY_OK(allowed);
  std::erase_if(line.fields, [&](const auto& field) {
    const packs::Type* type = reg.record->member(field.first);
    return type && type->sided && field.second.is_null();
  });
  return line;
}

Result Import::is_complete(const Value::Record& fields) const {
  std::string absent;
  for (const packs::Member& member : reg.record->members) {
    const bool required = !member.type->optional && !member.type->sided;
    if (required && !fields.contains(member.name)) absent = member.name;
  }
  return absent.empty() ? Result{} : Result{refuse_at(absent, Why::record_incomplete)};
}

// Where the party decides by several nodes, a new record goes to the one of its division; one that
// is here stays here, as cases do.
Result Import::belongs_here(const Value& record) const {
  if (!split) return {};
  const auto [place, node] = misplaced(d.circle().parties, d.self(), reg.record->members, record);
  if (!node) return {};
  return refuse_at(place.path, Why::line_elsewhere, place.code, node->party, node->site);
}

bool Import::says_the_same(const Value::Record& fields, const Record& there) const {
  return std::ranges::all_of(fields, [&](const auto& field) {
    const packs::Type* type = reg.record->member(field.first);
    const Value* old = there.fields.find(field.first);
    if (old && type && type->sided) old = old->find(d.self());
    if (!old) return field.second.is_null();
    return *old == field.second;
  });
}

// Another keeper's record is not changed by repeating what it says, such as its key.
void Import::leave_to_keeper(Value::Record& fields, const Record& there) const {
  if (there.keeper == d.self()) return;
  std::erase_if(fields, [&](const auto& field) {
    const packs::Type* type = reg.record->member(field.first);
    const Value* old = there.fields.find(field.first);
    return type && !type->sided && old && *old == field.second;
  });
}

// True if it was taken, false if it says what is known.
std::expected<bool, Reject> Import::line(const Value& record) const {
  if (!record.as_record()) return refuse(Why::record_expected);
  BASHU_TRY_OK(has_key(record));
  BASHU_TRY(Line line, own_values(record));
  const std::string key = key_on_file(record);
  const Record* there = d.draft.find_record(pack.name + "/" + name, key);
  BASHU_TRY_OK(within(by, reg.record->members, record, ""));
  if (there) {
    BASHU_TRY_OK(within(by, reg.record->members, there->fields, ""));
    if (says_the_same(line.fields, *there)) return false;
    leave_to_keeper(line.fields, *there);
  } else {
    BASHU_TRY_OK(belongs_here(record));
    std::erase_if(line.fields, [&](const auto& field) {  // there is nothing to remove
      const packs::Type* type = reg.record->member(field.first);
      return type && type->optional && field.second.is_null();
    });
    BASHU_TRY_OK(is_complete(line.fields));
  }
  const PutDone what{.reg = name,
                     .key = key,
                     .fields = Value{std::move(line.fields)},
                     .sides = std::move(line.named)};
  const PartyId self = d.self();
  BASHU_TRY_OK(attempt(d, [&](Deciding& trial) {
    return put_record(what,
                      {.d = trial, .id = {}, .pack = pack, .by = self, .sides = sides, .told = {}});
  }));
  return true;
}

}  // namespace

Result put_records(Deciding& d, const PutRecords& command, Decision& decision) {
  const PackRow* row = in_force(d.circle().packs, command.pack, std::array{d.self()}, {});
  if (!row) return refuse(Why::pack_not_in_force, command.pack);
  const packs::PackPtr pack = row->pack;
  const auto* reg = packs::find(pack->registers, command.reg);
  if (!reg) return refuse(Why::no_such_register, command.reg);
  if (reg->editions) return refuse(Why::only_by_edition, command.reg);
  if (!has_role(command.by, "registrar")) return refuse(Why::registrar_only);
  const Import import{.d = d,
                      .by = command.by,
                      .pack = *pack,
                      .reg = *reg,
                      .name = command.reg,
                      .sides = sides_of(d, *pack),
                      .split = has_other_nodes(d.circle().parties, d.self())};
  BatchAnswer answer;
  for (std::size_t i = 0; i < command.records.size(); ++i) {
    auto taken = import.line(command.records[i]);
    if (!taken) {
      decision.refused.push_back({.line = i, .why = std::move(taken.error())});
    } else {
      ++(*taken ? answer.taken : answer.known);
    }
  }
  if (is_elsewhere(decision, command.records.size())) {
    return std::unexpected{std::move(decision.refused.front().why)};
  }
  answer.refused = static_cast<std::int64_t>(decision.refused.size());
  decision.answer = to_value(answer);
  return {};
}

}  // namespace bashu::core
