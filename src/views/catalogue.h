// What tables there are and what their columns hold, made from the packs as they are adopted.
//
//     pack `joint-programme`, service `task`    table joint_programme_task
//     its field `due`                           column due
//
// Names are made once and written down (view_table, view_column), because two packs may derive one
// name and a later version of a pack adds columns. A catalogue is immutable; the writer makes a new
// one when a pack arrives.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "packs/depends.h"
#include "packs/pack.h"
#include "sql/database.h"

namespace bashu::views {

using sql::Cell;
using sql::Database;
using sql::next_id;
using sql::quoted;
using sql::Statement;

// How a column holds a value. Values no expression may read are kept as JSON, sealed as they came.
enum class Storage : std::uint8_t { integer = 1, text = 2, flag = 3, json = 4 };
[[nodiscard]] Storage storage_of(const packs::Type& type);

struct Column {
  std::string field;  // of the pack; `party/NAME` for who plays a party
  std::string name;   // in SQL
  Storage storage{};
};

struct Table {
  std::int64_t id = 0;
  bool reg = false;  // a register; otherwise a service
  bool editions = false;
  std::string pack, of;  // `joint-programme`, `task`
  std::string name;      // in SQL
  std::vector<Column> columns;

  // Index into columns, or -1.
  [[nodiscard]] int column(std::string_view field, Storage storage) const;
  [[nodiscard]] std::string thing() const { return pack + "/" + of; }
};
using TablePtr = std::shared_ptr<const Table>;

// Columns that every service or register table has, in order; those of fields follow.
inline constexpr int kServiceColumns = 16;
inline constexpr std::string_view kServiceFixed[kServiceColumns] = {
    "row",   "no",        "id",      "pack",    "parent",   "state", "version",    "opened",
    "since", "opened_by", "parties", "reached", "disputed", "other", "valid_from", "valid_to"};
inline constexpr int kRegisterColumns = 12;
inline constexpr std::string_view kRegisterFixed[kRegisterColumns] = {
    "row",     "key",          "keeper",    "version", "changed_on", "case_id",
    "edition", "edition_name", "contested", "other",   "valid_from", "valid_to"};

// Numbers of case_step: those of an entry follow one another.
inline constexpr std::int64_t kStepsOfEntry = std::int64_t{1} << 20;

struct PackVersion {
  std::int64_t id = 0;
  std::int64_t position = 0;  // since when it was known here
  packs::PackPtr pack;
};

// One definition of a figure, over the time in which it was the one in force here.
struct FigureDef {
  std::int64_t id = 0;
  std::string name;  // `pack/figure`
  packs::PackPtr pack;
  const packs::Figure* figure = nullptr;
  std::string definition;  // digest of its canonical definition
  std::int64_t since = 0;  // position of its adoption
  Date from;               // day from which its pack is in force
  bool active = false;     // rows are kept up to date: nothing newer took its place
  bool stored = false;     // evaluated once per change; otherwise when asked
  packs::Reads reads;
};

struct Catalogue {
  std::map<std::string, PackVersion, std::less<>> packs;  // by digest
  std::map<std::int64_t, std::string> digests;            // by id
  std::map<std::string, TablePtr, std::less<>> services;  // by `pack/service`
  std::map<std::string, TablePtr, std::less<>> registers;
  std::vector<FigureDef> figures;                                                // in order of id
  std::map<std::string, std::vector<std::size_t>, std::less<>> service_figures;  // active, stored
  std::map<std::string, std::vector<std::size_t>, std::less<>> register_figures;
  std::set<std::string, std::less<>> watched_parents;  // `pack/service` whose sub-cases' figures
                                                       // read the parent
  [[nodiscard]] const PackVersion* pack(std::string_view digest) const;
  [[nodiscard]] TablePtr table(std::int64_t id) const;
  // Fills the indexes over `figures`.
  void index_figures();
};
using CataloguePtr = std::shared_ptr<const Catalogue>;

// Makes or widens the tables of `pack`, in the database and in the catalogue.
void add_tables(Database& database, Catalogue& catalogue, const packs::Pack& pack);
// The indexes by which a case or record is found by its name.
void add_lookup_indexes(Database& database, const Catalogue& catalogue);
// The indexes only readers need; a rebuild makes them at its end.
void add_indexes(Database& database, const Catalogue& catalogue);
// Reads packs, tables and figures back. Packs are loaded from their source.
[[nodiscard]] Catalogue read_catalogue(Database& database);
// The tables every view database has.
void make_schema(Database& database);
// Says which of them are cut by year; before anything is written.
void cut_by_year(Database& database);

// The definition of a figure as written in the pack; its digest names it.
[[nodiscard]] std::string definition_digest(const packs::Pack& pack, std::string_view figure);

}  // namespace bashu::views
