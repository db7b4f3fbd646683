#include "views/writer.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "packs/load.h"

namespace bashu::views {

namespace {

// Kept in memory between flushes; more than this and those not used lately are forgotten.
constexpr std::size_t kCasesMax = 200'000;
constexpr std::size_t kRecordsMax = 200'000;
constexpr std::size_t kAccountsMax = 500'000;
constexpr std::size_t kTextsMax = 500'000;

std::int64_t next_id(Database& db, const std::string& table, const std::string& column = "id") {
  Statement& query = db.prepared("SELECT coalesce(max(" + column + "), 0) + 1 FROM " + table);
  const std::int64_t id = query.step() ? query.integer(0) : 1;
  query.reset();
  return id;
}

// Not copied, as bind_kept.
Statement& text_or_null(Statement& statement, int index, std::string_view text) {
  return text.empty() ? statement.bind_null(index) : statement.bind_kept(index, text);
}

void merge(Value& into, const Value& from) {
  const Value::Record* members = from.as_record();
  if (!members) return;
  for (const auto& [name, value] : *members) (*into.as_record())[name] = value;
}

std::string title_json(const Title& title) {
  Value::Record record;
  for (const auto& [language, text] : title) record[language] = text;
  return canonical_json(Value{std::move(record)});
}

std::string days_json(const std::vector<Date>& days) {
  Value::List list;
  for (const Date day : days) list.emplace_back(day.text());
  return canonical_json(Value{std::move(list)});
}

std::string account_key(const core::Account& account) {
  std::string key = account.book;
  key += '\x1f';
  key += account.kind;
  key += '\x1f';
  key += account.key;
  return key;
}

std::unexpected<packs::EvalError> not_here(const char* what) {
  return std::unexpected{
      packs::EvalError{.kind = packs::EvalError::Kind::lookup, .text = std::string{what}}};
}

}  // namespace

RowBuffer::RowBuffer(Database& database, const Table& table)
    : database_{database},
      valid_to_{static_cast<std::size_t>(table.reg ? kRegisterColumns : kServiceColumns) - 1} {
  const std::size_t columns = valid_to_ + 1 + table.columns.size();
  std::string marks;
  for (std::size_t i = 0; i < columns; ++i) marks += i == 0 ? "?" : ", ?";
  insert_ =
      std::make_unique<Statement>(database_, "INSERT INTO " + quoted(table.name) + " (" +
                                                 select_list(table) + ") VALUES (" + marks + ")");
  close_ = std::make_unique<Statement>(
      database_, "UPDATE " + quoted(table.name) + " SET valid_to = ? WHERE \"row\" = ?");
  next_ = next_id(database_, quoted(table.name), "\"row\"");
  flushed_ = next_ - 1;
}

std::vector<Cell>& RowBuffer::add() {
  if (used_ == rows_.size()) rows_.emplace_back();
  ++next_;
  return rows_[used_++];
}

void RowBuffer::close(std::int64_t row, std::int64_t position) {
  if (row > flushed_) {
    rows_[static_cast<std::size_t>(row - flushed_ - 1)][valid_to_] = position;
  } else {
    closed_.emplace_back(row, position);
  }
}

void RowBuffer::flush() {
  for (const auto& [row, position] : closed_) close_->bind(0, position).bind(1, row).run();
  closed_.clear();
  for (std::size_t row = 0; row < used_; ++row) {
    const std::vector<Cell>& cells = rows_[row];
    for (std::size_t i = 0; i < cells.size(); ++i) insert_->bind(static_cast<int>(i), cells[i]);
    insert_->run();
  }
  used_ = 0;
  constexpr std::size_t kSpareMax = 20'000;
  if (rows_.size() > kSpareMax) rows_.resize(kSpareMax);
  flushed_ = next_ - 1;
}

Writer::Writer(Database& database, core::PartyId own, bool rebuilding)
    : db_{database}, own_{std::move(own)}, rebuilding_{rebuilding} {
  catalogue_ = read_catalogue(db_);
  Statement& meta = db_.prepared("SELECT name, value FROM meta");
  while (meta.step()) {
    if (meta.text(0) == "today") today_ = Date::parse(meta.text(1));
  }
  Statement& newest =
      db_.prepared("SELECT time_ms, position FROM entry_time ORDER BY time_ms DESC LIMIT 1");
  if (newest.step()) {
    last_time_ = newest.integer(0);
    position_ = newest.integer(1);
  }
  newest.reset();
  next_case_ = next_id(db_, "case_index", "no");
  next_edition_ = next_id(db_, "edition");
  next_account_ = next_id(db_, "account");
  next_kind_ = next_id(db_, "account_kind");
  next_text_ = next_id(db_, "figure_text");
  use_catalogue();
}

Writer::~Writer() = default;

void Writer::use_catalogue() {
  cases_.clear();
  records_.clear();
  services_.clear();
  registers_.clear();
  for (const auto& [thing, table] : catalogue_.services) {
    Service& service = services_[thing];
    service.table = table;
    service.rows = std::make_unique<RowBuffer>(db_, *table);
    const auto figures = catalogue_.service_figures.find(thing);
    if (figures != catalogue_.service_figures.end()) service.figures = &figures->second;
    service.watched = catalogue_.watched_parents.contains(thing);
  }
  for (const auto& [thing, table] : catalogue_.registers) {
    Service& reg = registers_[thing];
    reg.table = table;
    reg.rows = std::make_unique<RowBuffer>(db_, *table);
    const auto figures = catalogue_.register_figures.find(thing);
    if (figures != catalogue_.register_figures.end()) reg.figures = &figures->second;
  }
  catalogue_changed_ = true;
}

Writer::Service* Writer::service_table(std::string_view thing) {
  const auto it = services_.find(thing);
  return it == services_.end() ? nullptr : &it->second;
}

Writer::Service* Writer::register_table(std::string_view thing) {
  const auto it = registers_.find(thing);
  return it == registers_.end() ? nullptr : &it->second;
}

const Plan& Writer::plan(Service& table, const packs::Service& service) {
  const auto it = table.plans.find(&service);
  if (it != table.plans.end()) return it->second;
  return table.plans.emplace(&service, plan_of(*table.table, service)).first->second;
}

const Plan& Writer::plan(Service& table, const packs::Register& reg) {
  const auto it = table.plans.find(&reg);
  if (it != table.plans.end()) return it->second;
  return table.plans.emplace(&reg, plan_of(*table.table, reg)).first->second;
}

// Records are not bound to a version: the newest one known has every field.
const Plan* Writer::register_plan(Service& table) {
  const packs::Register* newest = nullptr;
  std::int64_t id = 0;
  for (const auto& [digest, version] : catalogue_.packs) {
    if (!version.pack || version.pack->name != table.table->pack || version.id < id) continue;
    if (const auto* reg = packs::find(version.pack->registers, table.table->of)) {
      newest = reg;
      id = version.id;
    }
  }
  return newest ? &plan(table, *newest) : nullptr;
}

struct Writer::Apply {
  Writer& w;

  void operator()(const core::DayBegun& e) const { w.begin_day(e.day); }

  void operator()(const core::CaseOpened& e) const {
    const PackVersion* version = w.catalogue_.pack(e.pack);
    if (!version || !version->pack) return;
    Service* table = w.service_table(version->pack->name + "/" + e.service);
    const packs::Service* service = packs::find(version->pack->services, e.service);
    if (!table || !service) return;
    auto now = std::make_unique<CaseNow>();
    now->table = table;
    now->children_known = true;
    CaseFacts& facts = now->facts;
    facts.no = w.next_case_++;
    facts.id = e.id;
    facts.pack_id = version->id;
    facts.pack = version->pack;
    facts.service_name = e.service;
    facts.service = service;
    facts.parties = e.parties;
    facts.parties_json = parties_json(e.parties);
    now->fresh = true;
    facts.parent = e.parent;
    facts.opened_by = e.opened_by;
    facts.opened = facts.since = e.on;
    Statement& index = w.db_.prepared(
        "INSERT INTO case_index (no, id, table_id, parent, position) VALUES (?, ?, ?, ?, ?)");
    index.bind(0, facts.no).bind_kept(1, facts.id).bind(2, table->table->id);
    text_or_null(index, 3, facts.parent).bind(4, w.position_).run();
    if (!e.parent.empty()) {
      const auto parent = w.cases_.find(e.parent);
      if (parent != w.cases_.end() && parent->second->children_known) {
        parent->second->children.push_back(e.id);
      }
    }
    CaseNow& kept = *(w.cases_[e.id] = std::move(now));
    w.touch(kept);
  }

  void operator()(const core::CaseChanged& e) const {
    CaseNow* now = w.load_case(e.id);
    if (!now) return;
    CaseFacts& facts = now->facts;
    facts.version = e.version;
    merge(facts.data, e.input);
    merge(facts.data, e.set);
    for (const Value* values : {&e.input, &e.set}) {
      if (!values->as_record() || now->fresh) continue;
      for (const auto& [name, value] : *values->as_record()) now->changed.push_back(name);
    }
    if (e.to) {
      now->moved = true;
      facts.state = *e.to;
      facts.since = e.on;
      facts.reached.push_back({.state = *e.to, .on = e.on});
    }
    w.touch(*now);
    const auto kept = [&](const Value& values) {
      return facts.service ? json_without_plain(facts.service->fields, values) : std::string{"{}"};
    };
    const std::string input = kept(e.input), set = kept(e.set), on = e.on.text();
    Statement& step = w.db_.prepared(
        "INSERT INTO case_step (case_no, version, event, from_state, to_state, by_party, role, "
        "principal, branch, on_day, digest, input, computed, position) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    step.bind(0, facts.no).bind(1, e.version).bind_kept(2, e.event);
    text_or_null(step, 3, e.from);
    text_or_null(step, 4, e.to ? std::string_view{*e.to} : std::string_view{});
    step.bind_kept(5, e.decided_by).bind_kept(6, e.role);
    text_or_null(step, 7, e.principal);
    step.bind(8, e.branch).bind_kept(9, on).bind_kept(10, e.digest);
    step.bind_kept(11, input).bind_kept(12, set).bind(13, w.position_).run();
  }

  void operator()(const core::Posted& e) const { w.post(e); }
  void operator()(const core::RecordPut& e) const { w.put(e); }

  void operator()(const core::RecordContested& e) const {
    RecordNow* now = w.load_record(e.reg, e.key);
    if (!now) return;
    now->facts.contested.insert(e.keeper);
    w.touch(*now);
  }

  void operator()(const core::EditionPublished& e) const { w.publish(e); }

  void operator()(const core::TaskRaised& e) const {
    Value::List roles;
    for (const std::string& role : e.roles) roles.emplace_back(role);
    Statement& task = w.db_.prepared(
        "INSERT OR REPLACE INTO task (number, kind, case_id, roles, title, detail, raised_on, "
        "raised) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    task.bind(0, e.number).bind(1, static_cast<std::int64_t>(e.kind));
    text_or_null(task, 2, e.id);
    task.bind(3, std::string_view{canonical_json(Value{std::move(roles)})})
        .bind(4, std::string_view{title_json(e.title)})
        .bind(5, std::string_view{e.detail})
        .bind(6, std::string_view{e.on.text()})
        .bind(7, w.position_)
        .run();
  }
  void operator()(const core::TaskClosed& e) const {
    w.db_.prepared("UPDATE task SET closed = ? WHERE number = ? AND closed IS NULL")
        .bind(0, w.position_)
        .bind(1, e.number)
        .run();
  }

  void operator()(const core::MessageQueued& e) const {
    message(true, e.to, e.seq, e.kind, e.stream, {});
  }
  void operator()(const core::MessageAcked& e) const {
    answer(true, e.to, e.seq, e.outcome, e.reason);
  }
  void operator()(const core::MessageTaken& e) const {
    message(false, e.from, e.seq, e.kind, e.stream, e.id);
    answer(false, e.from, e.seq, e.outcome, e.reason);
  }
  void operator()(const core::MessageResolved& e) const {
    Statement& resolve = w.db_.prepared(
        "UPDATE message SET resolved_outcome = ?, resolved_reason = ?, resolved = ? "
        "WHERE sent = 0 AND peer = ? AND seq = ?");
    resolve.bind(0, std::string_view{e.outcome});
    text_or_null(resolve, 1, e.reason);
    resolve.bind(2, w.position_).bind(3, std::string_view{e.from}).bind(4, e.seq).run();
  }
  void message(bool sent, const core::PartyId& peer, std::int64_t seq, const std::string& kind,
               const std::string& stream, const std::string& id) const {
    Statement& insert = w.db_.prepared(
        "INSERT OR REPLACE INTO message (sent, peer, seq, kind, stream, message_id, position) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)");
    insert.bind(0, std::int64_t{sent})
        .bind_kept(1, peer)
        .bind(2, seq)
        .bind_kept(3, kind)
        .bind_kept(4, stream);
    text_or_null(insert, 5, id);
    insert.bind(6, w.position_).run();
  }
  void answer(bool sent, const core::PartyId& peer, std::int64_t seq, const std::string& outcome,
              const std::string& reason) const {
    Statement& update = w.db_.prepared(
        "UPDATE message SET outcome = ?, reason = ?, answered = ? "
        "WHERE sent = ? AND peer = ? AND seq = ?");
    update.bind(0, std::string_view{outcome});
    text_or_null(update, 1, reason);
    update.bind(2, w.position_)
        .bind(3, std::int64_t{sent})
        .bind(4, std::string_view{peer})
        .bind(5, seq)
        .run();
  }

  void operator()(const core::PackAdopted& e) const { w.adopt(e); }

  void operator()(const core::PartyJoined& e) const {
    w.db_
        .prepared(
            "INSERT INTO circle_party (party, member, offset_minutes, position) VALUES (?, ?, ?, "
            "?)")
        .bind(0, std::string_view{e.party})
        .bind(1, std::int64_t{e.member})
        .bind(2, e.offset_minutes)
        .bind(3, w.position_)
        .run();
  }
  void operator()(const core::CalendarSet& e) const {
    w.db_
        .prepared(
            "INSERT INTO calendar (party, version, holidays, workdays, position) VALUES (?, ?, ?, "
            "?, ?)")
        .bind(0, std::string_view{e.party})
        .bind(1, e.version)
        .bind(2, std::string_view{days_json(e.holidays)})
        .bind(3, std::string_view{days_json(e.workdays)})
        .bind(4, w.position_)
        .run();
  }

  void operator()(const core::CaseDisputed& e) const {
    CaseNow* now = w.load_case(e.id);
    if (!now) return;
    now->facts.disputed = true;
    w.touch(*now);
    w.db_
        .prepared(
            "INSERT INTO dispute (case_no, by_party, reason, detail, content, raised) "
            "VALUES (?, ?, ?, ?, ?, ?)")
        .bind(0, now->facts.no)
        .bind(1, std::string_view{e.by})
        .bind(2, std::string_view{e.reason})
        .bind(3, std::string_view{e.detail})
        .bind(4, std::string_view{e.content})
        .bind(5, w.position_)
        .run();
  }
  void operator()(const core::SettlementSigned& e) const {
    CaseNow* now = w.load_case(e.id);
    if (!now) return;
    w.db_
        .prepared(
            "INSERT INTO settlement (case_no, by_party, content, note, position) VALUES (?, ?, ?, "
            "?, ?)")
        .bind(0, now->facts.no)
        .bind(1, std::string_view{e.by})
        .bind(2, std::string_view{e.content})
        .bind(3, std::string_view{e.note})
        .bind(4, w.position_)
        .run();
  }
  void operator()(const core::DisputeEnded& e) const {
    CaseNow* now = w.load_case(e.id);
    if (!now) return;
    now->facts.disputed = false;
    w.touch(*now);
    w.db_.prepared("UPDATE dispute SET ended = ? WHERE case_no = ? AND ended IS NULL")
        .bind(0, w.position_)
        .bind(1, now->facts.no)
        .run();
  }

  void operator()(const core::FeedTaken& e) const {
    for (const core::FeedLine& line : e.lines) {
      for (const core::Posted& posting : line.postings) w.post(posting);
      for (const core::RecordPut& record : line.records) w.put(record);
    }
  }

  void operator()(const core::FigureTold& e) const {
    const Value* items = e.body.find("items");
    if (!items || !items->as_list()) return;
    const PackVersion* version = w.catalogue_.pack(e.pack);
    const std::string pack = version && version->pack ? version->pack->name : e.pack;
    for (const Value& item : *items->as_list()) {
      Statement& insert = w.db_.prepared(
          "INSERT INTO figure_told (from_party, pack, figure, as_of, item, their_position, sent, "
          "taken, "
          "on_day, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
      insert.bind_kept(0, e.from)
          .bind_kept(1, e.pack)
          .bind(2, std::string_view{pack + "/" + item.text_at("figure")})
          .bind(3, std::string_view{item.text_at("as_of")})
          .bind(4, std::string_view{canonical_json(item)})
          .bind(5, e.body.int_at("position"))
          .bind(6, e.body.int_at("sent"))
          .bind(7, e.body.int_at("taken"))
          .bind(8, std::string_view{e.on.text()})
          .bind(9, w.position_)
          .run();
    }
  }

  // What the tables do not show: counters, clocks, waiting steps, stored requests, signed records.
  template <typename Other>
    requires(std::is_same_v<Other, core::ClockSet> || std::is_same_v<Other, core::ClockAlarmed> ||
             std::is_same_v<Other, core::SerialTaken> ||
             std::is_same_v<Other, core::ChildNumbered> ||
             std::is_same_v<Other, core::MessageHeld> || std::is_same_v<Other, core::StepParked> ||
             std::is_same_v<Other, core::StepUnparked> ||
             std::is_same_v<Other, core::RecordSigned> ||
             std::is_same_v<Other, core::RequestRemembered> ||
             std::is_same_v<Other, core::ChannelStopped> ||
             std::is_same_v<Other, core::AskAnswered> || std::is_same_v<Other, core::MonthStated>)
  void operator()(const Other&) const {}
};

void Writer::apply(std::int64_t position, std::int64_t time_ms,
                   const std::vector<core::Event>& events) {
  if (!in_transaction_) {
    db_.exec("BEGIN");
    in_transaction_ = true;
  }
  position_ = position;
  posting_no_ = 0;
  last_time_ = std::max(last_time_, time_ms);
  if (times_.empty() || times_.back().first != last_time_)
    times_.emplace_back(last_time_, position);
  times_.back().second = position;
  for (const core::Event& event : events) std::visit(Apply{*this}, event);
  write_touched();
}

void Writer::touch(CaseNow& now) {
  now.used = batch_;
  if (now.touched == position_) return;
  now.touched = position_;
  touched_cases_.push_back(&now);
}

void Writer::touch(RecordNow& now) {
  if (now.touched == position_) return;
  now.touched = position_;
  touched_records_.push_back(&now);
}

void Writer::write_touched() {
  for (RecordNow* now : touched_records_) {
    const Plan* columns = register_plan(*now->table);
    RowBuffer& rows = *now->table->rows;
    if (now->row > 0) rows.close(now->row, position_);
    now->facts.valid_from = position_;
    now->row = rows.next();
    to_cells(*now->table->table, *columns, now->facts, now->row, rows.add());
    evaluate(*now);
  }
  touched_records_.clear();
  // All rows first: what is evaluated below may read a parent that changed in the same entry.
  for (CaseNow* now : touched_cases_) {
    RowBuffer& rows = *now->table->rows;
    if (now->row > 0) rows.close(now->row, position_);
    now->facts.valid_from = position_;
    now->row = rows.next();
    to_cells(*now->table->table, plan(*now->table, *now->facts.service), now->facts, now->row,
             rows.add());
  }
  for (CaseNow* now : touched_cases_) {
    evaluate(*now, false);
    now->fresh = now->moved = false;
    now->changed.clear();
    if (!now->table->watched) continue;
    for (const core::CaseId& id : children(*now)) {
      if (CaseNow* child = load_case(id)) evaluate(*child, true);
    }
  }
  touched_cases_.clear();
}

Writer::CaseNow* Writer::load_case(std::string_view id) {
  const auto it = cases_.find(id);
  if (it != cases_.end()) {
    it->second->used = batch_;
    return it->second.get();
  }
  Statement& index = db_.prepared("SELECT no, table_id FROM case_index WHERE id = ?");
  if (!index.bind(0, id).step()) return nullptr;
  const std::int64_t no = index.integer(0);
  const TablePtr table = catalogue_.table(index.integer(1));
  index.reset();
  if (!table) return nullptr;
  Statement& query = db_.prepared("SELECT " + select_list(*table) + " FROM " + quoted(table->name) +
                                  " WHERE no = ? ORDER BY valid_from DESC LIMIT 1");
  if (!query.bind(0, no).step()) return nullptr;
  auto now = std::make_unique<CaseNow>();
  now->facts = case_of(*table, catalogue_, query);
  now->row = query.integer(0);
  query.reset();
  now->table = service_table(table->thing());
  now->used = batch_;
  if (!now->table || !now->facts.service) return nullptr;
  now->figures = open_rows(*now->table, id, 0);
  return (cases_[std::string{id}] = std::move(now)).get();
}

const std::vector<core::CaseId>& Writer::children(CaseNow& now) {
  if (!now.children_known) {
    Statement& query = db_.prepared("SELECT id FROM case_index WHERE parent = ? ORDER BY no");
    query.bind(0, std::string_view{now.facts.id});
    while (query.step()) now.children.emplace_back(query.text(0));
    now.children_known = true;
  }
  return now.children;
}

Writer::RecordNow* Writer::load_record(const core::RegisterId& reg, std::string_view key) {
  std::string name = reg;
  name += '\x1f';
  name += key;
  if (const auto it = records_.find(name); it != records_.end()) return it->second.get();
  Service* table = register_table(reg);
  if (!table || !register_plan(*table)) return nullptr;
  auto now = std::make_unique<RecordNow>();
  now->table = table;
  Statement& query =
      db_.prepared("SELECT " + select_list(*table->table) + " FROM " + quoted(table->table->name) +
                   " WHERE key = ? AND valid_to IS NULL AND edition IS NULL");
  if (query.bind(0, key).step()) {
    now->facts = record_of(*table->table, query);
    now->row = query.integer(0);
    query.reset();
    now->figures = open_rows(*table, key, 0);
  } else {
    now->facts.key = key;
    (*now->facts.fields.as_record())["key"] = std::string{key};
  }
  return (records_[std::move(name)] = std::move(now)).get();
}

std::vector<Writer::OpenRow> Writer::open_rows(const Service& table, std::string_view subject,
                                               std::int64_t edition) {
  std::vector<OpenRow> rows;
  if (!table.figures) return rows;
  Statement& query = db_.prepared(
      "SELECT split, pos_from, from_day, to_day, stated_from, value, error FROM figure_row "
      "WHERE figure = ? AND subject = ? AND edition = ? AND pos_to = 9223372036854775807");
  for (const std::size_t index : *table.figures) {
    const std::int64_t figure = catalogue_.figures[index].id;
    query.bind(0, figure).bind(1, subject).bind(2, edition);
    while (query.step()) {
      rows.push_back({.figure = figure,
                      .split = query.integer(0),
                      .pos_from = query.integer(1),
                      .from = query.integer(2),
                      .to = query.integer(3),
                      .stated_from = query.integer(4),
                      .value = query.integer(5),
                      .error = std::string{query.text(6)},
                      .pending = -1});
    }
  }
  return rows;
}

// Only figures whose expressions read what has changed.
void Writer::evaluate(CaseNow& now, bool for_parent) {
  if (!now.table->figures) return;
  const auto concerned = [&](const Reads& reads) {
    if (for_parent) return reads.parent;
    if (now.fresh || reads.any) return true;
    for (const std::string& field : now.changed) {
      if (reads.fields.contains(field)) return true;
    }
    if (!now.moved || reads.visited.empty()) return false;
    return std::ranges::any_of(now.facts.reached, [&](const core::Visit& visit) {
      return reads.visited.contains(visit.state);
    });
  };
  // One scope for all figures of a pack version, so that `calc` is computed once.
  std::unique_ptr<RowScope> scope;
  const packs::Pack* pack = nullptr;
  for (const std::size_t index : *now.table->figures) {
    const FigureDef& def = catalogue_.figures[index];
    if (!concerned(def.reads)) continue;
    if (!scope || pack != def.pack.get()) {
      pack = def.pack.get();
      scope = std::make_unique<RowScope>(*this, *pack, &now.facts);
    }
    store(now.figures, def, now.facts.id, 0, evaluate_row(*def.figure, *scope, {}));
  }
}

void Writer::evaluate(RecordNow& now) {
  if (!now.table->figures) return;
  for (const std::size_t index : *now.table->figures) {
    const FigureDef& def = catalogue_.figures[index];
    std::optional<Counted> row;
    if (now.facts.contested.empty()) {
      RowScope scope{*this, *def.pack, nullptr, "entry", &now.facts.fields};
      row = evaluate_row(*def.figure, scope, {});
    } else {
      row = Counted{};
      row->error = "two keepers";
    }
    store(now.figures, def, now.facts.key, 0, std::move(row));
  }
}

void Writer::store(std::vector<OpenRow>& open, const FigureDef& def, const std::string& subject,
                   std::int64_t edition, std::optional<Counted> row) {
  const auto old = std::ranges::find(open, def.id, &OpenRow::figure);
  if (!row) {
    if (old == open.end()) return;
    close_figure_row(*old, subject, edition);
    open.erase(old);
    return;
  }
  OpenRow now{.figure = def.id,
              .split = 0,
              .pos_from = position_,
              .from = row->from,
              .to = row->to,
              .stated_from = row->stated_from,
              .value = row->value,
              .error = std::move(row->error),
              .pending = 0};
  if (now.error.empty()) {
    if (!row->split.empty()) now.split = intern(canonical_json(Value{std::move(row->split)}));
    if (def.figure->way == packs::Figure::Way::distinct)
      now.value = intern(canonical_json(row->distinct));
  }
  if (old != open.end()) {
    if (old->split == now.split && old->from == now.from && old->to == now.to &&
        old->stated_from == now.stated_from && old->value == now.value && old->error == now.error) {
      return;
    }
    close_figure_row(*old, subject, edition);
    open.erase(old);
  }
  now.pending = pending_base_ + static_cast<std::int64_t>(figure_rows_.size());
  open.push_back(now);
  add_figure_row({.row = std::move(now),
                  .subject = subject,
                  .edition = edition,
                  .pos_to = kCurrent,
                  .dropped = false});
}

void Writer::add_figure_row(FigureCells cells) { figure_rows_.push_back(std::move(cells)); }

void Writer::close_figure_row(const OpenRow& row, const std::string& subject,
                              std::int64_t edition) {
  // A row of this very entry never was: nobody can have read it.
  const bool never = row.pos_from == position_;
  if (row.pending >= pending_base_) {
    FigureCells& cells = figure_rows_[static_cast<std::size_t>(row.pending - pending_base_)];
    cells.pos_to = position_;
    cells.dropped = never;
    return;
  }
  figure_closes_.emplace_back(FigureCells{.row = row,
                                          .subject = subject,
                                          .edition = edition,
                                          .pos_to = position_,
                                          .dropped = false},
                              never);
}

std::int64_t Writer::intern(const std::string& text) {
  if (const auto it = texts_.find(text); it != texts_.end()) return it->second;
  Statement& query = db_.prepared("SELECT id FROM figure_text WHERE text = ?");
  std::int64_t id = 0;
  if (query.bind(0, std::string_view{text}).step()) {
    id = query.integer(0);
    query.reset();
  } else {
    id = next_text_++;
    db_.prepared("INSERT INTO figure_text (id, text) VALUES (?, ?)")
        .bind(0, id)
        .bind(1, std::string_view{text})
        .run();
  }
  texts_[text] = id;
  return id;
}

Writer::AccountNow& Writer::account(const core::Account& account) {
  const std::string name = account_key(account);
  if (const auto it = accounts_.find(name); it != accounts_.end()) return it->second;
  const std::string kind_name = account.book + '\x1f' + account.kind;
  auto kind = kinds_.find(kind_name);
  if (kind == kinds_.end()) {
    Statement& query = db_.prepared("SELECT id FROM account_kind WHERE book = ? AND kind = ?");
    std::int64_t id = 0;
    if (query.bind(0, std::string_view{account.book})
            .bind(1, std::string_view{account.kind})
            .step()) {
      id = query.integer(0);
      query.reset();
    } else {
      id = next_kind_++;
      db_.prepared("INSERT INTO account_kind (id, book, kind) VALUES (?, ?, ?)")
          .bind(0, id)
          .bind(1, std::string_view{account.book})
          .bind(2, std::string_view{account.kind})
          .run();
    }
    kind = kinds_.emplace(kind_name, id).first;
  }
  AccountNow now{.id = 0, .kind = kind->second, .balance = 0, .dirty = false};
  Statement& query = db_.prepared("SELECT id, balance FROM account WHERE kind = ? AND key = ?");
  if (query.bind(0, now.kind).bind(1, std::string_view{account.key}).step()) {
    now.id = query.integer(0);
    now.balance = query.integer(1);
    query.reset();
  } else {
    now.id = next_account_++;
    db_.prepared("INSERT INTO account (id, kind, key, balance, position) VALUES (?, ?, ?, 0, ?)")
        .bind(0, now.id)
        .bind(1, now.kind)
        .bind(2, std::string_view{account.key})
        .bind(3, position_)
        .run();
  }
  return accounts_[name] = now;
}

void Writer::post(const core::Posted& event) {
  AccountNow& from = account(event.from);
  AccountNow& to = account(event.to);
  const std::string on = event.on.text();
  const auto side = [&](AccountNow& now, std::int64_t amount, std::int64_t counter) {
    Statement& insert = db_.prepared(
        "INSERT INTO posting (kind, account, on_day, position, no, amount, counter, case_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(0, now.kind)
        .bind(1, now.id)
        .bind_kept(2, on)
        .bind(3, position_)
        .bind(4, posting_no_++)
        .bind(5, amount)
        .bind(6, counter);
    text_or_null(insert, 7, event.id).run();
    // The core has checked the balance; what could wrap here never was posted.
    now.balance = static_cast<std::int64_t>(static_cast<std::uint64_t>(now.balance) +
                                            static_cast<std::uint64_t>(amount));
    if (std::exchange(now.dirty, true)) return;
    dirty_accounts_.push_back(&now);
  };
  side(from, -event.amount, to.id);
  side(to, event.amount, from.id);
}

void Writer::put(const core::RecordPut& event) {
  RecordNow* now = load_record(event.reg, event.key);
  if (!now || !event.fields.as_record()) return;
  RecordFacts& facts = now->facts;
  if (facts.version == 0) facts.keeper = event.keeper;
  ++facts.version;
  facts.on = event.on;
  facts.case_id = event.id;
  Value::Record& fields = *facts.fields.as_record();
  const auto sides_of = [&](const std::string& name) -> Value::Record& {
    Value& sides = fields[name];
    if (!sides.as_record()) sides = Value::Record{};
    return *sides.as_record();
  };
  for (const auto& [name, value] : *event.fields.as_record()) {
    if (std::ranges::find(event.sided, name) == event.sided.end()) {
      fields[name] = value;
    } else {
      sides_of(name)[event.side] = value;
    }
  }
  // Every sided field names the sides it waits for; null: not spoken yet.
  if (!event.sides.empty()) {
    for (const std::string& name : event.sided) {
      for (const core::PartyId& side : event.sides) sides_of(name).try_emplace(side);
    }
  }
  touch(*now);
}

Span Writer::span_of_edition(std::int64_t edition) {
  Statement& query = db_.prepared(
      "SELECT e.on_day, min(later.on_day) FROM edition e LEFT JOIN edition later "
      "ON later.table_id = e.table_id AND later.keeper = e.keeper AND later.name = e.name "
      "AND later.number > e.number WHERE e.id = ?");
  Span span;
  if (query.bind(0, edition).step()) {
    span.from = date_of(query.text(0)).days();
    if (!query.is_null(1)) span.to = date_of(query.text(1)).days();
    query.reset();
  }
  return span;
}

void Writer::publish(const core::EditionPublished& event) {
  Service* reg = register_table(event.reg);
  const Plan* columns = reg ? register_plan(*reg) : nullptr;
  if (!columns) return;
  write_touched();
  flush_rows();
  const Table& table = *reg->table;
  const std::int64_t id = next_edition_++;
  Value::List content;
  for (const auto& [key, entry] : event.entries) content.push_back(Value::List{key, entry});
  Statement& insert = db_.prepared(
      "INSERT INTO edition (id, table_id, keeper, name, number, on_day, case_id, entries, digest, "
      "position) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(0, id)
      .bind(1, table.id)
      .bind(2, std::string_view{event.keeper})
      .bind(3, std::string_view{event.name})
      .bind(4, event.number)
      .bind(5, std::string_view{event.on.text()});
  text_or_null(insert, 6, event.id);
  insert.bind(7, static_cast<std::int64_t>(event.entries.size()))
      .bind(8, std::string_view{packs::digest_text(Value{std::move(content)})})
      .bind(9, position_)
      .run();

  // The editions it replaces end on its day, as far as is known from now on.
  std::vector<std::int64_t> replaced;
  Statement& earlier = db_.prepared(
      "SELECT id FROM edition WHERE table_id = ? AND keeper = ? AND name = ? AND number < ?");
  earlier.bind(0, table.id)
      .bind(1, std::string_view{event.keeper})
      .bind(2, std::string_view{event.name})
      .bind(3, event.number);
  while (earlier.step()) replaced.push_back(earlier.integer(0));
  for (const std::int64_t old : replaced) {
    db_.prepared("UPDATE " + quoted(table.name) +
                 " SET valid_to = ? WHERE edition = ? AND valid_to IS NULL")
        .bind(0, position_)
        .bind(1, old)
        .run();
    std::vector<FigureCells> rows;
    Statement& open = db_.prepared(
        "SELECT figure, split, pos_from, from_day, to_day, stated_from, value, error, subject "
        "FROM figure_row WHERE edition = ? AND pos_to = 9223372036854775807 AND to_day > ?");
    open.bind(0, old).bind(1, std::int64_t{event.on.days()});
    while (open.step()) {
      rows.push_back({.row = {.figure = open.integer(0),
                              .split = open.integer(1),
                              .pos_from = open.integer(2),
                              .from = open.integer(3),
                              .to = open.integer(4),
                              .stated_from = open.integer(5),
                              .value = open.integer(6),
                              .error = std::string{open.text(7)},
                              .pending = -1},
                      .subject = std::string{open.text(8)},
                      .edition = old,
                      .pos_to = kCurrent,
                      .dropped = false});
    }
    for (FigureCells& cells : rows) {
      const bool active =
          reg->figures && std::ranges::any_of(*reg->figures, [&](std::size_t index) {
            return catalogue_.figures[index].id == cells.row.figure;
          });
      if (!active) continue;
      close_figure_row(cells.row, cells.subject, old);
      cells.row.to = event.on.days();
      cells.row.pos_from = position_;
      if (cells.row.from < cells.row.to) add_figure_row(std::move(cells));
    }
  }

  const Span span = span_of_edition(id);
  for (const auto& [key, entry] : event.entries) {
    RecordFacts facts{.key = key,
                      .keeper = event.keeper,
                      .version = event.number,
                      .on = event.on,
                      .case_id = event.id,
                      .edition = id,
                      .edition_name = event.name,
                      .contested = {},
                      .fields = entry.as_record() ? entry : Value{Value::Record{}},
                      .valid_from = position_};
    (*facts.fields.as_record())["key"] = key;
    (*facts.fields.as_record())["edition"] = event.name;
    const std::int64_t row = reg->rows->next();
    to_cells(table, *columns, facts, row, reg->rows->add());
    if (!reg->figures) continue;
    std::vector<OpenRow> open;
    for (const std::size_t index : *reg->figures) {
      const FigureDef& def = catalogue_.figures[index];
      RowScope scope{*this, *def.pack, nullptr, "entry", &facts.fields};
      store(open, def, key, id, evaluate_row(*def.figure, scope, span));
    }
  }
}

void Writer::adopt(const core::PackAdopted& event) {
  write_touched();
  flush_rows();
  if (!catalogue_.packs.contains(event.digest) && !event.source.empty()) {
    const auto source = parse_json(event.source, {.depth = 64, .values = 500'000});
    const packs::PackPtr pack = source ? packs::load(*source).pack : nullptr;
    const std::int64_t id = next_id(db_, "pack");
    db_.prepared(
           "INSERT INTO pack (id, digest, name, version, position, source) VALUES (?, ?, ?, ?, ?, "
           "?)")
        .bind(0, id)
        .bind(1, std::string_view{event.digest})
        .bind(2, std::string_view{pack ? pack->name : std::string{}})
        .bind(3, pack ? pack->version : 0)
        .bind(4, position_)
        .bind(5, std::string_view{event.source})
        .run();
    catalogue_.packs[event.digest] = {.id = id, .position = position_, .pack = pack};
    catalogue_.digests[id] = event.digest;
    if (pack) {
      services_.clear();  // their statements must not outlive the columns they name
      registers_.clear();
      add_tables(db_, catalogue_, *pack);
      if (!rebuilding_) add_indexes(db_, catalogue_);
    }
    use_catalogue();
  }
  const bool ours = own_.empty() || event.party == own_;
  const bool now = ours && (!today_ || event.from <= *today_);
  Statement& adoption = db_.prepared(
      "INSERT INTO adoption (digest, party, from_day, position, in_force) VALUES (?, ?, ?, ?, ?)");
  adoption.bind(0, std::string_view{event.digest})
      .bind(1, std::string_view{event.party})
      .bind(2, std::string_view{event.from.text()})
      .bind(3, position_);
  (now ? adoption.bind(4, position_) : adoption.bind_null(4)).run();
  if (now) activate(event.digest, event.from);
}

void Writer::begin_day(Date day) {
  today_ = day;
  std::vector<std::pair<std::string, Date>> due;
  Statement& query = db_.prepared(
      "SELECT digest, from_day FROM adoption WHERE in_force IS NULL AND (party = ? OR ? = '') "
      "AND from_day <= ? ORDER BY from_day, position");
  query.bind(0, std::string_view{own_})
      .bind(1, std::string_view{own_})
      .bind(2, std::string_view{day.text()});
  while (query.step()) due.emplace_back(query.text(0), date_of(query.text(1)));
  if (due.empty()) return;
  write_touched();
  flush_rows();
  for (const auto& [digest, from] : due) {
    db_.prepared(
           "UPDATE adoption SET in_force = ? WHERE in_force IS NULL AND digest = ? AND from_day <= "
           "?")
        .bind(0, position_)
        .bind(1, std::string_view{digest})
        .bind(2, std::string_view{day.text()})
        .run();
    activate(digest, from);
  }
}

void Writer::activate(const std::string& digest, Date from) {
  const PackVersion* version = catalogue_.pack(digest);
  if (!version || !version->pack) return;
  const packs::PackPtr pack = version->pack;
  for (FigureDef& def : catalogue_.figures) {
    if (!def.active || def.pack->name != pack->name) continue;
    if (def.pack == pack) return;  // adopted again: in force already
    def.active = false;
    db_.prepared("UPDATE figure SET active = 0 WHERE id = ?").bind(0, def.id).run();
  }
  const std::size_t first = catalogue_.figures.size();
  for (const auto& [name, figure] : pack->figures) {
    using enum packs::Figure::Source;
    const Reads reads = reads_of(*pack, figure);
    FigureDef def{.id = next_id(db_, "figure"),
                  .name = pack->name + "/" + name,
                  .pack = pack,
                  .figure = &figure,
                  .definition = definition_digest(*pack, name),
                  .since = position_,
                  .from = from,
                  .active = true,
                  .stored = (figure.source == service || figure.source == reg) && !reads.elsewhere,
                  .reads = reads};
    db_.prepared(
           "INSERT INTO figure (id, pack, name, definition, since, from_day, active) "
           "VALUES (?, ?, ?, ?, ?, ?, 1)")
        .bind(0, def.id)
        .bind(1, version->id)
        .bind(2, std::string_view{name})
        .bind(3, std::string_view{def.definition})
        .bind(4, position_)
        .bind(5, std::int64_t{from.days()})
        .run();
    catalogue_.figures.push_back(std::move(def));
  }
  catalogue_.index_figures();
  use_catalogue();
  for (std::size_t i = first; i < catalogue_.figures.size(); ++i) {
    if (catalogue_.figures[i].stored) backfill(catalogue_.figures[i]);
  }
  // What was evaluated just now is on its way to the disk, where cases find it when they are read.
  flush_rows();
  use_catalogue();
}

void Writer::backfill(const FigureDef& def) {
  const std::string thing = def.pack->name + "/" + def.figure->of;
  const bool of_register = def.figure->source == packs::Figure::Source::reg;
  Service* into = of_register ? register_table(thing) : service_table(thing);
  if (!into) return;
  const Table& table = *into->table;
  Statement rows{db_, "SELECT " + select_list(table) + " FROM " + quoted(table.name) +
                          (table.editions ? " WHERE valid_to IS NULL OR edition IS NOT NULL"
                                          : " WHERE valid_to IS NULL")};
  std::map<std::int64_t, Span> spans;
  while (rows.step()) {
    std::vector<OpenRow> none;
    if (!of_register) {
      const CaseFacts facts = case_of(table, catalogue_, rows);
      RowScope scope{*this, *def.pack, &facts};
      store(none, def, facts.id, 0, evaluate_row(*def.figure, scope, {}));
      continue;
    }
    const RecordFacts facts = record_of(table, rows);
    Span span;
    if (facts.edition > 0) {
      auto known = spans.find(facts.edition);
      if (known == spans.end()) {
        known = spans.emplace(facts.edition, span_of_edition(facts.edition)).first;
      }
      span = known->second;
    }
    std::optional<Counted> row;
    if (facts.contested.empty()) {
      RowScope scope{*this, *def.pack, nullptr, "entry", &facts.fields};
      row = evaluate_row(*def.figure, scope, span);
    } else {
      row = Counted{};
      row->error = "two keepers";
    }
    store(none, def, facts.key, facts.edition, std::move(row));
  }
}

void Writer::flush_rows() {
  for (auto& [thing, service] : services_) service.rows->flush();
  for (auto& [thing, reg] : registers_) reg.rows->flush();
  Statement& close = db_.prepared(
      "UPDATE figure_row SET pos_to = ? WHERE figure = ? AND subject = ? AND edition = ? "
      "AND pos_from = ?");
  Statement& remove = db_.prepared(
      "DELETE FROM figure_row WHERE figure = ? AND subject = ? AND edition = ? AND pos_from = ?");
  for (const auto& [cells, gone] : figure_closes_) {
    Statement& statement = gone ? remove : close;
    int at = 0;
    if (!gone) statement.bind(at++, cells.pos_to);
    statement.bind(at, cells.row.figure)
        .bind_kept(at + 1, cells.subject)
        .bind(at + 2, cells.edition)
        .bind(at + 3, cells.row.pos_from)
        .run();
  }
  figure_closes_.clear();
  pending_base_ += static_cast<std::int64_t>(figure_rows_.size());
  std::vector<const FigureCells*> sorted;
  sorted.reserve(figure_rows_.size());
  for (const FigureCells& cells : figure_rows_) {
    if (!cells.dropped) sorted.push_back(&cells);
  }
  // In the order of the table's key: neighbours go to one page.
  std::ranges::sort(sorted, [](const FigureCells* a, const FigureCells* b) {
    return std::tie(a->row.figure, a->subject, a->edition, a->row.pos_from) <
           std::tie(b->row.figure, b->subject, b->edition, b->row.pos_from);
  });
  Statement& insert = db_.prepared(
      "INSERT INTO figure_row (figure, split, pos_from, subject, edition, pos_to, from_day, "
      "to_day, "
      "stated_from, value, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const FigureCells* cells : sorted) {
    insert.bind(0, cells->row.figure)
        .bind(1, cells->row.split)
        .bind(2, cells->row.pos_from)
        .bind_kept(3, cells->subject)
        .bind(4, cells->edition)
        .bind(5, cells->pos_to)
        .bind(6, cells->row.from)
        .bind(7, cells->row.to)
        .bind(8, cells->row.stated_from)
        .bind(9, cells->row.value);
    text_or_null(insert, 10, cells->row.error).run();
  }
  figure_rows_.clear();
}

void Writer::flush(std::string_view mark) {
  if (!in_transaction_) {
    db_.exec("BEGIN");
    in_transaction_ = true;
  }
  flush_rows();
  for (AccountNow* now : dirty_accounts_) {
    now->dirty = false;
    db_.prepared("UPDATE account SET balance = ? WHERE id = ?")
        .bind(0, now->balance)
        .bind(1, now->id)
        .run();
  }
  dirty_accounts_.clear();
  for (const auto& [time, position] : times_) {
    db_.prepared(
           "INSERT INTO entry_time (time_ms, position) VALUES (?, ?) "
           "ON CONFLICT (time_ms) DO UPDATE SET position = excluded.position")
        .bind(0, time)
        .bind(1, position)
        .run();
  }
  times_.clear();
  const auto keep = [&](std::string_view name, std::string_view value) {
    db_.prepared(
           "INSERT INTO meta (name, value) VALUES (?, ?) "
           "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(0, name)
        .bind(1, value)
        .run();
  };
  keep("entries", std::to_string(position_ + 1));
  keep("mark", mark);
  if (today_) keep("today", today_->text());
  db_.exec("COMMIT");
  in_transaction_ = false;
  ++batch_;
  forget_some();
}

void Writer::forget_some() {
  if (cases_.size() > kCasesMax) {
    // Half of the batches back is as good a line as any: what is used again is read again.
    std::vector<std::int64_t> used;
    used.reserve(cases_.size());
    for (const auto& [id, now] : cases_) used.push_back(now->used);
    const auto middle = used.begin() + static_cast<std::ptrdiff_t>(used.size() / 2);
    std::ranges::nth_element(used, middle);
    const std::int64_t line = *middle;
    std::erase_if(cases_, [&](const auto& item) { return item.second->used <= line; });
  }
  if (records_.size() > kRecordsMax) records_.clear();
  if (accounts_.size() > kAccountsMax) accounts_.clear();
  if (texts_.size() > kTextsMax) texts_.clear();
}

void Writer::finish_rebuild() {
  rebuilding_ = false;
  add_indexes(db_, catalogue_);
}

const CaseFacts* Writer::find_case(std::string_view id) {
  const CaseNow* now = load_case(id);
  return now ? &now->facts : nullptr;
}
packs::Eval<const Value*> Writer::record(const core::RegisterId&, std::string_view) {
  return not_here("a register is read when the figure is asked for");
}
packs::Eval<std::int64_t> Writer::balance(const core::Account&) {
  return not_here("a book is read when the figure is asked for");
}
packs::Eval<Value> Writer::window(const core::Account&, std::string_view) {
  return not_here("a book is read when the figure is asked for");
}
packs::Eval<Value> Writer::figure(std::string_view) {
  return not_here("a figure is read when the figure is asked for");
}
const Calendar& Writer::calendar() {
  static const Calendar kPlain;
  return kPlain;
}
Date Writer::as_of() { return today_.value_or(Date{}); }

}  // namespace bashu::views
