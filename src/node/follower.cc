#include "node/follower.h"

#include <algorithm>
#include <utility>

#include "base/thread.h"

namespace bashu::node {

namespace {

constexpr std::size_t kBatchBytes = std::size_t{4} << 20;
constexpr int kPauseMs = 200;  // how soon a stop is noticed
// Under load entries are gathered for so long, unless somebody waits for one: what is kept together
// costs less.
constexpr std::chrono::milliseconds kGather{200};
constexpr std::chrono::seconds kIdleAtLeast{2};  // so often under load

}  // namespace

Follower::Follower(Parts parts, const char* thread_name)
    : parts_{std::move(parts)}, next_{parts_.projection.next()} {
  thread_ = named_thread(thread_name, [this] { follow(); });
}

Follower::~Follower() { stop(); }

void Follower::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

bool Follower::wait(std::uint64_t position, int timeout_ms) {
  std::unique_lock lock{mutex_};
  if (next_ > position) return true;
  wanted_ = std::max(wanted_, position + 1);
  changed_.notify_all();
  return changed_.wait_for(lock, std::chrono::milliseconds{timeout_ms}, [&] {
    return next_ > position || !fault_.empty();
  }) && next_ > position;
}

std::string Follower::fault() {
  const std::lock_guard lock{mutex_};
  return fault_;
}

std::expected<void, Fault> Follower::aside(
    const std::function<std::expected<void, Fault>()>& change) {
  const std::lock_guard standing{taking_};
  if (auto done = change(); !done) return done;
  const std::lock_guard lock{mutex_};
  next_ = parts_.projection.next();
  fault_.clear();
  changed_.notify_all();
  return {};
}

// Reads and takes until nothing durable is missing, or a stop.
std::expected<void, Fault> Follower::catch_up() {
  while (!stop_ && parts_.projection.next() < parts_.node.durable()) {
    const auto entries = parts_.node.entries(parts_.projection.next(), kBatchBytes);
    unread_ = !entries;
    if (!entries) return std::unexpected{entries.error()};
    if (entries->empty()) return {};
    if (auto taken = parts_.projection.take(*entries); !taken) return taken;
    tell();
  }
  return {};
}

void Follower::tell() {
  const std::lock_guard lock{mutex_};
  next_ = parts_.projection.next();
  told_ = Clock::now();
  changed_.notify_all();
}

void Follower::follow() {
  while (!stop_) {
    std::uint64_t seen = 0;
    if (fault().empty() || unread_) {
      const std::lock_guard standing{taking_};
      const auto result = catch_up();
      const std::lock_guard lock{mutex_};
      fault_ = result ? std::string{} : result.error().what;
      if (!result) changed_.notify_all();
      seen = parts_.projection.next();
    }
    if (!fault().empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds{kPauseMs});
      continue;
    }
    const bool still = parts_.node.wait_durable(seen, kPauseMs) <= seen;
    if (parts_.idle && (still || idle_ + kIdleAtLeast < Clock::now())) {
      parts_.idle([this, seen] { return stop_ || parts_.node.durable() > seen; });
      idle_ = Clock::now();
    }
    gather();
  }
}

void Follower::gather() {
  std::unique_lock lock{mutex_};
  changed_.wait_until(lock, told_ + kGather, [&] { return stop_ || wanted_ > next_; });
}

}  // namespace bashu::node
