#include "journal/moved.h"

#include <libpq-fe.h>

#include <memory>
#include <string_view>

#include "base/try.h"

namespace bashu::journal {

namespace {

constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS bashu_moved(one integer PRIMARY KEY CHECK (one = 1), "
    "place bytea NOT NULL, at bytea NOT NULL, epoch bigint NOT NULL)";
// The holder is what older versions tell.
constexpr const char* kClose =
    "WITH held AS (SELECT epoch FROM bashu_head WHERE one = 1 AND epoch < $2 FOR UPDATE), "
    "closed AS (UPDATE bashu_head SET epoch = $2 FROM held WHERE one = 1 RETURNING held.epoch), "
    "named AS (UPDATE bashu_writer SET epoch = $2, holder = convert_to('nobody: moved to ', "
    "'UTF8') || $1 FROM closed WHERE one = 1) "
    "INSERT INTO bashu_moved(one, place, at, epoch) SELECT 1, $1, convert_to(to_char(now() "
    "AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), 'UTF8'), epoch FROM closed";
constexpr const char* kReopen =
    "WITH gone AS (DELETE FROM bashu_moved WHERE one = 1 RETURNING epoch), "
    "opened AS (UPDATE bashu_head SET epoch = gone.epoch + 1 FROM gone WHERE one = 1 "
    "RETURNING bashu_head.epoch) "
    "UPDATE bashu_writer SET epoch = opened.epoch, beat = 0, holder = '' FROM opened "
    "WHERE one = 1";

std::expected<PgConnection, Fault> durable(const std::string& url) {
  BASHU_TRY(auto connection, PgConnection::open(url));
  BASHU_TRY_OK(connection.run("SET synchronous_commit = on"));
  return connection;
}

// An older version made this journal, or nobody.
std::expected<bool, Fault> has_table(PgConnection& connection) {
  BASHU_TRY(const auto there, connection.run("SELECT 1 FROM information_schema.tables "
                                             "WHERE table_schema = current_schema() "
                                             "AND table_name = 'bashu_moved'"));
  return there.rows() == 1;
}

}  // namespace

std::string words_of(const WentTo& went) {
  return "this journal was moved to " + went.place + " at " + went.at +
         ": nobody writes it here. Was that taken back: bashu journal move brings it here again, "
         "bashu journal reopen opens it as it is";
}

std::string place_of(const std::string& url) {
  struct Free {
    void operator()(PQconninfoOption* all) const { PQconninfoFree(all); }
  };
  const std::unique_ptr<PQconninfoOption, Free> all{PQconninfoParse(url.c_str(), nullptr)};
  std::string host, database;
  for (const PQconninfoOption* one = all.get(); one && one->keyword; ++one) {
    const std::string_view name = one->keyword, value = one->val ? one->val : "";
    if (name == "host") host = value;
    if (name == "port" && !value.empty()) host += ":" + std::string{value};
    if (name == "dbname") database = value;
  }
  return "postgres://" + host + "/" + database;
}

std::expected<std::uint64_t, Fault> close_postgres(const std::string& url,
                                                   const std::string& place) {
  BASHU_TRY(auto connection, durable(url));
  BASHU_TRY_OK(connection.run(kTable));
  PgConnection::Parameters parameters;
  parameters.add(place).add(kClosedEpoch);
  BASHU_TRY(const auto closed, connection.run(kClose, parameters));
  if (closed.changed() != 1) {
    BASHU_TRY(const auto went, went_to(connection));
    if (!went || went->place != place) {
      return std::unexpected{Fault{went ? words_of(*went) : "there is no journal to close"}};
    }
  }
  BASHU_TRY(const auto head, connection.run("SELECT size FROM bashu_head"));
  return head.number(0, 0);
}

std::expected<bool, Fault> reopen_postgres(const std::string& url) {
  BASHU_TRY(auto connection, durable(url));
  BASHU_TRY(const bool there, has_table(connection));
  if (!there) return false;
  BASHU_TRY(const auto opened, connection.run(kReopen));
  return opened.changed() == 1;
}

std::expected<std::optional<WentTo>, Fault> went_to(PgConnection& connection) {
  BASHU_TRY(const bool there, has_table(connection));
  if (!there) return std::nullopt;
  BASHU_TRY(const auto row, connection.run("SELECT place, at FROM bashu_moved"));
  if (row.rows() != 1) return std::nullopt;
  return WentTo{.place = std::string{row.bytes(0, 0)}, .at = std::string{row.bytes(0, 1)}};
}

std::expected<std::optional<WentTo>, Fault> went_to(const std::string& url) {
  BASHU_TRY(auto connection, PgConnection::open(url));
  return went_to(connection);
}

}  // namespace bashu::journal
