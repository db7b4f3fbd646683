#include "views/read/disputes.h"

#include <utility>

#include "views/read/cases.h"

namespace bashu::views {

std::vector<DisputeRow> disputes(Session& session, std::string_view id) {
  std::vector<DisputeRow> list;
  const auto place = place_of(session, id);
  if (!place) return list;
  Statement& query = session.db.prepared(
      "SELECT by_party, reason, detail, content, raised, ended FROM dispute "
      "WHERE case_no = ? AND raised <= ? ORDER BY no");
  query.bind(0, place->no).bind(1, session.known);
  while (query.step()) {
    DisputeRow row;
    row.id.assign(id);
    row.by.assign(query.text(0));
    row.reason = query.text(1);
    row.detail = query.text(2);
    row.content = query.text(3);
    row.raised = static_cast<std::uint64_t>(query.integer(4));
    row.ended = at_of(query, 5);
    if (row.ended && static_cast<std::int64_t>(*row.ended) > session.known) row.ended.reset();
    list.push_back(std::move(row));
  }
  Statement& settlements = session.db.prepared(
      "SELECT by_party, content, note, position, officer FROM settlement "
      "WHERE case_no = ? AND position <= ? ORDER BY position");
  settlements.bind(0, place->no).bind(1, session.known);
  while (settlements.step()) {
    const auto position = static_cast<std::uint64_t>(settlements.integer(3));
    for (DisputeRow& row : list) {
      if (position < row.raised || (row.ended && position > *row.ended)) continue;
      row.signatures.push_back({.by = core::PartyId{settlements.text(0)},
                                .content = std::string{settlements.text(1)},
                                .note = std::string{settlements.text(2)},
                                .officer = std::string{settlements.text(4)},
                                .position = position});
    }
  }
  return list;
}

}  // namespace bashu::views
