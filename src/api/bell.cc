#include "api/bell.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/thread.h"
#include "views/follower.h"

namespace bashu::api {

namespace {

constexpr std::size_t kListenersMax = 1'024;
constexpr std::size_t kPerPrincipal = 16;
constexpr int kPaceMs = 200;     // between two events
constexpr int kLooksAgain = 25;  // paces after which sessions are looked at

std::string event_of(std::uint64_t entries) {
  const std::string position = std::to_string(entries == 0 ? 0 : entries - 1);
  return http::server_event("position", "{\"position\":" + position + "}", position);
}

}  // namespace

struct Bell::Listeners {
  struct One {
    people::Guest guest;
    std::shared_ptr<http::Stream> stream;
  };
  std::mutex mutex;
  std::condition_variable came;
  std::vector<One> all;
  bool ending = false;
};

Bell::Bell(views::Follower& follower, people::Entrance& entrance)
    : follower_{follower},
      entrance_{entrance},
      listeners_{std::make_unique<Listeners>()},
      thread_{named_thread<std::jthread>("bashu-bell", [this] { ring(); })} {}

Bell::~Bell() {
  {
    const std::lock_guard lock{listeners_->mutex};
    listeners_->ending = true;
    for (const auto& one : listeners_->all) one.stream->end();
  }
  listeners_->came.notify_all();
}

std::shared_ptr<http::Stream> Bell::listen(people::Guest guest) {
  auto stream = std::make_shared<http::Stream>();
  stream->write(event_of(follower_.entries()));
  const std::string who = guest.who->principal();
  const std::lock_guard lock{listeners_->mutex};
  const auto same = std::ranges::count_if(
      listeners_->all, [&](const auto& one) { return one.guest.who->principal() == who; });
  if (listeners_->all.size() >= kListenersMax || static_cast<std::size_t>(same) >= kPerPrincipal) {
    return nullptr;
  }
  listeners_->all.push_back({std::move(guest), stream});
  listeners_->came.notify_all();
  return stream;
}

void Bell::ring() {
  std::uint64_t told = follower_.entries();
  int paces = 0;
  while (true) {
    {
      std::unique_lock lock{listeners_->mutex};
      listeners_->came.wait(lock, [&] { return listeners_->ending || !listeners_->all.empty(); });
      const auto pace = std::chrono::milliseconds{kPaceMs};
      if (listeners_->came.wait_for(lock, pace, [&] { return listeners_->ending; })) return;
    }
    const std::uint64_t now = follower_.entries();
    const bool looks = ++paces % kLooksAgain == 0;
    if (now == told && !looks) continue;
    const std::lock_guard lock{listeners_->mutex};
    std::erase_if(listeners_->all, [&](const Listeners::One& one) {
      if (one.stream->abandoned()) return true;
      if (looks && !entrance_.still(one.guest)) {
        one.stream->end();
        return true;
      }
      return now != told && !one.stream->write(event_of(now));
    });
    told = now;
  }
}

}  // namespace bashu::api
