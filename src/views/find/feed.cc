#include "views/find/feed.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "packs/pack.h"
#include "views/find/segment.h"
#include "views/rows.h"

namespace bashu::views {

namespace {

std::int64_t seen(Database& index, std::int64_t what) {
  Statement& query = index.prepared("SELECT last FROM seen WHERE what = ?");
  const std::int64_t last = query.bind(0, what).step() ? query.integer(0) : -1;
  query.reset();
  return last;
}
void set_seen(Database& index, std::int64_t what, std::int64_t last) {
  index.prepared("INSERT OR REPLACE INTO seen (what, last) VALUES (?, ?)")
      .bind(0, what)
      .bind(1, last)
      .run();
}
// Beside the numbers of tables: positions up to which clocks, tasks and assignments were read.
constexpr std::int64_t kClocks = 0, kTasksClosed = -1, kTasksRaised = -2, kAssigned = -3;
constexpr std::int64_t kErasures = -4;  // number of the order carried out last

std::string public_texts(const packs::Display& display, const std::vector<packs::Member>& fields,
                         const Value& values) {
  std::string text;
  for (const std::string& name : display.search) {
    const auto field = std::ranges::find(fields, name, &packs::Member::name);
    if (field == fields.end() || field->type->cls != packs::Class::open) continue;
    const std::string words = values.text_at(name);
    if (!words.empty()) text += (text.empty() ? "" : "\n") + words;
  }
  return text;
}

// Gives the number of the row in `doc`.
std::int64_t put_doc(Database& index, const Table& table, std::string_view name,
                     std::string_view text) {
  const std::string words = segmented(text);
  const std::string thing = "t" + std::to_string(table.id);
  Statement& known = index.prepared("SELECT id, words FROM doc WHERE table_id = ? AND name = ?");
  std::int64_t id = 0;
  if (known.bind(0, table.id).bind(1, name).step()) {
    id = known.integer(0);
    const std::string old{known.text(1)};
    known.reset();
    if (old == words) return id;
    // What a row of it is made of is not kept by the index: it is told what to forget.
    index.prepared("INSERT INTO found (found, rowid, text, thing) VALUES ('delete', ?, ?, ?)")
        .bind(0, id)
        .bind_kept(1, old)
        .bind_kept(2, thing)
        .run();
    index.prepared("UPDATE doc SET words = ? WHERE id = ?").bind_kept(0, words).bind(1, id).run();
  } else {
    static constexpr const char* kNext = "SELECT coalesce(max(id), 0) + 1 FROM doc";
    Statement& next = index.prepared(kNext);
    if (next.step()) id = next.integer(0);
    next.reset();
    index.prepared("INSERT INTO doc (id, table_id, name, words) VALUES (?, ?, ?, ?)")
        .bind(0, id)
        .bind(1, table.id)
        .bind(2, name)
        .bind_kept(3, words)
        .run();
  }
  index.prepared("INSERT INTO found (rowid, text, thing) VALUES (?, ?, ?)")
      .bind(0, id)
      .bind_kept(1, words)
      .bind_kept(2, thing)
      .run();
  return id;
}

void put_persons(Database& index, std::int64_t doc, const std::vector<Blind::Term>& terms) {
  Statement& before =
      index.prepared("SELECT term, key FROM person INDEXED BY person_by_doc WHERE doc = ?");
  std::vector<Blind::Term> old;
  before.bind(0, doc);
  while (before.step()) {
    old.push_back({.term = std::string{before.text(0)}, .key = std::string{before.text(1)}});
  }
  std::ranges::sort(old);
  if (old == terms) return;
  index.prepared("DELETE FROM person WHERE doc = ?").bind(0, doc).run();
  for (const Blind::Term& one : terms) {
    index.prepared("INSERT OR REPLACE INTO person (term, doc, key) VALUES (?, ?, ?)")
        .bind_kept(0, one.term)
        .bind(1, doc)
        .bind_kept(2, one.key)
        .run();
  }
}

// What orders erased is found by nobody any more.
void forget_erased(Database& index, Blind& blind) {
  const Blind::Erased erased = blind.erased_after(seen(index, kErasures));
  for (const std::string& key : erased.keys) {
    index.prepared("DELETE FROM person WHERE key = ?").bind_kept(0, key).run();
  }
  set_seen(index, kErasures, erased.last);
}

// Who works at a case; empty: nobody.
std::string person_at(Session& session, std::int64_t case_no) {
  Statement& query = session.db.prepared(
      "SELECT person FROM assignment WHERE case_no = ? ORDER BY position DESC LIMIT 1");
  std::string person = query.bind(0, case_no).step() ? std::string{query.text(0)} : std::string{};
  query.reset();
  return person;
}

struct Waits {
  std::set<std::string> roles;
  std::string due{kNoDay}, since, person;
};
void set_waiting(Database& index, std::int64_t kind, std::int64_t no, const Waits& waits) {
  std::vector<std::string> old;
  Statement& before = index.prepared(
      "SELECT role, due, since, person FROM waiting INDEXED BY waiting_by_no "
      "WHERE kind = ? AND no = ?");
  before.bind(0, kind).bind(1, no);
  bool same = true;
  while (before.step()) {
    old.emplace_back(before.text(0));
    same = same && before.text(1) == waits.due && before.text(2) == waits.since &&
           before.text(3) == waits.person;
  }
  if (same && std::ranges::equal(old, waits.roles)) return;
  index.prepared("DELETE FROM waiting WHERE kind = ? AND no = ?").bind(0, kind).bind(1, no).run();
  for (const std::string& role : waits.roles) {
    index
        .prepared(
            "INSERT INTO waiting (role, due, since, kind, no, person) VALUES (?, ?, ?, ?, ?, ?)")
        .bind_kept(0, role)
        .bind_kept(1, waits.due)
        .bind_kept(2, waits.since)
        .bind(3, kind)
        .bind(4, no)
        .bind_kept(5, waits.person)
        .run();
  }
}

// Roles of ours for which an event of the present state waits.
std::set<std::string> roles_waited_for(const CaseFacts& facts, const core::PartyId& own) {
  std::set<std::string> roles;
  const packs::StateDef* state = packs::find(facts.service->states, facts.state);
  if (!state || state->final) return roles;
  for (const auto& [name, event] : state->events) {
    for (const packs::By& by : event.by) {
      const auto player = facts.parties.find(by.party);
      if (player != facts.parties.end() && player->second == own) {
        roles.insert(facts.pack->name + "/" + by.role);
      }
    }
  }
  return roles;
}

void take_case(Database& index, Session& session, const Table& table, const CaseFacts& facts,
               bool with_text, Blind* blind) {
  if (!facts.service) return;
  if (with_text) {
    const auto& service = *facts.service;
    const std::int64_t doc =
        put_doc(index, table, facts.id,
                facts.id + "\n" + public_texts(service.display, service.fields, facts.data));
    if (blind) put_persons(index, doc, blind->of(service.fields, facts.data));
  }
  Waits waits{.roles = roles_waited_for(facts, session.own),
              .since = facts.since.text(),
              .person = person_at(session, facts.no)};
  Statement& clock = session.db.prepared("SELECT min(due) FROM clock WHERE case_no = ?");
  if (clock.bind(0, facts.no).step() && !clock.is_null(0)) waits.due = clock.text(0);
  clock.reset();
  set_waiting(index, 1, facts.no, waits);
}

const packs::Register* newest_register(const Catalogue& catalogue, const Table& table) {
  const packs::Register* newest = nullptr;
  std::int64_t id = -1;
  for (const auto& [digest, version] : catalogue.packs) {
    if (!version.pack || version.pack->name != table.pack || version.id < id) continue;
    if (const auto* reg = packs::find(version.pack->registers, table.of)) {
      newest = reg;
      id = version.id;
    }
  }
  return newest;
}

// How many rows were taken.
std::int64_t feed_table(Database& index, Session& session, const Table& table,
                        std::int64_t rows_max, Blind* blind) {
  const std::int64_t from = seen(index, table.id);
  const std::int64_t end = next_id(session.db, quoted(table.name), "\"row\"") - 1;
  if (from >= end) return 0;
  const packs::Register* reg = table.reg ? newest_register(session.catalogue, table) : nullptr;
  const auto query_scan =
      session.db.scan("SELECT " + select_list(table) + " FROM " + quoted(table.name) +
                      " WHERE \"row\" > ? AND \"row\" <= ? AND valid_to IS NULL "
                      "ORDER BY \"row\" LIMIT ?");
  Statement& query = *query_scan;
  query.bind(0, from).bind(1, end).bind(2, rows_max);
  std::int64_t taken = 0;
  std::int64_t last = end;
  while (query.step()) {
    last = query.integer(0);
    ++taken;
    if (!table.reg) {
      take_case(index, session, table, case_of(table, session.catalogue, query), true, blind);
    } else if (reg) {
      const RecordFacts facts = record_of(table, query);
      static_cast<void>(put_doc(index, table, facts.key,
                                public_texts(reg->display, reg->record->members, facts.fields)));
    }
  }
  set_seen(index, table.id, taken < rows_max ? end : last);
  return taken;
}

void feed_clocks(Database& index, Session& session) {
  const auto query_scan = session.db.scan(
      "SELECT DISTINCT c.no, c.table_id FROM clock k JOIN case_index c ON c.no = "
      "k.case_no WHERE k.position > ? AND k.position <= ?");
  Statement& query = *query_scan;
  query.bind(0, seen(index, kClocks)).bind(1, session.last);
  while (query.step()) {
    const TablePtr table = session.catalogue.table(query.integer(1));
    if (!table) continue;
    Statement& row =
        session.db.prepared("SELECT " + select_list(*table) + " FROM " + quoted(table->name) +
                            " WHERE no = ? ORDER BY valid_from DESC LIMIT 1");
    if (row.bind(0, query.integer(0)).step()) {
      take_case(index, session, *table, case_of(*table, session.catalogue, row), false, nullptr);
    }
    row.reset();
  }
  set_seen(index, kClocks, session.last);
}

void feed_tasks(Database& index, Session& session) {
  const auto raised_scan = session.db.scan(
      "SELECT t.number, t.roles, t.raised_on, c.table_id, c.no FROM task t LEFT JOIN "
      "case_index c ON c.id = t.case_id WHERE t.number > ? AND t.closed IS NULL "
      "ORDER BY t.number");
  Statement& raised = *raised_scan;
  raised.bind(0, seen(index, kTasksRaised));
  std::int64_t last = seen(index, kTasksRaised);
  while (raised.step()) {
    last = raised.integer(0);
    const TablePtr table = raised.is_null(3) ? nullptr : session.catalogue.table(raised.integer(3));
    Waits waits;
    waits.since = raised.text(2);
    if (table) waits.person = person_at(session, raised.integer(4));
    const Value names = json_value(raised.text(1));
    for (const Value& name : names.as_list() ? *names.as_list() : Value::List{}) {
      if (name.as_text()) waits.roles.insert((table ? table->pack : "") + "/" + *name.as_text());
    }
    set_waiting(index, 0, last, waits);
  }
  set_seen(index, kTasksRaised, last);
  const auto closed_scan =
      session.db.scan("SELECT number FROM task WHERE closed > ? AND closed <= ?");
  Statement& closed = *closed_scan;
  closed.bind(0, seen(index, kTasksClosed)).bind(1, session.last);
  while (closed.step()) set_waiting(index, 0, closed.integer(0), {});
  set_seen(index, kTasksClosed, session.last);
}

// A case and its tasks wait for whoever works at it.
void feed_assigned(Database& index, Session& session) {
  const auto query_scan = session.db.scan(
      "SELECT DISTINCT a.case_no, c.id FROM assignment a JOIN case_index c ON "
      "c.no = a.case_no WHERE a.position > ? AND a.position <= ?");
  Statement& query = *query_scan;
  query.bind(0, seen(index, kAssigned)).bind(1, session.last);
  const auto set_person = [&](std::int64_t kind, std::int64_t no, const std::string& person) {
    index.prepared("UPDATE waiting SET person = ? WHERE kind = ? AND no = ?")
        .bind_kept(0, person)
        .bind(1, kind)
        .bind(2, no)
        .run();
  };
  while (query.step()) {
    const std::string person = person_at(session, query.integer(0));
    set_person(1, query.integer(0), person);
    Statement& tasks =
        session.db.prepared("SELECT number FROM task WHERE case_id = ? AND closed IS NULL");
    tasks.bind(0, query.text(1));
    while (tasks.step()) set_person(0, tasks.integer(0), person);
  }
  set_seen(index, kAssigned, session.last);
}

}  // namespace

void make_index_schema(Database& index) {
  index.exec(R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE seen (what INTEGER PRIMARY KEY, last BIGINT NOT NULL);
CREATE TABLE doc (
  id INTEGER PRIMARY KEY, table_id BIGINT NOT NULL, name TEXT NOT NULL, words TEXT NOT NULL,
  UNIQUE (table_id, name));
CREATE TABLE person (
  term TEXT NOT NULL, doc BIGINT NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (term, doc)) WITHOUT ROWID;
CREATE INDEX person_by_doc ON person (doc);
CREATE INDEX person_by_key ON person (key);
CREATE VIRTUAL TABLE found USING fts5(
  text, thing, content='', prefix='1', tokenize="unicode61 remove_diacritics 2");
CREATE TABLE waiting (
  role TEXT NOT NULL, due TEXT NOT NULL, since TEXT NOT NULL, kind BIGINT NOT NULL,
  no BIGINT NOT NULL, person TEXT NOT NULL,
  PRIMARY KEY (role, due, since, kind, no)) WITHOUT ROWID;
CREATE INDEX waiting_by_no ON waiting (kind, no);
)");
}

bool feed(Database& index, Session& session, std::int64_t rows_max, Blind* blind) {
  if (blind) forget_erased(index, *blind);
  std::int64_t left = rows_max;
  for (const auto* tables : {&session.catalogue.services, &session.catalogue.registers}) {
    for (const auto& [thing, table] : *tables) {
      left -= feed_table(index, session, *table, left, blind);
      if (left <= 0) return true;
    }
  }
  feed_clocks(index, session);
  feed_tasks(index, session);
  feed_assigned(index, session);
  return false;
}

}  // namespace bashu::views
