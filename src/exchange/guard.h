// The restore guard (docs/formats/evidence.md 8.7): a node restored from a backup would use numbers
// twice and fork its log. Its own high-water mark is checked when the node opens; here each peer is
// asked, after every start, what it holds of our log, and until it has answered well nothing leaves
// towards it. Thread-safe.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace bashu::exchange {

class Guard {
 public:
  void pass(const std::string& peer) {
    const std::lock_guard lock{mutex_};
    passed_.insert(peer);
  }
  // `rollback` or `fork`: from here on nothing leaves at all.
  void fail(std::string_view code, std::string_view why) {
    const std::lock_guard lock{mutex_};
    if (trouble_.empty()) trouble_.append(code).append(": ").append(why);
  }
  [[nodiscard]] bool may_leave(std::string_view peer) const {
    const std::lock_guard lock{mutex_};
    return trouble_.empty() && passed_.contains(peer);
  }
  // Empty if there is none.
  [[nodiscard]] std::string trouble() const {
    const std::lock_guard lock{mutex_};
    return trouble_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> passed_;
  std::string trouble_;
};

}  // namespace bashu::exchange
