// A journal in memory, for tests: what its disk holds outlives the journals opened on it, and each
// append ends as the test says.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "journal/journal.h"

namespace bashu::journal {

// What becomes of an append.
enum class Fate : std::uint8_t {
  durable,     // it is kept, and the writer hears so
  refused,     // it is not kept, and the writer hears so
  lost,        // it is not kept, and nobody knows
  unanswered,  // it is kept, and nobody knows
};

class MemoryDisk : public std::enable_shared_from_this<MemoryDisk> {
 public:
  // Asked at each append, on the writer's thread.
  std::function<Fate()> fate = [] { return Fate::durable; };

  std::atomic<bool> away = false;  // nothing can be read

  // A second writer is refused while the first is open.
  [[nodiscard]] std::expected<std::unique_ptr<Journal>, Fault> open(bool read_only = false);
  // Beside a writer, which can append no more from then on; refused if it is not `epoch` any
  // longer.
  [[nodiscard]] std::expected<std::unique_ptr<Journal>, Fault> take_over(std::uint64_t epoch);

  [[nodiscard]] std::vector<Commit> commits() const;
  // As if a backup had been put back, or somebody had been at the disk.
  void replace(std::vector<Commit> commits);

 private:
  friend class MemoryJournal;
  mutable std::mutex guard_;
  std::vector<Commit> commits_;
  bool writing_ = false;  // a writer is open
  Seat seat_;
};

// What Journal::read gives of `commits` when `size` entries are durable.
[[nodiscard]] std::vector<Commit> commits_from(std::span<const Commit> commits, std::uint64_t from,
                                               std::uint64_t size, std::size_t bytes_max);

}  // namespace bashu::journal
