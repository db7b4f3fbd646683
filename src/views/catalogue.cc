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
#include "sql/database.h"

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

// A type of which engines have words of their own stands in braces.
std::string spelt(std::string_view schema, const sql::Words& words) {
  const std::pair<std::string_view, std::string_view> places[] = {
      {"{number}", words.number},
      {"{text}", words.text},
      {"{clustered}", words.clustered},
      {"{and_day}", words.cuts ? ", on_day" : ""},
      {"{by_day}", words.cuts ? " PARTITION BY RANGE (on_day)" : ""},
      {"{by_time}", words.cuts ? " PARTITION BY RANGE (time_ms)" : ""}};
  std::string sql{schema};
  for (const auto& [place, word] : places) {
    for (auto at = sql.find(place); at != std::string::npos; at = sql.find(place, at)) {
      sql.replace(at, place.size(), word);
      at += word.size();
    }
  }
  return sql;
}

std::string_view sql_type(Storage storage) {
  return storage == Storage::integer || storage == Storage::flag ? "BIGINT" : "{text}";
}

std::string fixed_columns(bool reg) {
  if (reg) {
    return "\"row\" {number} PRIMARY KEY, key {text} NOT NULL, keeper {text} NOT NULL, "
           "version BIGINT NOT NULL, changed_on {text} NOT NULL, case_id {text}, edition BIGINT, "
           "edition_name {text}, contested {text}, other {text}, valid_from BIGINT NOT NULL, "
           "valid_to BIGINT";
  }
  return "\"row\" {number} PRIMARY KEY, no BIGINT NOT NULL, id {text} NOT NULL, "
         "pack BIGINT NOT NULL, parent {text}, state {text} NOT NULL, version BIGINT NOT NULL, "
         "opened {text} NOT NULL, since {text} NOT NULL, opened_by {text}, parties {text} NOT "
         "NULL, "
         "reached {text} NOT NULL, disputed BIGINT NOT NULL, other {text}, "
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
                         [&](std::string_view name) { return database.has_table(name); });
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
      database.exec(
          spelt("ALTER TABLE " + quoted(table.name) + " ADD COLUMN " + column, database.words()));
    }
  }
  // At once: each statement that changes a table makes SQLite read the whole schema again.
  if (fresh) {
    database.exec(
        spelt("CREATE TABLE " + quoted(table.name) + " (" + columns + ")", database.words()));
  }
  tables[pack + "/" + of] = std::make_shared<const Table>(std::move(table));
}

void make_index(Database& database, const Table& table, const std::string& what,
                const std::string& columns, const std::string& where = {}) {
  database.exec("CREATE INDEX IF NOT EXISTS " + quoted(sql_name(table.name + "_" + what)) + " ON " +
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
CREATE TABLE meta (name {text} PRIMARY KEY, value {text} NOT NULL);
CREATE TABLE entry_time (time_ms BIGINT PRIMARY KEY, position BIGINT NOT NULL){by_time};
CREATE TABLE pack (
  id {number} PRIMARY KEY, digest {text} NOT NULL UNIQUE, name {text} NOT NULL, version BIGINT NOT NULL,
  position BIGINT NOT NULL, source {text} NOT NULL);
CREATE TABLE adoption (
  digest {text} NOT NULL, party {text} NOT NULL, from_day {text} NOT NULL, position BIGINT NOT NULL,
  in_force BIGINT);
CREATE TABLE circle_party (
  no {number} PRIMARY KEY, party {text} NOT NULL, member BIGINT NOT NULL, offset_minutes BIGINT NOT NULL,
  position BIGINT NOT NULL);
CREATE TABLE calendar (
  party {text} NOT NULL, version BIGINT NOT NULL, holidays {text} NOT NULL, workdays {text} NOT NULL,
  position BIGINT NOT NULL);
CREATE TABLE view_table (
  id {number} PRIMARY KEY, register BIGINT NOT NULL, editions BIGINT NOT NULL, pack {text} NOT NULL,
  name {text} NOT NULL, table_name {text} NOT NULL UNIQUE);
CREATE TABLE view_column (
  table_id BIGINT NOT NULL, ordinal BIGINT NOT NULL, field {text} NOT NULL, storage BIGINT NOT NULL,
  name {text} NOT NULL, PRIMARY KEY (table_id, ordinal));
CREATE TABLE case_index (
  no {number} PRIMARY KEY, id {text} NOT NULL, table_id BIGINT NOT NULL, parent {text},
  position BIGINT NOT NULL);
CREATE TABLE case_step (
  id {number} NOT NULL, -- position * 1048576 + number within the entry
  case_no BIGINT NOT NULL, version BIGINT NOT NULL, event {text} NOT NULL, from_state {text},
  to_state {text}, by_party {text} NOT NULL, role {text} NOT NULL, principal {text}, branch BIGINT NOT NULL,
  on_day {text} NOT NULL, digest {text} NOT NULL, input {text} NOT NULL, computed {text} NOT NULL,
  officer {text}, position BIGINT NOT NULL, PRIMARY KEY (id{and_day})){by_day};
CREATE TABLE clock (
  case_no BIGINT NOT NULL, clock {text} NOT NULL, due {text}, position BIGINT NOT NULL,
  PRIMARY KEY (case_no, clock)){clustered};
CREATE INDEX clock_by_position ON clock (position);
CREATE TABLE assignment (
  case_no BIGINT NOT NULL, position BIGINT NOT NULL, person {text} NOT NULL, note {text} NOT NULL,
  by_person {text} NOT NULL, on_day {text} NOT NULL, PRIMARY KEY (case_no, position)){clustered};
CREATE INDEX assignment_by_position ON assignment (position);
CREATE TABLE account_kind (
  id {number} PRIMARY KEY, book {text} NOT NULL, kind {text} NOT NULL, UNIQUE (book, kind));
CREATE TABLE account (
  id {number} PRIMARY KEY, kind BIGINT NOT NULL, key {text} NOT NULL, balance BIGINT NOT NULL,
  position BIGINT NOT NULL, UNIQUE (kind, key));
CREATE TABLE posting (
  kind BIGINT NOT NULL, account BIGINT NOT NULL, on_day {text} NOT NULL, position BIGINT NOT NULL,
  no BIGINT NOT NULL, amount BIGINT NOT NULL, counter BIGINT NOT NULL, case_id {text},
  PRIMARY KEY (kind, account, on_day, position, no)){clustered}{by_day};
CREATE TABLE edition (
  id {number} PRIMARY KEY, table_id BIGINT NOT NULL, keeper {text} NOT NULL, name {text} NOT NULL,
  number BIGINT NOT NULL, on_day {text} NOT NULL, case_id {text}, entries BIGINT NOT NULL,
  digest {text} NOT NULL, position BIGINT NOT NULL, UNIQUE (table_id, keeper, name, number));
CREATE TABLE task (
  number {number} PRIMARY KEY, kind BIGINT NOT NULL, case_id {text}, roles {text} NOT NULL,
  title {text} NOT NULL, detail {text} NOT NULL, raised_on {text} NOT NULL, raised BIGINT NOT NULL,
  closed BIGINT);
CREATE INDEX task_by_closed ON task (closed, number);
CREATE INDEX task_by_case ON task (case_id) WHERE case_id IS NOT NULL;
CREATE TABLE message (
  sent BIGINT NOT NULL, peer {text} NOT NULL, seq BIGINT NOT NULL, kind {text} NOT NULL,
  stream {text} NOT NULL, message_id {text}, position BIGINT NOT NULL, outcome {text}, reason {text},
  answered BIGINT, resolved_outcome {text}, resolved_reason {text}, resolved BIGINT,
  PRIMARY KEY (sent, peer, seq)){clustered};
CREATE TABLE dispute (
  no {number} PRIMARY KEY, case_no BIGINT NOT NULL, by_party {text} NOT NULL, reason {text} NOT NULL,
  detail {text} NOT NULL, content {text} NOT NULL, raised BIGINT NOT NULL, ended BIGINT);
CREATE INDEX dispute_by_case ON dispute (case_no);
CREATE TABLE settlement (
  case_no BIGINT NOT NULL, by_party {text} NOT NULL, content {text} NOT NULL, note {text} NOT NULL,
  officer {text} NOT NULL, position BIGINT NOT NULL);
CREATE INDEX settlement_by_case ON settlement (case_no);
CREATE TABLE figure_told (
  no {number} PRIMARY KEY, from_party {text} NOT NULL, pack {text} NOT NULL, figure {text} NOT NULL,
  as_of {text} NOT NULL, item {text} NOT NULL, their_position BIGINT NOT NULL, sent BIGINT NOT NULL,
  taken BIGINT NOT NULL, on_day {text} NOT NULL, position BIGINT NOT NULL);
CREATE INDEX figure_told_by_figure ON figure_told (figure, as_of, position);
CREATE TABLE figure (
  id {number} PRIMARY KEY, pack BIGINT NOT NULL, name {text} NOT NULL, definition {text} NOT NULL,
  since BIGINT NOT NULL, from_day BIGINT NOT NULL, active BIGINT NOT NULL);
CREATE TABLE figure_text (id {number} PRIMARY KEY, text {text} NOT NULL UNIQUE);
CREATE TABLE figure_row (
  figure BIGINT NOT NULL, split BIGINT NOT NULL, pos_from BIGINT NOT NULL, subject {text} NOT NULL,
  edition BIGINT NOT NULL, pos_to BIGINT NOT NULL, from_day BIGINT NOT NULL,
  to_day BIGINT NOT NULL, stated_from BIGINT NOT NULL, value BIGINT NOT NULL, error {text},
  PRIMARY KEY (figure, subject, edition, pos_from)){clustered};
CREATE INDEX figure_row_by_edition ON figure_row (edition) WHERE edition > 0;
)";

}  // namespace

void make_schema(Database& database) { database.exec(spelt(kSchema, database.words())); }

void cut_by_year(Database& database) {
  database.cut_by_year("entry_time", "time_ms", sql::Cut::milliseconds);
  database.cut_by_year("case_step", "on_day", sql::Cut::day);
  database.cut_by_year("posting", "on_day", sql::Cut::day);
}

std::string definition_digest(const packs::Pack& pack, std::string_view figure) {
  const Value* figures = pack.source.find("figures");
  const Value* definition = figures ? figures->find(figure) : nullptr;
  return packs::digest_text(definition ? *definition : Value{});
}

}  // namespace bashu::views
