// Keys of sealed values in SQLite: DIR/vault.db, tables keys(id, key) and settings(name, value).
#pragma once

#include <filesystem>
#include <memory>

#include "node/storage/secrets.h"

namespace bashu::node {

[[nodiscard]] std::expected<std::unique_ptr<Secrets>, Fault> open_sqlite_secrets(
    const std::filesystem::path& file);

}  // namespace bashu::node
