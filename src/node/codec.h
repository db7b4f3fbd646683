// Events to bytes and back: the effect of a journal entry (formats/event.proto).
//
// One decision has one encoding, and what was written stays readable for ever; tests/data/golden
// holds an example of every event. Of a MessageQueued the body is not written: the envelope, which
// is the evidence of the `send` entry after it, holds it. decode() gives it null.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "core/event.h"

namespace bashu::node {

[[nodiscard]] std::string encode(const std::vector<core::Event>& events);
// The error is for the engineer. A genesis has no events.
[[nodiscard]] std::expected<std::vector<core::Event>, std::string> decode(std::string_view bytes);

// What the first entry of a log says.
struct Genesis {
  std::string party, origin;
  std::string predecessor;  // origin of the log this one succeeds; empty: none
  std::uint64_t predecessor_size = 0;
  Hash predecessor_root{};
  friend bool operator==(const Genesis&, const Genesis&) = default;
};
[[nodiscard]] std::string encode(const Genesis& genesis);
[[nodiscard]] std::expected<Genesis, std::string> decode_genesis(std::string_view bytes);

// What events weigh before they are encoded.
struct Weight {
  std::size_t bytes = 0;   // at most this many once encoded
  std::size_t events = 0;  // lines of feeds count as events
  int depth = 0;           // of the deepest value
};
inline constexpr int kValueDepthMax = 100;
[[nodiscard]] Weight weigh(const std::vector<core::Event>& events);

}  // namespace bashu::node
