// The restore guard (docs/formats/evidence.md 8.7): a node restored from a backup would use numbers
// twice and fork its log. Its own high-water mark is checked when the node opens; here each peer is
// asked, after every start, what it holds of our log, and until it has answered well nothing leaves
// towards it. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "evidence/standing.h"

namespace bashu::exchange {

// Our journal is not the one whose checkpoints left.
struct Trouble {
  evidence::Standing standing{};
  std::string why;
  [[nodiscard]] std::string text() const {
    return std::string{evidence::code_of(standing)} + ": " + why;
  }
};

class Guard {
 public:
  void pass(const std::string& peer) {
    const std::lock_guard lock{mutex_};
    passed_.insert(peer);
  }
  // It says that it holds more of ours than we do: until it has answered well again nothing leaves
  // towards it.
  void hold(const std::string& peer) {
    const std::lock_guard lock{mutex_};
    passed_.erase(peer);
  }
  // From here on nothing leaves at all.
  void fail(evidence::Standing standing, std::string why) {
    const std::lock_guard lock{mutex_};
    if (!trouble_) trouble_ = Trouble{.standing = standing, .why = std::move(why)};
  }
  [[nodiscard]] bool may_leave(std::string_view peer) const {
    const std::lock_guard lock{mutex_};
    return !trouble_ && passed_.contains(peer);
  }
  [[nodiscard]] std::optional<Trouble> trouble() const {
    const std::lock_guard lock{mutex_};
    return trouble_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> passed_;
  std::optional<Trouble> trouble_;
};

}  // namespace bashu::exchange
