// Documents deposited by clients and who may hand them in.
//
//     DIR/deposits/open/<sha256>   waits for the form that names it
//     DIR/deposits/<sha256>        was handed in
//
// Each file: {"principal","key","since_ms","size"}; `key` of the vault. What waits too long is
// given up, so that nobody fills a disk with what no case will ever hold. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"

namespace bashu::api {

struct Deposit {
  std::string sha256;  // of the ciphertext, hex
  std::string principal, key;
  std::int64_t since_ms = 0;
  std::size_t size = 0;  // in clear
};

class Deposits {
 public:
  static constexpr std::size_t kOpenMax = 200;             // of one principal
  static constexpr std::size_t kOpenBytes = 4ULL << 30;    // of all of them together
  static constexpr std::int64_t kOpenMs = 7 * 86'400'000;  // a week

  // `dir` is DIR/deposits; it is made if missing.
  explicit Deposits(std::filesystem::path dir);

  // False if this principal has as many open as anybody may.
  [[nodiscard]] bool room_for(std::string_view principal) const;
  // In clear, of all that waits for a form of this principal.
  [[nodiscard]] std::size_t bytes_of(std::string_view principal) const;
  // On disk when this returns.
  [[nodiscard]] std::expected<void, Fault> add(const Deposit& deposit);
  // The deposit if this principal made it.
  [[nodiscard]] std::optional<Deposit> find(std::string_view sha256,
                                            std::string_view principal) const;
  // The same, handed in with a command: settle() is to follow, or it stays.
  [[nodiscard]] std::optional<Deposit> hand_in(std::string_view sha256, std::string_view principal);
  // The command took effect, and the deposit stays; or it did not, and the deposit waits again,
  // unless another command holds it.
  void settle(std::string_view sha256, bool took_effect);
  // What waits for a form of this principal, the oldest first.
  [[nodiscard]] std::vector<Deposit> waiting(std::string_view principal) const;
  // Takes out one that waits and that this principal made; its blob and its key are the caller's to
  // remove.
  [[nodiscard]] std::optional<Deposit> take_back(std::string_view sha256,
                                                 std::string_view principal);
  // Takes out what has waited for a week; its blob and its key are the caller's to remove.
  [[nodiscard]] std::vector<Deposit> give_up(Instant now);

 private:
  [[nodiscard]] std::filesystem::path open_file(std::string_view sha256) const {
    return dir_ / "open" / sha256;
  }

  std::filesystem::path dir_;
  mutable std::mutex mutex_;
  std::map<std::string, Deposit, std::less<>> open_;  // by sha256
  struct Undecided {
    Deposit deposit;
    int commands = 0;
    bool stays = false;
  };
  std::map<std::string, Undecided, std::less<>> undecided_;  // handed in, not settled yet
};

}  // namespace bashu::api
