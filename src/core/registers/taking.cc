// Records of shared registers that a peer keeps or speaks for.

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/try.h"
#include "core/registers/settling.h"
#include "core/registers/sharing.h"
#include "core/told/members.h"
#include "core/told/shared.h"

namespace bashu::core {

namespace {

constexpr Date kOldest = Date::from_days(-25'567);  // 1900-01-01

struct Taking {
  Deciding& d;
  const packs::Pack& pack;
  const PartyId& from;
  std::vector<std::string> contested = {};  // keys of theirs that others keep

  // One side's list, as a whole.
  Result take(const told::SharedEdition& item) {
    const packs::Register& reg = *packs::find(pack.registers, item.reg);
    if (!reg.editions || item.number < 1) return told::hold("shape", "edition of " + item.reg);
    BASHU_TRY_OK(is_dated_soundly(item.on));
    EditionPublished event{.reg = RegisterId{pack.name + "/" + item.reg},
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
        note_claim(reg, {.reg = event.reg, .key = key, .by = from, .fields = entry, .on = item.on});
        continue;
      }
      event.entries.emplace_back(std::move(key), entry);
    }
    const Edition* old = d.draft.find_edition(event.reg, from, event.name);
    if (!old || event.number > old->number) d.draft.decide(std::move(event));
    return {};
  }

  Result take(const told::SharedRecord& item) {
    const packs::Register& reg = *packs::find(pack.registers, item.reg);
    if (reg.editions || item.side != from) return told::hold("shape", "record of " + item.reg);
    BASHU_TRY_OK(is_dated_soundly(item.on));
    RecordPut event{.reg = RegisterId{pack.name + "/" + item.reg},
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
    const bool claims = plain && known && known->keeper != from;
    BASHU_TRY_OK(is_theirs_to_say(reg, item, known, plain));
    if (known) event.keeper = known->keeper;
    if (claims) {
      note_claim(
          reg,
          {.reg = event.reg, .key = item.key, .by = from, .fields = item.fields, .on = item.on});
      if (event.sided.empty()) return {};
      event.fields = sided_fields(reg, event.fields);  // for its own side it speaks all the same
    }
    d.draft.decide(std::move(event));
    return {};
  }

 private:
  Result is_dated_soundly(Date on) const {
    if (on < kOldest || on > d.today().plus_days(1)) return told::hold("date", on.text());
    return {};
  }

  // A new record is the sender's, under the key that its fields make. For one that somebody
  // else keeps and has not yet told us of, the sender may speak for its own side.
  Result is_theirs_to_say(const packs::Register& reg, const told::SharedRecord& item,
                          const Record* known, bool plain) const {
    if (!known && item.keeper != from) {
      const bool others = item.keeper != d.self() && d.circle().parties.contains(item.keeper);
      if (plain || !others) return told::hold("keeper", item.keeper + " has not told of it");
    }
    for (const PartyId& side : item.sides) {
      if (side != d.self() && !d.circle().parties.contains(side)) return told::hold("sides", side);
    }
    if (!plain) return {};
    Value fields = known ? row_of(reg, *known, from) : Value{};
    if (!fields.as_record()) fields = Value::Record{};
    for (const auto& [name, value] : *item.fields.as_record()) {
      fields.as_record()->insert_or_assign(name, value);
    }
    const bool named = std::ranges::all_of(reg.key, [&](const std::string& name) {
      const Value* value = fields.find(name);
      return value && !value->is_null();
    });
    if (named && !reg.names(item.key, fields)) {
      return told::hold("key", item.key + " is not the key of its fields");
    }
    return {};
  }

  void note_claim(const packs::Register& reg, const Claimed& claimed) {
    if (!claim(d, reg, claimed)) return;
    contested.push_back(claimed.reg + "/" + claimed.key + " (" +
                        d.draft.find_record(claimed.reg, claimed.key)->keeper + ")");
  }
};

}  // namespace

Result take_shared(Deciding& d, const TakeMessage& message) {
  BASHU_TRY(const Value::List items, told::read_items(message.body));
  const packs::PackPtr pack = d.circle().packs.find("sha256:" + message.pack)->second.pack;
  Taking taking{.d = d, .pack = *pack, .from = message.from};
  for (const Value& item : items) {
    BASHU_TRY(const told::SharedItem read, told::read_shared_item(item));
    const std::string& name =
        std::visit([](const auto& one) -> const std::string& { return one.reg; }, read);
    const auto* reg = packs::find(pack->registers, name);
    if (!reg || reg->kept != packs::Kept::shared) return told::hold("shape", "register " + name);
    BASHU_TRY_OK(std::visit([&](const auto& one) { return taking.take(one); }, read));
  }
  if (!taking.contested.empty()) {
    raise_exception(d, {},
                    message.from + " claims to keep what is another's, " +
                        std::to_string(taking.contested.size()) +
                        " in all: " + taking.contested.front());
  }
  return {};
}

}  // namespace bashu::core
