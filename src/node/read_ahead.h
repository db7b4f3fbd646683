// The journal read and decoded on a thread of its own, a little ahead of who applies it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"
#include "node/entry.h"

namespace bashu::node {

class ReadAhead {
 public:
  using Batch = std::vector<Entry>;
  // `source` must outlive it.
  ReadAhead(EntrySource& source, std::uint64_t from, std::size_t batch_bytes);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // The next entries; none when all are read that were durable. `spent`, the batch before, is
  // freed on the other thread, which costs as much as making it.
  [[nodiscard]] std::expected<Batch, Fault> next(Batch spent);

 private:
  void read();

  EntrySource& source_;
  std::uint64_t from_;
  std::size_t batch_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::expected<Batch, Fault>> ready_;  // an empty batch is the end
  std::vector<Batch> spent_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace bashu::node
