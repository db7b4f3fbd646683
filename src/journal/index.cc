#include "journal/index.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>
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
  auto writer = Database::open(file, Database::Access::create);
  if (!writer) return std::unexpected{writer.error()};
  writer_ = std::move(*writer);
  for (const char* sql :
       {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL",
        "CREATE TABLE IF NOT EXISTS messages(trace INTEGER NOT NULL, peer TEXT NOT NULL, "
        "seq INTEGER NOT NULL, id BLOB NOT NULL, entry INTEGER NOT NULL, "
        "PRIMARY KEY(trace, peer, seq)) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS commits(size INTEGER PRIMARY KEY)"}) {
    if (auto ran = writer_.run(sql); !ran) return ran;
  }
  auto reader = Database::open(file, Database::Access::read);
  if (!reader) return std::unexpected{reader.error()};
  reader_ = std::move(*reader);
  const auto prepare = [](Database& on, const char* sql, Statement& out) {
    auto statement = on.prepare(sql);
    if (!statement) return std::expected<void, Fault>{std::unexpected{statement.error()}};
    out = std::move(*statement);
    return std::expected<void, Fault>{};
  };
  Statement cut_messages, cut_commits;
  for (auto prepared :
       {prepare(writer_, "INSERT OR REPLACE INTO messages VALUES(?, ?, ?, ?, ?)", insert_message_),
        prepare(writer_, "INSERT OR IGNORE INTO commits VALUES(?)", insert_commit_),
        prepare(reader_, "SELECT id, entry FROM messages WHERE trace=? AND peer=? AND seq=?",
                find_message_),
        prepare(reader_, "SELECT max(size) FROM commits WHERE size <= ?", find_commit_),
        prepare(writer_, "DELETE FROM messages WHERE entry >= ?", cut_messages),
        prepare(writer_, "DELETE FROM commits WHERE size > ?", cut_commits)}) {
    if (!prepared) return prepared;
  }
  find_commit_.bind(1, INT64_MAX);
  if (auto row = find_commit_.step(); !row) return std::unexpected{row.error()};
  size_ = static_cast<std::uint64_t>(find_commit_.number(0));
  find_commit_.reset();
  if (size_ <= size_max) return {};
  // The journal was taken back; the guard of the node decides what that means.
  if (auto cut = cut_messages.bind(1, static_cast<std::int64_t>(size_max)).run(); !cut) return cut;
  if (auto cut = cut_commits.bind(1, static_cast<std::int64_t>(size_max)).run(); !cut) return cut;
  size_ = size_max;
  return {};
}

std::uint64_t Index::size() const {
  const std::lock_guard lock{guard_};
  return size_;
}

void Index::add(std::uint64_t size, std::vector<MessageRow> rows) {
  const std::lock_guard lock{guard_};
  for (MessageRow& row : rows) {
    fresh_.messages.insert_or_assign(Key{row.trace, std::move(row.peer), row.seq},
                                     Found{.id = row.id, .entry = row.entry});
  }
  fresh_.boundaries.push_back(size);
  size_ = size;
}

std::optional<Index::Found> Index::find(Trace trace, std::string_view peer, std::int64_t seq) {
  const Key key{trace, std::string{peer}, seq};
  {
    const std::lock_guard lock{guard_};
    for (const Waiting* waiting : {&fresh_, &flushing_}) {
      if (const auto it = waiting->messages.find(key); it != waiting->messages.end()) {
        return it->second;
      }
    }
  }
  const std::lock_guard lock{database_};
  const auto row = find_message_.bind(1, static_cast<std::int64_t>(trace))
                       .bind_text(2, peer)
                       .bind(3, seq)
                       .step();
  std::optional<Found> found;
  if (row && *row) {
    found.emplace();
    const std::string id = find_message_.bytes(0);
    std::memcpy(found->id.data(), id.data(), std::min(id.size(), found->id.size()));
    found->entry = static_cast<std::uint64_t>(find_message_.number(1));
  }
  find_message_.reset();
  return found;
}

std::optional<std::uint64_t> Index::boundary(std::uint64_t size) {
  {
    const std::lock_guard lock{guard_};
    for (const Waiting* waiting : {&fresh_, &flushing_}) {
      if (const auto found = boundary_in(waiting->boundaries, size)) return found;
    }
  }
  const std::lock_guard lock{database_};
  const auto row = find_commit_.bind(1, static_cast<std::int64_t>(size)).step();
  std::optional<std::uint64_t> found;
  if (row && *row && find_commit_.number(0) > 0) {
    found = static_cast<std::uint64_t>(find_commit_.number(0));
  }
  find_commit_.reset();
  return found;
}

std::size_t Index::unflushed() const {
  const std::lock_guard lock{guard_};
  return fresh_.boundaries.size();
}

std::expected<void, Fault> Index::flush() {
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
  if (auto ran = writer_.run("BEGIN"); !ran) return ran;
  for (const auto& [key, found] : rows.messages) {
    const auto& [trace, peer, seq] = key;
    const auto done = insert_message_.bind(1, static_cast<std::int64_t>(trace))
                          .bind_text(2, peer)
                          .bind(3, seq)
                          .bind_blob(4, as_bytes(found.id))
                          .bind(5, static_cast<std::int64_t>(found.entry))
                          .run();
    if (!done) return done;
  }
  for (const std::uint64_t size : rows.boundaries) {
    if (auto done = insert_commit_.bind(1, static_cast<std::int64_t>(size)).run(); !done) {
      return done;
    }
  }
  return writer_.run("COMMIT");
}

std::expected<void, Fault> Index::clear() {
  const std::lock_guard lock{guard_};
  fresh_ = {};
  size_ = 0;
  if (auto ran = writer_.run("DELETE FROM messages"); !ran) return ran;
  return writer_.run("DELETE FROM commits");
}

}  // namespace bashu::journal
