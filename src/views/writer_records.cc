// Registers with their editions, and books.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "packs/expr.h"
#include "views/writer.h"

namespace bashu::views {

Writer::RecordNow* Writer::load_record(const core::RegisterId& reg, std::string_view key) {
  std::string name = reg;
  name += '\x1f';
  name += key;
  if (const auto it = records_.find(name); it != records_.end()) return it->second.get();
  Service* table = register_table(reg);
  if (!table || !register_plan(*table)) return nullptr;
  auto now = std::make_unique<RecordNow>();
  now->table = table;
  const bool unknown =
      memory_.records == Extent::whole && record_keys_.insert(TextHash{}(name)).second;
  if (!unknown) {
    need_lookups();
    Statement& query = db_.prepared("SELECT " + select_list(*table->table) + " FROM " +
                                    quoted(table->table->name) +
                                    " WHERE key = ? AND valid_to IS NULL AND edition IS NULL");
    if (query.bind(0, key).step()) {
      now->facts = record_of(*table->table, query);
      now->row = query.integer(0);
      query.reset();
      now->figures = open_rows(*table, key, 0);
    }
  }
  if (now->row == 0) {
    now->facts.key = key;
    (*now->facts.fields.as_record())["key"] = std::string{key};
  }
  return (records_[std::move(name)] = std::move(now)).get();
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
      if (value.is_null()) {
        fields.erase(name);
      } else {
        fields[name] = value;
      }
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
      "AND later.number > e.number WHERE e.id = ? GROUP BY e.on_day");
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
  reg->rows->flush_all();
  write_figure_rows();
  const std::int64_t id = next_edition_++;
  add_edition(*reg->table, id, event);
  end_replaced(*reg, event);
  add_entries(*reg, *columns, id, event);
}

void Writer::add_edition(const Table& table, std::int64_t id, const core::EditionPublished& event) {
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
  insert.kept_or_null(6, event.id);
  insert.bind(7, static_cast<std::int64_t>(event.entries.size()))
      .bind(8, std::string_view{packs::digest_text(Value{std::move(content)})})
      .bind(9, position_)
      .run();
}

// The editions it replaces end on its day, as far as is known from now on.
void Writer::end_replaced(const Service& reg, const core::EditionPublished& event) {
  const Table& table = *reg.table;
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
    for (FigureCells& cells : open_rows_of_edition(old, event.on)) {
      const bool active = reg.figures && std::ranges::any_of(*reg.figures, [&](std::size_t index) {
                            return catalogue_.figures[index].id == cells.row.figure;
                          });
      if (!active) continue;
      close_figure_row(cells.row, cells.subject, old);
      cells.row.to = event.on.days();
      cells.row.pos_from = position_;
      if (cells.row.from < cells.row.to) add_figure_row(std::move(cells));
    }
  }
}

// Rows of figures that would count beyond `day`.
std::vector<Writer::FigureCells> Writer::open_rows_of_edition(std::int64_t edition, Date day) {
  std::vector<FigureCells> rows;
  Statement& open = db_.prepared(
      "SELECT figure, split, pos_from, from_day, to_day, stated_from, value, error, subject "
      "FROM figure_row WHERE edition = ? AND pos_to = 9223372036854775807 AND to_day > ?");
  open.bind(0, edition).bind(1, std::int64_t{day.days()});
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
                    .edition = edition,
                    .pos_to = kCurrent,
                    .dropped = false});
  }
  return rows;
}

void Writer::add_entries(Service& reg, const Plan& columns, std::int64_t id,
                         const core::EditionPublished& event) {
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
    const std::int64_t row = reg.rows->next();
    to_cells(*reg.table, columns, facts, row, reg.rows->begin());
    reg.rows->end();
    if (!reg.figures) continue;
    std::vector<OpenRow> open;
    for (const std::size_t index : *reg.figures) {
      const FigureDef& def = catalogue_.figures[index];
      RowScope scope{*this, *def.pack, nullptr, "entry", &facts.fields};
      store(open, def, key, id, evaluate_row(*def.figure, scope, span));
    }
  }
}

Writer::AccountNow& Writer::account(const core::Account& account) {
  if (const auto it = accounts_.find(account); it != accounts_.end()) return it->second;
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
  if (memory_.accounts == Extent::part) {
    Statement& query = db_.prepared("SELECT id, balance FROM account WHERE kind = ? AND key = ?");
    if (query.bind(0, now.kind).bind(1, std::string_view{account.key}).step()) {
      now.id = query.integer(0);
      now.balance = query.integer(1);
      query.reset();
    }
  }
  if (now.id == 0) {
    now.id = next_account_++;
    db_.prepared("INSERT INTO account (id, kind, key, position, balance) VALUES (?, ?, ?, ?, ?)")
        .bind(4, std::int64_t{0})
        .bind(0, now.id)
        .bind(1, now.kind)
        .bind(2, std::string_view{account.key})
        .bind(3, position_)
        .run();
  }
  return accounts_[account] = now;
}

void Writer::post(const core::Posted& event) {
  AccountNow& from = account(event.from);
  AccountNow& to = account(event.to);
  const auto side = [&](AccountNow& now, std::int64_t amount, std::int64_t counter) {
    postings_.push_back({.kind = now.kind,
                         .account = now.id,
                         .on = event.on,
                         .position = position_,
                         .no = posting_no_++,
                         .amount = amount,
                         .counter = counter,
                         .case_id = event.id});
    // The core has checked the balance; what could wrap here never was posted.
    now.balance = static_cast<std::int64_t>(static_cast<std::uint64_t>(now.balance) +
                                            static_cast<std::uint64_t>(amount));
    if (std::exchange(now.dirty, true)) return;
    dirty_accounts_.push_back(&now);
  };
  side(from, -event.amount, to.id);
  side(to, event.amount, from.id);
}

}  // namespace bashu::views
