#include "views/views.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
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
#include "views/figures.h"
#include "views/read.h"
#include "views/session.h"
#include "views/writer.h"

namespace bashu::views {

namespace {

// A table that changed its meaning gets a new number, and old files are rebuilt.
constexpr std::string_view kFormat = "4";
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

class SqliteViews final : public Views {
 public:
  SqliteViews(Options options, std::unique_ptr<Database> database, bool read_only = false)
      : options_{std::move(options)}, db_{std::move(database)}, read_only_{read_only} {}
  ~SqliteViews() override {
    readers_.clear();
    writer_.reset();
  }

  std::expected<void, Fault> begin() {
    if (!read_only_) writer_ = std::make_unique<Writer>(*db_, options_.own, options_.rebuilding);
    entries_ = count_of(meta(*db_, "entries"));
    mark_ = meta(*db_, "mark");
    publish_catalogue();
    return told();
  }

  std::expected<void, Fault> apply(std::uint64_t position, std::int64_t time_ms,
                                   const std::vector<core::Event>& events) override {
    if (read_only_) return not_to_write();
    const auto lock = writing();
    applied_ = position + 1;
    writer_->apply(static_cast<std::int64_t>(position), time_ms, events);
    return told();
  }

  std::expected<void, Fault> flush(std::string_view mark) override {
    if (read_only_) return not_to_write();
    {
      const auto lock = writing();
      if (!applied_) return told();
      writer_->flush(mark);
      if (auto result = told(); !result) return result;
    }
    publish_catalogue();
    {
      const std::lock_guard lock{mutex_};
      entries_ = *applied_;
      mark_ = mark;
    }
    applied_.reset();
    changed_.notify_all();
    return {};
  }

  std::expected<void, Fault> finish() override {
    if (read_only_) return not_to_write();
    const auto lock = writing();
    writer_->finish_rebuild();
    db_->exec(
        "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = "
        "-65536; "
        "PRAGMA locking_mode = NORMAL; SELECT 1 FROM meta");  // the lock goes with the next read
    if (options_.path != kMemory) db_->exec("PRAGMA journal_mode = WAL");
    return told();
  }

  std::uint64_t entries() const override {
    const std::lock_guard lock{mutex_};
    return entries_;
  }
  std::string mark() const override {
    const std::lock_guard lock{mutex_};
    return mark_;
  }

  core::PartyId party() const override { return options_.own; }

  bool wait(std::uint64_t position, int timeout_ms) override {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::milliseconds{timeout_ms},
                             [&] { return entries_ > position; });
  }

  std::expected<At, Fault> at_position(std::int64_t time_ms) override {
    return read<At>({}, [&](Session& session) -> At {
      Statement& query = session.db.prepared(
          "SELECT position FROM entry_time WHERE time_ms <= ? ORDER BY time_ms DESC LIMIT 1");
      if (!query.bind(0, time_ms).step()) return std::nullopt;
      const auto position = static_cast<std::uint64_t>(std::min(query.integer(0), session.known));
      query.reset();
      return position;
    });
  }

  Read<std::optional<CaseRow>> case_at(std::string_view id, At at) override {
    return read<std::optional<CaseRow>>(at, [&](Session& s) { return views::case_at(s, id); });
  }
  Read<Listed<CaseRow>> list_cases(const CaseFilter& filter, At at) override {
    return read<Listed<CaseRow>>(at, [&](Session& s) { return views::list_cases(s, filter); });
  }
  Read<std::vector<StepRow>> history(std::string_view id, At at) override {
    return read<std::vector<StepRow>>(at, [&](Session& s) { return views::history(s, id); });
  }
  Read<Listed<RecordRow>> records(const RecordFilter& filter, At at) override {
    return read<Listed<RecordRow>>(at, [&](Session& s) { return views::records(s, filter); });
  }
  Read<std::vector<EditionRow>> editions(std::string_view reg, At at) override {
    return read<std::vector<EditionRow>>(at, [&](Session& s) { return views::editions(s, reg); });
  }
  Read<Listed<AccountRow>> accounts(const AccountFilter& filter, At at) override {
    return read<Listed<AccountRow>>(at, [&](Session& s) { return views::accounts(s, filter); });
  }
  Read<Listed<PostingRow>> postings(const core::Account& account, const Page& page,
                                    At at) override {
    return read<Listed<PostingRow>>(at,
                                    [&](Session& s) { return views::postings(s, account, page); });
  }
  Read<Listed<TaskRow>> tasks(const TaskFilter& filter, At at) override {
    return read<Listed<TaskRow>>(at, [&](Session& s) { return views::tasks(s, filter); });
  }
  Read<Listed<MessageRow>> messages(const MessageFilter& filter, At at) override {
    return read<Listed<MessageRow>>(at, [&](Session& s) { return views::messages(s, filter); });
  }
  Read<std::vector<DisputeRow>> disputes(std::string_view id, At at) override {
    return read<std::vector<DisputeRow>>(at, [&](Session& s) { return views::disputes(s, id); });
  }
  Read<std::vector<std::uint64_t>> positions(std::string_view id, At at) override {
    return read<std::vector<std::uint64_t>>(at,
                                            [&](Session& s) { return views::positions(s, id); });
  }
  Read<std::optional<FigureAnswer>> figure(const FigureAsk& ask) override {
    return read<std::optional<FigureAnswer>>(ask.known_at,
                                             [&](Session& s) { return views::figure(s, ask); });
  }
  Read<Listed<FigureRow>> figure_rows(const FigureAsk& ask, const Page& page) override {
    return read<Listed<FigureRow>>(ask.known_at,
                                   [&](Session& s) { return views::figure_rows(s, ask, page); });
  }

  Read<std::vector<ToldRow>> told(std::string_view id, std::optional<Date> as_of, At at) override {
    return read<std::vector<ToldRow>>(at, [&](Session& s) { return views::told(s, id, as_of); });
  }
  Read<std::vector<ChannelRow>> channels(At at) override {
    return read<std::vector<ChannelRow>>(at, [&](Session& s) { return views::channels(s); });
  }

  Read<std::vector<core::PartyId>> members(At at) override {
    return read<std::vector<core::PartyId>>(at, [&](Session& s) { return views::members(s); });
  }

  std::vector<std::string> figure_ids() const override {
    const CataloguePtr now = catalogue();
    std::vector<std::string> ids;
    for (const FigureDef& def : now->figures) {
      if (def.active) ids.push_back(def.name);
    }
    return ids;
  }
  std::string table_name(std::string_view thing) const override {
    const CataloguePtr now = catalogue();
    if (const auto it = now->services.find(thing); it != now->services.end())
      return it->second->name;
    if (const auto it = now->registers.find(thing); it != now->registers.end())
      return it->second->name;
    return {};
  }

 private:
  // In memory there is one connection for all; a file has one for the writer and several to read.
  [[nodiscard]] bool in_memory() const { return options_.path == kMemory; }
  std::unique_lock<std::mutex> writing() {
    return in_memory() ? std::unique_lock{connection_} : std::unique_lock<std::mutex>{};
  }
  std::expected<void, Fault> told() { return db_->check(); }
  static std::expected<void, Fault> not_to_write() {
    return std::unexpected{Fault{.what = "these views are open to be read only"}};
  }
  void publish_catalogue() {
    if (read_only_) {
      auto held = std::make_shared<const Catalogue>(read_catalogue(*db_));
      const std::lock_guard lock{mutex_};
      catalogue_ = std::move(held);
      return;
    }
    if (!writer_->take_catalogue_changed()) return;
    auto copy = std::make_shared<const Catalogue>(writer_->catalogue());
    const std::lock_guard lock{mutex_};
    catalogue_ = std::move(copy);
  }
  CataloguePtr catalogue() const {
    const std::lock_guard lock{mutex_};
    return catalogue_;
  }
  std::expected<std::unique_ptr<Database>, Fault> take_reader() {
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

  template <typename T, typename Look>
  Read<T> read(At at, Look look) {
    if (in_memory()) {
      const std::lock_guard lock{connection_};
      return looked<T>(*db_, at, look);
    }
    auto reader = take_reader();
    if (!reader) return std::unexpected{reader.error()};
    // The catalogue first: the tables may be newer than it, never older.
    const CataloguePtr now = catalogue();
    (*reader)->exec("BEGIN");
    auto result = looked<T>(**reader, at, look);
    (*reader)->exec("COMMIT");
    if (result && (*reader)->check()) {
      constexpr std::size_t kReadersMax = 8;
      const std::lock_guard lock{mutex_};
      if (readers_.size() < kReadersMax) readers_.push_back(std::move(*reader));
    }
    return result;
  }
  template <typename T, typename Look>
  Read<T> looked(Database& db, At at, Look look) {
    const CataloguePtr now = catalogue();
    const std::string text = meta(db, "entries");
    const std::int64_t newest = static_cast<std::int64_t>(count_of(text)) - 1;
    Session session{
        .db = db, .catalogue = *now, .own = options_.own, .known = newest, .newest = true};
    if (at && static_cast<std::int64_t>(*at) < newest) {
      session.known = static_cast<std::int64_t>(*at);
      session.newest = false;
    }
    T result = look(session);
    if (auto read = db.check(); !read) return std::unexpected{std::move(read.error())};
    return result;
  }

  Options options_;
  std::unique_ptr<Database> db_;
  bool read_only_;
  std::unique_ptr<Writer> writer_;        // none if only read
  std::optional<std::uint64_t> applied_;  // entries applied, when not all are flushed

  std::mutex connection_;  // of the connection in memory
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  CataloguePtr catalogue_;
  std::uint64_t entries_ = 0;
  std::string mark_;
  std::vector<std::unique_ptr<Database>> readers_;
};

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
            "INSERT INTO meta (name, value) VALUES ('format', ?), ('own', ?), ('entries', '0')")
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
  auto views = std::make_unique<SqliteViews>(options, std::move(*db));
  if (auto begun = views->begin(); !begun) return std::unexpected{begun.error()};
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
  Options options{.path = path, .own = meta(**db, "own")};
  auto views = std::make_unique<SqliteViews>(std::move(options), std::move(*db), true);
  if (auto begun = views->begin(); !begun) return std::unexpected{begun.error()};
  return views;
}

}  // namespace bashu::views
