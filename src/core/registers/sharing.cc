#include "core/registers/sharing.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/try.h"
#include "core/in_force.h"
#include "core/registers/settling.h"
#include "core/told/shared.h"

namespace bashu::core {

namespace {

std::string name_of(const RegisterId& reg) { return reg.substr(reg.find('/') + 1); }

void share_item(Deciding& d, const packs::Pack& pack, const PartyId& party, Value item) {
  d.shared[{party, pack.digest}].push_back(std::move(item));
}

const packs::Register* shared_register(const packs::Pack& pack, const RegisterId& id) {
  if (!id.starts_with(pack.name + "/")) return nullptr;
  const auto* reg = packs::find(pack.registers, std::string_view{id}.substr(pack.name.size() + 1));
  return reg && reg->kept == packs::Kept::shared ? reg : nullptr;
}

// What this node may say of a record; no fields: nothing.
told::SharedRecord own_part(const packs::Register& reg, const RegisterId& id,
                            const std::string& key, const Record& record, const PartyId& self) {
  told::SharedRecord item{.reg = name_of(id),
                          .key = key,
                          .keeper = record.keeper,
                          .side = self,
                          .fields = Value::Record{},
                          .on = record.on,
                          .sides = {}};
  Value::Record& fields = *item.fields.as_record();
  for (const packs::Member& member : reg.record->members) {
    const Value* value = record.fields.find(member.name);
    if (!value) continue;
    if (!member.type->sided) {
      if (record.keeper == self) fields[member.name] = *value;
      continue;
    }
    const Value* own = value->find(self);
    fields[member.name] = own ? *own : Value{};
    if (!item.sides.empty() || !value->as_record()) continue;
    for (const auto& [side, said] : *value->as_record()) item.sides.emplace_back(side);
  }
  return item;
}

EditionPublished whole_edition(const State& state, const RegisterId& id, const PartyId& keeper,
                               const std::string& name, const Edition& edition) {
  EditionPublished whole{.reg = id,
                         .keeper = keeper,
                         .name = name,
                         .number = edition.number,
                         .on = edition.on,
                         .entries = {},
                         .id = {}};
  for (const std::string& key : edition.keys) {
    Value entry = state.find_record(id, key)->fields;
    entry.as_record()->erase(std::string{kKeyField});
    entry.as_record()->erase(std::string{kEditionField});
    whole.entries.emplace_back(key, std::move(entry));
  }
  return whole;
}

void share_all(Deciding& d, const packs::Pack& pack, const PartyId& party) {
  d.before.each_record([&](const RegisterId& id, const std::string& key, const Record& record) {
    const auto* reg = shared_register(pack, id);
    if (!reg || reg->editions) return;
    const auto item = own_part(*reg, id, key, record, d.self());
    if (!item.fields.as_record()->empty()) share_item(d, pack, party, told::write(item));
  });
  std::vector<PartyId> others = members(d);
  std::erase(others, party);
  d.before.each_edition([&](const RegisterId& id, const PartyId& keeper, const std::string& name,
                            const Edition& edition) {
    if (!shared_register(pack, id) || keeper != d.self()) return;
    share_edition(d, pack, whole_edition(d.before, id, keeper, name, edition), others);
  });
}

}  // namespace

std::vector<PartyId> members(const Deciding& d) {
  std::vector<PartyId> all;
  for (const auto& [party, joined] : d.circle().parties) {
    if (joined.member) all.push_back(party);
  }
  if (all.empty()) all.push_back(d.self());
  return all;
}

std::vector<PartyId> adopters(const Deciding& d, const packs::Pack& pack,
                              const std::vector<PartyId>& told) {
  std::vector<PartyId> others;
  for (const PartyId& party : members(d)) {
    if (party == d.self() || std::ranges::find(told, party) != told.end()) continue;
    if (in_force(d.circle().packs, pack.name, std::array{party}, {})) others.push_back(party);
  }
  return others;
}

std::vector<PartyId> sides_of(const Deciding& d, const packs::Pack& pack) {
  std::vector<PartyId> sides = adopters(d, pack, {});
  sides.push_back(d.self());
  return sides;
}

bool claim(Deciding& d, const packs::Register& reg, const Claimed& claimed) {
  const auto& known = d.draft.find_record(claimed.reg, claimed.key)->contested;
  const auto before = known.find(claimed.by);
  const bool is_new = before == known.end();
  Value said = plain_fields(reg, claimed.fields);
  if (!is_new && before->second.fields.as_record()) {
    const Value& told = before->second.fields;
    std::erase_if(*said.as_record(), [&](const auto& field) {
      const Value* old = told.find(field.first);
      return old ? *old == field.second : field.second.is_null();
    });
    if (said.as_record()->empty()) return false;
  }
  d.draft.decide(RecordContested{.reg = claimed.reg,
                                 .key = claimed.key,
                                 .keeper = claimed.by,
                                 .fields = std::move(said),
                                 .on = claimed.on});
  return is_new;
}

void claim_by_step(Deciding& d, const CaseId& id, const packs::Register& reg,
                   const Claimed& claimed) {
  if (!claim(d, reg, claimed)) return;
  raise_exception(d, id,
                  name_of(claimed.reg) + "/" + claimed.key + " is kept by " +
                      d.draft.find_record(claimed.reg, claimed.key)->keeper + " and by " +
                      claimed.by);
}

void share_record(Deciding& d, const packs::Pack& pack, const RecordPut& put,
                  const std::vector<PartyId>& told) {
  const std::vector<PartyId> others = adopters(d, pack, told);
  if (others.empty()) return;
  const Value item = told::write(told::SharedRecord{.reg = name_of(put.reg),
                                                    .key = put.key,
                                                    .keeper = put.keeper,
                                                    .side = put.side,
                                                    .fields = put.fields,
                                                    .on = put.on,
                                                    .sides = put.sides});
  for (const PartyId& party : others) share_item(d, pack, party, item);
}

void share_edition(Deciding& d, const packs::Pack& pack, const EditionPublished& edition,
                   const std::vector<PartyId>& told) {
  told::SharedEdition item{.reg = name_of(edition.reg),
                           .name = edition.name,
                           .number = edition.number,
                           .on = edition.on,
                           .entries = {}};
  for (const auto& [key, entry] : edition.entries) item.entries.push_back(entry);
  for (const PartyId& party : adopters(d, pack, told)) {
    share_item(d, pack, party, told::write(item));
  }
}

void share_registers_with(Deciding& d, const PartyId& party, std::string_view pack_name) {
  const auto& packs = d.circle().packs;
  if (!in_force(packs, pack_name, std::array{d.self(), party}, {})) return;
  share_all(d, *in_force(packs, pack_name, std::array{d.self()}, {})->pack, party);
}

// At most 200 items to a message.
Result flush_shared(Deciding& d) {
  constexpr std::size_t kItemsMax = 200;
  constexpr std::size_t kBytesMax = 600'000;
  for (auto& [to, items] : d.shared) {
    Value::List batch;
    std::size_t bytes = 0;
    const auto send = [&]() -> Result {
      if (batch.empty()) return {};
      Value body = told::write_items(std::exchange(batch, {}));
      bytes = 0;
      return queue(
          d, to.first,
          {.kind = std::string{told::kShared}, .pack = to.second, .body = std::move(body)});
    };
    for (Value& item : items) {
      const std::size_t size = canonical_json(item).size();
      if (batch.size() >= kItemsMax || bytes + size > kBytesMax) BASHU_TRY_OK(send());
      bytes += size;
      batch.push_back(std::move(item));
    }
    BASHU_TRY_OK(send());
  }
  d.shared.clear();
  return {};
}

}  // namespace bashu::core
