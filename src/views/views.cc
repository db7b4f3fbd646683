#include "views/views.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "sqlite/database.h"
#include "views/session.h"
#include "views/writer.h"

namespace bashu::views {

namespace {

// A table that changed its meaning gets a new number, and old files are rebuilt.
constexpr std::string_view kFormat = "8";
constexpr const char* kMemory = ":memory:";

std::string meta(Database& db, std::string_view name) {
  Statement& query = db.prepared("SELECT value FROM meta WHERE name = ?");
  std::string value;
  if (query.bind(0, name).step()) {
    value = query.text(0);
    query.reset();
  }
  return value;
}

std::uint64_t count_of(const std::string& text) {
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

void remove_database(const std::string& path) {
  std::error_code ignored;  // what cannot be removed cannot be opened either, and is told then
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    std::filesystem::remove(path + suffix, ignored);
}

std::expected<void, Fault> not_to_write() {
  return std::unexpected{Fault{.what = "these views are open to be read only"}};
}

// Opens the file if it is of our format and whole; nullptr if it has to be made anew.
std::expected<std::unique_ptr<Database>, Fault> open_existing(const Views::Options& options) {
  if (options.path == kMemory || options.rebuilding || !std::filesystem::exists(options.path)) {
    return nullptr;
  }
  auto db = Database::open(options.path, sqlite::Access::create);
  if (!db) return nullptr;
  const bool ours = meta(**db, "format") == kFormat && meta(**db, "own") == options.own;
  if (!(*db)->check() || !ours) return nullptr;
  return db;
}

}  // namespace

Views::Views(Options options, std::unique_ptr<Database> database, bool read_only)
    : options_{std::move(options)}, db_{std::move(database)}, read_only_{read_only} {}

Views::~Views() {
  readers_.clear();
  writer_.reset();
}

std::expected<void, Fault> Views::start() {
  if (!read_only_) writer_ = std::make_unique<Writer>(*db_, options_.own, options_.rebuilding);
  entries_ = count_of(meta(*db_, "entries"));
  mark_ = meta(*db_, "mark");
  made_ = meta(*db_, "made");
  publish_catalogue();
  return db_->check();
}

std::expected<void, Fault> Views::apply(std::uint64_t position, std::int64_t time_ms,
                                        const std::vector<core::Event>& events) {
  if (read_only_) return not_to_write();
  const auto lock = writing();
  applied_ = position + 1;
  writer_->apply(static_cast<std::int64_t>(position), time_ms, events);
  return db_->check();
}

std::expected<void, Fault> Views::flush(std::string_view mark) {
  if (read_only_) return not_to_write();
  {
    const auto lock = writing();
    if (!applied_) return db_->check();
    writer_->flush(mark);
    if (auto written = db_->check(); !written) return written;
  }
  publish_catalogue();
  {
    const std::lock_guard lock{mutex_};
    entries_ = *applied_;
    mark_ = mark;
  }
  applied_.reset();
  return {};
}

std::expected<void, Fault> Views::finish() {
  if (read_only_) return not_to_write();
  const auto lock = writing();
  writer_->finish_rebuild();
  db_->exec(
      "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536; "
      "PRAGMA locking_mode = NORMAL; SELECT 1 FROM meta");  // the lock goes with the next read
  if (!in_memory()) db_->exec("PRAGMA journal_mode = WAL");
  return db_->check();
}

std::uint64_t Views::entries() const {
  const std::lock_guard lock{mutex_};
  return entries_;
}

std::string Views::mark() const {
  const std::lock_guard lock{mutex_};
  return mark_;
}

std::expected<At, Fault> Views::at_position(std::int64_t time_ms) {
  return read({}, [&](Session& session) -> At {
    Statement& query = session.db.prepared(
        "SELECT position FROM entry_time WHERE time_ms <= ? ORDER BY time_ms DESC LIMIT 1");
    if (!query.bind(0, time_ms).step()) return std::nullopt;
    const auto position = static_cast<std::uint64_t>(std::min(query.integer(0), session.known));
    query.reset();
    return position;
  });
}

Views::Read<std::optional<CaseRow>> Views::case_at(std::string_view id, At at) {
  return read(at, [&](Session& s) { return views::case_at(s, id); });
}
Views::Read<Listed<CaseRow>> Views::list_cases(const CaseFilter& filter, At at) {
  return read(at, [&](Session& s) { return views::list_cases(s, filter); });
}
Views::Read<std::vector<StepRow>> Views::history(std::string_view id, At at) {
  return read(at, [&](Session& s) { return views::history(s, id); });
}
Views::Read<Listed<RecordRow>> Views::records(const RecordFilter& filter, At at) {
  return read(at, [&](Session& s) { return views::records(s, filter); });
}
Views::Read<std::vector<EditionRow>> Views::editions(std::string_view reg, At at) {
  return read(at, [&](Session& s) { return views::editions(s, reg); });
}
Views::Read<Listed<AccountRow>> Views::accounts(const AccountFilter& filter, At at) {
  return read(at, [&](Session& s) { return views::accounts(s, filter); });
}
Views::Read<Listed<PostingRow>> Views::postings(const core::Account& account,
                                                std::string_view month, const Page& page, At at) {
  return read(at, [&](Session& s) { return views::postings(s, account, month, page); });
}
Views::Read<std::vector<MonthRow>> Views::months(const core::Account& account, At at) {
  return read(at, [&](Session& s) { return views::months(s, account); });
}
Views::Read<Listed<TaskRow>> Views::tasks(const TaskFilter& filter, At at) {
  return read(at, [&](Session& s) { return views::tasks(s, filter); });
}
Views::Read<Listed<MessageRow>> Views::messages(const MessageFilter& filter, At at) {
  return read(at, [&](Session& s) { return views::messages(s, filter); });
}
Views::Read<std::vector<DisputeRow>> Views::disputes(std::string_view id, At at) {
  return read(at, [&](Session& s) { return views::disputes(s, id); });
}
Views::Read<std::vector<std::uint64_t>> Views::positions(std::string_view id, At at) {
  return read(at, [&](Session& s) { return views::positions(s, id); });
}

bool Views::in_memory() const { return options_.path == kMemory; }

std::unique_lock<std::mutex> Views::writing() {
  return in_memory() ? std::unique_lock{connection_} : std::unique_lock<std::mutex>{};
}

void Views::publish_catalogue() {
  if (!read_only_ && !writer_->take_catalogue_changed()) return;
  auto held =
      std::make_shared<const Catalogue>(read_only_ ? read_catalogue(*db_) : writer_->catalogue());
  const std::lock_guard lock{mutex_};
  catalogue_ = std::move(held);
}

CataloguePtr Views::catalogue() const {
  const std::lock_guard lock{mutex_};
  return catalogue_;
}

std::expected<std::unique_ptr<Database>, Fault> Views::take_reader() {
  {
    const std::lock_guard lock{mutex_};
    if (!readers_.empty()) {
      auto reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
  }
  auto reader = Database::open(options_.path, sqlite::Access::read);
  // Past the page cache: what figures scan is larger than SQLite's default of 2 MB.
  if (reader) (*reader)->exec("PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824");
  return reader;
}

std::expected<Views::Lease, Fault> Views::take() {
  Lease lease;
  if (in_memory()) {
    lease.lock = std::unique_lock{connection_};
    lease.db = db_.get();
  } else {
    auto reader = take_reader();
    if (!reader) return std::unexpected{reader.error()};
    lease.own = std::move(*reader);
    lease.db = lease.own.get();
  }
  // The catalogue first: the tables may be newer than it, never older.
  lease.catalogue = catalogue();
  if (lease.own) lease.db->exec("BEGIN");
  return lease;
}

Session Views::begin(Lease& lease, At at) const {
  const auto last = static_cast<std::int64_t>(count_of(meta(*lease.db, "entries"))) - 1;
  const Session newest{.db = *lease.db,
                       .catalogue = *lease.catalogue,
                       .own = options_.own,
                       .last = last,
                       .known = last};
  return newest.at(at);
}

std::expected<void, Fault> Views::give_back(Lease lease) {
  if (!lease.own) return lease.db->check();
  lease.own->exec("COMMIT");
  if (auto read = lease.own->check(); !read) return read;
  constexpr std::size_t kReadersMax = 8;
  const std::lock_guard lock{mutex_};
  if (readers_.size() < kReadersMax) readers_.push_back(std::move(lease.own));
  return {};
}

std::expected<std::unique_ptr<Views>, Fault> Views::open(const Options& options) {
  auto db = open_existing(options);
  if (db && !*db) {
    if (options.path != kMemory) remove_database(options.path);
    db = Database::open(options.path, sqlite::Access::create);
    if (!db) return std::unexpected{db.error()};
    (*db)->exec("PRAGMA page_size = 8192");
    if (options.path != kMemory && !options.rebuilding) (*db)->exec("PRAGMA journal_mode = WAL");
    (*db)->exec("BEGIN");
    make_schema(**db);
    if (!options.rebuilding) {
      add_lookup_indexes(**db, {});
      add_indexes(**db, {});
    }
    (*db)
        ->prepared(
            "INSERT INTO meta (name, value) VALUES ('format', ?), ('own', ?), ('entries', '0'), "
            "('made', lower(hex(randomblob(16))))")
        .bind(0, kFormat)
        .bind(1, std::string_view{options.own})
        .run();
    (*db)->exec("COMMIT");
  }
  if (!db) return std::unexpected{db.error()};
  if (options.rebuilding) {
    // Nothing depends on the file before finish(): a crash leaves rubbish that is removed.
    (*db)->exec(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
  } else {
    (*db)->exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000");
  }
  // The indexes at the end of a rebuild read every row again.
  (*db)->exec(options.rebuilding ? "PRAGMA cache_size = -262144" : "PRAGMA cache_size = -65536");
  (*db)->exec("PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF");
  if (auto ready = (*db)->check(); !ready) return std::unexpected{ready.error()};
  auto views = std::make_unique<Views>(options, std::move(*db), false);
  if (auto begun = views->start(); !begun) return std::unexpected{begun.error()};
  return views;
}

std::expected<std::unique_ptr<Views>, Fault> Views::open_to_read(const std::string& path) {
  auto db = Database::open(path, sqlite::Access::read);
  if (!db) return std::unexpected{db.error()};
  const std::string format = meta(**db, "format");
  if (auto readable = (*db)->check(); !readable) return std::unexpected{readable.error()};
  if (format != kFormat) {
    return std::unexpected{Fault{.what = path + ": views of another version"}};
  }
  Options options{.path = path, .own = core::PartyId{meta(**db, "own")}};
  auto views = std::make_unique<Views>(std::move(options), std::move(*db), true);
  if (auto begun = views->start(); !begun) return std::unexpected{begun.error()};
  return views;
}

}  // namespace bashu::views
