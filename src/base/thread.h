#pragma once

#include <pthread.h>

#include <thread>
#include <utility>

namespace bashu {

// A thread by the name that `top -H` and profilers show; at most 15 bytes.
template <typename Thread = std::thread, typename Work>
[[nodiscard]] Thread named_thread(const char* name, Work work) {
  return Thread{[name, work = std::move(work)]() mutable {
    ::pthread_setname_np(::pthread_self(), name);
    work();
  }};
}

}  // namespace bashu
