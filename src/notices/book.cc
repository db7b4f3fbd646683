#include "notices/book.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace bashu::notices {

namespace {

using sqlite::Statement;

constexpr std::int64_t kMinuteMs = 60'000, kHourMs = 60 * kMinuteMs, kDayMs = 24 * kHourMs;
constexpr std::int64_t kCodeLifeMs = 30 * kMinuteMs;
constexpr std::int64_t kCodesAnHour = 3, kTriesOfACode = 5;
constexpr std::int64_t kAPersonADay = 20, kAllAnHour = 1'000;
constexpr std::int64_t kFirstWaitMs = 5'000, kLongestWaitMs = kHourMs, kGiveUpMs = 3 * kDayMs;

// Of a letter in the outbox.
constexpr std::int64_t kWaits = 0, kSent = 1, kGivenUp = 2;

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS subscription (
  person TEXT PRIMARY KEY, address TEXT NOT NULL, language TEXT NOT NULL,
  confirmed BIGINT NOT NULL, code TEXT NOT NULL, code_until_ms BIGINT NOT NULL,
  tries BIGINT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
  no INTEGER PRIMARY KEY, person TEXT NOT NULL, key TEXT NOT NULL, kind BIGINT NOT NULL,
  about TEXT NOT NULL, day TEXT NOT NULL, state BIGINT NOT NULL, tries BIGINT NOT NULL,
  made_ms BIGINT NOT NULL, next_ms BIGINT NOT NULL, sent_ms BIGINT, UNIQUE (person, key));
CREATE INDEX IF NOT EXISTS outbox_by_state ON outbox (state, next_ms);
CREATE INDEX IF NOT EXISTS outbox_by_sent ON outbox (sent_ms);
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value BIGINT NOT NULL) WITHOUT ROWID;
)";

Subscription subscription_of(const Statement& row) {
  return {.person = std::string{row.text(0)},
          .address = std::string{row.text(1)},
          .language = std::string{row.text(2)},
          .confirmed = row.integer(3) != 0};
}

std::int64_t count_of(Statement& query) {
  const std::int64_t count = query.step() ? query.integer(0) : 0;
  query.reset();
  return count;
}

std::int64_t marked(sqlite::Database& db, std::string_view name) {
  Statement& query = db.prepared("SELECT value FROM mark WHERE name = ?");
  const std::int64_t at = query.bind(0, name).step() ? query.integer(0) : -1;
  query.reset();
  return at;
}

std::expected<void, NotNow> kept(sqlite::Database& db) {
  if (db.check()) return {};
  return std::unexpected{NotNow::failed};
}

}  // namespace

std::expected<std::unique_ptr<Book>, Fault> Book::open(const std::string& path) {
  auto db = sqlite::Database::open(path, sqlite::Access::create);
  if (!db) return std::unexpected{db.error()};
  (*db)->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
  (*db)->exec(kSchema);
  if (auto made = (*db)->check(); !made) return std::unexpected{made.error()};
  return std::make_unique<Book>(std::move(*db));
}

std::optional<Subscription> Book::find(std::string_view person) {
  Statement& query = db_->prepared(
      "SELECT person, address, language, confirmed FROM subscription WHERE person = ?");
  std::optional<Subscription> found;
  if (query.bind(0, person).step()) found = subscription_of(query);
  query.reset();
  return found;
}

std::vector<Subscription> Book::confirmed() {
  std::vector<Subscription> all;
  Statement& query = db_->prepared(
      "SELECT person, address, language, confirmed FROM subscription WHERE confirmed = 1 "
      "ORDER BY person");
  while (query.step()) all.push_back(subscription_of(query));
  return all;
}

std::expected<void, NotNow> Book::subscribe(const Subscription& who, std::string_view code,
                                            std::string_view hash, std::int64_t now_ms) {
  Statement& asked =
      db_->prepared("SELECT count(*) FROM outbox WHERE person = ? AND kind = ? AND made_ms > ?");
  asked.bind_kept(0, who.person)
      .bind(1, static_cast<std::int64_t>(Kind::code))
      .bind(2, now_ms - kHourMs);
  if (count_of(asked) >= kCodesAnHour) return std::unexpected{NotNow::too_many};
  db_->exec("BEGIN IMMEDIATE");
  // What waited for the address before is not sent to the new one.
  db_->prepared("UPDATE outbox SET state = ?, about = '' WHERE person = ? AND state = ?")
      .bind(0, kGivenUp)
      .bind_kept(1, who.person)
      .bind(2, kWaits)
      .run();
  db_->prepared(
         "INSERT OR REPLACE INTO subscription (person, address, language, confirmed, code, "
         "code_until_ms, tries) VALUES (?, ?, ?, 0, ?, ?, 0)")
      .bind_kept(0, who.person)
      .bind_kept(1, who.address)
      .bind_kept(2, who.language)
      .bind(3, hash)
      .bind(4, now_ms + kCodeLifeMs)
      .run();
  add(who.person, Kind::code, code, {}, "code@" + std::to_string(now_ms), now_ms);
  db_->exec("COMMIT");
  auto done = kept(*db_);
  if (!done) db_->exec("ROLLBACK");
  return done;
}

std::expected<void, NotNow> Book::confirm(std::string_view person, std::string_view hash,
                                          std::int64_t now_ms) {
  Statement& query =
      db_->prepared("SELECT code, code_until_ms, tries FROM subscription WHERE person = ?");
  const bool there = query.bind(0, person).step() && !query.text(0).empty() &&
                     query.integer(1) > now_ms && query.integer(2) < kTriesOfACode;
  const bool right = there && query.text(0) == hash;
  query.reset();
  if (!there) return std::unexpected{NotNow::no_code};
  db_->prepared(right
                    ? "UPDATE subscription SET confirmed = 1, code = '', tries = 0 WHERE person = ?"
                    : "UPDATE subscription SET tries = tries + 1 WHERE person = ?")
      .bind(0, person)
      .run();
  if (auto done = kept(*db_); !done) return done;
  if (!right) return std::unexpected{NotNow::wrong_code};
  return {};
}

void Book::end(std::string_view person) {
  db_->prepared("DELETE FROM subscription WHERE person = ?").bind(0, person).run();
  db_->prepared("UPDATE outbox SET state = ?, about = '' WHERE person = ? AND state = ?")
      .bind(0, kGivenUp)
      .bind(1, person)
      .bind(2, kWaits)
      .run();
}

std::int64_t Book::mark() { return marked(*db_, "position"); }
std::int64_t Book::day() { return marked(*db_, "day"); }

std::expected<void, Fault> Book::advance(std::int64_t mark, std::int64_t day,
                                         const std::function<void()>& make) {
  db_->exec("BEGIN IMMEDIATE");
  make();
  db_->prepared("INSERT OR REPLACE INTO mark (name, value) VALUES ('position', ?), ('day', ?)")
      .bind(0, mark)
      .bind(1, day)
      .run();
  db_->exec("COMMIT");
  auto done = db_->check();
  if (!done) {
    db_->exec("ROLLBACK");
    static_cast<void>(db_->check());
  }
  return done;
}

void Book::add(std::string_view person, Kind kind, std::string_view about, std::string_view day,
               std::string_view key, std::int64_t now_ms) {
  db_->prepared(
         "INSERT OR IGNORE INTO outbox (person, key, kind, about, day, state, tries, made_ms, "
         "next_ms) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)")
      .bind(0, person)
      .bind(1, key)
      .bind(2, static_cast<std::int64_t>(kind))
      .bind(3, about)
      .bind(4, day)
      .bind(5, kWaits)
      .bind(6, now_ms)
      .bind(7, now_ms)
      .run();
}

std::optional<Letter> Book::due(std::int64_t now_ms) {
  Statement& hour = db_->prepared("SELECT count(*) FROM outbox WHERE sent_ms > ?");
  if (count_of(hour.bind(0, now_ms - kHourMs)) >= kAllAnHour) return std::nullopt;
  // To an address that is not confirmed goes nothing but its code.
  Statement& query = db_->prepared(
      "SELECT o.no, o.person, s.address, s.language, o.kind, o.about, o.day, o.tries, o.key "
      "FROM outbox o JOIN subscription s ON s.person = o.person "
      "WHERE o.state = ? AND o.next_ms <= ? AND (s.confirmed = 1 OR o.kind = ?) AND "
      "(SELECT count(*) FROM outbox p WHERE p.person = o.person AND p.sent_ms > ?) < ? "
      "ORDER BY o.next_ms, o.no LIMIT 1");
  query.bind(0, kWaits)
      .bind(1, now_ms)
      .bind(2, static_cast<std::int64_t>(Kind::code))
      .bind(3, now_ms - kDayMs)
      .bind(4, kAPersonADay);
  std::optional<Letter> letter;
  if (query.step()) {
    letter = Letter{.no = query.integer(0),
                    .person = std::string{query.text(1)},
                    .address = std::string{query.text(2)},
                    .language = std::string{query.text(3)},
                    .kind = static_cast<Kind>(query.integer(4)),
                    .about = std::string{query.text(5)},
                    .day = std::string{query.text(6)},
                    .tries = query.integer(7),
                    .key = std::string{query.text(8)}};
  }
  query.reset();
  return letter;
}

void Book::sent(std::int64_t no, std::int64_t now_ms) {
  // A code that was sent lies here no longer.
  db_->prepared(
         "UPDATE outbox SET state = ?, sent_ms = ?, about = CASE kind WHEN ? THEN '' ELSE about "
         "END WHERE no = ?")
      .bind(0, kSent)
      .bind(1, now_ms)
      .bind(2, static_cast<std::int64_t>(Kind::code))
      .bind(3, no)
      .run();
}

void Book::failed(std::int64_t no, bool for_good, std::int64_t now_ms) {
  Statement& query = db_->prepared("SELECT tries, made_ms FROM outbox WHERE no = ?");
  if (!query.bind(0, no).step()) return;
  const std::int64_t tries = query.integer(0), made_ms = query.integer(1);
  query.reset();
  const std::int64_t wait =
      std::min(kFirstWaitMs << std::min<std::int64_t>(tries, 20), kLongestWaitMs);
  const bool over = for_good || now_ms - made_ms > kGiveUpMs;
  db_->prepared("UPDATE outbox SET state = ?, tries = tries + 1, next_ms = ? WHERE no = ?")
      .bind(0, over ? kGivenUp : kWaits)
      .bind(1, now_ms + wait)
      .bind(2, no)
      .run();
}

}  // namespace bashu::notices
