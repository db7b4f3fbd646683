// Things that are made each by itself and used one after the other: while one is used the next
// are made.
#pragma once

#include <cstddef>
#include <deque>
#include <future>
#include <type_traits>
#include <utility>

namespace bashu {

// `use(make(i))` for every i below `count`, in order and on this thread, until it returns false.
// `make` runs on others, at most `ahead` at a time, and must not mind that.
template <typename Make, typename Use>
void make_ahead(std::size_t count, std::size_t ahead, const Make& make, const Use& use) {
  using Made = std::invoke_result_t<const Make&, std::size_t>;
  if (count == 1) {
    use(make(0));
    return;
  }
  std::deque<std::future<Made>> next;
  for (std::size_t begun = 0, used = 0; used < count; ++used) {
    while (begun < count && next.size() < ahead) {
      next.push_back(std::async(std::launch::async, [&make, begun] { return make(begun); }));
      ++begun;
    }
    Made made = next.front().get();
    next.pop_front();
    if (!use(std::move(made))) return;
  }
}

}  // namespace bashu
