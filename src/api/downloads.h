// Large documents on their way to readers, piece after piece as fast as each reads, so that none is
// ever whole in memory. Thread-safe; ends with the node.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

#include "http/stream.h"

namespace bashu::api {

class Downloads {
 public:
  // Gives pieces to `take` while it says true; false: they cannot be had.
  using Source = std::function<bool(const std::function<bool(std::string_view)>& take)>;
  // Null if as many are under way as there may be.
  [[nodiscard]] std::shared_ptr<http::Stream> begin(Source source);

 private:
  static constexpr std::size_t kMost = 16;
  struct One {
    std::atomic<bool> done = false;
    std::jthread thread;  // ends before `done` does
  };
  std::mutex mutex_;
  std::list<One> all_;
};

}  // namespace bashu::api
