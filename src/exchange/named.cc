#include "exchange/named.h"

#include <algorithm>
#include <utility>

#include "core/privacy/privacy.h"

namespace bashu::exchange {

namespace {

// No part but the last is smaller, so that nothing smaller has parts.
constexpr std::int64_t kLargeMin = 1 << 20;

bool has(const auto& list, std::string_view one) {
  return std::ranges::find(list, one) != list.end();
}

}  // namespace

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

void NamedDocuments::look_at(const core::State& state, const Place& place, const Value& value,
                             const KeyedDocument& one) {
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
}

void NamedDocuments::look_at(const core::State& state, const Place& place, const Value& value) {
  core::each_document(value, [&](const KeyedDocument& one) { look_at(state, place, value, one); });
}

// Of a hold that names whom it is about counts what stands at the place now.
void NamedDocuments::look_at(const core::State& state, const core::EarlierDocument& earlier) {
  const auto [reg, key] = core::record_of(earlier.place);
  if (const core::Record* record = state.find_record(reg, key)) {
    look_at(state, {.case_id = {}, .record = earlier.place}, record->fields, earlier.document);
    return;
  }
  const core::Case* c = state.find_case(earlier.place);
  look_at(state, {.case_id = earlier.place, .record = earlier.place}, c ? c->data : Value{},
          earlier.document);
}

void NamedDocuments::look_at_earlier(const core::State& state, std::size_t most) {
  const std::int64_t all = core::earlier_documents(state);
  for (std::size_t seen = 0; seen < most && earlier_ < all; ++seen) {
    look_at(state, core::earlier_document(state, ++earlier_));
  }
  walk_.done = earlier_ >= all;
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
    case Phase::earlier:
      look_at_earlier(state, most);
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
