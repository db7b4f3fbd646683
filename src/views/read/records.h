// Records of registers, entries of editions, and the editions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/value.h"
#include "core/event.h"
#include "views/read/page.h"
#include "views/rows.h"
#include "views/session.h"

namespace bashu::views {

struct RecordRow {
  std::string key;
  core::PartyId keeper;
  std::int64_t version = 0;
  Date on;
  core::CaseId id;                                 // the case that wrote it
  std::string edition;                             // its name; empty: none
  std::int64_t number = 0;                         // of the edition
  std::map<core::PartyId, core::Claim> contested;  // who else keeps it, and what they say
  Value fields;
  std::uint64_t position = 0;
};
struct RecordFilter {
  std::string reg;            // `pack/register`
  std::string key;            // exactly this one
  std::string prefix;         // keys that begin so
  bool contested = false;     // only those that two claim to keep
  std::optional<Date> as_of;  // of editions; nullopt: the newest
  Page page;
};
struct EditionRow {
  core::RegisterId reg;
  core::PartyId keeper;
  std::string name;
  std::int64_t number = 0;
  Date on;
  core::CaseId id;
  std::int64_t entries = 0;
  std::string digest;  // of its content: canonical JSON of [[key, record], ...]
  std::uint64_t position = 0;
  friend bool operator==(const EditionRow&, const EditionRow&) = default;
};

[[nodiscard]] Listed<RecordRow> records(Session& session, const RecordFilter& filter);
// The position of the entry that last changed a register (`pack/register`), as known; -1: none did.
[[nodiscard]] std::int64_t last_change(Session& session, std::string_view reg);
// All editions of a register (`pack/register`), oldest first.
[[nodiscard]] std::vector<EditionRow> editions(Session& session, std::string_view reg);

// Of a register, with their ids in table `edition`: those in force on `as_of`.
struct EditionInForce {
  std::int64_t id = 0;
  EditionRow edition;
};
[[nodiscard]] std::vector<EditionInForce> editions_in_force(Session& session, const Table& table,
                                                            Date as_of);
// The record of a key as of a day, of an entry listed by two keepers both; nullopt: all records.
[[nodiscard]] std::vector<RecordFacts> records_of_key(Session& session, const Table& table,
                                                      const std::vector<EditionInForce>& editions,
                                                      std::optional<std::string_view> key);

}  // namespace bashu::views
