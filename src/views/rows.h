// Cases and records as rows of their tables, and back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/value.h"
#include "core/event.h"
#include "core/store.h"
#include "packs/pack.h"
#include "sql/database.h"
#include "views/catalogue.h"

namespace bashu::views {

// A case as it stood from `valid_from` on.
struct CaseFacts {
  std::int64_t no = 0;  // order in which cases became known here
  core::CaseId id;
  std::int64_t pack_id = 0;
  packs::PackPtr pack;
  std::string service_name;
  const packs::Service* service = nullptr;
  core::Parties parties;
  std::string parties_json;
  core::CaseId parent;
  std::string opened_by;
  Date opened, since;
  std::string state;
  std::int64_t version = 0;
  Value data{Value::Record{}};
  std::vector<core::Visit> reached;
  bool disputed = false;
  std::int64_t valid_from = 0;
};

// A record of a register, or an entry of an edition.
struct RecordFacts {
  std::string key;
  core::PartyId keeper;
  std::int64_t version = 0;  // of an entry: the edition's number
  Date on;
  core::CaseId case_id;
  std::int64_t edition = 0;  // id in table `edition`; 0: no edition
  std::string edition_name;
  std::map<core::PartyId, core::Claim> contested;  // who else keeps it, and what they say
  Value fields{Value::Record{}};                   // with `key`, and `edition` in an edition
  std::int64_t valid_from = 0;
};

// Which column takes which field: found once per pack version.
struct Plan {
  std::vector<std::pair<std::string, int>> parties;
  std::vector<std::pair<packs::Member, int>> fields;
};
[[nodiscard]] Plan plan_of(const Table& table, const packs::Service& service);
[[nodiscard]] Plan plan_of(const Table& table, const packs::Register& reg);

// All cells of a row in the order of select_list, into `cells`; `row` is its number, valid_to null.
void to_cells(const Table& table, const Plan& plan, const CaseFacts& facts, std::int64_t row,
              std::vector<Cell>& cells);
void to_cells(const Table& table, const Plan& plan, const RecordFacts& facts, std::int64_t row,
              std::vector<Cell>& cells);
[[nodiscard]] std::string parties_json(const core::Parties& parties);
// "row", no, ...: what a statement must select for the readers below.
[[nodiscard]] std::string select_list(const Table& table);
// The same with NULL for what an evaluation does not read: decoding is most of its cost.
[[nodiscard]] std::string select_list(const Table& table, const packs::Reads& reads);
// Whether a record's values are known at `own`: of two who claim what neither of us keeps, they are
// not.
[[nodiscard]] bool stands(const RecordFacts& facts, const core::PartyId& own);
[[nodiscard]] CaseFacts case_of(const Table& table, const Catalogue& catalogue,
                                const Statement& row);
[[nodiscard]] RecordFacts record_of(const Table& table, const Statement& row);

// What the table keeps of a value: personal and sensitive values only if they are sealed. A plain
// one, which no edge lets through, leaves a mark instead: {"$sealed":"withheld"}.
[[nodiscard]] Value without_plain(const packs::Type& type, const Value& value);
// The same for a form or a record of fields, as canonical JSON.
[[nodiscard]] std::string json_without_plain(const std::vector<packs::Member>& fields,
                                             const Value& record);

[[nodiscard]] Value json_value(std::string_view text);  // null if it is no JSON
[[nodiscard]] Date date_of(std::string_view text);

}  // namespace bashu::views
