#include "journal/index.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace bashu::journal {

namespace {

std::optional<std::uint64_t> boundary_in(const std::vector<std::uint64_t>& sorted,
                                         std::uint64_t size) {
  const auto above = std::upper_bound(sorted.begin(), sorted.end(), size);
  if (above == sorted.begin()) return std::nullopt;
  return *(above - 1);
}

}  // namespace

std::expected<std::unique_ptr<Index>, Fault> Index::open(const std::filesystem::path& file,
                                                         std::uint64_t size_max) {
  auto index = std::make_unique<Index>();
  if (auto loaded = index->load(file, size_max); !loaded) return std::unexpected{loaded.error()};
  return index;
}

std::expected<void, Fault> Index::load(const std::filesystem::path& file, std::uint64_t size_max) {
  auto writer = sqlite::Database::open(file.string(), sqlite::Access::create);
  if (!writer) return std::unexpected{writer.error()};
  writer_ = std::move(*writer);
  writer_->exec(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
      "CREATE TABLE IF NOT EXISTS messages(trace INTEGER NOT NULL, peer TEXT NOT NULL, "
      "seq INTEGER NOT NULL, id BLOB NOT NULL, entry INTEGER NOT NULL, "
      "PRIMARY KEY(trace, peer, seq)) WITHOUT ROWID; "
      "CREATE TABLE IF NOT EXISTS commits(size INTEGER PRIMARY KEY)");
  if (auto ready = writer_->check(); !ready) return ready;
  auto reader = sqlite::Database::open(file.string(), sqlite::Access::read);
  if (!reader) return std::unexpected{reader.error()};
  reader_ = std::move(*reader);
  size_ = stored_boundary(INT64_MAX);
  sqlite::Statement& resent = reader_->prepared("SELECT 1 FROM messages WHERE trace=? LIMIT 1")
                                  .bind(0, static_cast<std::int64_t>(Trace::resent));
  resent_ = resent.step();
  resent.reset();
  if (auto read = reader_->check(); !read) return read;
  if (size_ <= size_max) return {};
  // The journal was taken back; the guard of the node decides what that means.
  size_ = size_max;
  const auto size = static_cast<std::int64_t>(size_max);
  writer_->prepared("DELETE FROM messages WHERE entry >= ?").bind(0, size).run();
  writer_->prepared("DELETE FROM commits WHERE size > ?").bind(0, size).run();
  return writer_->check();
}

std::uint64_t Index::stored_boundary(std::int64_t size) {
  sqlite::Statement& query =
      reader_->prepared("SELECT max(size) FROM commits WHERE size <= ?").bind(0, size);
  const std::int64_t found = query.step() ? query.integer(0) : 0;
  query.reset();
  return static_cast<std::uint64_t>(found);
}

std::uint64_t Index::size() const {
  const std::lock_guard lock{guard_};
  return size_;
}

void Index::add(std::uint64_t size, std::vector<MessageRow> rows) {
  const std::lock_guard lock{guard_};
  for (MessageRow& row : rows) {
    if (row.trace == Trace::resent) resent_ = true;
    fresh_.messages.insert_or_assign(Key{row.trace, std::move(row.peer), row.seq},
                                     Found{.id = row.id, .entry = row.entry});
  }
  fresh_.boundaries.push_back(size);
  size_ = size;
}

std::optional<Index::Found> Index::find(Trace trace, std::string_view peer, std::int64_t seq) {
  if (trace == Trace::resent && !resent_) return std::nullopt;
  const Key key{trace, std::string{peer}, seq};
  {
    const std::lock_guard lock{guard_};
    for (const Waiting* waiting : {&fresh_, &flushing_}) {
      if (const auto it = waiting->messages.find(key); it != waiting->messages.end()) {
        return it->second;
      }
    }
  }
  if (!reader_) return std::nullopt;
  const std::lock_guard lock{database_};
  sqlite::Statement& query =
      reader_->prepared("SELECT id, entry FROM messages WHERE trace=? AND peer=? AND seq=?")
          .bind(0, static_cast<std::int64_t>(trace))
          .bind_kept(1, peer)
          .bind(2, seq);
  std::optional<Found> found;
  if (query.step()) {
    found.emplace();
    const std::string_view id = query.bytes(0);
    std::memcpy(found->id.data(), id.data(), std::min(id.size(), found->id.size()));
    found->entry = static_cast<std::uint64_t>(query.integer(1));
  }
  query.reset();
  if (!reader_->check()) return std::nullopt;
  return found;
}

std::optional<std::uint64_t> Index::boundary(std::uint64_t size) {
  {
    const std::lock_guard lock{guard_};
    for (const Waiting* waiting : {&fresh_, &flushing_}) {
      if (const auto found = boundary_in(waiting->boundaries, size)) return found;
    }
  }
  if (!reader_) return std::nullopt;
  const std::lock_guard lock{database_};
  const std::uint64_t found = stored_boundary(static_cast<std::int64_t>(size));
  if (!reader_->check() || found == 0) return std::nullopt;
  return found;
}

std::size_t Index::unflushed() const {
  const std::lock_guard lock{guard_};
  return fresh_.boundaries.size();
}

std::expected<void, Fault> Index::flush() {
  if (!writer_) return {};
  {
    const std::lock_guard lock{guard_};
    if (fresh_.boundaries.empty() || !flushing_.boundaries.empty()) return {};
    flushing_ = std::exchange(fresh_, {});
  }
  // Only this thread touches the rows being written; readers only read them.
  if (auto written = write(flushing_); !written) return written;
  const std::lock_guard lock{guard_};
  flushing_ = {};
  return {};
}

std::expected<void, Fault> Index::write(const Waiting& rows) {
  writer_->exec("BEGIN");
  for (const auto& [key, found] : rows.messages) {
    const auto& [trace, peer, seq] = key;
    writer_->prepared("INSERT OR REPLACE INTO messages VALUES(?, ?, ?, ?, ?)")
        .bind(0, static_cast<std::int64_t>(trace))
        .bind_kept(1, peer)
        .bind(2, seq)
        .bind_bytes(3, as_bytes(found.id))
        .bind(4, static_cast<std::int64_t>(found.entry))
        .run();
  }
  for (const std::uint64_t size : rows.boundaries) {
    writer_->prepared("INSERT OR IGNORE INTO commits VALUES(?)")
        .bind(0, static_cast<std::int64_t>(size))
        .run();
  }
  writer_->exec("COMMIT");
  return writer_->check();
}

}  // namespace bashu::journal
