#include "exchange/named.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "core/privacy/privacy.h"
#include "node/vault.h"

namespace bashu::exchange {

namespace {

// No part but the last is smaller, so that nothing smaller has parts.
constexpr std::int64_t kLargeMin = 1 << 20;

bool has(const auto& list, std::string_view one) {
  return std::ranges::find(list, one) != list.end();
}

}  // namespace

void each_document(const Value& value, const std::function<void(const KeyedDocument&)>& visit) {
  if (const Value::List* list = value.as_list()) {
    for (const Value& item : *list) each_document(item, visit);
  }
  const Value::Record* record = value.as_record();
  if (!record) return;
  const Value* name = value.find("sha256");
  if (name && name->as_text() && record->contains("media") && record->contains("size") &&
      hash_from_hex(*name->as_text())) {
    const auto keys = node::sealing_keys(value);
    visit({.sha256 = *name->as_text(),
           .key = keys.empty() ? value.text_at("dek") : keys.front(),
           .size = value.int_at("size")});
  }
  for (const auto& [member, inner] : *record) each_document(inner, visit);
}

std::vector<KeyedDocument> keyed_documents(const Value& value) {
  std::vector<KeyedDocument> found;
  each_document(value, [&](const KeyedDocument& one) {
    const bool twice = std::ranges::any_of(
        found, [&](const KeyedDocument& other) { return other.sha256 == one.sha256; });
    if (!twice) found.push_back(one);
  });
  return found;
}

void NamedDocuments::keep(std::string_view name, bool lives) {
  if (!names_.contains(name)) return;
  kept_.emplace(name);
  (lives ? living_ : held_).emplace(name);
}

// Whether a legal hold in force stands over it.
bool NamedDocuments::under_hold(const core::State& state, const Place& place, const Value& value,
                                std::string_view key) {
  return std::ranges::any_of(state.circle().orders, [&](const auto& numbered) {
    const core::PrivacyOrdered& order = numbered.second.order;
    if (order.kind != "hold" || !core::in_force(numbered.second, state.circle().today)) {
      return false;
    }
    return has(order.cases, place.case_id) || has(order.records, place.record) ||
           has(order.keys, key) || order.subject == place.case_id ||
           core::mentions(value, order.subject);
  });
}

void NamedDocuments::look_at(const core::State& state, const Place& place, const Value& value) {
  each_document(value, [&](const KeyedDocument& one) {
    const bool large = one.size > kLargeMin;
    if (!large && !names_.contains(one.sha256)) return;
    // One that says no key cannot be said to have lost it.
    const bool lives = one.key.empty() || state.serial(core::Store::kErased, one.key) == 0;
    if (!lives && !under_hold(state, place, value, one.key)) return;
    keep(one.sha256, lives);
    if (!large) return;
    const bool first = met_large_.insert(one.sha256).second;
    const bool first_living = lives && met_living_.insert(one.sha256).second;
    if (first || first_living) large_.push_back(one.sha256);
  });
}

void NamedDocuments::look_at(const core::State& state, const core::Case& c) {
  const Place place{.case_id = c.id, .record = {}};
  look_at(state, place, c.data);
  for (const std::int64_t version : c.parked) {
    if (const core::Parked* step = state.find_parked(c.id, version)) {
      look_at(state, place, step->body);
    }
  }
}

bool NamedDocuments::look(const core::State& state, std::size_t most) {
  switch (phase_) {
    case Phase::cases:
      state.walk_cases(walk_, most, [&](const core::Case& c) { look_at(state, c); });
      break;
    case Phase::records:
      state.walk_records(
          walk_, most,
          [&](const core::RegisterId& reg, const std::string& key, const core::Record& record) {
            const std::string place = reg.text() + "/" + key;
            const Place at{.case_id = {}, .record = place};
            look_at(state, at, record.fields);
            for (const auto& [keeper, claim] : record.contested) {
              look_at(state, at, claim.fields);
            }
          });
      break;
    case Phase::held_messages:  // of which peers leave no more than their quotas let them
      state.each_inbox([&](const core::PartyId& /*from*/, const core::Inbox& inbox) {
        for (const auto& [seq, held] : inbox.held) {
          look_at(state, {.case_id = held.stream, .record = {}}, held.body);
        }
      });
      walk_.done = true;
      break;
    case Phase::done:
      return false;
  }
  if (walk_.done) {
    walk_ = {};
    phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1);
  }
  return phase_ != Phase::done;
}

std::vector<std::string> NamedDocuments::take_large() { return std::exchange(large_, {}); }

void NamedDocuments::take_parts(const std::string& of, const std::vector<Part>& parts) {
  for (const Part& part : parts) keep(part.name, met_living_.contains(of));
}

}  // namespace bashu::exchange
