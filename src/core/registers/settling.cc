#include "core/registers/settling.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/cases/definition.h"
#include "core/cases/form.h"
#include "core/in_force.h"
#include "core/registers/sharing.h"
#include "core/told/members.h"
#include "core/told/settle_record.h"
#include "packs/expr.h"

namespace bashu::core {

namespace {

struct Pair {
  const PartyId& keeper;
  const PartyId& yields;
};

constexpr std::int64_t kRoundsMax = 100;

bool is_sided(const packs::Register& reg, const std::string& name) {
  const packs::Type* type = reg.record->member(name);
  return type && type->sided;
}

const RecordSignature* signature(const Record& record, const Pair& pair, std::int64_t round,
                                 const PartyId& by) {
  const auto found = std::ranges::find_if(record.signatures, [&](const RecordSignature& one) {
    return one.is_between(pair.keeper, pair.yields) && one.round == round && one.by == by;
  });
  return found == record.signatures.end() ? nullptr : &*found;
}

// The round in which `by` signs next.
std::int64_t next_round(const Record& record, const Pair& pair, const PartyId& by) {
  return 1 + std::ranges::count_if(record.signatures, [&](const RecordSignature& one) {
           return one.is_between(pair.keeper, pair.yields) && one.by == by;
         });
}

bool is_known_pair(const Record& record, const Pair& pair) {
  const auto here = [&](const PartyId& party) {
    return record.keeper == party || record.contested.contains(party);
  };
  return pair.keeper != pair.yields && here(pair.keeper) && here(pair.yields);
}

// The whole record as it stands after: the keeper's row, and of sided fields what each side said.
Value settled_fields(const packs::Register& reg, const Record& record, const PartyId& keeper) {
  Value fields = sided_fields(reg, record.fields);
  const Value row = row_of(reg, record, keeper);
  for (const auto& [name, value] : *row.as_record()) (*fields.as_record())[name] = value;
  const Value* key = record.fields.find(kKeyField);
  if (key && !reg.record->member(kKeyField)) {
    (*fields.as_record())[std::string{kKeyField}] = *key;
  }
  return fields;
}

bool is_row(const packs::Register& reg, const Value& fields) {
  return std::ranges::all_of(*fields.as_record(), [&](const auto& field) {
    const packs::Type* type = reg.record->member(field.first);
    return type && !type->sided && !packs::check(*type, field.second, field.first);
  });
}

struct Settling {
  Deciding& d;
  const packs::Register& reg;
  const RegisterId& id;
  const std::string& key;

  const Record& record() const { return *d.draft.find_record(id, key); }

  void end_if_agreed(const Pair& pair, std::int64_t round) const {
    const Record& now = record();
    const auto* one = signature(now, pair, round, pair.keeper);
    const auto* two = signature(now, pair, round, pair.yields);
    if (!one || !two) return;
    const std::string what = id + "/" + key;
    if (one->keeper != two->keeper || one->content != two->content) {
      raise_exception(d, {}, what + ": " + one->by + " and " + two->by + " signed differently");
      return;
    }
    const PartyId keeper = one->keeper;
    const PartyId yields = one->yields;
    RecordSettled event{
        .reg = id, .key = key, .keeper = keeper, .yields = yields, .fields = {}, .on = d.today()};
    if (now.keeper == keeper || now.keeper == yields) {
      event.fields = settled_fields(reg, now, keeper);
      const auto claim = now.contested.find(keeper);
      event.on = claim == now.contested.end() ? now.on : claim->second.on.value_or(now.on);
    }
    d.draft.decide(std::move(event));
  }
};

}  // namespace

Value plain_fields(const packs::Register& reg, const Value& fields) {
  Value plain = fields;
  std::erase_if(*plain.as_record(), [&](const auto& field) { return is_sided(reg, field.first); });
  return plain;
}

Value sided_fields(const packs::Register& reg, const Value& fields) {
  Value sided = fields;
  std::erase_if(*sided.as_record(), [&](const auto& field) { return !is_sided(reg, field.first); });
  return sided;
}

Value row_of(const packs::Register& reg, const Record& record, const PartyId& party) {
  Value row;
  if (record.keeper == party) {
    row = plain_fields(reg, record.fields);
  } else if (const auto claim = record.contested.find(party); claim != record.contested.end()) {
    row = claim->second.fields;
  }
  if (row.as_record() && !reg.record->member(kKeyField)) {
    row.as_record()->erase(std::string{kKeyField});
  }
  return row;
}

std::string digest_of_row(const Value& row) { return packs::digest_text(row); }

bool is_being_settled(const Record& record, const PartyId& self) {
  return std::ranges::any_of(record.signatures, [&](const RecordSignature& one) {
    if (one.by != self) return false;
    const PartyId& other = one.keeper == self ? one.yields : one.keeper;
    return !signature(record, {.keeper = one.keeper, .yields = one.yields}, one.round, other);
  });
}

Result settle_record(Deciding& d, const SettleRecord& command) {
  const PackRow* row = in_force(d.circle().packs, command.pack, std::array{d.self()}, {});
  if (!row) return refuse(Why::pack_not_in_force, command.pack);
  const packs::PackPtr pack = row->pack;
  const auto* reg = packs::find(pack->registers, command.reg);
  if (!reg) return refuse(Why::no_such_register, command.reg);
  if (reg->editions) return refuse(Why::settled_by_edition);
  const RegisterId id{pack->name + "/" + command.reg};
  const Record* record = d.draft.find_record(id, command.key);
  if (!record || record->contested.empty()) return refuse(Why::not_contested, d.self());
  BASHU_TRY_OK(within(command.by, reg->record->members, record->fields, ""));

  std::vector<PartyId> keepers{record->keeper};
  for (const auto& [party, claim] : record->contested) keepers.push_back(party);
  PartyId yields = command.yields;
  if (yields.empty()) yields = command.keeper != d.self() ? d.self() : PartyId{};
  if (yields.empty() && keepers.size() == 2) yields = keepers[keepers[0] == d.self() ? 1 : 0];
  const Pair pair{.keeper = command.keeper, .yields = yields};
  const bool ours = pair.keeper == d.self() || pair.yields == d.self();
  if (!ours || !is_known_pair(*record, pair)) return refuse(Why::not_contested, joined(keepers));

  const Value stands = row_of(*reg, *record, pair.keeper);
  if (!stands.as_record()) return refuse(Why::row_not_told, pair.keeper);
  BASHU_TRY_OK(within(command.by, reg->record->members, stands, ""));
  const std::string content = digest_of_row(stands);
  if (command.content != content) return refuse(Why::row_changed, content);
  const std::int64_t round = next_round(*record, pair, d.self());
  const PartyId other = pair.keeper == d.self() ? pair.yields : pair.keeper;
  if (round > 1 && !signature(*record, pair, round - 1, other)) {
    return refuse(Why::signed_already, other);
  }
  const RecordSettlementSigned signed_here{.reg = id,
                                           .key = command.key,
                                           .by = d.self(),
                                           .keeper = pair.keeper,
                                           .yields = pair.yields,
                                           .round = round,
                                           .content = content,
                                           .fields = pair.keeper == d.self() ? stands : Value{},
                                           .note = command.note,
                                           .on = d.today(),
                                           .officer = command.by.principal};
  d.draft.decide(signed_here);
  const std::vector<PartyId> hearers =
      reg->kept == packs::Kept::shared ? adopters(d, *pack, {}) : std::vector{other};
  for (const PartyId& party : hearers) {
    BASHU_TRY_OK(queue(
        d, party,
        {.kind = std::string{told::SettleRecord::kKind},
         .pack = pack->digest,
         .body = told::vouched_for(told::write(told::SettleRecord{.reg = command.reg,
                                                                  .key = command.key,
                                                                  .keeper = pair.keeper,
                                                                  .yields = pair.yields,
                                                                  .round = round,
                                                                  .content = content,
                                                                  .fields = signed_here.fields,
                                                                  .note = command.note}),
                                   command.by.voucher)}));
  }
  Settling{.d = d, .reg = *reg, .id = id, .key = command.key}.end_if_agreed(pair, round);
  return {};
}

Result take_record_settlement(Deciding& d, const TakeMessage& message) {
  BASHU_TRY(const told::SettleRecord told, told::read_settle_record(message.body));
  const packs::PackPtr pack = d.circle().packs.find("sha256:" + message.pack)->second.pack;
  const auto* reg = packs::find(pack->registers, told.reg);
  if (!reg || reg->kept == packs::Kept::own || reg->editions) {
    return told::hold("shape", "register " + told.reg);
  }
  const RegisterId id{pack->name + "/" + told.reg};
  const Record* record = d.draft.find_record(id, told.key);
  if (!record) return told::hold("unknown", id + "/" + told.key + " is not known here");
  const Pair pair{.keeper = told.keeper, .yields = told.yields};
  const bool theirs = message.from == pair.keeper || message.from == pair.yields;
  if (!theirs || !d.circle().parties.contains(pair.keeper) ||
      !d.circle().parties.contains(pair.yields) || pair.keeper == pair.yields) {
    return told::hold("keeper", message.from + " is none of the two");
  }
  const PartyId& other = message.from == pair.keeper ? pair.yields : pair.keeper;
  const bool in_turn =
      told.round == next_round(*record, pair, message.from) &&
      (told.round == 1 || signature(*record, pair, told.round - 1, other) || other != d.self());
  if (!in_turn || told.round > kRoundsMax) return told::hold("round", std::to_string(told.round));
  const bool has_row = told.fields.as_record() != nullptr;
  if (has_row != (message.from == pair.keeper)) return told::hold("shape", "the keeper's row");
  if (has_row) {
    if (!is_row(*reg, told.fields) || !reg->names(told.key, told.fields))
      return told::hold("form", id + "/" + told.key);
    const bool same = record->keeper != pair.keeper ||
                      digest_of_row(row_of(*reg, *record, pair.keeper)) == told.content;
    if (!same || digest_of_row(told.fields) != told.content) {
      return told::hold("content", told.content);
    }
  }
  d.draft.decide(RecordSettlementSigned{.reg = id,
                                        .key = told.key,
                                        .by = message.from,
                                        .keeper = pair.keeper,
                                        .yields = pair.yields,
                                        .round = told.round,
                                        .content = told.content,
                                        .fields = told.fields,
                                        .note = told.note,
                                        .on = d.today(),
                                        .officer = told::officer_in(message.body)});
  const Settling settling{.d = d, .reg = *reg, .id = id, .key = told.key};
  if (other == d.self() && !signature(settling.record(), pair, told.round, d.self())) {
    raise_exception(d, {},
                    id + "/" + told.key + ": " + message.from + " signed that the record of " +
                        pair.keeper + " stands");
  }
  settling.end_if_agreed(pair, told.round);
  return {};
}

}  // namespace bashu::core
