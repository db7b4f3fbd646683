// The full check of what a node keeps, recomputed from the first entry: what
// docs/formats/evidence.md 8.8 lists, then every effect applied, then the snapshots compared. Reads
// only; may run beside the node.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "node/storage/storage.h"

namespace bashu::node {

// The first thing that is wrong.
struct Unsound {
  std::string code;  // of docs/formats/evidence.md 8.8; or genesis, replay, snapshot, invariant
  std::uint64_t position = 0;  // first entry of the commit; entries covered by the snapshot
  std::string text;            // for the engineer; may be empty
};

struct Verification {
  std::uint64_t entries = 0, commits = 0;  // sound ones
  std::uint64_t snapshots = 0;             // compared
  Hash root{};
  Hash state{};  // digest after the last entry
  std::optional<Unsound> unsound;
};
// Told entries checked and entries in all, now and then, by the thread that asked.
using Progress = std::function<void(std::uint64_t, std::uint64_t)>;
// `threads` compute digests and check signatures, beside the one that asks and puts them together.
// What is found does not depend on how many. A Fault: could not be read.
[[nodiscard]] std::expected<Verification, Fault> verify(Storage& storage,
                                                        const Progress& progress = nullptr,
                                                        unsigned threads = 1);
[[nodiscard]] std::expected<Verification, Fault> verify(const std::filesystem::path& dir,
                                                        const Progress& progress = nullptr,
                                                        unsigned threads = 1);

// Two nodes against each other: every message that one side took is the one the other sent,
// and every receipt it kept proves that answer.
struct Comparison {
  struct Channel {
    std::string channel;
    std::uint64_t sent = 0, taken = 0, acked = 0;
  };
  std::vector<Channel> channels;
  // Codes: other-message, channel-order, receipt. The position is the seq.
  std::optional<Unsound> unsound;
};
[[nodiscard]] std::expected<Comparison, Fault> compare(Storage& one, Storage& other);
[[nodiscard]] std::expected<Comparison, Fault> compare(const std::filesystem::path& one,
                                                       const std::filesystem::path& other);

}  // namespace bashu::node
