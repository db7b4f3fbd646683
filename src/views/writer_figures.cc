// Packs as they are adopted, and the rows of their figures as cases and records change.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "packs/load.h"
#include "views/late_keys.h"
#include "views/writer.h"

namespace bashu::views {

namespace {

std::unexpected<packs::EvalError> not_here(const char* what) {
  return std::unexpected{
      packs::EvalError{.kind = packs::EvalError::Kind::lookup, .text = std::string{what}}};
}

}  // namespace

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
  const auto concerned = [&](const packs::Reads& reads) {
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
    if (!concerned(def.reads) || !is_counted_here(*def.figure, now.facts, own_)) continue;
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
    if (stands(now.facts, own_)) {
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
  std::int64_t id = 0;
  if (memory_.texts == Extent::part) {
    Statement& query = db_.prepared("SELECT id FROM figure_text WHERE text = ?");
    if (query.bind(0, std::string_view{text}).step()) {
      id = query.integer(0);
      query.reset();
    }
  }
  if (id == 0) {
    id = next_text_++;
    db_.prepared("INSERT INTO figure_text (id, text) VALUES (?, ?)")
        .bind(0, id)
        .bind(1, std::string_view{text})
        .run();
  }
  texts_[text] = id;
  return id;
}

void Writer::adopt(const core::PackAdopted& event) {
  write_touched();
  write_all();
  if (!catalogue_.packs.contains(event.digest) && !event.source.empty()) {
    const packs::PackPtr pack = packs::load_adopted(event.source).pack;
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
      if (phase_ == Phase::rebuilding) drop_late_keys(db_, catalogue_);
      if (phase_ != Phase::rebuilding) add_lookup_indexes(db_, catalogue_);
      if (!rebuilding()) add_indexes(db_, catalogue_);
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
  write_all();
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
    const packs::Reads reads = packs::reads_of(*pack, figure);
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
  write_all();
  use_catalogue();
}

void Writer::backfill(const FigureDef& def) {
  const std::string thing = def.pack->name + "/" + def.figure->of;
  const bool of_register = def.figure->source == packs::Figure::Source::reg;
  Service* into = of_register ? register_table(thing) : service_table(thing);
  if (!into) return;
  const Table& table = *into->table;
  const auto rows_scan = db_.scan("SELECT " + select_list(table) + " FROM " + quoted(table.name) +
                                  (table.editions ? " WHERE valid_to IS NULL OR edition IS NOT NULL"
                                                  : " WHERE valid_to IS NULL"));
  Statement& rows = *rows_scan;
  std::map<std::int64_t, Span> spans;
  while (rows.step()) {
    std::vector<OpenRow> none;
    if (!of_register) {
      const CaseFacts facts = case_of(table, catalogue_, rows);
      if (!is_counted_here(*def.figure, facts, own_)) continue;
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
    if (stands(facts, own_)) {
      RowScope scope{*this, *def.pack, nullptr, "entry", &facts.fields};
      row = evaluate_row(*def.figure, scope, span);
    } else {
      row = Counted{};
      row->error = "two keepers";
    }
    store(none, def, facts.key, facts.edition, std::move(row));
  }
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

packs::Eval<Value> Writer::figure(const packs::Pack&, std::string_view) {
  return not_here("a figure is read when the figure is asked for");
}

const Calendar& Writer::calendar() {
  static const Calendar kPlain;
  return kPlain;
}

Date Writer::as_of() { return today_.value_or(Date{}); }

}  // namespace bashu::views
