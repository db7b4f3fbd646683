#include "views/figures.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "packs/syntax.h"
#include "views/figure_rows.h"
#include "views/read.h"
#include "views/rows.h"
#include "views/scope.h"

namespace bashu::views {

namespace {

using Source = packs::Figure::Source;
using Way = packs::Figure::Way;

// One way of counting, over rows or over what SQL has counted already.
class Tally {
 public:
  explicit Tally(Way way = Way::count) : way_{way} {}

  void add_number(std::int64_t number) {
    if (way_ == Way::min) {
      value_ = any_ ? std::min(value_, number) : number;
    } else if (__builtin_add_overflow(value_, number, &value_)) {
      overflow_ = true;
    }
    any_ = true;
  }
  void add_thing(const std::string& thing) { things_.insert(thing); }
  void add_ids(const std::vector<std::int64_t>& ids) {
    ids_.insert(ids_.end(), ids.begin(), ids.end());
  }
  void set_overflow() { overflow_ = true; }
  [[nodiscard]] bool overflow() const { return overflow_; }

  [[nodiscard]] std::optional<std::int64_t> value() {
    if (overflow_) return std::nullopt;
    if (way_ == Way::distinct) {
      std::ranges::sort(ids_);
      const auto same = std::ranges::unique(ids_);
      ids_.erase(same.begin(), same.end());
      return static_cast<std::int64_t>(ids_.size() + things_.size());
    }
    if (way_ == Way::min && !any_) return std::nullopt;
    return value_;
  }

 private:
  Way way_;
  bool any_ = false, overflow_ = false;
  std::int64_t value_ = 0;
  std::vector<std::int64_t> ids_;  // of things stored as texts
  std::set<std::string> things_;
};

struct Tallies {
  explicit Tallies(const packs::Figure& figure) : way{figure.way}, total{figure.way} {
    splits.resize(figure.split.size());
  }
  Tally& split(std::size_t index, const Value& key) {
    auto& by_key = splits[index];
    const std::string text = canonical_json(key);
    const auto it = by_key.find(text);
    if (it != by_key.end()) return it->second.second;
    return by_key.emplace(text, std::pair{key, Tally{way}}).first->second.second;
  }
  void add(const Counted& row) {
    const std::string thing = way == Way::distinct ? canonical_json(row.distinct) : std::string{};
    const auto add_to = [&](Tally& tally) {
      if (way == Way::distinct) {
        tally.add_thing(thing);
      } else {
        tally.add_number(row.value);
      }
    };
    add_to(total);
    for (std::size_t i = 0; i < splits.size(); ++i) {
      add_to(split(i, i < row.split.size() ? row.split[i] : Value{}));
    }
    ++rows;
  }
  void fail(const std::string& subject, const std::string& why) {
    if (failed++ == 0) error = subject + ": " + why;
  }

  Way way;
  Tally total;
  std::vector<std::map<std::string, std::pair<Value, Tally>>> splits;
  std::int64_t rows = 0, failed = 0;
  std::string error;
};

// A row that counted, for the drill-down and the digest.
struct Line {
  std::string subject;
  std::int64_t edition = 0;
  std::string edition_name;
  std::int64_t version = 0;
  std::int64_t position = 0;
  Value value;
  Value split;
  Value account;  // its keys and balance, of a figure over accounts
  std::int64_t from = kEver, to = kNever;
};

Value day_or_null(std::int64_t days) {
  if (days == kEver || days == kNever) return {};
  return Date::from_days(static_cast<std::int32_t>(days)).text();
}

bool reads_month(const packs::Program& program) {
  bool reads = false;
  packs::each_node(program.root(), [&](const packs::Node& node) {
    reads =
        reads || (node.op == packs::Op::member && node.name == "month" && !node.kids.empty() &&
                  node.kids[0].op == packs::Op::root && node.kids[0].root == packs::Root::account);
  });
  return reads;
}

bool is_balance(const packs::Program& program) {
  const packs::Node& root = program.root();
  return root.op == packs::Op::member && root.name == "balance" && !root.kids.empty() &&
         root.kids[0].op == packs::Op::root && root.kids[0].root == packs::Root::account;
}

// Splits a joined key; `%2F` inside a part is a `/`.
std::vector<std::string> key_parts(std::string_view joined) {
  std::vector<std::string> list;
  while (true) {
    const auto slash = joined.find('/');
    std::string part{joined.substr(0, slash)};
    for (auto at = part.find("%2F"); at != std::string::npos; at = part.find("%2F", at + 1)) {
      part.replace(at, 3, "/");
    }
    list.push_back(std::move(part));
    if (slash == std::string_view::npos) return list;
    joined.remove_prefix(slash + 1);
  }
}

std::unexpected<packs::EvalError> failed(packs::EvalError::Kind kind, std::string text) {
  return std::unexpected{packs::EvalError{.kind = kind, .text = std::move(text)}};
}

// Answers asks on one session, one day and one period.
class Reader final : public Lookups {
 public:
  Reader(Session& session, Date as_of, std::optional<std::pair<Date, Date>> period)
      : session_{session}, as_of_{as_of}, period_{std::move(period)} {}

  // What the figure counts, tallied.
  Tallies count(const FigureDef& def);
  // Every row that counted, in order; stops when `visit` gives false.
  void each_line(const FigureDef& def, const std::string& after, std::int64_t after_edition,
                 const std::function<bool(Line)>& visit);
  std::vector<EditionRow> editions_used() const;
  // Runs an expression of `show` over the row behind a line.
  Value shown(const FigureDef& def, const Line& line);
  packs::Eval<Value> value_of(const FigureDef& def);

  const CaseFacts* find_case(std::string_view id) override;
  packs::Eval<const Value*> record(const core::RegisterId& reg, std::string_view key) override;
  packs::Eval<std::int64_t> balance(const core::Account& account) override;
  packs::Eval<Value> window(const core::Account& account, std::string_view month) override;
  packs::Eval<Value> figure(std::string_view name) override;
  const Calendar& calendar() override;
  Date as_of() override { return as_of_; }

 private:
  struct Register {
    TablePtr table;
    std::vector<InForce> editions;
    std::map<std::string, std::vector<RecordFacts>, std::less<>> keys;  // asked for so far
    bool whole = false;                                                 // `keys` has all of them
  };
  struct AccountTotal {
    std::string key, month;  // month empty: of all
    std::int64_t balance = 0;
    std::int64_t position = 0;
    bool overflow = false;
  };

  Register& reg(std::string_view id);
  void load_whole(Register& here);
  std::optional<std::pair<Date, Date>> period_of(const packs::Figure& figure) const;
  bool counts(const packs::Figure& figure, const Counted& row) const;
  std::string range_condition(const packs::Figure& figure) const;
  int bind_range(Statement& statement, const FigureDef& def) const;
  void count_stored(const FigureDef& def, Tallies& tallies);
  void each_candidate(const FigureDef& def,
                      const std::function<void(const Line&, packs::Scope&)>& visit);
  void count_asked(const FigureDef& def, Tallies& tallies);
  std::vector<AccountTotal> account_totals(const FigureDef& def, bool by_month);
  Value account_value(const FigureDef& def, const AccountTotal& total) const;
  void count_accounts(const FigureDef& def, Tallies& tallies);
  void stored_lines(const FigureDef& def, const std::string& after, std::int64_t after_edition,
                    const std::function<bool(Line)>& visit);
  const std::string& text_of(std::int64_t id);

  Session& session_;
  Date as_of_;
  std::optional<std::pair<Date, Date>> period_;
  std::map<std::string, Register, std::less<>> registers_;
  std::map<std::string, CaseFacts, std::less<>> cases_;
  std::map<std::string, Value, std::less<>> figures_;
  std::set<std::string, std::less<>> asking_;
  std::unordered_map<std::int64_t, std::string> texts_;
  std::unique_ptr<Calendar> calendar_;
  std::string pack_name_;  // whose figures `figure.x` names
};

std::optional<std::pair<Date, Date>> Reader::period_of(const packs::Figure& figure) const {
  if (period_ || !figure.yearly) return period_;
  return std::pair{*Date::from_civil(as_of_.year(), 1, 1), as_of_};
}

bool Reader::counts(const packs::Figure& figure, const Counted& row) const {
  const std::int64_t day = as_of_.days();
  if (row.from > day || row.to <= day) return false;
  const auto period = period_of(figure);
  if (!period || !figure.from || (!row.error.empty() && row.stated_from == kEver)) return true;
  return row.stated_from >= period->first.days() && row.stated_from <= period->second.days();
}

std::string Reader::range_condition(const packs::Figure& figure) const {
  std::string sql{
      "r.figure = ? AND r.pos_from <= ? AND r.pos_to > ? AND r.from_day <= ? AND r.to_day > ?"};
  if (period_of(figure) && figure.from) sql += " AND r.stated_from >= ? AND r.stated_from <= ?";
  return sql;
}

int Reader::bind_range(Statement& statement, const FigureDef& def) const {
  statement.bind(0, def.id)
      .bind(1, session_.known)
      .bind(2, session_.known)
      .bind(3, std::int64_t{as_of_.days()})
      .bind(4, std::int64_t{as_of_.days()});
  const auto period = period_of(*def.figure);
  if (!period || !def.figure->from) return 5;
  statement.bind(5, std::int64_t{period->first.days()})
      .bind(6, std::int64_t{period->second.days()});
  return 7;
}

const std::string& Reader::text_of(std::int64_t id) {
  const auto known = texts_.find(id);
  if (known != texts_.end()) return known->second;
  Statement& query = session_.db.prepared("SELECT text FROM figure_text WHERE id = ?");
  std::string text{"null"};
  if (query.bind(0, id).step()) {
    text = query.text(0);
    query.reset();
  }
  return texts_.emplace(id, std::move(text)).first->second;
}

void Reader::count_stored(const FigureDef& def, Tallies& tallies) {
  const packs::Figure& figure = *def.figure;
  // Rows of one break-down key together; sums in two halves, which cannot pass 64 bits.
  struct Group {
    std::int64_t high = 0, low = 0, least = 0, rows = 0;
    std::vector<std::int64_t> things;
  };
  std::unordered_map<std::int64_t, Group> groups;
  std::int64_t failures = 0;
  constexpr std::int64_t kHalf = std::int64_t{1} << 32;
  const std::string from_where = " FROM figure_row r WHERE " + range_condition(figure);
  if (figure.split.empty() && figure.way != Way::distinct) {
    const std::string columns = figure.way == Way::count ? "0, 0, 0, "
                                : figure.way == Way::min
                                    ? "0, 0, min(CASE WHEN r.error IS NULL THEN r.value END), "
                                    : "sum(r.value / 4294967296), sum(r.value % 4294967296), 0, ";
    Statement& query =
        session_.db.prepared("SELECT " + columns + "count(*), count(r.error)" + from_where);
    bind_range(query, def);
    if (query.step()) {
      failures = query.integer(4);
      groups[0] = {.high = query.integer(0),
                   .low = query.integer(1),
                   .least = query.integer(2),
                   .rows = query.integer(3) - failures,
                   .things = {}};
      query.reset();
    }
  } else {
    Statement& query =
        session_.db.prepared("SELECT r.split, r.value, r.error IS NULL" + from_where);
    bind_range(query, def);
    std::int64_t last = -1;
    Group* group = nullptr;
    while (query.step()) {
      if (query.integer(2) == 0) {
        ++failures;
        continue;
      }
      const std::int64_t split = query.integer(0), value = query.integer(1);
      if (!group || split != last) {
        group = &groups[split];
        last = split;
      }
      if (figure.way == Way::distinct) group->things.push_back(value);
      group->high += value / kHalf;
      group->low += value % kHalf;
      group->least = group->rows == 0 ? value : std::min(group->least, value);
      ++group->rows;
    }
  }
  for (const auto& [split, group] : groups) {
    if (group.rows == 0) continue;
    tallies.rows += group.rows;
    std::int64_t sum = group.rows;
    bool overflow = false;
    if (figure.way == Way::sum) {
      overflow = __builtin_mul_overflow(group.high, kHalf, &sum) ||
                 __builtin_add_overflow(sum, group.low, &sum);
    }
    const auto add = [&](Tally& tally) {
      if (overflow) tally.set_overflow();
      if (figure.way == Way::distinct) {
        tally.add_ids(group.things);
      } else {
        tally.add_number(figure.way == Way::min ? group.least : sum);
      }
    };
    add(tallies.total);
    if (figure.split.empty()) continue;
    const Value keys = json_value(text_of(split));
    const auto* list = keys.as_list();
    for (std::size_t i = 0; i < figure.split.size(); ++i) {
      add(tallies.split(i, list && i < list->size() ? (*list)[i] : Value{}));
    }
  }
  const auto period = period_of(figure);
  const bool in_period = period && figure.from;
  if (failures == 0 && !in_period) return;
  // Rows whose `where` or `from` failed state no day, and are told in any period.
  Statement& first = session_.db.prepared(
      "SELECT r.subject, r.error FROM figure_row r WHERE r.figure = ? "
      "AND r.pos_from <= ? AND r.pos_to > ? AND r.from_day <= ? AND r.to_day > ? "
      "AND (r.stated_from = ? OR (r.stated_from >= ? AND r.stated_from <= ?)) "
      "AND r.error IS NOT NULL ORDER BY r.subject");
  first.bind(0, def.id)
      .bind(1, session_.known)
      .bind(2, session_.known)
      .bind(3, std::int64_t{as_of_.days()})
      .bind(4, std::int64_t{as_of_.days()})
      .bind(5, kEver)
      .bind(6, in_period ? std::int64_t{period->first.days()} : kEver)
      .bind(7, in_period ? std::int64_t{period->second.days()} : kNever);
  while (first.step()) tallies.fail(std::string{first.text(0)}, std::string{first.text(1)});
}

void Reader::each_candidate(const FigureDef& def,
                            const std::function<void(const Line&, packs::Scope&)>& visit) {
  const std::string thing = def.pack->name + "/" + def.figure->of;
  if (def.figure->source == Source::service) {
    const auto it = session_.catalogue.services.find(thing);
    if (it == session_.catalogue.services.end()) return;
    const Table& table = *it->second;
    Statement query{session_.db, "SELECT " + select_list(table, def.reads) + " FROM " +
                                     quoted(table.name) + " WHERE " + kValid};
    query.bind(0, session_.known).bind(1, session_.known);
    while (query.step()) {
      const CaseFacts facts = case_of(table, session_.catalogue, query);
      Line line;
      line.subject = facts.id;
      line.version = facts.version;
      line.position = facts.valid_from;
      RowScope scope{*this, *def.pack, &facts};
      visit(line, scope);
    }
    return;
  }
  const Register& reg_here = reg(thing);
  if (!reg_here.table) return;
  const Table& table = *reg_here.table;
  std::string in{"0"};
  for (const InForce& one : reg_here.editions) in += ", " + std::to_string(one.id);
  Statement query{session_.db, "SELECT " + select_list(table) + " FROM " + quoted(table.name) +
                                   " WHERE edition IN (" + in + ") OR (edition IS NULL AND " +
                                   kValid + ") ORDER BY key, edition"};
  query.bind(0, session_.known).bind(1, session_.known);
  while (query.step()) {
    const RecordFacts facts = record_of(table, query);
    Line line;
    line.subject = facts.key;
    line.edition = facts.edition;
    line.edition_name = facts.edition_name;
    line.version = facts.version;
    line.position = facts.valid_from;
    RowScope scope{*this, *def.pack, nullptr, "entry", &facts.fields};
    visit(line, scope);
  }
}

void Reader::count_asked(const FigureDef& def, Tallies& tallies) {
  each_candidate(def, [&](const Line& line, packs::Scope& scope) {
    const auto row = evaluate_row(*def.figure, scope, {});
    if (!row || !counts(*def.figure, *row)) return;
    if (row->error.empty()) {
      tallies.add(*row);
    } else {
      tallies.fail(line.subject, row->error);
    }
  });
}

std::vector<Reader::AccountTotal> Reader::account_totals(const FigureDef& def, bool by_month) {
  std::vector<AccountTotal> totals;
  const auto dot = def.figure->of.find('.');
  const std::string book = def.pack->name + "/" + def.figure->of.substr(0, dot);
  const std::string kind =
      dot == std::string::npos ? std::string{} : def.figure->of.substr(dot + 1);
  const auto period = period_of(*def.figure);
  Statement& kind_id =
      session_.db.prepared("SELECT id FROM account_kind WHERE book = ? AND kind = ?");
  if (!kind_id.bind(0, std::string_view{book}).bind(1, std::string_view{kind}).step())
    return totals;
  const std::int64_t id = kind_id.integer(0);
  kind_id.reset();

  // Every account that had a posting by then is a row, even one that sums to nothing.
  std::unordered_map<std::int64_t, std::string> keys;
  std::unordered_map<std::int64_t, std::size_t> at;
  Statement& accounts = session_.db.prepared(
      "SELECT id, key FROM account WHERE kind = ? AND position <= ? ORDER BY key");
  accounts.bind(0, id).bind(1, session_.known);
  while (accounts.step()) {
    keys.emplace(accounts.integer(0), accounts.text(1));
    if (by_month) continue;
    at.emplace(accounts.integer(0), totals.size());
    totals.push_back({.key = std::string{accounts.text(1)},
                      .month = {},
                      .balance = 0,
                      .position = 0,
                      .overflow = false});
  }
  const std::string month = by_month ? "substr(on_day, 1, 7)" : "''";
  Statement& sums =
      session_.db.prepared("SELECT account, " + month +
                           ", sum(amount / 4294967296), sum(amount % 4294967296), max(position) "
                           "FROM posting WHERE kind = ? AND position <= ? AND on_day >= ? AND "
                           "on_day <= ? GROUP BY account" +
                           std::string{by_month ? ", substr(on_day, 1, 7)" : ""});
  const Date last = period ? std::min(period->second, as_of_) : as_of_;
  sums.bind(0, id)
      .bind(1, session_.known)
      .bind(2, std::string_view{period ? period->first.text() : std::string{}})
      .bind(3, std::string_view{last.text()});
  while (sums.step()) {
    const std::int64_t account = sums.integer(0);
    if (by_month) {
      at[account] = totals.size();
      totals.push_back({.key = keys[account],
                        .month = std::string{sums.text(1)},
                        .balance = 0,
                        .position = 0,
                        .overflow = false});
    }
    const auto place = at.find(account);
    if (place == at.end()) continue;
    AccountTotal& total = totals[place->second];
    total.overflow =
        __builtin_mul_overflow(sums.integer(2), std::int64_t{4294967296}, &total.balance) ||
        __builtin_add_overflow(total.balance, sums.integer(3), &total.balance);
    total.position = sums.integer(4);
  }
  return totals;
}

Value Reader::account_value(const FigureDef& def, const AccountTotal& total) const {
  Value::Record account;
  const auto dot = def.figure->of.find('.');
  const auto* book = packs::find(def.pack->books, def.figure->of.substr(0, dot));
  const auto* kind = book && dot != std::string::npos
                         ? packs::find(book->accounts, def.figure->of.substr(dot + 1))
                         : nullptr;
  if (kind && !kind->key.empty()) {
    const std::vector<std::string> parts = key_parts(total.key);
    for (std::size_t i = 0; i < kind->key.size() && i < parts.size(); ++i)
      account[kind->key[i]] = parts[i];
  }
  account["balance"] = total.balance;
  if (!total.month.empty()) account["month"] = total.month;
  return account;
}

void Reader::count_accounts(const FigureDef& def, Tallies& tallies) {
  const packs::Figure& figure = *def.figure;
  // `account.month` makes a row of each month; only the break-downs that read it see those.
  const auto of_main = [&](const packs::ProgramPtr& program) {
    return program && reads_month(*program);
  };
  const bool main_by_month = of_main(figure.where) || of_main(figure.measure) ||
                             of_main(figure.from) || of_main(figure.to);
  packs::Figure rows = figure;
  std::vector<std::size_t> places, monthly;
  rows.split.clear();
  for (std::size_t i = 0; i < figure.split.size(); ++i) {
    if (!main_by_month && reads_month(*figure.split[i].second)) {
      monthly.push_back(i);
    } else {
      places.push_back(i);
      rows.split.push_back(figure.split[i]);
    }
  }
  const bool plain = !figure.where && !figure.from && !figure.to && figure.way == Way::sum &&
                     figure.measure && is_balance(*figure.measure) && rows.split.empty();
  const auto tally = [&](const AccountTotal& total, const packs::Figure& how,
                         const std::vector<std::size_t>& into, bool main) {
    if (total.overflow) {
      tallies.fail(total.key, "the balance overflows");
      return;
    }
    const Value account = account_value(def, total);
    RowScope scope{*this, *def.pack, nullptr, "account", &account};
    const auto row = evaluate_row(how, scope, {});
    if (!row || !counts(how, *row)) return;
    if (!row->error.empty()) {
      if (main) tallies.fail(total.key, row->error);
      return;
    }
    const std::string thing =
        figure.way == Way::distinct ? canonical_json(row->distinct) : std::string{};
    const auto add = [&](Tally& to) {
      if (figure.way == Way::distinct) {
        to.add_thing(thing);
      } else {
        to.add_number(row->value);
      }
    };
    if (main) {
      add(tallies.total);
      ++tallies.rows;
    }
    for (std::size_t i = 0; i < into.size(); ++i) add(tallies.split(into[i], row->split[i]));
  };
  for (const AccountTotal& total : account_totals(def, main_by_month)) {
    if (plain && !total.overflow) {
      tallies.total.add_number(total.balance);
      ++tallies.rows;
    } else {
      tally(total, rows, places, true);
    }
  }
  if (monthly.empty()) return;
  rows.split.clear();
  for (const std::size_t i : monthly) rows.split.push_back(figure.split[i]);
  for (const AccountTotal& total : account_totals(def, true)) tally(total, rows, monthly, false);
}

Tallies Reader::count(const FigureDef& def) {
  Tallies tallies{*def.figure};
  pack_name_ = def.pack->name;
  if (def.figure->source == Source::account) {
    count_accounts(def, tallies);
  } else if (def.stored) {
    count_stored(def, tallies);
  } else {
    count_asked(def, tallies);
  }
  return tallies;
}

packs::Eval<Value> Reader::value_of(const FigureDef& def) {
  if (const auto known = figures_.find(def.name); known != figures_.end()) return known->second;
  if (!asking_.insert(def.name).second) {
    return failed(packs::EvalError::Kind::lookup, "a circle of figures: " + def.name);
  }
  packs::Eval<Value> value;
  if (def.figure->source == Source::value) {
    pack_name_ = def.pack->name;
    RowScope scope{*this, *def.pack, nullptr};
    value = packs::evaluate(*def.figure->measure, scope);
    if (value && !value->is_null() && !value->as_int()) {
      value = failed(packs::EvalError::Kind::type, "a number is expected");
    }
  } else {
    Tallies tallies = count(def);
    const auto number = tallies.total.value();
    if (tallies.failed > 0) {
      value = failed(packs::EvalError::Kind::lookup, tallies.error);
    } else if (tallies.total.overflow()) {
      value = failed(packs::EvalError::Kind::overflow, "the sum overflows");
    } else {
      value = number ? Value{*number} : Value{};
    }
  }
  asking_.erase(def.name);
  if (value) figures_.emplace(def.name, *value);
  return value;
}

packs::Eval<Value> Reader::figure(std::string_view name) {
  const std::string pack = pack_name_;
  const FigureDef* def = find_figure(session_, pack + "/" + std::string{name});
  if (!def) return failed(packs::EvalError::Kind::missing, "no figure " + std::string{name});
  auto value = value_of(*def);
  pack_name_ = pack;
  return value;
}

const CaseFacts* Reader::find_case(std::string_view id) {
  if (const auto known = cases_.find(id); known != cases_.end()) return &known->second;
  auto facts = case_facts(session_, id);
  if (!facts) return nullptr;
  return &cases_.emplace(std::string{id}, std::move(*facts)).first->second;
}

Reader::Register& Reader::reg(std::string_view id) {
  if (const auto known = registers_.find(id); known != registers_.end()) return known->second;
  Register found;
  const auto it = session_.catalogue.registers.find(id);
  if (it != session_.catalogue.registers.end()) {
    found.table = it->second;
    found.editions = editions_in_force(session_, *found.table, as_of_);
  }
  return registers_.emplace(std::string{id}, std::move(found)).first->second;
}

// A list that many rows look into is read once.
void Reader::load_whole(Register& here) {
  here.keys.clear();
  here.whole = true;
  for (RecordFacts& facts : records_of_key(session_, *here.table, here.editions, std::nullopt)) {
    std::string key = facts.key;
    here.keys[std::move(key)].push_back(std::move(facts));
  }
}

packs::Eval<const Value*> Reader::record(const core::RegisterId& id, std::string_view key) {
  Register& here = reg(id);
  if (!here.table) return nullptr;
  auto known = here.keys.find(key);
  if (known == here.keys.end() && here.whole) return nullptr;
  constexpr std::size_t kSingly = 64;
  if (known == here.keys.end() && here.table->editions && here.keys.size() == kSingly) {
    load_whole(here);
    return record(id, key);
  }
  if (known == here.keys.end()) {
    known =
        here.keys
            .emplace(std::string{key}, records_of_key(session_, *here.table, here.editions, key))
            .first;
  }
  const std::vector<RecordFacts>& found = known->second;
  if (found.empty()) return nullptr;
  if (found.size() > 1 || !found[0].contested.empty()) {
    return failed(packs::EvalError::Kind::lookup, id + "/" + std::string{key} + " has two keepers");
  }
  return &found[0].fields;
}

packs::Eval<std::int64_t> Reader::balance(const core::Account& account) {
  Statement& query = session_.db.prepared(
      "SELECT sum(p.amount / 4294967296), sum(p.amount % 4294967296) FROM account_kind k "
      "JOIN account a ON a.kind = k.id JOIN posting p ON p.kind = a.kind AND p.account = a.id "
      "WHERE k.book = ? AND k.kind = ? AND a.key = ? AND p.position <= ? AND p.on_day <= ?");
  query.bind(0, std::string_view{account.book})
      .bind(1, std::string_view{account.kind})
      .bind(2, std::string_view{account.key})
      .bind(3, session_.known)
      .bind(4, std::string_view{as_of_.text()});
  std::int64_t sum = 0;
  bool overflow = false;
  if (query.step()) {
    overflow = __builtin_mul_overflow(query.integer(0), std::int64_t{4294967296}, &sum) ||
               __builtin_add_overflow(sum, query.integer(1), &sum);
    query.reset();
  }
  if (overflow) return failed(packs::EvalError::Kind::overflow, "the balance overflows");
  return sum;
}

packs::Eval<Value> Reader::window(const core::Account& account, std::string_view month) {
  Statement& query = session_.db.prepared(
      "SELECT p.on_day, p.amount FROM account_kind k JOIN account a ON a.kind = k.id "
      "JOIN posting p ON p.kind = a.kind AND p.account = a.id WHERE k.book = ? AND k.kind = ? "
      "AND a.key = ? AND p.position <= ? AND p.on_day >= ? AND p.on_day < ? ORDER BY p.on_day, "
      "p.amount");
  query.bind(0, std::string_view{account.book})
      .bind(1, std::string_view{account.kind})
      .bind(2, std::string_view{account.key})
      .bind(3, session_.known)
      .bind(4, std::string_view{std::string{month} + "-00"})
      .bind(5, std::string_view{std::string{month} + "-99"});
  Value::List list;
  std::int64_t total = 0;
  bool overflow = false;
  while (query.step()) {
    list.push_back(Value::List{Value{query.text(0)}, Value{query.integer(1)}});
    overflow = __builtin_add_overflow(total, query.integer(1), &total) || overflow;
  }
  if (overflow) return failed(packs::EvalError::Kind::overflow, "the window's total overflows");
  Value::Record result;
  result["count"] = static_cast<std::int64_t>(list.size());
  result["total"] = total;
  result["root"] = packs::digest_text(Value{std::move(list)});
  return Value{std::move(result)};
}

const Calendar& Reader::calendar() {
  if (calendar_) return *calendar_;
  calendar_ = std::make_unique<Calendar>();
  Statement& query = session_.db.prepared(
      "SELECT version, holidays, workdays FROM calendar WHERE party = ? AND position <= ? "
      "ORDER BY position DESC LIMIT 1");
  if (!query.bind(0, std::string_view{session_.own}).bind(1, session_.known).step())
    return *calendar_;
  calendar_->version = query.integer(0);
  const auto fill = [](std::set<Date>& days, std::string_view json) {
    const Value value = json_value(json);
    if (const auto* list = value.as_list()) {
      for (const Value& day : *list) days.insert(date_of(*day.as_text()));
    }
  };
  fill(calendar_->holidays, query.text(1));
  fill(calendar_->workdays, query.text(2));
  query.reset();
  return *calendar_;
}

std::vector<EditionRow> Reader::editions_used() const {
  std::vector<EditionRow> list;
  for (const auto& [id, one] : registers_) {
    for (const InForce& edition : one.editions) list.push_back(edition.edition);
  }
  return list;
}

Value split_record(const packs::Figure& figure, const Value::List& keys) {
  Value::Record record;
  for (std::size_t i = 0; i < figure.split.size(); ++i) {
    record[figure.split[i].first] = i < keys.size() ? keys[i] : Value{};
  }
  return record;
}

void Reader::stored_lines(const FigureDef& def, const std::string& after,
                          std::int64_t after_edition, const std::function<bool(Line)>& visit) {
  const std::string thing = def.pack->name + "/" + def.figure->of;
  const bool of_register = def.figure->source == Source::reg;
  const auto& tables = of_register ? session_.catalogue.registers : session_.catalogue.services;
  const auto table = tables.find(thing);
  if (table == tables.end()) return;
  const std::string name = quoted(table->second->name);
  // Of an entry the version is its edition's number and never changes.
  const std::string version_of =
      of_register ? "SELECT version, valid_from, edition_name FROM " + name +
                        " WHERE key = ? AND valid_from <= ? AND (edition = ? OR (edition IS NULL "
                        "AND ? = 0)) "
                        "ORDER BY valid_from DESC LIMIT 1"
                  : "SELECT t.version, t.valid_from, NULL FROM case_index c JOIN " + name +
                        " t ON t.no = c.no WHERE c.id = ? AND t.valid_from <= ? ORDER BY "
                        "t.valid_from DESC LIMIT 1";
  Statement rows{session_.db,
                 "SELECT r.subject, r.edition, r.split, r.value, r.from_day, r.to_day FROM "
                 "figure_row r WHERE " +
                     range_condition(*def.figure) +
                     " AND r.error IS NULL AND r.subject >= ? AND (r.subject > ? OR r.edition > ?) "
                     "ORDER BY r.subject, r.edition"};
  Statement version{session_.db, version_of};
  const int next = bind_range(rows, def);
  rows.bind(next, std::string_view{after})
      .bind(next + 1, std::string_view{after})
      .bind(next + 2, after_edition);
  while (rows.step()) {
    Line line;
    line.subject = rows.text(0);
    line.edition = rows.integer(1);
    version.reset();
    version.bind(0, std::string_view{line.subject}).bind(1, session_.known);
    if (of_register) version.bind(2, line.edition).bind(3, line.edition);
    if (version.step()) {
      line.version = version.integer(0);
      line.position = version.integer(1);
      line.edition_name = version.text(2);
    }
    if (!def.figure->split.empty()) {
      const Value keys = json_value(text_of(rows.integer(2)));
      line.split = split_record(*def.figure, keys.as_list() ? *keys.as_list() : Value::List{});
    }
    line.value = def.figure->way == Way::distinct ? json_value(text_of(rows.integer(3)))
                                                  : Value{rows.integer(3)};
    line.from = rows.integer(4);
    line.to = rows.integer(5);
    if (!visit(std::move(line))) return;
  }
}

void Reader::each_line(const FigureDef& def, const std::string& after, std::int64_t after_edition,
                       const std::function<bool(Line)>& visit) {
  if (def.figure->source == Source::value) return;
  pack_name_ = def.pack->name;
  if (def.stored) {
    stored_lines(def, after, after_edition, visit);
    return;
  }
  std::vector<Line> lines;
  const auto keep = [&](Line line, packs::Scope& scope) {
    const auto row = evaluate_row(*def.figure, scope, {});
    if (!row || !row->error.empty() || !counts(*def.figure, *row)) return;
    line.value = def.figure->way == Way::distinct ? row->distinct : Value{row->value};
    if (!def.figure->split.empty()) line.split = split_record(*def.figure, row->split);
    line.from = row->from;
    line.to = row->to;
    lines.push_back(std::move(line));
  };
  if (def.figure->source == Source::account) {
    bool by_month = false;
    for (const packs::ProgramPtr& program : {def.figure->where, def.figure->measure}) {
      by_month = by_month || (program && reads_month(*program));
    }
    for (const AccountTotal& total : account_totals(def, by_month)) {
      const Value account = account_value(def, total);
      Line line;
      line.subject = total.month.empty() ? total.key : total.key + "/" + total.month;
      line.position = total.position;
      line.account = account;
      RowScope scope{*this, *def.pack, nullptr, "account", &account};
      keep(std::move(line), scope);
    }
  } else {
    each_candidate(def, keep);
  }
  std::ranges::sort(lines, [](const Line& a, const Line& b) {
    return std::tie(a.subject, a.edition) < std::tie(b.subject, b.edition);
  });
  for (Line& line : lines) {
    if (std::tie(line.subject, line.edition) <= std::tie(after, after_edition) && !after.empty())
      continue;
    if (!visit(std::move(line))) return;
  }
}

// Whether an expression reads values of class public only, and so may be published.
bool reads_public(const packs::Node& node, const packs::Pack& pack, const packs::Service* service,
                  const packs::Register* reg) {
  using packs::Op;
  using packs::Root;
  if (node.op == Op::member && node.kids[0].op == Op::root) {
    const packs::Type* type = nullptr;
    if (node.kids[0].root == Root::account) return true;
    if (node.kids[0].root == Root::entry && (node.name == "key" || node.name == "edition"))
      return true;
    if (node.kids[0].root == Root::entry && reg) type = reg->record->member(node.name);
    if (node.kids[0].root == Root::data && service) type = service->field(node.name);
    if (node.kids[0].root == Root::params) return true;
    return type && type->cls == packs::Class::open;
  }
  if (node.op == Op::member && node.kids[0].op == Op::computed && node.kids[0].of == "parent" &&
      node.kids[0].name == "data") {
    const packs::Service* parent = service ? packs::find(pack.services, service->parent) : nullptr;
    const packs::Type* type = parent ? parent->field(node.name) : nullptr;
    return type && type->cls == packs::Class::open;
  }
  if (node.op == Op::computed && (node.of == "calc" || node.of == "parent.calc")) {
    const packs::Service* owner =
        node.of == "calc" || !service ? service : packs::find(pack.services, service->parent);
    const auto* calc = owner ? packs::find(owner->calc, node.name) : nullptr;
    return calc && reads_public((*calc)->root(), pack, owner, reg);
  }
  if (node.op == Op::computed) return node.of != "parent" || node.name != "data";
  if (node.op == Op::record || node.op == Op::recorded || node.op == Op::account) return false;
  if (node.op == Op::root) return node.root == Root::as_of || node.root == Root::today;
  return std::ranges::all_of(
      node.kids, [&](const packs::Node& kid) { return reads_public(kid, pack, service, reg); });
}

// Columns of the drill-down. Those that read more than public values stay empty.
Value Reader::shown(const FigureDef& def, const Line& line) {
  Value::List list;
  const packs::Figure& figure = *def.figure;
  const CaseFacts* facts = figure.source == Source::service ? find_case(line.subject) : nullptr;
  const auto* reg_def =
      figure.source == Source::reg ? packs::find(def.pack->registers, figure.of) : nullptr;
  Value row = line.account;
  if (reg_def) {
    Register& here = reg(def.pack->name + "/" + figure.of);
    if (!here.table) return list;
    for (RecordFacts& one : records_of_key(session_, *here.table, here.editions, line.subject)) {
      if (one.edition == line.edition) row = std::move(one.fields);
    }
  }
  RowScope scope{*this, *def.pack, facts, reg_def ? "entry" : "account", &row};
  for (const std::string& column : figure.show) {
    const auto program = packs::parse(column);
    Value value;
    if (program &&
        reads_public((*program)->root(), *def.pack, facts ? facts->service : nullptr, reg_def)) {
      const auto evaluated = packs::evaluate(**program, scope);
      if (evaluated) value = *evaluated;
    }
    list.push_back(Value::List{Value{column}, std::move(value)});
  }
  return list;
}

Title title_of_number(const packs::Figure& figure, std::optional<std::int64_t> value,
                      std::optional<std::int64_t> bound) {
  if (!value) return {};
  const std::string text = number_text(bound.value_or(*value), figure.scale);
  using enum packs::Figure::Says;
  if (!bound || figure.says == exact) return {{"en", text}, {"zh", text}};
  if (figure.says == more_than) return {{"en", "more than " + text}, {"zh", "超过" + text}};
  return {{"en", "nearly " + text}, {"zh", "近" + text}};
}

Hash digest_of(const Line& line) {
  return sha256(
      canonical_json(Value::List{line.subject, line.edition_name, line.version, line.value,
                                 line.split, day_or_null(line.from), day_or_null(line.to)}));
}

std::string digest_of_rows(Reader& reader, const FigureDef& def) {
  std::string hashes;
  reader.each_line(def, {}, -1, [&](const Line& line) {
    hashes += as_bytes(digest_of(line));
    return true;
  });
  return "sha256:" + hex(sha256(hashes));
}

}  // namespace

std::string number_text(std::int64_t value, int scale) {
  const bool negative = value < 0;
  std::uint64_t rest =
      negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string digits = std::to_string(rest);
  const auto decimals = static_cast<std::size_t>(std::max(scale, 0));
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  std::string whole = digits.substr(0, digits.size() - decimals);
  std::string fraction = digits.substr(digits.size() - decimals);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, ",");
  return (negative ? "-" : "") + whole + (fraction.empty() ? "" : "." + fraction);
}

std::optional<std::int64_t> compare_bound(const packs::Figure& figure, std::int64_t value) {
  using enum packs::Figure::Says;
  if (figure.says == exact || figure.step <= 0) return std::nullopt;
  const std::int64_t step = figure.step;
  std::int64_t multiple = value - value % step;  // towards zero
  std::int64_t bound = multiple;
  bool overflow = false;
  if (figure.says == more_than) {  // the largest multiple below
    if (multiple >= value) overflow = __builtin_sub_overflow(multiple, step, &bound);
  } else {  // the smallest multiple above
    if (multiple <= value) overflow = __builtin_add_overflow(multiple, step, &bound);
  }
  if (overflow) return std::nullopt;
  return bound;
}

const FigureDef* find_figure(const Session& session, std::string_view id) {
  const FigureDef* found = nullptr;
  for (const FigureDef& def : session.catalogue.figures) {
    if (def.name == id && def.since <= session.known) found = &def;
  }
  return found;
}

std::optional<FigureAnswer> figure(Session& session, const FigureAsk& ask) {
  const FigureDef* def = find_figure(session, ask.id);
  if (!def) return std::nullopt;
  Reader reader{session, ask.as_of, ask.period};
  const packs::Figure& figure = *def->figure;
  FigureAnswer answer;
  answer.id = ask.id;
  answer.title = figure.title;
  answer.side = session.own;
  answer.as_of = ask.as_of;
  answer.known_at = static_cast<std::uint64_t>(std::max<std::int64_t>(session.known, 0));
  answer.unit = figure.unit;
  answer.scale = figure.scale;
  answer.says = figure.says;
  answer.target = figure.target;
  answer.add_sides = figure.add_sides;
  answer.definition = def->definition;
  answer.pack = def->pack->digest;
  if (figure.source == Source::value) {
    const auto value = reader.value_of(*def);
    if (!value) {
      answer.error = value.error().text;
    } else if (const auto* number = value->as_int()) {
      answer.value = *number;
    }
  } else {
    Tallies tallies = reader.count(*def);
    answer.rows = tallies.rows;
    answer.failed = tallies.failed;
    answer.error = tallies.error;
    if (tallies.failed == 0) {
      answer.value = tallies.total.value();
      if (tallies.total.overflow()) answer.error = "the sum overflows";
    }
    for (std::size_t i = 0; i < figure.split.size(); ++i) {
      Split split{.name = figure.split[i].first, .values = {}};
      for (auto& [text, key] : tallies.splits[i]) {
        split.values.push_back({.key = key.first, .value = key.second.value()});
      }
      answer.splits.push_back(std::move(split));
    }
    if (ask.digest) answer.rows_digest = digest_of_rows(reader, *def);
  }
  if (figure.source == Source::reg) {
    const auto table = session.catalogue.registers.find(def->pack->name + "/" + figure.of);
    if (table != session.catalogue.registers.end()) {
      for (InForce& one : editions_in_force(session, *table->second, ask.as_of)) {
        answer.editions.push_back(std::move(one.edition));
      }
    }
  }
  for (EditionRow& edition : reader.editions_used()) {
    if (std::ranges::find(answer.editions, edition) == answer.editions.end()) {
      answer.editions.push_back(std::move(edition));
    }
  }
  if (answer.value) answer.bound = compare_bound(figure, *answer.value);
  answer.printed = title_of_number(figure, answer.value, answer.bound);
  return answer;
}

Listed<FigureRow> figure_rows(Session& session, const FigureAsk& ask, const Page& page) {
  Listed<FigureRow> listed;
  const FigureDef* def = find_figure(session, ask.id);
  if (!def) return listed;
  Reader reader{session, ask.as_of, ask.period};
  std::string after = page.after;
  std::int64_t after_edition = -1;
  if (const auto mark = page.after.rfind('\x1f'); mark != std::string::npos) {
    after = page.after.substr(0, mark);
    const Value number = json_value(std::string_view{page.after}.substr(mark + 1));
    after_edition = number.as_int() ? *number.as_int() : 0;
  }
  const auto limit = static_cast<std::size_t>(clamped(page.limit));
  std::vector<Line> lines;
  bool more = false;
  reader.each_line(*def, after, after_edition, [&](Line line) {
    if (lines.size() == limit) {
      more = true;
      return false;
    }
    lines.push_back(std::move(line));
    return true;
  });
  if (more) listed.next = lines.back().subject + '\x1f' + std::to_string(lines.back().edition);
  const auto day = [](std::int64_t days) -> std::optional<Date> {
    if (days == kEver || days == kNever) return std::nullopt;
    return Date::from_days(static_cast<std::int32_t>(days));
  };
  for (Line& line : lines) {
    FigureRow row;
    row.shown = reader.shown(*def, line);
    row.digest = "sha256:" + hex(digest_of(line));
    row.subject = std::move(line.subject);
    row.edition = std::move(line.edition_name);
    row.version = line.version;
    row.value = std::move(line.value);
    row.split = std::move(line.split);
    row.from = day(line.from);
    row.to = day(line.to);
    row.positions.push_back(static_cast<std::uint64_t>(line.position));
    listed.rows.push_back(std::move(row));
  }
  return listed;
}

}  // namespace bashu::views
