// The journal in SQLite: table commits(first, record) in DIR/journal.db. WAL with
// synchronous=FULL flushes the log at every commit, so that append() is durable when it returns.

#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/journal.h"
#include "journal/lock.h"
#include "sqlite/database.h"

namespace bashu::journal {

namespace {

// The number of entries stands at byte 16 of a record, big-endian (docs/formats/evidence.md 4.2).
std::uint32_t entry_count(std::string_view record) {
  std::uint32_t count = 0;
  for (std::size_t i = 16; i < 20 && i < record.size(); ++i) {
    count = count << 8 | static_cast<unsigned char>(record[i]);
  }
  return count;
}

class SqliteJournal final : public Journal {
 public:
  static std::expected<std::unique_ptr<Journal>, Fault> open(const std::filesystem::path& directory,
                                                             bool read_only) {
    auto journal = std::make_unique<SqliteJournal>();
    const std::filesystem::path file = directory / "journal.db";
    if (!read_only) {
      auto lock = Lock::take(directory);
      if (!lock) return std::unexpected{lock.error()};
      journal->lock_.emplace(std::move(*lock));
      if (auto ready = journal->open_writer(file); !ready) return std::unexpected{ready.error()};
    }
    if (auto ready = journal->open_reader(file); !ready) return std::unexpected{ready.error()};
    const auto size = journal->stored_size();
    if (!size) return std::unexpected{size.error()};
    journal->size_ = *size;
    journal->read_only_ = read_only;
    return journal;
  }

  std::expected<void, Fault> append(const Commit& commit) override {
    if (read_only_ || commit.first != size_.load(std::memory_order_relaxed)) {
      return std::unexpected{Fault{.what = "a commit out of order"}};
    }
    writer_->prepared("INSERT INTO commits(first, record) VALUES(?, ?)")
        .bind(0, static_cast<std::int64_t>(commit.first))
        .bind_bytes(1, commit.record)
        .run();
    if (const auto done = writer_->check(); !done) {
      // Whether the bytes reached the disk is not known here.
      return std::unexpected{Fault{.what = done.error().what, .unknown_outcome = true}};
    }
    size_.store(commit.first + commit.count, std::memory_order_release);
    return {};
  }

  std::expected<std::vector<Commit>, Fault> read(std::uint64_t from,
                                                 std::size_t bytes_max) override {
    std::vector<Commit> commits;
    // A commit can be in the database before append() has returned; it is nobody's business yet.
    const std::uint64_t end = size();
    if (from >= end) return commits;
    const std::lock_guard guard{reading_};
    sqlite::Statement& select = reader_->prepared(
        "SELECT first, record FROM commits WHERE first >= "
        "(SELECT max(first) FROM commits WHERE first <= ?) ORDER BY first");
    select.bind(0, static_cast<std::int64_t>(from));
    std::size_t bytes = 0;
    while ((commits.empty() || bytes < bytes_max) && select.step()) {
      Commit commit;
      commit.first = static_cast<std::uint64_t>(select.integer(0));
      if (commit.first >= end) break;
      commit.record = select.bytes(1);
      commit.count = entry_count(commit.record);
      bytes += commit.record.size();
      commits.push_back(std::move(commit));
    }
    select.reset();
    if (const auto read = reader_->check(); !read) return std::unexpected{read.error()};
    return commits;
  }

  std::uint64_t size() const override {
    if (read_only_) {
      // Somebody else may be writing.
      const std::lock_guard guard{reading_};
      if (const auto now = stored_size()) size_.store(*now, std::memory_order_release);
    }
    return size_.load(std::memory_order_acquire);
  }

 private:
  std::expected<void, Fault> open_writer(const std::filesystem::path& file) {
    auto opened = sqlite::Database::open(file.string(), sqlite::Access::create);
    if (!opened) return std::unexpected{opened.error()};
    writer_ = std::move(*opened);
    writer_->exec(
        "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA wal_autocheckpoint=4000; "
        "CREATE TABLE IF NOT EXISTS commits(first INTEGER PRIMARY KEY, record BLOB NOT NULL)");
    return writer_->check();
  }

  std::expected<void, Fault> open_reader(const std::filesystem::path& file) {
    auto opened = sqlite::Database::open(file.string(), sqlite::Access::read);
    if (!opened) return std::unexpected{opened.error()};
    reader_ = std::move(*opened);
    return {};
  }

  std::expected<std::uint64_t, Fault> stored_size() const {
    sqlite::Statement& last = reader_->prepared(
        "SELECT first, substr(record, 1, 20) FROM commits ORDER BY first DESC LIMIT 1");
    const std::uint64_t size =
        last.step() ? static_cast<std::uint64_t>(last.integer(0)) + entry_count(last.bytes(1)) : 0;
    last.reset();
    if (const auto read = reader_->check(); !read) return std::unexpected{read.error()};
    return size;
  }

  std::optional<Lock> lock_;
  std::unique_ptr<sqlite::Database> writer_;
  std::unique_ptr<sqlite::Database> reader_;
  mutable std::mutex reading_;  // of reader_
  mutable std::atomic<std::uint64_t> size_ = 0;
  bool read_only_ = false;
};

}  // namespace

std::expected<std::unique_ptr<Journal>, Fault> open_sqlite(const std::filesystem::path& directory,
                                                           bool read_only) {
  return SqliteJournal::open(directory, read_only);
}

}  // namespace bashu::journal
