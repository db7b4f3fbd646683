#include "main/ending.h"

#include <signal.h>

#include <cstdlib>
#include <ctime>
#include <ostream>

#include "base/thread.h"
#include "texts/texts.h"

namespace bashu::cli {

EndsAtOnce::EndsAtOnce(const Console& console)
    : thread_{[&console](const std::stop_token& stop) {
        name_thread("bashu-begins");
        ::sigset_t signals;
        ::sigemptyset(&signals);
        for (const int signal : {SIGINT, SIGTERM}) ::sigaddset(&signals, signal);
        constexpr ::timespec kPause{.tv_sec = 0, .tv_nsec = 50'000'000};
        while (!stop.stop_requested()) {
          if (::sigtimedwait(&signals, nullptr, &kPause) < 0) continue;
          console.err << texts::text(console.language, "serve.ended_early") << std::endl;
          std::_Exit(static_cast<int>(Exit::done));
        }
      }} {}

void end_commits(node::Node& node, Log& log, const Answering& answering) {
  using std::chrono::milliseconds;
  constexpr milliseconds kLook{10}, kSent{500};
  const auto told = std::chrono::steady_clock::now();
  const auto since = [told] {
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - told)
        .count();
  };
  node.end_within(kEndMs);
  for (;;) {
    // One that was begun since is no longer the one that was on its way at the signal.
    const std::int64_t waits = node.commit_waits_ms();
    const bool hangs = waits >= since();
    if (!hangs && answering.all_answered()) return;
    if (since() >= kEndMs - 2 * kSent.count()) {
      log.write(hangs ? "ending without its last commit" : "ending before all is answered",
                {{"ms", waits}});
      answering.give_up();
      std::this_thread::sleep_for(kSent);
      return;
    }
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace bashu::cli
