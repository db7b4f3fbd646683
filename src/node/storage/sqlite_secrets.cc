#include "node/storage/sqlite_secrets.h"

#include "sqlite/database.h"

namespace bashu::node {

namespace {

class SqliteSecrets final : public Secrets {
 public:
  std::expected<void, Fault> open(const std::filesystem::path& file) {
    auto opened = sqlite::Database::open(file.string(), sqlite::Access::create);
    if (!opened) return std::unexpected{opened.error()};
    database_ = std::move(*opened);
    database_->exec(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
        "CREATE TABLE IF NOT EXISTS keys(id TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID; "
        "CREATE TABLE IF NOT EXISTS settings(name TEXT PRIMARY KEY, value BLOB NOT NULL) "
        "WITHOUT ROWID");
    return database_->check();
  }

  std::expected<std::optional<std::string>, Fault> key(std::string_view id) override {
    return one("SELECT key FROM keys WHERE id=?", id);
  }
  std::expected<std::optional<std::string>, Fault> setting(std::string_view name) override {
    return one("SELECT value FROM settings WHERE name=?", name);
  }

  std::expected<std::vector<Named>, Fault> page(Kind kind, std::string_view after,
                                                std::size_t rows_max) override {
    sqlite::Statement& query =
        database_
            ->prepared(
                kind == Kind::keys
                    ? "SELECT id, key FROM keys WHERE id > ? ORDER BY id LIMIT ?"
                    : "SELECT name, value FROM settings WHERE name > ? ORDER BY name LIMIT ?")
            .bind_kept(0, after)
            .bind(1, static_cast<std::int64_t>(rows_max));
    std::vector<Named> page;
    while (query.step()) page.emplace_back(query.text(0), query.bytes(1));
    query.reset();
    if (auto read = database_->check(); !read) return std::unexpected{read.error()};
    return page;
  }

  std::expected<void, Fault> add_keys(const std::vector<Named>& keys) override {
    database_->exec("BEGIN");
    for (const auto& [id, bytes] : keys) {
      database_->prepared("INSERT OR IGNORE INTO keys VALUES(?, ?)")
          .bind_kept(0, id)
          .bind_bytes(1, bytes)
          .run();
    }
    database_->exec("COMMIT");
    return database_->check();
  }

  std::expected<void, Fault> set(std::string_view name, std::string_view value) override {
    put(name, value);
    return database_->check();
  }

  std::expected<void, Fault> erase_keys(const std::vector<std::string>& ids) override {
    database_->exec("BEGIN");
    for (const std::string& id : ids) {
      database_->prepared("DELETE FROM keys WHERE id=?").bind_kept(0, id).run();
    }
    database_->exec("COMMIT");
    // Or the key would live on in the log of the database.
    database_->exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return database_->check();
  }

  std::expected<void, Fault> rewrite(const std::function<std::string(std::string_view)>& change,
                                     const Named& mark) override {
    database_->exec("BEGIN");
    change_all("SELECT id, key FROM keys", "UPDATE keys SET key=? WHERE id=?", change);
    change_all("SELECT name, value FROM settings", "UPDATE settings SET value=? WHERE name=?",
               change);
    put(mark.first, mark.second);
    database_->exec("COMMIT");
    // Or what they were would live on in the log of the database and in free pages.
    database_->exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    return database_->check();
  }

 private:
  std::expected<std::optional<std::string>, Fault> one(std::string_view sql,
                                                       std::string_view name) {
    sqlite::Statement& query = database_->prepared(sql).bind_kept(0, name);
    std::optional<std::string> bytes;
    if (query.step()) bytes = query.bytes(0);
    query.reset();
    if (auto read = database_->check(); !read) return std::unexpected{read.error()};
    return bytes;
  }
  void put(std::string_view name, std::string_view value) {
    database_->prepared("INSERT OR REPLACE INTO settings VALUES(?, ?)")
        .bind_kept(0, name)
        .bind_bytes(1, value)
        .run();
  }
  void change_all(std::string_view read, std::string_view write,
                  const std::function<std::string(std::string_view)>& change) {
    std::vector<Named> rows;
    sqlite::Statement& query = database_->prepared(read);
    while (query.step()) rows.emplace_back(query.text(0), query.bytes(1));
    query.reset();
    for (const auto& [name, bytes] : rows) {
      const std::string changed = change(bytes);
      database_->prepared(write).bind_bytes(0, changed).bind_kept(1, name).run();
    }
  }

  std::unique_ptr<sqlite::Database> database_;
};

}  // namespace

std::expected<std::unique_ptr<Secrets>, Fault> open_sqlite_secrets(
    const std::filesystem::path& file) {
  auto secrets = std::make_unique<SqliteSecrets>();
  if (auto opened = secrets->open(file); !opened) return std::unexpected{opened.error()};
  return secrets;
}

}  // namespace bashu::node
