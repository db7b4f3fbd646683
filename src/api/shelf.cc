#include "api/shelf.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace bashu::api {

namespace {

void fill(Shelf& shelf, const core::State& state) {
  const core::Store::Circle& circle = state.circle();
  shelf.own = circle.own;
  shelf.today = circle.today;
  shelf.parties = circle.parties;
  for (const auto& [number, one] : circle.orders) {
    if (one.order.kind != "restrict" || one.ended) continue;
    for (const std::string& key : one.order.keys) shelf.restricted.emplace(key, number);
  }
  shelf.passwords = std::ranges::any_of(circle.people.principals, [](const auto& one) {
    return one.first.starts_with("user:") && !one.second.ended && !one.second.set.proof.empty();
  });
  for (const auto& [digest, row] : circle.packs) {
    if (!row.pack) continue;
    const auto from = row.adopted.find(circle.own);
    const bool in_force = from != row.adopted.end() && from->second <= circle.today;
    shelf.packs.emplace(row.pack->digest, HeldPack{row.pack, row.adopted, in_force});
  }
}

}  // namespace

const HeldPack* Shelf::find(std::string_view name_or_digest) const {
  const bool bare = name_or_digest.size() == 64 && !name_or_digest.starts_with("sha256:");
  if (const auto it =
          packs.find(bare ? "sha256:" + std::string{name_or_digest} : std::string{name_or_digest});
      it != packs.end()) {
    return &it->second;
  }
  const HeldPack* best = nullptr;
  for (const auto& [digest, held] : packs) {
    if (held.pack->name != name_or_digest) continue;
    const auto rank = [](const HeldPack& p) { return std::pair{p.in_force, p.pack->version}; };
    if (!best || rank(held) > rank(*best)) best = &held;
  }
  return best;
}

const HeldPack* Shelf::agreed(std::string_view name, const core::Parties& among) const {
  const HeldPack* best = nullptr;
  for (const auto& [digest, held] : packs) {
    if (held.pack->name != name || (best && best->pack->version >= held.pack->version)) continue;
    const bool everywhere = std::ranges::all_of(among, [&](const auto& party) {
      const auto from = held.adopted.find(party.second);
      return from != held.adopted.end() && from->second <= today;
    });
    if (everywhere) best = &held;
  }
  return best;
}

std::vector<const HeldPack*> Shelf::list() const {
  std::vector<const HeldPack*> all;
  for (const auto& [digest, held] : packs) all.push_back(&held);
  std::ranges::sort(all, [](const HeldPack* a, const HeldPack* b) {
    return std::tuple{a->pack->name, !a->in_force, -a->pack->version} <
           std::tuple{b->pack->name, !b->in_force, -b->pack->version};
  });
  return all;
}

std::shared_ptr<const Shelf> Shelves::recent() {
  const std::lock_guard lock{mutex_};
  return shelf_ && shelf_->changes == node_.circle_changes() ? shelf_ : nullptr;
}

std::shared_ptr<const Shelf> Shelves::now() {
  if (auto held = recent()) return held;
  auto shelf = std::make_shared<Shelf>();
  shelf->changes = node_.circle_changes();
  node_.query([&](const core::State& state) { fill(*shelf, state); });
  const std::lock_guard lock{mutex_};
  shelf_ = shelf;
  return shelf;
}

std::shared_ptr<const Shelf> Shelves::within(int timeout_ms) {
  if (auto held = recent()) return held;
  const auto shelf = std::make_shared<Shelf>();
  shelf->changes = node_.circle_changes();
  const bool filled =
      node_.query_within(timeout_ms, [shelf](const core::State& state) { fill(*shelf, state); });
  const std::lock_guard lock{mutex_};
  if (filled) shelf_ = shelf;
  return shelf_;
}

}  // namespace bashu::api
