// The nodes of a log's Merkle tree in flat files, so that a node answers for old entries without
// holding their hashes in memory.
//
//     DIR/tree/0      leaf hashes, 32 bytes each          DIR/tree/1   nodes over two leaves, ...
//     DIR/tree/size   u64 size ‖ root: what is surely on disk
//
// put() only adds to a tail in memory; flush() writes it out beside the writer. The files are
// derived from the journal: what was not flushed, or does not lead to the recorded root, is
// computed again from there. Without a directory all of it stays in memory.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "evidence/tree.h"

namespace bashu::journal {

// A read that fails ends the process: a proof must not be made of anything else than what is there.
// put() from one thread, get() and flush() from any. flush() by one thread at a time.
class TreeFile final : public evidence::TreeNodes {
 public:
  // Opens or makes `directory`. size() says how many leaves are there; what lies beyond `size_max`,
  // the entries of the journal, is cut off.
  [[nodiscard]] static std::expected<std::unique_ptr<TreeFile>, Fault> open(
      const std::filesystem::path& directory, std::uint64_t size_max);
  TreeFile() = default;
  // For open().
  explicit TreeFile(std::filesystem::path directory) : directory_{std::move(directory)} {}
  ~TreeFile() override;

  Hash get(int level, std::uint64_t index) const override;
  void put(int level, std::uint64_t index, const Hash& hash) override;

  [[nodiscard]] std::uint64_t size() const;
  // Leaves only in memory.
  [[nodiscard]] std::uint64_t unflushed() const;
  [[nodiscard]] std::expected<void, Fault> flush();
  // Begins again with an empty tree.
  [[nodiscard]] std::expected<void, Fault> clear();

 private:
  struct Level {
    int file = -1;
    std::uint64_t flushed = 0;  // nodes on disk
    std::vector<Hash> tail;     // those after them
  };
  [[nodiscard]] Hash get_locked(int level, std::uint64_t index) const;
  [[nodiscard]] std::expected<void, Fault> open_level(std::size_t level);
  [[nodiscard]] std::expected<void, Fault> load(std::uint64_t size_max);
  [[nodiscard]] std::expected<void, Fault> cut(std::uint64_t size);
  [[nodiscard]] std::expected<void, Fault> write_size(std::uint64_t size, const Hash& root);

  std::filesystem::path directory_;
  mutable std::shared_mutex guard_;
  std::vector<Level> levels_;
  std::mutex flushing_;
};

}  // namespace bashu::journal
