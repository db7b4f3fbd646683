#include "node/standby.h"

#include <algorithm>
#include <utility>

#include "base/thread.h"
#include "node/succession.h"

namespace bashu::node {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kPiece = 8U << 20;
constexpr milliseconds kPause{50}, kLook{500};
std::int64_t since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - then).count();
}

}  // namespace

Standby::Standby(Parts parts) : parts_{std::move(parts)}, changed_at_{Clock::now()} {
  look();
  thread_ = named_thread("bashu-standby", [this] { run(); });
}

Standby::~Standby() { stop(); }

void Standby::stop() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  woken_.notify_all();
  answered_.notify_all();
  if (thread_.joinable()) thread_.join();
}

StandbyStatus Standby::status() {
  const std::lock_guard lock{mutex_};
  StandbyStatus now = status_;
  now.behind_ms = behind_since_ ? since(*behind_since_) : 0;
  return now;
}

std::expected<void, Fault> Standby::take_over(const std::string& by) {
  std::unique_lock lock{mutex_};
  if (!asked_by_.empty()) return std::unexpected{Fault{.what = "it is being taken over already"}};
  asked_by_ = by;
  outcome_.reset();
  woken_.notify_all();
  answered_.wait(lock, [&] { return outcome_ || stop_ || !stands(); });
  asked_by_.clear();
  if (outcome_) return *outcome_;
  if (!stands()) return {};
  return std::unexpected{Fault{.what = "the node is stopping"}};
}

void Standby::run() {
  while (stands()) {
    std::string by;
    {
      std::unique_lock lock{mutex_};
      woken_.wait_for(lock, kPause, [&] { return stop_ || (!asked_by_.empty() && !outcome_); });
      if (stop_) return;
      if (!outcome_) by = asked_by_;
    }
    std::expected<bool, Fault> more = true;
    while (more && *more) more = follow();
    // How long a database has answered again counts from when it does.
    const milliseconds due = answers_since_ ? kLook : kPause;
    if (since(looked_at_) >= due.count() || !by.empty()) look();
    {
      const std::lock_guard lock{mutex_};
      status_.trouble = more ? std::string{} : more.error().what;
    }
    if (by.empty() && !silent()) continue;
    const auto outcome = become_writer(by.empty() ? "system" : by);
    if (!outcome) parts_.journal.give_up();
    const std::lock_guard lock{mutex_};
    if (!outcome) status_.trouble = outcome.error().what;
    if (!by.empty()) outcome_ = outcome;
    answered_.notify_all();
  }
}

std::expected<bool, Fault> Standby::follow() {
  const auto commits = parts_.journal.ahead(kPiece);
  if (!commits) return std::unexpected{commits.error()};
  if (commits->empty()) {
    const std::lock_guard lock{mutex_};
    behind_since_.reset();
    status_.behind = 0;
    return false;
  }
  {
    const std::lock_guard lock{mutex_};
    if (stop_) return false;
    if (!behind_since_) behind_since_ = Clock::now();
    const std::uint64_t end = commits->back().first + commits->back().count;
    status_.behind = std::max(parts_.journal.behind(), end - parts_.journal.size());
  }
  if (auto taken = parts_.take(*commits); !taken) {
    parts_.end(taken.error());
    return std::unexpected{taken.error()};
  }
  return true;
}

void Standby::look() {
  looked_at_ = Clock::now();
  const auto seat = parts_.journal.seat();
  if (!seat) {
    answers_since_.reset();
  } else {
    if (!answers_since_) answers_since_ = Clock::now();
    if (seat->epoch != seat_.epoch || seat->beat != seat_.beat) changed_at_ = Clock::now();
    seat_ = *seat;
    if (!seat->moved.empty()) parts_.end({.what = seat->moved});
  }
  const std::lock_guard lock{mutex_};
  status_.writer = seat_.holder;
  status_.epoch = seat_.epoch;
  status_.silent_ms = since(changed_at_);
}

bool Standby::silent() const {
  const auto answering = answers_since_ ? std::optional{since(*answers_since_)} : std::nullopt;
  return too_silent(parts_.after_ms, since(changed_at_), answering);
}

std::expected<void, Fault> Standby::become_writer(const std::string& by) {
  // Before the epoch is raised: a writer that lives is not ended by one that could not go on.
  if (auto may = parts_.may_write(); !may) return may;
  const auto begin = [this](const journal::Commit& last,
                            const core::TakeOver& what) -> std::expected<void, Fault> {
    auto begun = parts_.begin(last, what);
    if (!begun) parts_.end(begun.error());
    return begun;
  };
  auto done =
      succeed({.journal = parts_.journal, .follow = [this] { return follow(); }, .begin = begin},
              seat_.epoch, by);
  if (done) stands_.store(false, std::memory_order_release);
  return done;
}

}  // namespace bashu::node
