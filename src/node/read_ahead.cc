#include "node/read_ahead.h"

#include <utility>

namespace bashu::node {

namespace {

constexpr std::size_t kAhead = 2;  // batches

}  // namespace

ReadAhead::ReadAhead(EntrySource& source, std::uint64_t from, std::size_t batch_bytes)
    : source_{source}, from_{from}, batch_bytes_{batch_bytes}, thread_{[this] { read(); }} {}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::expected<ReadAhead::Batch, Fault> ReadAhead::next(Batch spent) {
  std::unique_lock lock{mutex_};
  if (!spent.empty()) spent_.push_back(std::move(spent));
  changed_.wait(lock, [&] { return !ready_.empty(); });
  auto batch = std::move(ready_.front());
  const bool last = !batch || batch->empty();
  if (!last) ready_.pop_front();  // the end stays, for whoever asks again
  changed_.notify_all();
  return batch;
}

void ReadAhead::read() {
  while (true) {
    std::vector<Batch> spent;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [&] { return stop_ || ready_.size() < kAhead; });
      if (stop_) return;
      std::swap(spent, spent_);
    }
    spent.clear();
    std::expected<Batch, Fault> batch{Batch{}};
    if (from_ < source_.durable()) batch = source_.entries(from_, batch_bytes_);
    const bool last = !batch || batch->empty();
    if (!last) from_ = batch->back().index + 1;
    {
      const std::lock_guard lock{mutex_};
      ready_.push_back(std::move(batch));
    }
    changed_.notify_all();
    if (last) return;
  }
}

}  // namespace bashu::node
