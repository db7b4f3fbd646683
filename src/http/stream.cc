#include "http/stream.h"

#include <chrono>
#include <utility>

namespace bashu::http {

bool Stream::write(std::string_view bytes) {
  std::function<void()> tell;
  {
    const std::lock_guard lock{mutex_};
    if (abandoned_ || ended_) return false;
    waiting_ += bytes;
    if (!told_ && more_) tell = more_;
    if (tell) told_ = true;
  }
  if (tell) tell();
  return true;
}

void Stream::end() { finish(false); }
void Stream::fail() { finish(true); }

void Stream::finish(bool failed) {
  std::function<void()> tell;
  {
    const std::lock_guard lock{mutex_};
    if (abandoned_ || ended_) return;
    ended_ = true;
    failed_ = failed;
    if (!told_ && more_) tell = more_;
    if (tell) told_ = true;
  }
  if (tell) tell();
}

bool Stream::room(std::size_t waiting_max, int timeout_ms) {
  std::unique_lock lock{mutex_};
  taken_.wait_for(lock, std::chrono::milliseconds{timeout_ms},
                  [&] { return abandoned_ || waiting_.size() < waiting_max; });
  return !abandoned_ && waiting_.size() < waiting_max;
}

bool Stream::abandoned() const {
  const std::lock_guard lock{mutex_};
  return abandoned_;
}

void Stream::attach(std::function<void()> more) {
  std::function<void()> tell;
  {
    const std::lock_guard lock{mutex_};
    more_ = std::move(more);
    told_ = !waiting_.empty() || ended_;
    if (told_) tell = more_;
  }
  if (tell) tell();
}

Stream::Taken Stream::take() {
  const std::lock_guard lock{mutex_};
  told_ = false;
  taken_.notify_all();
  return {.bytes = std::exchange(waiting_, {}), .ended = ended_, .failed = failed_};
}

void Stream::abandon() {
  const std::lock_guard lock{mutex_};
  abandoned_ = true;
  more_ = {};
  waiting_.clear();
  taken_.notify_all();
}

std::string server_event(std::string_view name, std::string_view data, std::string_view id) {
  std::string out;
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  out.append("event: ").append(name).append("\n");
  while (true) {
    const std::size_t end = data.find('\n');
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + 1);
  }
  return out + "\n";
}

}  // namespace bashu::http
