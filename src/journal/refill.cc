#include "journal/refill.h"

#include <cstdint>
#include <string>

#include "base/try.h"
#include "sqlite/database.h"

namespace bashu::journal {

std::expected<void, Fault> refill_sqlite(
    const std::filesystem::path& directory,
    const std::function<std::expected<std::optional<Commit>, Fault>()>& next) {
  constexpr std::size_t kBytesTogether = 16U << 20;
  const std::filesystem::path file = directory / "journal.db";
  if (std::filesystem::exists(file)) {
    return std::unexpected{Fault{.what = file.string() + ": there is a journal already"}};
  }
  BASHU_TRY(const auto db, sqlite::Database::open(file.string(), sqlite::Access::create));
  // As journal/sqlite.cc makes it.
  db->exec(
      "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
      "CREATE TABLE commits(first INTEGER PRIMARY KEY, record BLOB NOT NULL); BEGIN");
  std::size_t together = 0;
  for (;;) {
    BASHU_TRY(const std::optional<Commit> commit, next());
    if (!commit) break;
    db->prepared("INSERT INTO commits(first, record) VALUES(?, ?)")
        .bind(0, static_cast<std::int64_t>(commit->first))
        .bind_bytes(1, commit->record)
        .run();
    together += commit->record.size();
    if (together >= kBytesTogether) {
      db->exec("COMMIT; BEGIN");
      BASHU_TRY_OK(db->check());
      together = 0;
    }
  }
  db->exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  return db->check();
}

}  // namespace bashu::journal
