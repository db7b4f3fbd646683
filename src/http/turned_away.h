// Whom a door turned away before anybody read a request: handshakes of TLS that failed, peers that
// nobody knows. Counted by address until somebody asks, so that a flood is a few lines of a log and
// not one for each try. Thread-safe; holds kAddresses names at most.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bashu::http {

class TurnedAway {
 public:
  static constexpr std::size_t kAddresses = 8;
  struct Count {
    std::string address;  // empty: all beyond the first kAddresses together
    std::string why;      // the last time
    std::int64_t times = 0;
  };

  void note(const std::string& address, std::string_view why);
  // Since this was asked last, by address.
  [[nodiscard]] std::vector<Count> take();

 private:
  std::mutex mutex_;
  std::map<std::string, Count> counts_;
};

}  // namespace bashu::http
