#include "journal/memory.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace bashu::journal {

namespace {

std::uint64_t size_of(std::span<const Commit> commits) {
  return commits.empty() ? 0 : commits.back().first + commits.back().count;
}

}  // namespace

std::vector<Commit> commits_from(std::span<const Commit> commits, std::uint64_t from,
                                 std::uint64_t size, std::size_t bytes_max) {
  auto at = std::upper_bound(
      commits.begin(), commits.end(), from,
      [](std::uint64_t entry, const Commit& commit) { return entry < commit.first; });
  std::vector<Commit> read;
  if (from >= size || at == commits.begin()) return read;
  std::size_t bytes = 0;
  for (--at; at != commits.end() && at->first < size; ++at) {
    if (!read.empty() && bytes >= bytes_max) break;
    bytes += at->record.size();
    read.push_back(*at);
  }
  return read;
}

class MemoryJournal final : public Journal {
 public:
  MemoryJournal(std::shared_ptr<MemoryDisk> disk, bool read_only)
      : disk_{std::move(disk)},
        read_only_{read_only},
        epoch_{disk_->seat_.epoch},
        size_{size_of(disk_->commits_)} {}
  ~MemoryJournal() override {
    const std::lock_guard lock{disk_->guard_};
    if (ours()) disk_->writing_ = false;
  }

  std::expected<void, Fault> append(const Commit& commit) override {
    const Fate fate = disk_->fate();
    const std::lock_guard lock{disk_->guard_};
    if (!read_only_ && !ours()) {
      return std::unexpected{Fault{.what = "another writer has taken this journal over"}};
    }
    if (read_only_ || commit.first != size_of(disk_->commits_)) {
      return std::unexpected{Fault{.what = "a commit out of order"}};
    }
    if (fate == Fate::refused) return std::unexpected{Fault{.what = "the disk is full"}};
    if (fate != Fate::lost) disk_->commits_.push_back(commit);
    if (fate != Fate::durable) {
      return std::unexpected{Fault{.what = "the disk does not answer", .unknown_outcome = true}};
    }
    size_.store(commit.first + commit.count, std::memory_order_release);
    return {};
  }

  std::expected<std::vector<Commit>, Fault> read(std::uint64_t from,
                                                 std::size_t bytes_max) override {
    if (disk_->away) return std::unexpected{Fault{.what = "the disk does not answer"}};
    const std::uint64_t end = size();
    const std::lock_guard lock{disk_->guard_};
    return commits_from(disk_->commits_, from, end, bytes_max);
  }

  std::uint64_t size() const override {
    if (!read_only_) return size_.load(std::memory_order_acquire);
    const std::lock_guard lock{disk_->guard_};
    return size_of(disk_->commits_);
  }

  std::expected<Seat, Fault> seat() override {
    const std::lock_guard lock{disk_->guard_};
    return disk_->seat_;
  }
  std::expected<bool, Fault> beat() override {
    const std::lock_guard lock{disk_->guard_};
    if (!ours()) return false;
    ++disk_->seat_.beat;
    return true;
  }

 private:
  [[nodiscard]] bool ours() const { return !read_only_ && epoch_ == disk_->seat_.epoch; }

  std::shared_ptr<MemoryDisk> disk_;
  bool read_only_;
  std::uint64_t epoch_;
  std::atomic<std::uint64_t> size_;
};

std::expected<std::unique_ptr<Journal>, Fault> MemoryDisk::open(bool read_only) {
  const std::lock_guard lock{guard_};
  if (!read_only && std::exchange(writing_, true)) {
    return std::unexpected{Fault{.what = "in use by another writer"}};
  }
  if (!read_only) ++seat_.epoch;
  return std::make_unique<MemoryJournal>(shared_from_this(), read_only);
}

std::expected<std::unique_ptr<Journal>, Fault> MemoryDisk::take_over(std::uint64_t epoch) {
  const std::lock_guard lock{guard_};
  if (seat_.epoch != epoch) {
    return std::unexpected{Fault{.what = "another one has taken this journal over meanwhile"}};
  }
  ++seat_.epoch;
  writing_ = true;
  return std::make_unique<MemoryJournal>(shared_from_this(), false);
}

std::vector<Commit> MemoryDisk::commits() const {
  const std::lock_guard lock{guard_};
  return commits_;
}

void MemoryDisk::replace(std::vector<Commit> commits) {
  const std::lock_guard lock{guard_};
  commits_ = std::move(commits);
}

}  // namespace bashu::journal
