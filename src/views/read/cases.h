// Cases as they stood, and what happened to them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/value.h"
#include "core/store.h"
#include "views/read/page.h"
#include "views/rows.h"
#include "views/session.h"

namespace bashu::views {

struct Assignment {  // who works at a case here
  std::string to, note, by;
  Date on;
};
struct CaseRow {
  core::CaseId id;
  std::string pack;  // digest
  std::string pack_name;
  std::string service;
  std::string state;
  core::Parties parties;
  core::CaseId parent;
  std::string opened_by;
  Date opened, since;
  std::int64_t version = 0;
  Value data;
  std::vector<core::Visit> reached;
  bool disputed = false;
  std::uint64_t position = 0;  // of the entry that made it so
  std::optional<Assignment> assigned;
};
struct CaseFilter {
  std::string pack, service, state;  // names; empty: any
  std::string party;                 // with `plays` empty: in any party of the case
  std::string plays;                 // `origin`
  core::CaseId parent;
  std::string opened_by;
  std::optional<std::uint64_t> changed_since;        // changed by an entry after this position
  std::vector<std::pair<std::string, Value>> equal;  // field to value
  std::string text;                                  // contained in the id or a readable text field
  Page page;
};
struct StepRow {
  std::int64_t version = 0;
  std::string event, from, to;  // `to` empty: the state did not change
  std::string officer;          // of another party, whom it vouches for
  core::PartyId decided_by;
  std::string role, principal;
  std::int64_t branch = 0;
  Date on;
  std::string digest;
  Value input, set;
  std::uint64_t position = 0;
};

[[nodiscard]] std::optional<CaseRow> case_at(Session& session, std::string_view id);
[[nodiscard]] Listed<CaseRow> list_cases(Session& session, const CaseFilter& filter);
[[nodiscard]] std::vector<StepRow> history(Session& session, std::string_view id);
// Positions of every entry that changed the case, in order: where its evidence is.
[[nodiscard]] std::vector<std::uint64_t> positions(Session& session, std::string_view id);

// The cases that became known by the entry at `position`.
[[nodiscard]] std::vector<core::CaseId> cases_opened_at(Session& session, std::uint64_t position);

// Where a case is: its table and number.
struct CasePlace {
  TablePtr table;
  std::int64_t no = 0;
};
[[nodiscard]] std::optional<CasePlace> place_of(Session& session, std::string_view id);
[[nodiscard]] std::optional<CaseFacts> case_facts(Session& session, std::string_view id);

}  // namespace bashu::views
