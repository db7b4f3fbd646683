#include "journal/postgres.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/try.h"
#include "evidence/entry.h"
#include "journal/moved.h"
#include "journal/quorum.h"
#include "postgres/connection.h"

namespace bashu::journal {

namespace {

using Parameters = PgConnection::Parameters;

// Names of notices apart from warnings are not asked for: `IF NOT EXISTS` tells one each time.
constexpr const char* kTables[] = {
    "CREATE TABLE IF NOT EXISTS bashu_head(one integer PRIMARY KEY CHECK (one = 1), "
    "epoch bigint NOT NULL, size bigint NOT NULL, root bytea NOT NULL)",
    "CREATE TABLE IF NOT EXISTS bashu_commits(first bigint PRIMARY KEY, count bigint NOT NULL, "
    "record bytea NOT NULL)",
    "INSERT INTO bashu_head(one, epoch, size, root) SELECT 1, 0, 0, '' "
    "WHERE NOT EXISTS (SELECT 1 FROM bashu_head)",
    "CREATE TABLE IF NOT EXISTS bashu_writer(one integer PRIMARY KEY CHECK (one = 1), "
    "epoch bigint NOT NULL, beat bigint NOT NULL, holder bytea NOT NULL)",
    "INSERT INTO bashu_writer(one, epoch, beat, holder) SELECT 1, 0, 0, '' "
    "WHERE NOT EXISTS (SELECT 1 FROM bashu_writer)"};
constexpr const char* kRaise =
    "WITH raised AS (UPDATE bashu_head SET epoch = epoch + 1 "
    "WHERE one = 1 AND epoch < $4 AND ($1 = 0 OR epoch = $2) RETURNING epoch) "
    "UPDATE bashu_writer SET epoch = raised.epoch, beat = 0, holder = $3 FROM raised "
    "RETURNING raised.epoch";
// What tells how many a commit waits for comes in the same round trip.
constexpr const char* kNames = "synchronous_standby_names";
constexpr const char* kBeat =
    "UPDATE bashu_writer SET beat = beat + 1 WHERE one = 1 AND epoch = $1 "
    "RETURNING current_setting('synchronous_standby_names')";
constexpr const char* kAppend =
    "WITH head AS (UPDATE bashu_head SET size = $1 + $2, root = $3 "
    "WHERE one = 1 AND epoch = $4 AND size = $1 RETURNING size) "
    "INSERT INTO bashu_commits(first, count, record) SELECT $1, $2, $5 FROM head "
    "RETURNING current_setting('synchronous_standby_names')";
constexpr std::chrono::milliseconds kAskAgain{250};
constexpr const char* kRead =
    "SELECT first, count, record FROM (SELECT first, count, record, "
    "sum(octet_length(record)) OVER (ORDER BY first) - octet_length(record) AS before "
    "FROM (SELECT * FROM bashu_commits WHERE first < $2 AND first >= "
    "(SELECT max(first) FROM bashu_commits WHERE first <= $1) ORDER BY first LIMIT 1000) held) "
    "sized WHERE before < $3 OR before = 0 ORDER BY first";

// The third line of the checkpoint that ends a commit.
std::string root_of(const std::string& record) {
  const auto commit = evidence::decode_commit(record);
  if (!commit) return {};
  std::string_view note = commit->checkpoint;
  for (int i = 0; i < 2; ++i) {
    const std::size_t end = note.find('\n');
    if (end == std::string_view::npos) return {};
    note.remove_prefix(end + 1);
  }
  return std::string{note.substr(0, note.find('\n'))};
}

class PostgresJournal final : public Journal {
 public:
  PostgresJournal(PgConnection writer, PgConnection reader, Quorum quorum)
      : writer_{std::move(writer)}, reader_{std::move(reader)}, quorum_{quorum} {}

  std::expected<void, Fault> begin(PgConnection pulse, const Claim& claim) {
    pulse_.emplace(std::move(pulse));
    // What it acknowledges must be on its disk, and on those it is told to wait for.
    if (auto set = writer_.run("SET synchronous_commit = on"); !set) return fail(set.error());
    // A beat that is lost is followed by another.
    if (auto set = pulse_->run("SET synchronous_commit = off"); !set) return fail(set.error());
    const auto flushes = writer_.show("fsync");
    if (!flushes) return fail(flushes.error());
    if (*flushes != "on") {
      return fail(
          Fault{.what = "the server runs with fsync off: what it acknowledges can be lost"});
    }
    if (auto enough = enough_or_refused(); !enough) return enough;
    for (const char* const sql : kTables) {
      if (auto made = writer_.run(sql); !made) return fail(made.error());
    }
    BASHU_TRY(epoch_, claim.closed ? closed_epoch() : raise(claim));
    // It may have been let go while it waited.
    if (auto enough = enough_or_refused(); !enough) return enough;
    // Only now: whatever the writer before had under way is in, or never will be.
    const auto size = stored_size(writer_);
    if (!size) return fail(size.error());
    size_ = *size;
    return {};
  }

  std::expected<void, Fault> append(const Commit& commit) override {
    if (!pulse_ || commit.first != size()) {
      return fail(Fault{.what = "a commit out of order"});
    }
    const std::string root = root_of(commit.record);
    Parameters parameters;
    parameters.add(commit.first).add(commit.count).add(root).add(epoch_).add(commit.record);
    const auto done = writer_.run(kAppend, parameters);
    if (!done) return fail(done.error());
    if (done->changed() != 1) {
      return fail(Fault{.what = taken_over()});
    }
    if (const auto had = had_by_enough(heard(done->bytes(0, 0))); !had) return had;
    size_.store(commit.first + commit.count, std::memory_order_release);
    return {};
  }

  std::expected<std::vector<Commit>, Fault> read(std::uint64_t from,
                                                 std::size_t bytes_max) override {
    const std::uint64_t end = size();
    std::vector<Commit> commits;
    if (from >= end) return commits;
    Parameters parameters;
    parameters.add(from).add(end).add(std::uint64_t{bytes_max});
    const std::lock_guard guard{reading_};
    const auto rows = again([&] { return reader_.run(kRead, parameters); });
    if (!rows) return std::unexpected{rows.error()};
    for (int i = 0; i < rows->rows(); ++i) {
      commits.push_back({.first = rows->number(i, 0),
                         .count = static_cast<std::uint32_t>(rows->number(i, 1)),
                         .record = std::string{rows->bytes(i, 2)}});
    }
    return commits;
  }

  std::uint64_t size() const override {
    if (!pulse_) {
      // Somebody else may be writing.
      const std::lock_guard guard{reading_};
      const auto now = again([&] { return stored_size(reader_); });
      if (now) size_.store(*now, std::memory_order_release);
    }
    return size_.load(std::memory_order_acquire);
  }

  std::expected<Seat, Fault> seat() override {
    const std::lock_guard guard{reading_};
    const auto row =
        again([&] { return reader_.run("SELECT epoch, beat, holder FROM bashu_writer"); });
    if (!row) return fail(row.error());
    if (row->rows() != 1) return Seat{};
    Seat seat{.epoch = row->number(0, 0),
              .beat = row->number(0, 1),
              .holder = std::string{row->bytes(0, 2)},
              .moved = {}};
    if (seat.epoch < kClosedEpoch) return seat;
    BASHU_TRY(const auto went, went_to(reader_));
    if (went) seat.moved = words_of(*went);
    return seat;
  }

  std::expected<bool, Fault> beat() override {
    if (!pulse_) return false;
    Parameters parameters;
    parameters.add(epoch_);
    const auto done = pulse_->run(kBeat, parameters);
    if (done) {
      if (done->changed() == 1) static_cast<void>(heard(done->bytes(0, 0)));
      return done->changed() == 1;
    }
    pulse_->reset();
    static_cast<void>(pulse_->run("SET synchronous_commit = off"));
    return fail(done.error());
  }

  Quorum quorum() const override {
    const std::lock_guard guard{quorum_guard_};
    return quorum_;
  }

 private:
  // What the server says of whom it waits for. False: too few, and nothing may be acknowledged so.
  // By what was heard here: another thread may have heard otherwise, before or since.
  bool heard(std::string_view names) {
    const std::int64_t now = standbys_waited_for(names);
    const std::lock_guard guard{quorum_guard_};
    quorum_.waited_for = now;
    if (!quorum_.asked_for) quorum_.wanted = std::max(quorum_.wanted, now);
    return !quorum_.holds_back || now >= quorum_.wanted;
  }
  std::expected<void, Fault> enough_or_refused() {
    BASHU_TRY(const auto names, writer_.show(kNames));
    if (!heard(names)) return fail({.what = words_of(quorum())});
    return {};
  }

  // Returns when what was committed is had by as many as are asked for: the server waited for them
  // before (`enough`), and waits for them still. One that lets its commits go forgets whom they
  // waited for, so then another commit has to wait for them: whoever has that one has all before.
  std::expected<void, Fault> had_by_enough(bool enough) {
    if (!quorum().holds_back) return {};
    while (true) {
      BASHU_TRY(const auto after, writer_.show(kNames));
      const bool still = heard(after);
      if (enough && still) return {};
      if (!still) std::this_thread::sleep_for(kAskAgain);
      Parameters parameters;
      parameters.add(epoch_);
      BASHU_TRY(const auto again, writer_.run(kBeat, parameters));
      if (again.changed() != 1) return fail({.what = taken_over(), .unknown_outcome = true});
      enough = heard(again.bytes(0, 0));
    }
  }

  std::expected<std::uint64_t, Fault> raise(const Claim& claim) {
    Parameters parameters;
    parameters.add(std::uint64_t{claim.epoch ? 1U : 0U})
        .add(claim.epoch.value_or(0))
        .add(claim.holder)
        .add(kClosedEpoch);
    BASHU_TRY(const auto raised, writer_.run(kRaise, parameters));
    if (raised.rows() == 1) return raised.number(0, 0);
    BASHU_TRY(const auto went, went_to(writer_));
    return fail(
        {.what = went ? words_of(*went) : "another one has taken this journal over meanwhile"});
  }
  std::expected<std::uint64_t, Fault> closed_epoch() {
    BASHU_TRY(const auto went, went_to(writer_));
    if (went) return kClosedEpoch;
    return fail({.what = "this journal is not closed"});
  }
  std::string taken_over() {
    const auto now = seat();
    if (now && !now->moved.empty()) return now->moved;
    return "another writer has taken this journal over" +
           (now && !now->holder.empty() ? ": " + now->holder : "");
  }
  static std::unexpected<Fault> fail(Fault fault) { return std::unexpected{std::move(fault)}; }

  // A read that found the connection broken is tried once more on a new one: it changes nothing.
  template <typename Read>
  auto again(Read read) const -> decltype(read()) {
    auto first = read();
    if (first || !first.error().unknown_outcome) return first;
    reader_.reset();
    return read();
  }

  static std::expected<std::uint64_t, Fault> stored_size(PgConnection& connection) {
    const auto head = connection.run("SELECT size FROM bashu_head");
    if (!head) return std::unexpected{head.error()};
    return head->rows() > 0 ? head->number(0, 0) : 0;
  }

  PgConnection writer_;
  mutable PgConnection reader_;
  std::optional<PgConnection> pulse_;  // of a writer
  mutable std::mutex reading_;         // of reader_
  std::uint64_t epoch_ = 0;
  mutable std::mutex quorum_guard_;
  Quorum quorum_;
  mutable std::atomic<std::uint64_t> size_ = 0;
};

// Read only without a claim.
std::expected<std::unique_ptr<Journal>, Fault> open_in(const std::string& url,
                                                       const std::string& schema,
                                                       const std::optional<Claim>& claim) {
  BASHU_TRY(const QuorumUrl split, split_quorum(url));
  std::vector<PgConnection> open;
  for (int i = 0; i < (claim ? 3 : 2); ++i) {
    auto connection =
        PgConnection::open(split.url, schema.empty() ? std::string{} : "-c search_path=" + schema);
    if (!connection) return std::unexpected{connection.error()};
    open.push_back(std::move(*connection));
  }
  auto journal =
      std::make_unique<PostgresJournal>(std::move(open[0]), std::move(open[1]), split.quorum);
  if (!claim) return journal;
  if (auto begun = journal->begin(std::move(open[2]), *claim); !begun) {
    return std::unexpected{begun.error()};
  }
  return journal;
}

}  // namespace

std::expected<std::unique_ptr<Journal>, Fault> open_postgres(const std::string& url,
                                                             bool read_only) {
  return open_in(url, {}, read_only ? std::nullopt : std::optional{Claim{}});
}

std::expected<std::unique_ptr<Journal>, Fault> open_postgres(const std::string& url,
                                                             const Claim& claim) {
  return open_in(url, {}, claim);
}

std::expected<PostgresSchema, Fault> PostgresSchema::create(const std::string& url,
                                                            const std::string& name) {
  auto connection = PgConnection::open(url);
  if (!connection) return std::unexpected{connection.error()};
  if (auto made = connection->run("CREATE SCHEMA " + name); !made) {
    return std::unexpected{made.error()};
  }
  return PostgresSchema{url, name};
}

PostgresSchema::~PostgresSchema() {
  if (name_.empty()) return;
  if (auto connection = PgConnection::open(url_)) {
    // What is left of a test harms nobody.
    static_cast<void>(connection->run("DROP SCHEMA " + name_ + " CASCADE"));
  }
}

std::expected<std::unique_ptr<Journal>, Fault> PostgresSchema::open(bool read_only) const {
  return open_in(url_, name_, read_only ? std::nullopt : std::optional{Claim{}});
}

}  // namespace bashu::journal
