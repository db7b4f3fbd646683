// The simulator's only source of chance: xoshiro256**, seeded through SplitMix64. The standard
// library's distributions differ between implementations, so the bounds are made here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bashu::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15U;
      std::uint64_t mixed = seed;
      mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
      mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
      word = mixed ^ (mixed >> 31U);
    }
  }

  std::uint64_t next() {
    const auto turn = [](std::uint64_t word, unsigned by) {
      return (word << by) | (word >> (64U - by));
    };
    const std::uint64_t drawn = turn(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = turn(state_[3], 45);
    return drawn;
  }
  // 0 .. bound - 1. The bias of the remainder is far below what a simulation could notice.
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  bool permille(std::int64_t chance) { return below(1'000) < chance; }
  template <typename T>
  const T& pick(const std::vector<T>& items) {
    return items[static_cast<std::size_t>(below(static_cast<std::int64_t>(items.size())))];
  }
  std::string bytes(std::size_t count) {
    std::string drawn(count, '\0');
    for (char& byte : drawn) byte = static_cast<char>(next() >> 56U);
    return drawn;
  }

 private:
  std::uint64_t state_[4] = {};
};

}  // namespace bashu::sim
