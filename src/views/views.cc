#include "views/views.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "views/session.h"
#include "views/writer.h"

namespace bashu::views {

namespace {

std::uint64_t count_of(const std::string& text) {
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::expected<void, Fault> not_to_write() {
  return std::unexpected{Fault{.what = "these views are open to be read only"}};
}

}  // namespace

Views::Views(Options options, std::unique_ptr<Database> database, bool read_only)
    : options_{std::move(options)},
      place_{place_of(options_)},
      db_{std::move(database)},
      read_only_{read_only} {}

Views::~Views() {
  readers_.clear();
  writer_.reset();
}

std::expected<void, Fault> Views::start() {
  if (!read_only_) {
    writer_ = std::make_unique<Writer>(*db_, options_.own, options_.rebuilding,
                                       on_server(place_) ? options_.keep_every : 0);
  }
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
  put_in_use(place_, *db_);
  options_.rebuilding = false;
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

std::unique_lock<std::mutex> Views::writing() {
  return in_memory(place_) ? std::unique_lock{connection_} : std::unique_lock<std::mutex>{};
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
  return open_reader(place_);
}

// A server's connection may have broken since it was used last; then it takes another.
std::expected<std::unique_ptr<Database>, Fault> Views::begun_reader() {
  while (true) {
    bool waited = false;
    {
      const std::lock_guard lock{mutex_};
      waited = !readers_.empty();
    }
    auto reader = take_reader();
    if (!reader) return reader;
    (*reader)->exec(std::string{(*reader)->words().look});
    if (auto begun = (*reader)->check(); begun) {
      return reader;
    } else if (!waited || !on_server(place_)) {
      return std::unexpected{begun.error()};
    }
  }
}

// On a server others write, and a replica may be behind: the catalogue is that of what it reads.
void Views::match_catalogue(Lease& lease) {
  const std::string made = meta(*lease.db, "made") + " " + meta(*lease.db, "catalogue");
  {
    const std::lock_guard lock{mutex_};
    if (matched_ == made) {
      lease.catalogue = matched_catalogue_;
      return;
    }
  }
  lease.catalogue = std::make_shared<const Catalogue>(read_catalogue(*lease.db));
  const std::lock_guard lock{mutex_};
  matched_ = made;
  matched_catalogue_ = lease.catalogue;
}

std::expected<Views::Lease, Fault> Views::take() {
  Lease lease;
  if (in_memory(place_)) {
    lease.lock = std::unique_lock{connection_};
    lease.db = db_.get();
  } else {
    // The catalogue first: the tables may be newer than it, never older.
    lease.catalogue = catalogue();
    auto reader = begun_reader();
    if (!reader) return std::unexpected{reader.error()};
    lease.own = std::move(*reader);
    lease.db = lease.own.get();
    if (on_server(place_)) match_catalogue(lease);
    return lease;
  }
  lease.catalogue = catalogue();
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
  auto opened = open_tables(place_of(options), options.own, options.rebuilding);
  if (!opened) return std::unexpected{opened.error()};
  auto views = std::make_unique<Views>(options, std::move(opened->db), false);
  if (auto begun = views->start(); !begun) return std::unexpected{begun.error()};
  return views;
}

std::expected<std::unique_ptr<Views>, Fault> Views::open_to_read(const std::string& path) {
  return open_to_read(Options{.path = path, .own = {}});
}

std::expected<std::unique_ptr<Views>, Fault> Views::open_to_read(Options options) {
  const std::string path = options.path;
  auto db = open_reader(place_of(options));
  if (!db) return std::unexpected{db.error()};
  const bool known = is_readable(**db);
  if (auto readable = (*db)->check(); !readable) return std::unexpected{readable.error()};
  if (!known) {
    const std::string shown = on_server(place_of(options)) ? "PostgreSQL" : path;  // not a password
    return std::unexpected{Fault{.what = shown + ": views of another version"}};
  }
  options.own = core::PartyId{meta(**db, "own")};
  auto views = std::make_unique<Views>(std::move(options), std::move(*db), true);
  if (auto begun = views->start(); !begun) return std::unexpected{begun.error()};
  return views;
}

Place Views::place_of(const Options& options) {
  return {.path = options.path,
          .schema = options.schema,
          .readers = options.readers,
          .read_path = options.read_path,
          .anew = options.anew};
}

}  // namespace bashu::views
