#include "views/writer.h"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "views/late_keys.h"

namespace bashu::views {

namespace {

// Rows of figures and postings a rebuild writes together, in the order of their tables.
constexpr std::size_t kKeptBack = 400'000;
// Kept in memory between flushes; more than this and those not used lately are forgotten.
constexpr std::size_t kCasesMax = 200'000;
constexpr std::size_t kRecordsMax = 200'000;
constexpr std::size_t kRecordKeysMax = 4'000'000;
constexpr std::size_t kAccountsMax = 500'000;
constexpr std::size_t kTextsMax = 500'000;

// Where a posting goes in its table. They come in the order of their positions and numbers, so that
// which one it is stands for both.
struct PostingOrder {
  std::int64_t kind = 0, account = 0;
  Date on;
  std::uint32_t which = 0;
  friend auto operator<=>(const PostingOrder&, const PostingOrder&) = default;
};

// Half of them is as good a line as any: what is used again is read again.
template <typename Kept, typename When>
void forget_half(Kept& kept, When when) {
  std::vector<std::int64_t> used;
  used.reserve(kept.size());
  for (const auto& [name, now] : kept) used.push_back(when(*now));
  const auto middle = used.begin() + static_cast<std::ptrdiff_t>(used.size() / 2);
  std::ranges::nth_element(used, middle);
  const std::int64_t line = *middle;
  std::erase_if(kept, [&](const auto& item) { return when(*item.second) <= line; });
}

}  // namespace

Writer::Writer(Database& database, core::PartyId own, bool rebuilding, std::int64_t commit_every)
    : db_{database},
      own_{std::move(own)},
      phase_{rebuilding ? Phase::rebuilding : Phase::following},
      commit_every_{commit_every} {
  catalogue_ = read_catalogue(db_);
  Statement& meta = db_.prepared("SELECT name, value FROM meta");
  while (meta.step()) {
    if (meta.text(0) == "today") today_ = Date::parse(meta.text(1));
  }
  Statement& newest =
      db_.prepared("SELECT time_ms, position FROM entry_time ORDER BY time_ms DESC LIMIT 1");
  if (newest.step()) {
    last_time_ = written_time_ = newest.integer(0);
    position_ = committed_ = newest.integer(1);
  }
  newest.reset();
  const Extent extent = position_ < 0 ? Extent::whole : Extent::part;
  memory_ = {.cases = extent, .records = extent, .accounts = extent, .texts = extent};
  next_case_ = next_id(db_, "case_index", "no");
  next_edition_ = next_id(db_, "edition");
  next_account_ = next_id(db_, "account");
  next_kind_ = next_id(db_, "account_kind");
  next_text_ = next_id(db_, "figure_text");
  next_party_ = next_id(db_, "circle_party", "no");
  next_dispute_ = next_id(db_, "dispute", "no");
  next_told_ = next_id(db_, "figure_told", "no");
  use_catalogue();
}

Writer::~Writer() = default;

void Writer::use_catalogue() {
  if (!cases_.empty()) memory_.cases = Extent::part;
  cases_.clear();
  records_.clear();
  services_.clear();
  registers_.clear();
  for (const auto& [thing, table] : catalogue_.services) {
    Service& service = services_[thing];
    service.table = table;
    service.rows = std::make_unique<RowBuffer>(db_, *table, rebuilding());
    const auto figures = catalogue_.service_figures.find(thing);
    if (figures != catalogue_.service_figures.end()) service.figures = &figures->second;
    service.watched = catalogue_.watched_parents.contains(thing);
  }
  for (const auto& [thing, table] : catalogue_.registers) {
    Service& reg = registers_[thing];
    reg.table = table;
    reg.rows = std::make_unique<RowBuffer>(db_, *table, rebuilding());
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
    to_cells(*now->table->table, *columns, now->facts, now->row, rows.begin());
    rows.end();
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
             rows.begin());
    rows.end();
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
  if (memory_.cases == Extent::whole) return nullptr;
  need_lookups();
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
    need_lookups();
    Statement& query = db_.prepared("SELECT id FROM case_index WHERE parent = ? ORDER BY no");
    query.bind(0, std::string_view{now.facts.id});
    while (query.step()) now.children.emplace_back(query.text(0));
    now.children_known = true;
  }
  return now.children;
}

// On a server another machine may follow the same journal: who begins second waits, and finds that
// the tables have gone on.
void Writer::begin() {
  if (in_transaction_) return;
  db_.exec("BEGIN");
  in_transaction_ = true;
  const std::string_view hold = db_.words().hold;
  if (hold.empty()) return;
  Statement& held =
      db_.prepared("SELECT value FROM meta WHERE name = 'entries'" + std::string{hold});
  const bool ours = held.step() && held.text(0) == std::to_string(committed_ + 1);
  held.reset();
  if (!ours) db_.fail("another machine has written these tables");
}

void Writer::flush_rows() {
  for (auto& [thing, service] : services_) service.rows->flush();
  for (auto& [thing, reg] : registers_) reg.rows->flush();
  if (!rebuilding() || figure_rows_.size() + figure_closes_.size() > kKeptBack) write_figure_rows();
  if (!rebuilding() || postings_.size() > kKeptBack) write_postings();
}

void Writer::write_all() {
  for (auto& [thing, service] : services_) service.rows->flush_all();
  for (auto& [thing, reg] : registers_) reg.rows->flush_all();
  write_figure_rows();
  write_postings();
}

void Writer::need_lookups() {
  if (phase_ != Phase::rebuilding) return;
  phase_ = Phase::rebuilding_indexed;
  write_all();
  add_late_keys(db_, catalogue_);
  add_lookup_indexes(db_, catalogue_);
}

void Writer::write_postings() {
  std::vector<PostingOrder> order;
  order.reserve(postings_.size());
  for (const PostingCells& cells : postings_) {
    order.push_back({.kind = cells.kind,
                     .account = cells.account,
                     .on = cells.on,
                     .which = static_cast<std::uint32_t>(order.size())});
  }
  std::ranges::sort(order);
  std::map<Date, std::string> days;  // spelled once: nearly all postings are of a few
  db_.insert_rows("posting (kind, account, on_day, position, no, amount, counter, case_id)", 8,
                  order.size(), [&](Statement& insert, int first, std::size_t n) {
                    const PostingCells& cells = postings_[order[n].which];
                    std::string& day = days[cells.on];
                    if (day.empty()) day = cells.on.text();
                    insert.bind(first, cells.kind)
                        .bind(first + 1, cells.account)
                        .bind_kept(first + 2, day)
                        .bind(first + 3, cells.position)
                        .bind(first + 4, cells.no)
                        .bind(first + 5, cells.amount)
                        .bind(first + 6, cells.counter);
                    insert.kept_or_null(first + 7, cells.case_id);
                  });
  postings_.clear();
}

void Writer::write_figure_rows() {
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
  db_.insert_rows(
      "figure_row (figure, split, pos_from, subject, edition, pos_to, from_day, to_day, "
      "stated_from, value, error)",
      11, sorted.size(), [&](Statement& insert, int first, std::size_t n) {
        const FigureCells& cells = *sorted[n];
        insert.bind(first, cells.row.figure)
            .bind(first + 1, cells.row.split)
            .bind(first + 2, cells.row.pos_from)
            .bind_kept(first + 3, cells.subject)
            .bind(first + 4, cells.edition)
            .bind(first + 5, cells.pos_to)
            .bind(first + 6, cells.row.from)
            .bind(first + 7, cells.row.to)
            .bind(first + 8, cells.row.stated_from)
            .bind(first + 9, cells.row.value);
        insert.kept_or_null(first + 10, cells.row.error);
      });
  figure_rows_.clear();
}

bool Writer::is_to_be_kept() const {
  return commit_every_ > 0 && position_ - committed_ >= std::max(commit_every_, committed_ / 4);
}

void Writer::keep_position() {
  const auto keep = [&](std::string_view name, std::string_view value) {
    db_.prepared(
           "INSERT INTO meta (name, value) VALUES (?, ?) "
           "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(0, name)
        .bind(1, value)
        .run();
  };
  keep("entries", std::to_string(position_ + 1));
  keep("mark", mark_);
  if (today_) keep("today", today_->text());
  if (catalogue_changed_) keep("catalogue", std::to_string(position_ + 1));
}

void Writer::flush(std::string_view mark) {
  begin();
  // Of a rebuild nothing is to be seen before its end.
  const bool commits = !rebuilding() || is_to_be_kept();
  commits ? write_all() : flush_rows();
  for (AccountNow* now : dirty_accounts_) {
    now->dirty = false;
    db_.prepared("UPDATE account SET balance = ? WHERE id = ?")
        .bind(0, now->balance)
        .bind(1, now->id)
        .run();
  }
  dirty_accounts_.clear();
  for (const auto& [time, position] : times_) {
    const bool there = time == written_time_;
    db_.prepared(there ? "UPDATE entry_time SET position = ? WHERE time_ms = ?"
                       : "INSERT INTO entry_time (position, time_ms) VALUES (?, ?)")
        .bind(0, position)
        .bind(1, time)
        .run();
    written_time_ = time;
  }
  times_.clear();
  mark_ = mark;
  // Of a rebuild on a server only what is kept counts; asking it at each flush would hold it up.
  if (commits || commit_every_ == 0) keep_position();
  if (commits) {
    db_.exec("COMMIT");
    in_transaction_ = false;
    committed_ = position_;
  }
  ++batch_;
  forget_some();
}

void Writer::forget_some() {
  if (cases_.size() > kCasesMax || records_.size() > kRecordsMax)
    write_all();  // what is forgotten is read back from its table
  if (cases_.size() > kCasesMax) {
    forget_half(cases_, [](const CaseNow& now) { return now.used; });
    memory_.cases = Extent::part;
  }
  if (records_.size() > kRecordsMax)
    forget_half(records_, [](const RecordNow& now) { return now.touched; });
  if (record_keys_.size() > kRecordKeysMax) {
    record_keys_.clear();
    memory_.records = Extent::part;
  }
  if (accounts_.size() > kAccountsMax) {
    accounts_.clear();
    memory_.accounts = Extent::part;
  }
  if (texts_.size() > kTextsMax) {
    texts_.clear();
    memory_.texts = Extent::part;
  }
}

void Writer::finish_rebuild() {
  write_all();
  if (in_transaction_) keep_position();
  if (in_transaction_) db_.exec("COMMIT");
  in_transaction_ = false;
  committed_ = position_;
  phase_ = Phase::following;
  for (auto& [thing, service] : services_) service.rows->keep_open(false);
  for (auto& [thing, reg] : registers_) reg.rows->keep_open(false);
  add_late_keys(db_, catalogue_);
  add_lookup_indexes(db_, catalogue_);
  add_indexes(db_, catalogue_);
}

}  // namespace bashu::views
