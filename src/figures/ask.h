// What is asked of a figure, and what is answered. The position of the journal is the session's
// (views/session.h): everything answered on one session is of the same moment.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/title.h"
#include "base/value.h"
#include "core/event.h"
#include "packs/pack.h"
#include "views/views.h"

namespace bashu::figures {

using Period = std::pair<Date, Date>;  // first and last day

struct Ask {
  std::string id;  // `pack/figure`
  Date as_of;
  std::optional<Period> period = {};
  // Of figures that concern the parties of a row: only rows that this other party holds too. Empty:
  // all that this node holds.
  core::PartyId with = {};
  bool digest = false;  // compute rows_digest: reads every row
  // Rows of a figure over accounts: one for each day of an account, `key@2021-08-31`.
  bool by_day = false;
  // Values of other figures (names within the pack) to compute with instead of this node's.
  std::map<std::string, std::int64_t> given = {};
};

struct SplitValue {
  Value key;  // null: the expression gave nothing
  std::optional<std::int64_t> value;
};
struct Split {
  std::string name;
  std::vector<SplitValue> values;  // in order of their keys' canonical JSON
};

// A record that counts and that two claim to keep, and what it adds under the row of each.
struct ContestedRow {
  core::RegisterId reg;
  std::string key;
  core::PartyId keeper;  // whose row counts here, if it is ours
  std::map<core::PartyId, Value> adds;
};

struct Answer {
  std::string id;
  Title title;
  core::PartyId side;  // this node's party: whose journal was counted
  Date as_of;
  std::uint64_t known_at = 0;
  std::optional<std::int64_t> value;  // nullopt: there is none, or see `error`
  std::string unit;
  int scale = 0;  // decimals of the unit that `value` counts
  packs::Figure::Says says{};
  std::optional<std::int64_t> bound;  // of more_than, nearly: the number printed
  std::optional<std::int64_t> target;
  // The total is the sum over the parties; of a `value`, its expression over such sums.
  bool add_sides = false;
  std::vector<std::string> added;  // of such a `value`: the figures it reads that add up
  packs::Figure::Concerns concerns{};
  // Each other party holds another part of it (Ask::with), and tells that part.
  bool by_pairs = false;
  bool of_accounts = false;  // it sums postings
  std::string definition;    // digest of the figure's canonical definition
  std::string pack;          // digest of the pack it stands in
  std::vector<Split> splits;
  std::vector<views::EditionRow> editions;  // in force, of the registers it counts or reads
  std::int64_t rows = 0;                    // that counted
  std::string rows_digest;                  // see answer.h; empty unless asked for
  std::int64_t failed = 0;                  // rows that could not be evaluated
  std::string error;                        // why there is no value, with the first such row
  // Records with two keepers, and what the figure is if everywhere the row of that party stands;
  // of figures that count or sum.
  std::vector<ContestedRow> contested;
  std::map<core::PartyId, std::int64_t> under;
};

// A record, case or account behind a figure.
struct Row {
  std::string subject;       // case id, record key or account key
  std::string edition;       // name, of an entry
  std::int64_t version = 0;  // of the case or record
  Value value;               // what it adds; of distinct the thing counted
  Value split;               // record: name to key
  std::optional<Date> from, to;
  Value shown;                           // list of [column, value], class public only
  std::string digest;                    // of the row, as it goes into rows_digest
  std::vector<std::uint64_t> positions;  // entries that last changed it
};

}  // namespace bashu::figures
