#include "views/catalogue.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "packs/load.h"
#include "sqlite/database.h"

namespace bashu::views {

namespace {

// PostgreSQL cuts names after 63 bytes; `_2` must still fit.
constexpr std::size_t kNameMax = 58;

std::string sql_name(std::string_view text) {
  std::string name;
  for (const char c : text) name += c == '-' || c == '/' ? '_' : c;
  if (name.size() <= kNameMax) return name;
  return name.substr(0, kNameMax - 9) + "_" + hex(sha256(text)).substr(0, 8);
}

template <typename Taken>
std::string free_name(const std::string& wish, const Taken& taken) {
  std::string name = wish;
  for (int n = 2; taken(name); ++n) name = wish + "_" + std::to_string(n);
  return name;
}

bool table_taken(Database& database, std::string_view name) {
  Statement& query =
      database.prepared("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
  const bool taken = query.bind(0, name).step();
  query.reset();
  return taken;
}

std::string_view sql_type(Storage storage) {
  return storage == Storage::integer || storage == Storage::flag ? "BIGINT" : "TEXT";
}

std::string fixed_columns(bool reg) {
  if (reg) {
    return "\"row\" INTEGER PRIMARY KEY, key TEXT NOT NULL, keeper TEXT NOT NULL, "
           "version BIGINT NOT NULL, changed_on TEXT NOT NULL, case_id TEXT, edition BIGINT, "
           "edition_name TEXT, contested TEXT, other TEXT, valid_from BIGINT NOT NULL, "
           "valid_to BIGINT";
  }
  return "\"row\" INTEGER PRIMARY KEY, no BIGINT NOT NULL, id TEXT NOT NULL, "
         "pack BIGINT NOT NULL, parent TEXT, state TEXT NOT NULL, version BIGINT NOT NULL, "
         "opened TEXT NOT NULL, since TEXT NOT NULL, opened_by TEXT, parties TEXT NOT NULL, "
         "reached TEXT NOT NULL, disputed BIGINT NOT NULL, other TEXT, "
         "valid_from BIGINT NOT NULL, valid_to BIGINT";
}

// The column's definition in SQL; empty: there is one already.
std::string add_column(Database& database, Table& table, std::string field, Storage storage) {
  if (table.column(field, storage) >= 0) return {};
  const auto taken = [&](std::string_view name) {
    if (table.reg ? std::ranges::find(kRegisterFixed, name) != std::end(kRegisterFixed)
                  : std::ranges::find(kServiceFixed, name) != std::end(kServiceFixed)) {
      return true;
    }
    return std::ranges::any_of(table.columns, [&](const Column& c) { return c.name == name; });
  };
  const std::string name = free_name(sql_name(field), taken);
  database
      .prepared(
          "INSERT INTO view_column (table_id, ordinal, field, storage, name) "
          "VALUES (?, ?, ?, ?, ?)")
      .bind(0, table.id)
      .bind(1, static_cast<std::int64_t>(table.columns.size()))
      .bind(2, std::string_view{field})
      .bind(3, static_cast<std::int64_t>(storage))
      .bind(4, std::string_view{name})
      .run();
  table.columns.push_back({.field = std::move(field), .name = name, .storage = storage});
  return quoted(name) + " " + std::string{sql_type(storage)};
}

// Its name and number; the table itself comes with its columns.
Table name_table(Database& database, bool reg, bool editions, const std::string& pack,
                 const std::string& of) {
  Table table{
      .id = 0, .reg = reg, .editions = editions, .pack = pack, .of = of, .name = {}, .columns = {}};
  table.name = free_name(sql_name(pack + "_" + of),
                         [&](std::string_view name) { return table_taken(database, name); });
  Statement& next = database.prepared("SELECT coalesce(max(id), 0) + 1 FROM view_table");
  if (next.step()) table.id = next.integer(0);
  next.reset();
  database
      .prepared(
          "INSERT INTO view_table (id, register, editions, pack, name, table_name) "
          "VALUES (?, ?, ?, ?, ?, ?)")
      .bind(0, table.id)
      .bind(1, std::int64_t{reg})
      .bind(2, std::int64_t{editions})
      .bind(3, std::string_view{pack})
      .bind(4, std::string_view{of})
      .bind(5, std::string_view{table.name})
      .run();
  return table;
}

void widen(Database& database, Catalogue& catalogue, bool reg, bool editions,
           const std::string& pack, const std::string& of,
           const std::vector<std::pair<std::string, Storage>>& fields) {
  auto& tables = reg ? catalogue.registers : catalogue.services;
  const auto it = tables.find(pack + "/" + of);
  const bool fresh = it == tables.end();
  Table table = fresh ? name_table(database, reg, editions, pack, of) : *it->second;
  table.editions = table.editions || editions;
  std::string columns = fixed_columns(reg);
  for (const auto& [field, storage] : fields) {
    const std::string column = add_column(database, table, field, storage);
    if (column.empty()) continue;
    if (fresh) {
      columns += ", " + column;
    } else {
      database.exec("ALTER TABLE " + quoted(table.name) + " ADD COLUMN " + column);
    }
  }
  // At once: each statement that changes a table makes SQLite read the whole schema again.
  if (fresh) database.exec("CREATE TABLE " + quoted(table.name) + " (" + columns + ")");
  tables[pack + "/" + of] = std::make_shared<const Table>(std::move(table));
}

void make_index(Database& database, const Table& table, const std::string& what,
                const std::string& columns, const std::string& where = {}) {
  database.exec("CREATE INDEX IF NOT EXISTS " + quoted(table.name + "_" + what) + " ON " +
                quoted(table.name) + " (" + columns + ")" + where);
}

}  // namespace

Storage storage_of(const packs::Type& type) {
  if (type.sided || !type.readable()) return Storage::json;
  switch (type.kind) {
    case packs::Kind::boolean:
      return Storage::flag;
    case packs::Kind::integer:
    case packs::Kind::money:
    case packs::Kind::quantity:
      return Storage::integer;
    case packs::Kind::list:
    case packs::Kind::record:
    case packs::Kind::document:
      return Storage::json;
    default:
      return Storage::text;
  }
}

int Table::column(std::string_view field, Storage storage) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].field == field && columns[i].storage == storage) return static_cast<int>(i);
  }
  return -1;
}

const PackVersion* Catalogue::pack(std::string_view digest) const {
  const auto it = packs.find(digest);
  return it == packs.end() ? nullptr : &it->second;
}

TablePtr Catalogue::table(std::int64_t id) const {
  for (const auto* tables : {&services, &registers}) {
    for (const auto& [thing, table] : *tables) {
      if (table->id == id) return table;
    }
  }
  return nullptr;
}

void Catalogue::index_figures() {
  service_figures.clear();
  register_figures.clear();
  watched_parents.clear();
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const FigureDef& def = figures[i];
    if (!def.active || !def.stored) continue;
    const std::string thing = def.pack->name + "/" + def.figure->of;
    if (def.figure->source == packs::Figure::Source::reg) register_figures[thing].push_back(i);
    if (def.figure->source != packs::Figure::Source::service) continue;
    service_figures[thing].push_back(i);
    const packs::Service* service = packs::find(def.pack->services, def.figure->of);
    if (def.reads.parent && service) {
      watched_parents.insert(def.pack->name + "/" + service->parent);
    }
  }
}

void add_tables(Database& database, Catalogue& catalogue, const packs::Pack& pack) {
  database.forget_statements();
  for (const auto& [name, service] : pack.services) {
    std::vector<std::pair<std::string, Storage>> fields;
    for (const packs::PartyDef& party : service.parties) {
      fields.emplace_back("party/" + party.name, Storage::text);
    }
    for (const packs::Member& field : service.fields) {
      fields.emplace_back(field.name, storage_of(*field.type));
    }
    widen(database, catalogue, false, false, pack.name, name, fields);
  }
  for (const auto& [name, reg] : pack.registers) {
    std::vector<std::pair<std::string, Storage>> fields;
    for (const packs::Member& field : reg.record->members) {
      fields.emplace_back(field.name, storage_of(*field.type));
    }
    widen(database, catalogue, true, reg.editions, pack.name, name, fields);
    const Table& table = *catalogue.registers[pack.name + "/" + name];
    if (reg.editions) make_index(database, table, "by_edition", "edition, key");
  }
}

void add_lookup_indexes(Database& database, const Catalogue& catalogue) {
  database.exec("CREATE UNIQUE INDEX IF NOT EXISTS case_index_by_id ON case_index (id)");
  database.exec(
      "CREATE INDEX IF NOT EXISTS case_index_by_parent ON case_index (parent) "
      "WHERE parent IS NOT NULL");
  for (const auto& [thing, table] : catalogue.services) {
    make_index(database, *table, "by_no", "no, valid_from, valid_to");
  }
  for (const auto& [thing, table] : catalogue.registers) {
    make_index(database, *table, "by_key", "key, valid_from, valid_to");
    make_index(database, *table, "contested", "key", " WHERE contested IS NOT NULL");
  }
}

void add_indexes(Database& database, const Catalogue& catalogue) {
  database.exec("CREATE INDEX IF NOT EXISTS message_by_stream ON message (stream, position)");
  for (const auto& [thing, table] : catalogue.services) {
    make_index(database, *table, "by_state", "state, no, valid_from, valid_to");
  }
}

Catalogue read_catalogue(Database& database) {
  Catalogue catalogue;
  Statement& packs_read =
      database.prepared("SELECT id, digest, position, source FROM pack ORDER BY id");
  while (packs_read.step()) {
    const std::int64_t id = packs_read.integer(0);
    const std::string digest{packs_read.text(1)};
    catalogue.digests[id] = digest;
    catalogue.packs[digest] = {.id = id,
                               .position = packs_read.integer(2),
                               .pack = packs::load_adopted(packs_read.text(3)).pack};
  }
  Statement& tables = database.prepared(
      "SELECT id, register, editions, pack, name, table_name FROM view_table ORDER BY id");
  while (tables.step()) {
    Table table{.id = tables.integer(0),
                .reg = tables.integer(1) != 0,
                .editions = tables.integer(2) != 0,
                .pack = std::string{tables.text(3)},
                .of = std::string{tables.text(4)},
                .name = std::string{tables.text(5)},
                .columns = {}};
    Statement& columns = database.prepared(
        "SELECT field, storage, name FROM view_column WHERE table_id = ? ORDER BY ordinal");
    columns.bind(0, table.id);
    while (columns.step()) {
      table.columns.push_back({.field = std::string{columns.text(0)},
                               .name = std::string{columns.text(2)},
                               .storage = static_cast<Storage>(columns.integer(1))});
    }
    auto& into = table.reg ? catalogue.registers : catalogue.services;
    const std::string thing = table.thing();
    into[thing] = std::make_shared<const Table>(std::move(table));
  }
  Statement& figures = database.prepared(
      "SELECT id, pack, name, definition, since, from_day, active FROM figure ORDER BY id");
  while (figures.step()) {
    const PackVersion* version = catalogue.pack(catalogue.digests[figures.integer(1)]);
    if (!version || !version->pack) continue;
    const std::string name{figures.text(2)};
    const packs::Figure* figure = packs::find(version->pack->figures, name);
    if (!figure) continue;
    const packs::Reads reads = packs::reads_of(*version->pack, *figure);
    using enum packs::Figure::Source;
    catalogue.figures.push_back(
        {.id = figures.integer(0),
         .name = version->pack->name + "/" + name,
         .pack = version->pack,
         .figure = figure,
         .definition = std::string{figures.text(3)},
         .since = figures.integer(4),
         .from = Date::from_days(static_cast<std::int32_t>(figures.integer(5))),
         .active = figures.integer(6) != 0,
         .stored = (figure->source == service || figure->source == reg) && !reads.elsewhere,
         .reads = reads});
  }
  catalogue.index_figures();
  return catalogue;
}

namespace {

constexpr const char* kSchema = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE entry_time (time_ms BIGINT PRIMARY KEY, position BIGINT NOT NULL);
CREATE TABLE pack (
  id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL, version BIGINT NOT NULL,
  position BIGINT NOT NULL, source TEXT NOT NULL);
CREATE TABLE adoption (
  digest TEXT NOT NULL, party TEXT NOT NULL, from_day TEXT NOT NULL, position BIGINT NOT NULL,
  in_force BIGINT);
CREATE TABLE circle_party (
  party TEXT NOT NULL, member BIGINT NOT NULL, offset_minutes BIGINT NOT NULL,
  position BIGINT NOT NULL);
CREATE TABLE calendar (
  party TEXT NOT NULL, version BIGINT NOT NULL, holidays TEXT NOT NULL, workdays TEXT NOT NULL,
  position BIGINT NOT NULL);
CREATE TABLE view_table (
  id INTEGER PRIMARY KEY, register BIGINT NOT NULL, editions BIGINT NOT NULL, pack TEXT NOT NULL,
  name TEXT NOT NULL, table_name TEXT NOT NULL UNIQUE);
CREATE TABLE view_column (
  table_id BIGINT NOT NULL, ordinal BIGINT NOT NULL, field TEXT NOT NULL, storage BIGINT NOT NULL,
  name TEXT NOT NULL, PRIMARY KEY (table_id, ordinal));
CREATE TABLE case_index (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL, table_id BIGINT NOT NULL, parent TEXT,
  position BIGINT NOT NULL);
CREATE TABLE case_step (
  id INTEGER PRIMARY KEY, -- position * 1048576 + number within the entry
  case_no BIGINT NOT NULL, version BIGINT NOT NULL, event TEXT NOT NULL, from_state TEXT,
  to_state TEXT, by_party TEXT NOT NULL, role TEXT NOT NULL, principal TEXT, branch BIGINT NOT NULL,
  on_day TEXT NOT NULL, digest TEXT NOT NULL, input TEXT NOT NULL, computed TEXT NOT NULL,
  officer TEXT, position BIGINT NOT NULL);
CREATE TABLE clock (
  case_no BIGINT NOT NULL, clock TEXT NOT NULL, due TEXT, position BIGINT NOT NULL,
  PRIMARY KEY (case_no, clock)) WITHOUT ROWID;
CREATE INDEX clock_by_position ON clock (position);
CREATE TABLE assignment (
  case_no BIGINT NOT NULL, position BIGINT NOT NULL, person TEXT NOT NULL, note TEXT NOT NULL,
  by_person TEXT NOT NULL, on_day TEXT NOT NULL, PRIMARY KEY (case_no, position)) WITHOUT ROWID;
CREATE INDEX assignment_by_position ON assignment (position);
CREATE TABLE account_kind (
  id INTEGER PRIMARY KEY, book TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (book, kind));
CREATE TABLE account (
  id INTEGER PRIMARY KEY, kind BIGINT NOT NULL, key TEXT NOT NULL, balance BIGINT NOT NULL,
  position BIGINT NOT NULL, UNIQUE (kind, key));
CREATE TABLE posting (
  kind BIGINT NOT NULL, account BIGINT NOT NULL, on_day TEXT NOT NULL, position BIGINT NOT NULL,
  no BIGINT NOT NULL, amount BIGINT NOT NULL, counter BIGINT NOT NULL, case_id TEXT,
  PRIMARY KEY (kind, account, on_day, position, no)) WITHOUT ROWID;
CREATE TABLE edition (
  id INTEGER PRIMARY KEY, table_id BIGINT NOT NULL, keeper TEXT NOT NULL, name TEXT NOT NULL,
  number BIGINT NOT NULL, on_day TEXT NOT NULL, case_id TEXT, entries BIGINT NOT NULL,
  digest TEXT NOT NULL, position BIGINT NOT NULL, UNIQUE (table_id, keeper, name, number));
CREATE TABLE task (
  number INTEGER PRIMARY KEY, kind BIGINT NOT NULL, case_id TEXT, roles TEXT NOT NULL,
  title TEXT NOT NULL, detail TEXT NOT NULL, raised_on TEXT NOT NULL, raised BIGINT NOT NULL,
  closed BIGINT);
CREATE INDEX task_by_closed ON task (closed, number);
CREATE INDEX task_by_case ON task (case_id) WHERE case_id IS NOT NULL;
CREATE TABLE message (
  sent BIGINT NOT NULL, peer TEXT NOT NULL, seq BIGINT NOT NULL, kind TEXT NOT NULL,
  stream TEXT NOT NULL, message_id TEXT, position BIGINT NOT NULL, outcome TEXT, reason TEXT,
  answered BIGINT, resolved_outcome TEXT, resolved_reason TEXT, resolved BIGINT,
  PRIMARY KEY (sent, peer, seq)) WITHOUT ROWID;
CREATE TABLE dispute (
  no INTEGER PRIMARY KEY, case_no BIGINT NOT NULL, by_party TEXT NOT NULL, reason TEXT NOT NULL,
  detail TEXT NOT NULL, content TEXT NOT NULL, raised BIGINT NOT NULL, ended BIGINT);
CREATE INDEX dispute_by_case ON dispute (case_no);
CREATE TABLE settlement (
  case_no BIGINT NOT NULL, by_party TEXT NOT NULL, content TEXT NOT NULL, note TEXT NOT NULL,
  officer TEXT NOT NULL, position BIGINT NOT NULL);
CREATE INDEX settlement_by_case ON settlement (case_no);
CREATE TABLE figure_told (
  no INTEGER PRIMARY KEY, from_party TEXT NOT NULL, pack TEXT NOT NULL, figure TEXT NOT NULL,
  as_of TEXT NOT NULL, item TEXT NOT NULL, their_position BIGINT NOT NULL, sent BIGINT NOT NULL,
  taken BIGINT NOT NULL, on_day TEXT NOT NULL, position BIGINT NOT NULL);
CREATE INDEX figure_told_by_figure ON figure_told (figure, as_of, position);
CREATE TABLE figure (
  id INTEGER PRIMARY KEY, pack BIGINT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL,
  since BIGINT NOT NULL, from_day BIGINT NOT NULL, active BIGINT NOT NULL);
CREATE TABLE figure_text (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE figure_row (
  figure BIGINT NOT NULL, split BIGINT NOT NULL, pos_from BIGINT NOT NULL, subject TEXT NOT NULL,
  edition BIGINT NOT NULL, pos_to BIGINT NOT NULL, from_day BIGINT NOT NULL,
  to_day BIGINT NOT NULL, stated_from BIGINT NOT NULL, value BIGINT NOT NULL, error TEXT,
  PRIMARY KEY (figure, subject, edition, pos_from)) WITHOUT ROWID;
CREATE INDEX figure_row_by_edition ON figure_row (edition) WHERE edition > 0;
)";

}  // namespace

void make_schema(Database& database) { database.exec(kSchema); }

std::string definition_digest(const packs::Pack& pack, std::string_view figure) {
  const Value* figures = pack.source.find("figures");
  const Value* definition = figures ? figures->find(figure) : nullptr;
  return packs::digest_text(definition ? *definition : Value{});
}

}  // namespace bashu::views
