// How a node that serves ends when it is told to, also when a commit of it hangs.
//
//     before it serves    it has taken nothing of anybody, and ends at once
//     while it serves     a commit that is on its way is waited for; one that hangs is given up
//     after
//                         kEndMs, whoever waits for it is told that its outcome is unknown
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

// Waits for the commit that is on its way, if there is one, so that whoever asked for it is
// answered. If it hangs `give_up` is called, which answers them; soon after it returned the node
// ends the process with 70 (node::Node::end_within).
void end_commits(node::Node& node, Log& log, const std::function<void()>& give_up);

}  // namespace bashu::cli
