// Records of shared registers that a peer keeps or speaks for.

#include <string>
#include <utility>
#include <variant>

#include "base/try.h"
#include "core/registers/sharing.h"
#include "core/told/members.h"
#include "core/told/shared.h"

namespace bashu::core {

namespace {

struct Taking {
  Deciding& d;
  const packs::Pack& pack;
  const PartyId& from;

  // One side's list, as a whole.
  Result operator()(const told::SharedEdition& item) const {
    const packs::Register& reg = *packs::find(pack.registers, item.reg);
    if (!reg.editions) return told::hold("shape", "edition of " + item.reg);
    EditionPublished event{.reg = pack.name + "/" + item.reg,
                           .keeper = from,
                           .name = item.name,
                           .number = item.number,
                           .on = item.on,
                           .entries = {},
                           .id = {}};
    for (const Value& entry : item.entries) {
      if (packs::check(*reg.record, entry, item.reg)) {
        return told::hold("form", "an entry of " + item.reg);
      }
      std::string key = reg.key_of(entry);
      const Record* known = d.draft.find_record(event.reg, key);
      if (known && known->keeper != from) {
        contest(d, {}, pack.name, item.reg, key, from);
        continue;
      }
      event.entries.emplace_back(std::move(key), entry);
    }
    const Edition* old = d.draft.find_edition(event.reg, from, event.name);
    if (!old || event.number > old->number) d.draft.decide(std::move(event));
    return {};
  }

  Result operator()(const told::SharedRecord& item) const {
    const packs::Register& reg = *packs::find(pack.registers, item.reg);
    if (reg.editions || item.side != from) return told::hold("shape", "record of " + item.reg);
    RecordPut event{.reg = pack.name + "/" + item.reg,
                    .key = item.key,
                    .keeper = item.keeper,
                    .side = from,
                    .fields = item.fields,
                    .sided = {},
                    .on = item.on,
                    .id = {},
                    .sides = item.sides};
    bool plain = false;
    for (const auto& [field, value] : *item.fields.as_record()) {
      const packs::Type* type = reg.record->member(field);
      if (!type) return told::hold("form", field);
      const bool silent = value.is_null() && (type->optional || type->sided);
      if (!silent && packs::check(*type, value, field)) return told::hold("form", field);
      plain = plain || !type->sided;
      if (type->sided) event.sided.push_back(field);
    }
    const Record* known = d.draft.find_record(event.reg, item.key);
    if (plain && known && known->keeper != from) {
      contest(d, {}, pack.name, item.reg, item.key, from);
      return {};
    }
    if (known) event.keeper = known->keeper;
    d.draft.decide(std::move(event));
    return {};
  }
};

}  // namespace

Result take_shared(Deciding& d, const TakeMessage& message) {
  BASHU_TRY(const Value::List items, told::read_items(message.body));
  const packs::PackPtr pack = d.circle().packs.find("sha256:" + message.pack)->second.pack;
  const Taking taking{.d = d, .pack = *pack, .from = message.from};
  for (const Value& item : items) {
    BASHU_TRY(const told::SharedItem read, told::read_shared_item(item));
    const std::string& name =
        std::visit([](const auto& one) -> const std::string& { return one.reg; }, read);
    const auto* reg = packs::find(pack->registers, name);
    if (!reg || reg->kept != packs::Kept::shared) return told::hold("shape", "register " + name);
    BASHU_TRY_OK(std::visit(taking, read));
  }
  return {};
}

}  // namespace bashu::core
