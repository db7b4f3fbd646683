#include "views/find/search.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>

#include "base/json.h"
#include "views/find/segment.h"
#include "views/read/page.h"

namespace bashu::views {

namespace {

// `(t3 OR t7)`: nullopt: none of them is known here.
std::optional<std::string> things_match(const Catalogue& catalogue,
                                        const std::vector<std::string>& things) {
  std::string match;
  for (const std::string& thing : things) {
    for (const auto* tables : {&catalogue.services, &catalogue.registers}) {
      const auto it = tables->find(thing);
      if (it == tables->end()) continue;
      match += (match.empty() ? "t" : " OR t") + std::to_string(it->second->id);
    }
  }
  if (match.empty()) return std::nullopt;
  return "thing : (" + match + ")";
}

void read_page(Database& index, const Session& session, const std::string& match,
               const SearchAsk& ask, Found& found) {
  std::int64_t below = std::numeric_limits<std::int64_t>::max();
  std::from_chars(ask.after.data(), ask.after.data() + ask.after.size(), below);
  const auto limit = static_cast<std::size_t>(clamped(ask.limit));
  std::int64_t last = 0;
  Statement& query = index.prepared(
      "SELECT d.id, d.table_id, d.name FROM found f JOIN doc d ON d.id = f.rowid "
      "WHERE found MATCH ? AND f.rowid < ? ORDER BY f.rowid DESC LIMIT ?");
  query.bind(0, std::string_view{match})
      .bind(1, below)
      .bind(2, static_cast<std::int64_t>(limit) + 1);
  while (query.step()) {
    if (found.hits.size() == limit) {
      found.next = std::to_string(last);
      query.reset();
      return;
    }
    last = query.integer(0);
    const TablePtr table = session.catalogue.table(query.integer(1));
    if (!table) continue;
    found.hits.push_back(
        {.thing = table->thing(), .record = table->reg, .name = std::string{query.text(2)}});
  }
}

void count(Database& index, const Session& session, const std::string& match, Found& found) {
  std::int64_t all = 0;
  Statement& query = index.prepared(
      "SELECT d.table_id, count(*) FROM (SELECT rowid AS id FROM found WHERE found MATCH ? "
      "ORDER BY rowid DESC LIMIT ?) f JOIN doc d ON d.id = f.id GROUP BY d.table_id");
  query.bind(0, std::string_view{match}).bind(1, kCounted);
  while (query.step()) {
    all += query.integer(1);
    if (const TablePtr table = session.catalogue.table(query.integer(0))) {
      found.counts.push_back({.thing = table->thing(), .count = query.integer(1)});
    }
  }
  found.all_counted = all < kCounted;
}

}  // namespace

std::vector<PersonHit> search_persons(Database& index, const Session& session, const PersonAsk& ask,
                                      Blind& blind) {
  std::vector<PersonHit> hits;
  Value::List terms{ask.pseudonyms.begin(), ask.pseudonyms.end()};
  if (auto name = blind.asked(ask.text)) terms.emplace_back(std::move(*name));
  if (terms.empty()) return hits;
  const std::string wanted = canonical_json(terms);
  Statement& query = index.prepared(
      "SELECT d.table_id, d.name, p.key FROM person p JOIN doc d ON d.id = p.doc "
      "WHERE p.term IN (SELECT value FROM json_each(?)) ORDER BY p.doc DESC LIMIT ?");
  query.bind_kept(0, wanted).bind(1, kPersonHits);
  while (query.step()) {
    const TablePtr table = session.catalogue.table(query.integer(0));
    std::string key{query.text(2)};
    // Erased since the index was fed: it is gone with the next rows.
    if (!table || (!key.empty() && !blind.opens(key))) continue;
    hits.push_back(
        {.thing = table->thing(), .name = std::string{query.text(1)}, .key = std::move(key)});
  }
  return hits;
}

Found search(Database& index, const Session& session, const SearchAsk& ask) {
  Found found;
  std::string where;
  if (!ask.things.empty()) {
    const auto things = things_match(session.catalogue, ask.things);
    if (!things) return found;
    where = " AND " + *things;
  }
  for (const bool tolerant : {false, true}) {
    std::string match = match_of(ask.text, tolerant);
    if (match.empty()) return found;
    match += where;
    found.tolerant = tolerant;
    read_page(index, session, match, ask, found);
    if (found.hits.empty() && ask.after.empty()) continue;
    if (ask.after.empty()) count(index, session, match, found);
    return found;
  }
  found.tolerant = false;
  return found;
}

}  // namespace bashu::views
