#include "node/storage/postgres_secrets.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/try.h"
#include "node/storage/late_eraser.h"
#include "postgres/connection.h"

namespace bashu::node {

namespace {

using postgres::PgConnection;
using postgres::PgResult;
using Parameters = PgConnection::Parameters;

constexpr const char* kMake[] = {
    "CREATE TABLE IF NOT EXISTS bashu_keys(id bytea PRIMARY KEY, key bytea NOT NULL)",
    "CREATE TABLE IF NOT EXISTS bashu_settings(name bytea PRIMARY KEY, value bytea NOT NULL)"};
// Whatever is asked for a second time must be waited for like the first: so a row that is there is
// written once more, with the bytes that it has. One writes, so nobody adds it in between; engines
// that speak the protocol have no other statement for it in common (docs/guide/postgres.md).
constexpr const char* kAddKey =
    "WITH there AS (UPDATE bashu_keys SET id = $1 WHERE id = $1 RETURNING id) "
    "INSERT INTO bashu_keys(id, key) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM there)";
constexpr const char* kSet =
    "WITH there AS (UPDATE bashu_settings SET value = $2 WHERE name = $1 RETURNING name) "
    "INSERT INTO bashu_settings(name, value) SELECT $1, $2 "
    "WHERE NOT EXISTS (SELECT 1 FROM there)";
constexpr const char* kDeleteKey = "DELETE FROM bashu_keys WHERE id = $1";
// There while the table's file holds what was deleted; its value is of the last deletion.
constexpr std::string_view kTraces = "traces";
constexpr const char* kForgetTraces = "DELETE FROM bashu_settings WHERE name = $1 AND value = $2";
// Every one of them may be repeated, so a server that is taken over is waited for.
constexpr int kTries = 40;
constexpr std::chrono::milliseconds kPause{500};

std::expected<void, Fault> put(PgConnection& connection, const char* sql, std::string_view name,
                               std::string_view bytes) {
  Parameters parameters;
  parameters.add(name).add(bytes);
  BASHU_TRY_OK(connection.run(sql, parameters));
  return {};
}

// Deletes them and says that their bytes are still in the file; within a transaction.
std::expected<void, Fault> delete_keys(PgConnection& connection,
                                       const std::vector<std::string>& ids) {
  std::uint64_t deleted = 0;
  for (const std::string& id : ids) {
    Parameters parameters;
    parameters.add(std::string_view{id});
    BASHU_TRY(const PgResult done, connection.run(kDeleteKey, parameters));
    deleted += done.changed();
  }
  if (deleted == 0) return {};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return node::put(connection, kSet, kTraces, std::to_string(now.count()));
}

std::expected<void, Fault> session(PgConnection& connection) {
  BASHU_TRY_OK(connection.run("SET synchronous_commit = on"));
  return {};
}

class PostgresSecrets final : public Secrets, public LateEraser {
 public:
  PostgresSecrets(PgConnection connection, std::string url)
      : connection_{std::move(connection)}, url_{std::move(url)} {}

  std::expected<void, Fault> begin(bool fresh) {
    BASHU_TRY_OK(session(connection_));
    if (fresh) {
      for (const char* const sql : kMake) BASHU_TRY_OK(connection_.run(sql));
    }
    const auto held = connection_.run("SELECT count(*) FROM bashu_keys");
    if (held) {
      BASHU_TRY(const auto traces, setting(kTraces));
      traces_ = traces.has_value();
      return {};
    }
    return std::unexpected{
        Fault{.what = held.error().what +
                      "; the journal has entries and their keys are not there: name the database "
                      "that holds them in vault.url"}};
  }

  std::expected<std::optional<std::string>, Fault> key(std::string_view id) override {
    return one("SELECT key FROM bashu_keys WHERE id = $1", id);
  }
  std::expected<std::optional<std::string>, Fault> setting(std::string_view name) override {
    return one("SELECT value FROM bashu_settings WHERE name = $1", name);
  }
  std::expected<std::vector<Named>, Fault> page(Kind kind, std::string_view after,
                                                std::size_t rows_max) override {
    Parameters parameters;
    parameters.add(after).add(std::uint64_t{rows_max});
    BASHU_TRY(const PgResult rows,
              connection_.run(kind == Kind::keys
                                  ? "SELECT id, key FROM bashu_keys WHERE id > $1 ORDER BY id "
                                    "LIMIT $2"
                                  : "SELECT name, value FROM bashu_settings WHERE name > $1 "
                                    "ORDER BY name LIMIT $2",
                              parameters));
    std::vector<Named> page;
    for (int i = 0; i < rows.rows(); ++i) page.emplace_back(rows.bytes(i, 0), rows.bytes(i, 1));
    return page;
  }

  std::expected<void, Fault> add_keys(const std::vector<Named>& keys) override {
    return together([&]() -> std::expected<void, Fault> {
      for (const auto& [id, bytes] : keys) BASHU_TRY_OK(put(kAddKey, id, bytes));
      return {};
    });
  }

  std::expected<void, Fault> set(std::string_view name, std::string_view value) override {
    return together([&] { return put(kSet, name, value); });
  }

  // What they were goes from the file by erase_now().
  std::expected<void, Fault> erase_keys(const std::vector<std::string>& ids) override {
    BASHU_TRY_OK(together([&] { return delete_keys(connection_, ids); }));
    traces_ = true;
    return {};
  }

  void erase_later(const std::vector<std::string>& ids) override {
    const std::lock_guard lock{guard_};
    waiting_.insert(waiting_.end(), ids.begin(), ids.end());
  }
  bool waits() override {
    const std::lock_guard lock{guard_};
    return traces_ || !waiting_.empty();
  }
  std::expected<void, Fault> erase_now() override {
    std::vector<std::string> ids;
    {
      const std::lock_guard lock{guard_};
      ids.swap(waiting_);
    }
    traces_ = false;
    auto done = erase_beside(ids);
    if (done) return done;
    traces_ = true;
    erase_later(ids);
    beside_.reset();
    return done;
  }

  std::expected<void, Fault> rewrite(const std::function<std::string(std::string_view)>& change,
                                     const Named& mark) override {
    const auto rewritten = together([&]() -> std::expected<void, Fault> {
      BASHU_TRY_OK(change_all("SELECT id, key FROM bashu_keys FOR UPDATE",
                              "UPDATE bashu_keys SET key = $2 WHERE id = $1", change));
      BASHU_TRY_OK(change_all("SELECT name, value FROM bashu_settings FOR UPDATE",
                              "UPDATE bashu_settings SET value = $2 WHERE name = $1", change));
      return put(kSet, mark.first, mark.second);
    });
    if (!rewritten) return rewritten;
    BASHU_TRY_OK(leave_no_trace("VACUUM FULL bashu_keys"));
    return leave_no_trace("VACUUM FULL bashu_settings");
  }

 private:
  // On a connection of its own, so that commits and whoever looks for another key do not wait for
  // the deletion, and for the rest only who needs a key that this process does not remember. What
  // the server's own log and its archives still hold goes when they are cut off:
  // docs/guide/standby.md.
  std::expected<void, Fault> erase_beside(const std::vector<std::string>& ids) {
    if (!beside_) {
      BASHU_TRY(beside_, PgConnection::open(url_));
      BASHU_TRY_OK(session(*beside_));
      // Or all others would queue behind it while somebody reads the whole table. Where there is no
      // such setting it waits.
      static_cast<void>(beside_->run("SET lock_timeout = 2000"));
    }
    if (!ids.empty()) {
      BASHU_TRY_OK(beside_->run("BEGIN"));
      BASHU_TRY_OK(delete_keys(*beside_, ids));
      BASHU_TRY_OK(beside_->run("COMMIT"));
    }
    Parameters mark;
    mark.add(kTraces);
    BASHU_TRY(const PgResult traces,
              beside_->run("SELECT value FROM bashu_settings WHERE name = $1", mark));
    if (traces.rows() == 0) return {};
    BASHU_TRY_OK(beside_->run("VACUUM FULL bashu_keys"));
    return node::put(*beside_, kForgetTraces, kTraces, traces.bytes(0, 0));
  }

  // A deleted row lies in the table's file until it is written anew.
  std::expected<void, Fault> leave_no_trace(const char* sql) {
    BASHU_TRY_OK(connection_.run(sql));
    return {};
  }

  std::expected<void, Fault> put(const char* sql, std::string_view name, std::string_view bytes) {
    return node::put(connection_, sql, name, bytes);
  }

  // One transaction; again from its beginning when the connection broke or nobody knows how it
  // ended.
  template <typename Work>
  std::expected<void, Fault> together(Work work) {
    for (int tried = 1;; ++tried) {
      const auto done = [&]() -> std::expected<void, Fault> {
        BASHU_TRY_OK(connection_.run("BEGIN"));
        BASHU_TRY_OK(work());
        BASHU_TRY_OK(connection_.run("COMMIT"));
        return {};
      }();
      if (done || tried == kTries) return done;
      if (done.error().unknown_outcome) {
        std::this_thread::sleep_for(kPause);
        connection_.reset();
        static_cast<void>(session(connection_));
        continue;
      }
      static_cast<void>(connection_.run("ROLLBACK"));
      return done;
    }
  }

  std::expected<void, Fault> change_all(
      const char* read, const char* write,
      const std::function<std::string(std::string_view)>& change) {
    BASHU_TRY(const PgResult rows, connection_.run(read));
    for (int i = 0; i < rows.rows(); ++i) {
      BASHU_TRY_OK(put(write, rows.bytes(i, 0), change(rows.bytes(i, 1))));
    }
    return {};
  }

  std::expected<std::optional<std::string>, Fault> one(const char* sql, std::string_view name) {
    Parameters parameters;
    parameters.add(name);
    auto rows = connection_.run(sql, parameters);
    if (!rows && rows.error().unknown_outcome) {
      connection_.reset();
      static_cast<void>(session(connection_));
      rows = connection_.run(sql, parameters);
    }
    if (!rows) return std::unexpected{rows.error()};
    if (rows->rows() == 0) return std::nullopt;
    return std::string{rows->bytes(0, 0)};
  }

  PgConnection connection_;
  const std::string url_;
  std::optional<PgConnection> beside_;  // of erase_now()
  std::atomic<bool> traces_ = false;    // what was deleted may still lie in the file
  std::mutex guard_;
  std::vector<std::string> waiting_;
};

}  // namespace

std::expected<std::unique_ptr<Secrets>, Fault> open_postgres_secrets(const std::string& url,
                                                                     bool fresh) {
  BASHU_TRY(auto connection, PgConnection::open(url));
  auto secrets = std::make_unique<PostgresSecrets>(std::move(connection), url);
  BASHU_TRY_OK(secrets->begin(fresh));
  return secrets;
}

std::expected<void, Fault> drop_postgres_secrets(const std::string& url) {
  BASHU_TRY(auto connection, PgConnection::open(url));
  BASHU_TRY_OK(connection.run("DROP TABLE IF EXISTS bashu_keys, bashu_settings"));
  return {};
}

}  // namespace bashu::node
