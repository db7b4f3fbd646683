#include "api/verification.h"

#include <utility>

#include "people/entrance.h"

namespace bashu::api {

namespace {
struct Stopped {};  // thrown through the check, which holds nothing that does not close itself
}  // namespace

Verification::~Verification() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Verification::State Verification::state() const {
  const std::lock_guard lock{mutex_};
  return state_;
}

void Verification::begin() {
  const std::lock_guard lock{mutex_};
  if (state_.running) return;
  if (thread_.joinable()) thread_.join();  // it has ended: only its thread is left
  state_ = {};
  state_.running = true;
  thread_ = std::thread{[this] { run(); }};
}

void Verification::run() {
  std::optional<std::expected<node::Verification, Fault>> found;
  try {
    found = node::verify(dir_, [this](std::uint64_t done, std::uint64_t of) {
      if (stopping_) throw Stopped{};
      const std::lock_guard lock{mutex_};
      state_.done = done;
      state_.of = of;
    });
  } catch (const Stopped&) {
    return;
  }
  const std::lock_guard lock{mutex_};
  state_.running = false;
  state_.ended_ms = people::now_ms();
  if (*found) {
    state_.done = state_.of = (*found)->entries;
    state_.found = std::move(**found);
  } else {
    state_.fault = (*found).error().what;
  }
}

}  // namespace bashu::api
