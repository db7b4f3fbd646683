// Slows down whoever guesses: after some wrong tries for one name, or from one address, each
// further one must wait twice as long as the one before.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace bashu::people {

class Brake {
 public:
  struct Limits {
    int free = 5;  // wrong tries before waiting begins
    std::int64_t first_ms = 1'000, longest_ms = 300'000;
    std::int64_t forget_ms = 900'000;  // after so long without a wrong try
  };
  explicit Brake(Limits limits) : limits_{limits} {}

  // Milliseconds until `whom` may try again; 0: now.
  [[nodiscard]] std::int64_t wait_ms(std::string_view whom, std::int64_t now_ms);
  void wrong(std::string_view whom, std::int64_t now_ms);
  void right(std::string_view whom);

 private:
  struct Tries {
    int wrong = 0;
    std::int64_t last_ms = 0, until_ms = 0;
  };
  Limits limits_;
  std::mutex mutex_;
  std::map<std::string, Tries, std::less<>> tries_;
};

}  // namespace bashu::people
