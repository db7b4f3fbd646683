#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/privacy/privacy.h"

namespace bashu::core {

namespace {

bool holds(const auto& list, std::string_view one) {
  return std::ranges::find(list, one) != list.end();
}

bool share(const auto& some, const auto& others) {
  return std::ranges::any_of(some, [&](const std::string& one) { return holds(others, one); });
}

// What stands at a place; nullptr: nothing here.
const Value* case_data(const Deciding& d, const CaseId& id) {
  const Case* c = d.draft.find_case(id);
  return c ? &c->data : nullptr;
}
const Value* record_fields(const Deciding& d, std::string_view place) {
  const auto [reg, key] = record_of(place);
  const Record* record = d.draft.find_record(reg, key);
  return record ? &record->fields : nullptr;
}

template <typename Is>
bool any_place(const Deciding& d, const PrivacyOrdered& order, const Is& is) {
  const auto at = [&](const Value* value) { return value && is(*value); };
  return std::ranges::any_of(order.cases, [&](const CaseId& id) { return at(case_data(d, id)); }) ||
         std::ranges::any_of(order.records,
                             [&](const std::string& place) { return at(record_fields(d, place)); });
}

}  // namespace

std::pair<std::string_view, std::string_view> record_of(std::string_view place) {
  const std::size_t pack = place.find('/');
  const std::size_t reg =
      pack == std::string_view::npos ? std::string_view::npos : place.find('/', pack + 1);
  if (reg == std::string_view::npos) return {place, {}};
  return {place.substr(0, reg), place.substr(reg + 1)};
}

bool mentions(const Value& value, std::string_view text) {
  if (const std::string* own = value.as_text()) return *own == text;
  if (const Value::List* list = value.as_list()) {
    return std::ranges::any_of(*list, [&](const Value& one) { return mentions(one, text); });
  }
  const Value::Record* record = value.as_record();
  return record && std::ranges::any_of(
                       *record, [&](const auto& member) { return mentions(member.second, text); });
}

bool sealed_under(const Value& value, std::string_view key) {
  if (const Value::List* list = value.as_list()) {
    return std::ranges::any_of(*list, [&](const Value& one) { return sealed_under(one, key); });
  }
  const Value::Record* record = value.as_record();
  if (!record) return false;
  if (value.text_at("dek") == key) return true;
  return std::ranges::any_of(*record,
                             [&](const auto& member) { return sealed_under(member.second, key); });
}

bool stands_in(const Deciding& d, const PrivacyOrdered& order, std::string_view key) {
  return any_place(d, order, [&](const Value& value) { return sealed_under(value, key); });
}

const Order* hold_over(const Deciding& d, const PrivacyOrdered& erase, std::string_view key) {
  for (const auto& [number, hold] : d.circle().orders) {
    const PrivacyOrdered& what = hold.order;
    if (what.kind != "hold" || !in_force(hold, d.today())) continue;
    const bool named = holds(what.keys, key) || what.subject == erase.subject ||
                       share(erase.cases, what.cases) || share(erase.records, what.records);
    // Values that came after the hold was set stand beside its subject too.
    if (named ||
        any_place(d, erase, [&](const Value& value) { return mentions(value, what.subject); })) {
      return &hold;
    }
  }
  return nullptr;
}

std::vector<PartyId> holders(const Deciding& d, const PrivacyOrdered& order) {
  std::set<PartyId> parties;
  for (const CaseId& id : order.cases) {
    const Case* c = d.draft.find_case(id);
    if (!c) continue;
    for (const auto& [role, party] : c->parties) parties.insert(party);
  }
  for (const std::string& place : order.records) {
    const std::string_view pack = std::string_view{place}.substr(0, place.find('/'));
    for (const auto& [digest, row] : d.circle().packs) {
      if (!row.pack || row.pack->name != pack) continue;
      for (const auto& [party, from] : row.adopted) parties.insert(party);
    }
  }
  std::erase_if(parties, [&](const PartyId& party) {
    return party == d.self() || !d.circle().parties.contains(party);
  });
  return {parties.begin(), parties.end()};
}

}  // namespace bashu::core
