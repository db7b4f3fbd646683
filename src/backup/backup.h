// Backups of a node's directory (docs/guide/backup.md): taken beside the running node, only what is
// new since the last one, sealed under a key that is kept elsewhere; the keys of sealed values go
// into a folder of their own.
//
// Order: the end of the journal is fixed first, then documents, files and vault are copied. A key
// or document is durable before the commit that names it, so what the copied journal names is
// there.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "backup/manifest.h"
#include "base/bytes.h"
#include "base/error.h"

namespace bashu::backup {

// 32 bytes: the systemd credential `bashu.backup`, else the file that BASHU_BACKUP_KEY_FILE names.
// Empty: there is none.
[[nodiscard]] std::expected<std::string, Fault> backup_key();

struct What {
  std::filesystem::path dir, to;
  std::filesystem::path vault_to;  // empty: the vault is not copied
  std::string key;
};
struct Made {
  std::uint64_t number = 0;
  std::uint64_t entries = 0, new_entries = 0;
  Hash root{};
  std::uint64_t new_documents = 0, documents = 0;
  std::uint64_t vault_keys = 0;
  std::uint64_t bytes = 0;  // written
};
// Of entries copied and entries to copy.
using Progress = std::function<void(std::uint64_t, std::uint64_t)>;
[[nodiscard]] std::expected<Made, Fault> make(const What& what, const Progress& progress = {});

// Why two folders are too near to each other: a vault that lies with what it opens protects
// nothing.
enum class Near : std::uint8_t { apart, same, inside };
[[nodiscard]] Near nearness(const std::filesystem::path& one, const std::filesystem::path& other);

// What DIR/backed-up tells of the last backup; nothing if there was none.
struct Last {
  std::int64_t made_ms = 0;
  std::uint64_t number = 0, entries = 0;
  bool vault = false;
  std::string to;
};
[[nodiscard]] std::optional<Last> last_backup(const std::filesystem::path& dir);

}  // namespace bashu::backup
