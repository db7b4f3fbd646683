#include "backup/vault_rows.h"

#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/try.h"
#include "base/value.h"
#include "node/storage/storage.h"
#include "sqlite/database.h"

namespace bashu::backup {

namespace {

using node::Secrets;
using Kind = Secrets::Kind;

constexpr std::size_t kRowsAtOnce = 2'000;

// Settings first: who reads a vault learns from them whether its keys are wrapped.
constexpr std::pair<Kind, std::string_view> kTables[]{{Kind::settings, "settings"},
                                                      {Kind::keys, "keys"}};

std::string line_of(std::string_view table, std::string_view id, std::string_view bytes) {
  return canonical_json(Value::List{table, id, base64url(bytes)}) + "\n";
}

}  // namespace

std::expected<VaultRows, Fault> read_vault(const std::filesystem::path& dir,
                                           const std::function<void(std::string_view)>& take) {
  BASHU_TRY(const auto vault, node::open_directory(dir)->secrets(false));
  VaultRows done;
  for (const auto& [kind, table] : kTables) {
    std::string last;
    for (bool more = true; more;) {
      BASHU_TRY(const auto page, vault->page(kind, last, kRowsAtOnce));
      for (const auto& [id, bytes] : page) take(line_of(table, id, bytes));
      if (kind == Kind::keys) done.keys += page.size();
      more = page.size() == kRowsAtOnce;
      if (more) last = page.back().first;
    }
  }
  return done;
}

std::expected<VaultRows, Fault> fill_vault(
    const std::filesystem::path& dir,
    const std::function<std::expected<std::string, Fault>()>& next) {
  BASHU_TRY(const auto vault,
            sqlite::Database::open((dir / "vault.db").string(), sqlite::Access::create));
  // As node/vault.cc makes it.
  vault->exec(
      "PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON; "
      "CREATE TABLE keys(id TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID; "
      "CREATE TABLE settings(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID; "
      "BEGIN");
  VaultRows done;
  for (;;) {
    BASHU_TRY(const std::string line, next());
    if (line.empty()) break;
    const auto row = parse_json(line);
    const Value::List* cells = row ? row->as_list() : nullptr;
    const auto text = [&](std::size_t i) {
      const std::string* cell = cells && cells->size() == 3 ? (*cells)[i].as_text() : nullptr;
      return cell ? *cell : std::string{};
    };
    const auto bytes = from_base64url(text(2));
    const bool keys = text(0) == "keys";
    if (!bytes || (!keys && text(0) != "settings")) {
      return std::unexpected{Fault{"a row of the vault in the backup cannot be read"}};
    }
    const std::string id = text(1);
    vault->prepared(keys ? "INSERT INTO keys VALUES(?, ?)" : "INSERT INTO settings VALUES(?, ?)")
        .bind_kept(0, id)
        .bind_bytes(1, *bytes)
        .run();
    done.keys += keys ? 1 : 0;
  }
  vault->exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  BASHU_TRY_OK(vault->check());
  return done;
}

}  // namespace bashu::backup
