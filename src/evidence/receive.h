// The receiver's ordered checks of an authentic message (docs/formats/evidence.md 8.2, 9 to 16).
// Pure: what the channel knows is passed in, and what follows is the caller's.
//
//   open_envelope (1, 4-8) ─► admit (9-16) ─► decided by the core (17) ─► journal ─► receipt
//                                │ duplicate: the original receipt
//                                │ early: keep or drop, 202
//                                └ refusal: nothing changes
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "evidence/envelope.h"

namespace bashu::evidence {

inline constexpr std::int64_t kClockSkew = 300;  // seconds

struct Receiving {
  std::string_view party;      // ours
  std::string_view channel;    // that the request named
  bool listed = false;         // the agreement lists this channel
  std::string_view agreement;  // id, hex
  std::int64_t next = 1;       // lowest number not answered
  std::int64_t window = 64;
  std::optional<std::int64_t> second_from =
      std::nullopt;  // when messages began to need a second signature
  // The id of the message answered under a number below `next`; nullopt: not known just now.
  std::function<std::optional<std::string>(std::int64_t seq)> answered;
};
enum class Admission : std::uint8_t {
  duplicate,  // answered already: the same receipt again
  early,      // ahead of `next` within the window
  due,        // exactly `next`
};
// The party of the key that opened the message is the TLS peer.
[[nodiscard]] std::expected<Admission, Refusal> admit(const Opened& message,
                                                      const Receiving& channel, std::int64_t now);

}  // namespace bashu::evidence
