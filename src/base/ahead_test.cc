#include "base/ahead.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace bashu {
namespace {

TEST(Ahead, AllInTheirOrderAndNoMoreAtATimeThanWasSaid) {
  std::atomic<int> at_once = 0, most = 0;
  std::vector<std::size_t> used;
  make_ahead(
      200, 3,
      [&](std::size_t i) {
        const int now = ++at_once;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        if (i % 7 == 0) std::this_thread::yield();
        --at_once;
        return i * 2;
      },
      [&](std::size_t made) {
        used.push_back(made);
        return true;
      });
  ASSERT_EQ(used.size(), 200U);
  for (std::size_t i = 0; i < used.size(); ++i) EXPECT_EQ(used[i], i * 2);
  EXPECT_LE(most, 3);
}

TEST(Ahead, EndsWhereItsUserSaysAndMakesLittleMore) {
  std::atomic<int> made = 0;
  int used = 0;
  make_ahead(1'000, 2, [&](std::size_t) { return ++made; }, [&](int) { return ++used < 5; });
  EXPECT_EQ(used, 5);
  EXPECT_LE(made, 7);
  make_ahead(0, 2, [&](std::size_t) { return ++made; }, [&](int) { return ++used < 0; });
  EXPECT_EQ(used, 5);
}

TEST(Ahead, OneIsMadeHere) {
  std::thread::id by;
  make_ahead(
      1, 2, [](std::size_t) { return std::this_thread::get_id(); },
      [&](std::thread::id id) {
        by = id;
        return true;
      });
  EXPECT_EQ(by, std::this_thread::get_id());
}

TEST(Ahead, WhatItsMakerThrowsIsThrownHere) {
  EXPECT_THROW(make_ahead(
                   9, 2,
                   [](std::size_t i) -> int {
                     if (i == 4) throw std::runtime_error{"no"};
                     return 0;
                   },
                   [](int) { return true; }),
               std::runtime_error);
}

}  // namespace
}  // namespace bashu
