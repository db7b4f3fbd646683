// Keys of sealed values in PostgreSQL: tables bashu_keys(id, key) and bashu_settings(name, value).
// What it says is kept is acknowledged by as many servers as a commit of the journal.
#pragma once

#include <memory>
#include <string>

#include "node/storage/secrets.h"

namespace bashu::node {

// `url` as of open_postgres(). Missing tables are made only if `fresh`.
[[nodiscard]] std::expected<std::unique_ptr<Secrets>, Fault> open_postgres_secrets(
    const std::string& url, bool fresh);
// Both tables, if they are there: nothing of a vault is left.
[[nodiscard]] std::expected<void, Fault> drop_postgres_secrets(const std::string& url);

}  // namespace bashu::node
