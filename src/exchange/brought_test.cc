#include "exchange/brought.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/environment.h"
#include "node/storage/memory.h"

namespace bashu::exchange {
namespace {

class Zeros final : public node::Chance {
 public:
  std::string bytes(std::size_t count) override { return std::string(count, '\0'); }
};

// Whatever is taken and refused in whatever order: at the end that is here which was before, or
// which a message needs that was taken.
RC_GTEST_PROP(Brought, StaysIfItWasHereOrAMessageThatWasTakenNeedsIt, ()) {
  Zeros chance;
  node::MemoryStorage storage;
  auto secrets = storage.secrets(true);
  RC_ASSERT(secrets.has_value());
  auto vault = node::Vault::open(std::move(*secrets), chance);
  RC_ASSERT(vault.has_value());
  node::MemoryFiles files;
  Blobs blobs{files};
  Brought brought{**vault, blobs};
  const auto key = [](int n) { return "b-k" + std::to_string(n); };
  const auto document = [](int n) { return std::string(63, 'a') + std::to_string(n); };

  std::set<int> needed{0};  // here before
  (*vault)->put_key(key(0), std::string(32, 'k'));
  RC_ASSERT(blobs.want(document(0), "a").has_value());
  std::vector<std::pair<std::set<int>, Brought::Names>> on_their_way;
  for (const int act : *rc::gen::container<std::vector<int>>(60, rc::gen::inRange(0, 400))) {
    if (act % 4 <= 1) {
      std::set<int> names{act % 5, act % 7};
      Brought::Names here;
      for (const int n : names) {
        if (brought.lacks_key(here, key(n))) {
          brought.put_key(here, key(n), std::string(32, 'k'));
        }
        brought.want(here, document(n), "c");
        RC_ASSERT((*vault)->key(key(n)).has_value());
      }
      on_their_way.emplace_back(std::move(names), std::move(here));
    } else if (act % 4 == 2) {
      brought.forget();
    } else if (!on_their_way.empty()) {
      const auto at = on_their_way.begin() + act % static_cast<int>(on_their_way.size());
      if (act % 8 == 3) {
        needed.insert(at->first.begin(), at->first.end());
        brought.taken(at->second);
      } else {
        brought.refused(at->second);
      }
      on_their_way.erase(at);
    }
  }
  for (const auto& [names, here] : on_their_way) brought.refused(here);
  brought.forget();
  for (int n = 0; n < 7; ++n) {
    RC_ASSERT((*vault)->key(key(n)).has_value() == needed.contains(n));
    RC_ASSERT(blobs.wanted_of(document(n)).has_value() == needed.contains(n));
  }
}

}  // namespace
}  // namespace bashu::exchange
