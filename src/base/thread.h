#pragma once

#include <pthread.h>

#include <thread>
#include <utility>

namespace bashu {

// Of the thread that asks; as below.
inline void name_thread(const char* name) { ::pthread_setname_np(::pthread_self(), name); }

// A thread by the name that `top -H` and profilers show; at most 15 bytes.
template <typename Thread = std::thread, typename Work>
[[nodiscard]] Thread named_thread(const char* name, Work work) {
  return Thread{[name, work = std::move(work)]() mutable {
    name_thread(name);
    work();
  }};
}

}  // namespace bashu
