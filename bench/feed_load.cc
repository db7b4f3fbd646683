#include "bench/feed_load.h"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "core/feeds/content.h"

namespace bashu::bench {

namespace {

// Waits until `count` outcomes have come; counts those that are no Done.
class Waiting {
 public:
  explicit Waiting(int count) : left_{count} {}
  void done(const node::Outcome& outcome) {
    const std::lock_guard lock{guard_};
    if (!std::holds_alternative<node::Done>(outcome)) ++failed_;
    if (--left_ == 0) all_.notify_all();
  }
  int wait() {
    std::unique_lock lock{guard_};
    all_.wait(lock, [&] { return left_ == 0; });
    return failed_;
  }

 private:
  std::mutex guard_;
  std::condition_variable all_;
  int left_;
  int failed_ = 0;
};

}  // namespace

core::PostFeed batch_of(const char* feed, std::uint64_t number,
                        const std::function<Value(std::uint64_t)>& line) {
  core::PostFeed batch{.by = clerk(), .pack = "bench", .feed = feed, .role = "clerk", .lines = {}};
  batch.lines.reserve(kLines);
  for (std::uint64_t k = 0; k < kLines; ++k) batch.lines.push_back(line(number * kLines + k));
  return batch;
}

std::optional<double> seconds_of(node::Node& node, std::vector<core::PostFeed> batches) {
  Waiting waiting{static_cast<int>(batches.size())};
  const auto start = Steady::now();
  for (core::PostFeed& batch : batches) {
    // What each line says is hashed by who submits it, as it is behind HTTP.
    batch.contents.reserve(kLines);
    std::ranges::transform(batch.lines, std::back_inserter(batch.contents), core::content_of);
    // Never so many that the queue is full.
    BASHU_ASSERT(node.submit({.command = std::move(batch), .evidence = "{}"},
                             [&](const node::Outcome& outcome) { waiting.done(outcome); }));
  }
  if (waiting.wait() > 0) return std::nullopt;
  return seconds_since(start);
}

}  // namespace bashu::bench
