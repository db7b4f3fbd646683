// The restore guard (docs/formats/evidence.md 8.7): a node restored from a backup would use numbers
// twice and fork its log. After every start each peer is asked what it holds of our log; until it
// has answered well, nothing leaves towards it. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace bashu::exchange {

class Guard {
 public:
  // `published`: the file with the largest checkpoint of ours that ever left, kept outside the
  // journal and its backups.
  explicit Guard(std::filesystem::path published);

  // Check 1: the file against the journal, before anything leaves.
  using RootAt = std::function<std::optional<Hash>(std::uint64_t size)>;
  void start(std::uint64_t own_size, const RootAt& root_at);
  // This checkpoint leaves now. Kept in memory; flush() writes the largest, about once a second:
  // losing the last second only makes the check weaker.
  void publish(std::string_view checkpoint);
  void flush();

  void pass(const std::string& peer);
  // `rollback` or `fork`: from here on nothing leaves at all.
  void fail(std::string_view code, std::string_view why);

  [[nodiscard]] bool may_leave(std::string_view peer) const;
  // Empty if there is none.
  [[nodiscard]] std::string trouble() const;

 private:
  std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> passed_;
  std::string trouble_;
  std::string published_;  // checkpoint text
  std::uint64_t published_size_ = 0, written_size_ = 0;
};

}  // namespace bashu::exchange
