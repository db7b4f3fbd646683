// The packs this node holds and the parties of the circle, copied from the core when they changed,
// so that a request does not have to interrupt it. Packs never change; which are in force may.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "core/store.h"
#include "node/node.h"
#include "packs/pack.h"

namespace bashu::api {

struct HeldPack {
  packs::PackPtr pack;
  std::map<core::PartyId, Date> adopted;  // party to in force from
  bool in_force = false;                  // here, today
};
struct Shelf {
  core::PartyId own;
  Date today;
  std::map<core::PartyId, core::PartyJoined, std::less<>> parties;
  std::map<std::string, HeldPack, std::less<>> packs;           // by digest `sha256:...`
  std::map<std::string, std::int64_t, std::less<>> restricted;  // keys of values, to the order
  bool passwords = false;                                       // somebody signs in with one
  std::uint64_t changes = 0;  // Node::circle_changes() before it was made

  // By name (the newest version in force here, else the newest held) or by digest, with or without
  // `sha256:`; nullptr: none.
  [[nodiscard]] const HeldPack* find(std::string_view name_or_digest) const;
  // By name: the newest version in force at every one of these parties; nullptr: none is.
  [[nodiscard]] const HeldPack* agreed(std::string_view name, const core::Parties& among) const;
  // What is in force here, then what is held besides, newest first, by name.
  [[nodiscard]] std::vector<const HeldPack*> list() const;
};

// Thread-safe.
class Shelves {
 public:
  explicit Shelves(node::Node& node) : node_{node} {}
  // As it is now. recent() is empty where now() has to ask the core.
  [[nodiscard]] std::shared_ptr<const Shelf> recent();
  [[nodiscard]] std::shared_ptr<const Shelf> now();
  // The same for whoever must not wait long: the one before if the core does not answer in time;
  // nullptr: there is none.
  [[nodiscard]] std::shared_ptr<const Shelf> within(int timeout_ms);

 private:
  node::Node& node_;
  std::mutex mutex_;
  std::shared_ptr<const Shelf> shelf_;
};

}  // namespace bashu::api
