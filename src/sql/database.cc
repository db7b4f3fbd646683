#include "sql/database.h"

namespace bashu::sql {

std::int64_t next_id(Database& db, const std::string& table, const std::string& column) {
  Statement& query = db.prepared("SELECT coalesce(max(" + column + "), 0) + 1 FROM " + table);
  const std::int64_t id = query.step() ? query.integer(0) : 1;
  query.reset();
  return id;
}

std::string quoted(std::string_view name) {
  std::string out{"\""};
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace bashu::sql
