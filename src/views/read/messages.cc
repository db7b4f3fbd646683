#include "views/read/messages.h"

#include <map>
#include <utility>

#include "base/json.h"
#include "views/rows.h"

namespace bashu::views {

Listed<MessageRow> messages(Session& session, const MessageFilter& filter) {
  Listed<MessageRow> listed;
  Where where;
  where.add("position <= ?", session.known);
  if (filter.sent) where.add("sent = ?", std::int64_t{*filter.sent});
  if (!filter.peer.empty()) where.add("peer = ?", filter.peer);
  if (!filter.stream.empty()) where.add("stream = ?", filter.stream);
  if (filter.above > 0) where.add("seq > ?", filter.above);
  if (filter.open) {
    where.add(
        "(answered IS NULL OR answered > ? OR (outcome = 'held' AND (resolved IS NULL OR resolved "
        "> ?)))",
        session.known);
    where.cells.emplace_back(session.known);
  }
  if (!filter.page.after.empty()) {
    const auto [head, seq] = parts(filter.page.after);
    const auto [sent, peer] = parts(head);
    where.add("(sent > ? OR (sent = ? AND (peer > ? OR (peer = ? AND seq > ?))))",
              number(sent).value_or(0));
    where.cells.emplace_back(number(sent).value_or(0));
    where.cells.emplace_back(peer);
    where.cells.emplace_back(peer);
    where.cells.emplace_back(number(seq).value_or(0));
  }
  const int limit = clamped(filter.page.limit);
  Statement& query = session.db.prepared(
      "SELECT sent, peer, seq, kind, stream, message_id, position, outcome, reason, answered, "
      "resolved_outcome, resolved_reason, resolved FROM message WHERE " +
      where.sql + " ORDER BY sent, peer, seq LIMIT ?");
  query.bind(where.bind(query), std::int64_t{limit} + 1);
  while (query.step()) {
    if (listed.rows.size() == static_cast<std::size_t>(limit)) {
      const MessageRow& last = listed.rows.back();
      listed.next =
          std::to_string(last.sent) + kMark + last.peer + kMark + std::to_string(last.seq);
      query.reset();
      break;
    }
    MessageRow row;
    row.sent = query.integer(0) != 0;
    row.peer.assign(query.text(1));
    row.seq = query.integer(2);
    row.kind = query.text(3);
    row.stream = query.text(4);
    row.message_id = query.text(5);
    row.position = static_cast<std::uint64_t>(query.integer(6));
    const auto by_then = [&](int column) {
      return !query.is_null(column) && query.integer(column) <= session.known;
    };
    if (by_then(12)) {
      row.outcome = query.text(10);
      row.reason = query.text(11);
      row.answered = at_of(query, 12);
    } else if (by_then(9)) {
      row.outcome = query.text(7);
      row.reason = query.text(8);
      row.answered = at_of(query, 9);
    }
    listed.rows.push_back(std::move(row));
  }
  return listed;
}

std::vector<ToldRow> told(Session& session, std::string_view id, std::optional<Date> as_of) {
  std::vector<ToldRow> list;
  Statement& query = session.db.prepared(
      "SELECT from_party, pack, figure, item, their_position, sent, taken, on_day, position "
      "FROM figure_told WHERE (figure = ? OR ? = '') AND (as_of = ? OR ? = '') AND position <= ? "
      "ORDER BY position DESC, no");
  const std::string day = as_of ? as_of->text() : std::string{};
  query.bind(0, id).bind(1, id).bind_kept(2, day).bind_kept(3, day).bind(4, session.known);
  while (query.step()) {
    ToldRow row;
    row.from.assign(query.text(0));
    row.pack = query.text(1);
    row.figure = query.text(2);
    const Value item = json_value(query.text(3));
    row.definition = item.text_at("definition");
    row.as_of = date_of(item.text_at("as_of"));
    const Value* period = item.find("period");
    if (const auto* days = period ? period->as_list() : nullptr; days && days->size() == 2) {
      const auto day_at = [&](std::size_t i) {
        const std::string* text = (*days)[i].as_text();
        return date_of(text ? std::string_view{*text} : std::string_view{});
      };
      row.period = std::pair{day_at(0), day_at(1)};
    }
    if (const Value* value = item.find("value"); value && value->as_int())
      row.value = *value->as_int();
    row.rows = item.int_at("rows");
    row.failed = item.int_at("failed");
    row.rows_digest = item.text_at("rows_digest");
    if (const Value* rows = item.find("row_digests")) row.row_digests = *rows;
    if (const Value* splits = item.find("splits")) row.splits = *splits;
    row.known_at = query.integer(4);
    row.sent = query.integer(5);
    row.taken = query.integer(6);
    row.on = date_of(query.text(7));
    row.position = static_cast<std::uint64_t>(query.integer(8));
    list.push_back(std::move(row));
  }
  return list;
}

std::vector<ChannelRow> channels(Session& session) {
  std::map<core::PartyId, ChannelRow> peers;
  Statement& query = session.db.prepared(
      "SELECT sent, peer, max(seq) FROM message WHERE position <= ? GROUP BY sent, peer");
  query.bind(0, session.known);
  while (query.step()) {
    const core::PartyId peer{query.text(1)};
    ChannelRow& row = peers[peer];
    row.peer = peer;
    (query.integer(0) != 0 ? row.sent : row.taken) = query.integer(2);
  }
  std::vector<ChannelRow> list;
  for (auto& [peer, row] : peers) list.push_back(std::move(row));
  return list;
}

std::vector<core::PartyId> members(Session& session) {
  std::map<core::PartyId, bool> joined;
  Statement& query =
      session.db.prepared("SELECT party, member FROM circle_party WHERE position <= ? ORDER BY no");
  query.bind(0, session.known);
  while (query.step()) joined[core::PartyId{query.text(0)}] = query.integer(1) != 0;
  joined.emplace(session.own, true);
  std::vector<core::PartyId> list;
  for (const auto& [party, member] : joined) {
    if (member) list.push_back(party);
  }
  return list;
}

}  // namespace bashu::views
