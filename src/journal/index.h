// Where messages and commits are: DIR/index.db. Derived from the journal and never flushed with a
// commit: what is not written yet is kept in memory, and after a crash it is read again from the
// journal. Without a file all of it stays in memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "sqlite/database.h"

namespace bashu::journal {

// What an entry says about a message. Peer: the other party of the channel. Of several the newest
// is found.
enum class Trace : std::uint8_t { sent = 1, taken = 2, acked = 3, resolved = 4, resent = 5 };
struct MessageRow {
  Trace trace{};
  std::string peer;
  std::int64_t seq = 0;
  Hash id{};  // message id; of `acked` the digest of the receipt
  std::uint64_t entry = 0;
};

// add() from one thread, the rest from any.
class Index {
 public:
  Index() = default;
  // Of a journal of `size_max` entries; what lies beyond is forgotten.
  [[nodiscard]] static std::expected<std::unique_ptr<Index>, Fault> open(
      const std::filesystem::path& file, std::uint64_t size_max);

  // How many entries are covered; continue from there.
  [[nodiscard]] std::uint64_t size() const;
  // Takes a commit in: it ends at entry `size`.
  void add(std::uint64_t size, std::vector<MessageRow> rows);

  struct Found {
    Hash id{};
    std::uint64_t entry = 0;
  };
  [[nodiscard]] std::optional<Found> find(Trace trace, std::string_view peer, std::int64_t seq);
  // The largest end of a commit that is not above `size`; nullopt below the first.
  [[nodiscard]] std::optional<std::uint64_t> boundary(std::uint64_t size);

  [[nodiscard]] std::size_t unflushed() const;  // commits
  [[nodiscard]] std::expected<void, Fault> flush();

 private:
  using Key = std::tuple<Trace, std::string, std::int64_t>;
  struct Waiting {
    std::map<Key, Found> messages;
    std::vector<std::uint64_t> boundaries;
  };
  [[nodiscard]] std::expected<void, Fault> load(const std::filesystem::path& file,
                                                std::uint64_t size_max);
  [[nodiscard]] std::expected<void, Fault> write(const Waiting& rows);
  [[nodiscard]] std::uint64_t stored_boundary(std::int64_t size);  // 0: none

  mutable std::mutex guard_;
  Waiting fresh_;     // added, not being written
  Waiting flushing_;  // being written
  std::uint64_t size_ = 0;
  std::atomic<bool> resent_ = false;  // something was: it is asked of every message that leaves

  std::unique_ptr<sqlite::Database> writer_;
  std::mutex database_;  // reader_
  std::unique_ptr<sqlite::Database> reader_;
};

}  // namespace bashu::journal
