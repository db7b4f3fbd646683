// How a node that serves ends when it is told to, also when a commit of it hangs.
//
//     before it serves    it has taken nothing of anybody, and ends at once
//     while it serves     nothing more is taken; what was begun is decided, committed and answered.
//                         Whoever has no answer kEndMs after is told that the outcome is unknown
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

#include "main/console.h"
#include "main/listening.h"
#include "node/node.h"

namespace bashu::cli {

// From the signal on; docs/guide/operating.md names it.
inline constexpr std::int64_t kEndMs = 10'000;

// While this lives INT and TERM end the process at once, with 0 and words that say so. They are
// blocked in every thread (block_signals); another signal waits for whoever takes it afterwards.
class EndsAtOnce {
 public:
  explicit EndsAtOnce(const Console& console);

 private:
  std::jthread thread_;
};

// Waits for what was begun, so that whoever asked for it is answered. If that takes too long
// `give_up` is called, which answers them; if it is a commit that hangs the node ends the process
// with 70 soon after (node::Node::end_within).
struct Answering {
  std::function<bool()> all_answered;
  std::function<void()> give_up;
};
void end_commits(node::Node& node, Log& log, const Answering& answering);

}  // namespace bashu::cli
