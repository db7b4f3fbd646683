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

#include "journal/database.h"
#include "journal/journal.h"
#include "journal/lock.h"

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
    const auto done =
        insert_.bind(1, static_cast<std::int64_t>(commit.first)).bind_blob(2, commit.record).run();
    if (!done) {
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
    select_.bind(1, static_cast<std::int64_t>(from));
    std::size_t bytes = 0;
    while (commits.empty() || bytes < bytes_max) {
      const auto row = select_.step();
      if (!row) return std::unexpected{row.error()};
      if (!*row) break;
      Commit commit;
      commit.first = static_cast<std::uint64_t>(select_.number(0));
      if (commit.first >= end) break;
      commit.record = select_.bytes(1);
      commit.count = entry_count(commit.record);
      bytes += commit.record.size();
      commits.push_back(std::move(commit));
    }
    select_.reset();
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
    auto opened = Database::open(file, Database::Access::create);
    if (!opened) return std::unexpected{opened.error()};
    writer_ = std::move(*opened);
    for (const char* sql :
         {"PRAGMA page_size=8192", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
          "PRAGMA wal_autocheckpoint=4000",
          "CREATE TABLE IF NOT EXISTS commits(first INTEGER PRIMARY KEY, record BLOB NOT NULL)"}) {
      if (auto ran = writer_.run(sql); !ran) return ran;
    }
    auto insert = writer_.prepare("INSERT INTO commits(first, record) VALUES(?, ?)");
    if (!insert) return std::unexpected{insert.error()};
    insert_ = std::move(*insert);
    return {};
  }

  std::expected<void, Fault> open_reader(const std::filesystem::path& file) {
    auto opened = Database::open(file, Database::Access::read);
    if (!opened) return std::unexpected{opened.error()};
    reader_ = std::move(*opened);
    auto select = reader_.prepare(
        "SELECT first, record FROM commits WHERE first >= "
        "(SELECT max(first) FROM commits WHERE first <= ?) ORDER BY first");
    auto last = reader_.prepare(
        "SELECT first, substr(record, 1, 20) FROM commits ORDER BY first DESC LIMIT 1");
    if (!select) return std::unexpected{select.error()};
    if (!last) return std::unexpected{last.error()};
    select_ = std::move(*select);
    last_ = std::move(*last);
    return {};
  }

  std::expected<std::uint64_t, Fault> stored_size() const {
    const auto row = last_.step();
    if (!row) return std::unexpected{row.error()};
    const std::uint64_t size =
        *row ? static_cast<std::uint64_t>(last_.number(0)) + entry_count(last_.bytes(1)) : 0;
    last_.reset();
    return size;
  }

  std::optional<Lock> lock_;
  Database writer_;
  Statement insert_;
  Database reader_;
  mutable std::mutex reading_;
  Statement select_;
  mutable Statement last_;
  mutable std::atomic<std::uint64_t> size_ = 0;
  bool read_only_ = false;
};

}  // namespace

std::expected<std::unique_ptr<Journal>, Fault> open_sqlite(const std::filesystem::path& directory,
                                                           bool read_only) {
  return SqliteJournal::open(directory, read_only);
}

}  // namespace bashu::journal
