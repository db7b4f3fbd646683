// The full check of the journal beside the running node, asked for by an auditor at a page: one at
// a time, in a thread of its own, stopped with the node. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "node/verify.h"

namespace bashu::api {

class Verification {
 public:
  explicit Verification(std::filesystem::path dir) : dir_{std::move(dir)} {}
  ~Verification();
  Verification(const Verification&) = delete;
  Verification& operator=(const Verification&) = delete;

  struct State {
    bool running = false;
    std::uint64_t done = 0, of = 0;  // entries
    // Of the last one that came to an end.
    std::optional<std::int64_t> ended_ms;
    std::optional<node::Verification> found;
    std::string fault;  // why it could not be read
  };
  [[nodiscard]] State state() const;
  // Nothing if one is running.
  void begin();

 private:
  void run();

  const std::filesystem::path dir_;
  mutable std::mutex mutex_;
  State state_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace bashu::api
