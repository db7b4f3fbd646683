// Notices given once for many: while a Together stands on a thread, what this thread has to tell
// another is told when it ends. Waking a thread costs more than most of what it is woken for.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace bashu {

class Together {
 public:
  Together() { ++here().depth; }
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;
  ~Together() {
    Held& held = here();
    if (--held.depth > 0) return;
    for (const auto& [whom, notice] : std::exchange(held.notices, {})) notice();
  }
  // Gives the notice now, or once for all those to `whom` when the outermost Together of this
  // thread ends. Whoever waits for what follows from it must not put it off.
  static void tell(const void* whom, std::function<void()> notice) {
    Held& held = here();
    if (held.depth == 0) return notice();
    if (std::ranges::find(held.notices, whom, &Notice::first) != held.notices.end()) return;
    held.notices.emplace_back(whom, std::move(notice));
  }

 private:
  using Notice = std::pair<const void*, std::function<void()>>;
  struct Held {
    int depth = 0;
    std::vector<Notice> notices;
  };
  static Held& here() {
    thread_local Held held;
    return held;
  }
};

}  // namespace bashu
