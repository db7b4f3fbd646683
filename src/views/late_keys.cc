#include "views/late_keys.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bashu::views {

namespace {

// By table, as src/views/catalogue.cc has them.
std::vector<std::pair<std::string, std::string>> late_keys(const Catalogue& catalogue) {
  std::vector<std::pair<std::string, std::string>> keys{
      {"case_index", "no"},
      {"case_step", "id, on_day"},
      {"posting", "kind, account, on_day, position, no"}};
  for (const auto* tables : {&catalogue.services, &catalogue.registers}) {
    for (const auto& [thing, table] : *tables) keys.emplace_back(table->name, "\"row\"");
  }
  return keys;
}

bool has_key(Database& database, std::string_view table) {
  Statement& query = database.prepared(
      "SELECT 1 FROM information_schema.table_constraints WHERE table_schema = current_schema() "
      "AND table_name = ? AND constraint_type = 'PRIMARY KEY'");
  const bool there = query.bind(0, table).step();
  query.reset();
  return there;
}

}  // namespace

void drop_late_keys(Database& database, const Catalogue& catalogue) {
  if (!database.words().cuts) return;
  for (const auto& [table, columns] : late_keys(catalogue)) {
    database.exec("ALTER TABLE " + quoted(table) + " DROP CONSTRAINT IF EXISTS " +
                  quoted(table + "_pkey"));
  }
}

void add_late_keys(Database& database, const Catalogue& catalogue) {
  if (!database.words().cuts) return;
  for (const auto& [table, columns] : late_keys(catalogue)) {
    if (!has_key(database, table))
      database.exec("ALTER TABLE " + quoted(table) + " ADD PRIMARY KEY (" + columns + ")");
  }
}

}  // namespace bashu::views
