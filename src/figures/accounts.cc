// Figures over accounts: sums of postings by date, whole, by month or by day.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "figures/count.h"
#include "packs/depends.h"
#include "packs/syntax.h"

namespace bashu::figures {

namespace {

using views::FigureDef;
using Way = packs::Figure::Way;

constexpr int kMonth = 7;  // characters of `2021-08`
constexpr int kDay = 10;   // of `2021-08-31`

bool is_balance(const packs::Program& program) {
  const packs::Node& root = program.root();
  return root.op == packs::Op::member && root.name == "balance" && !root.kids.empty() &&
         root.kids[0].op == packs::Op::root && root.kids[0].root == packs::Root::account;
}

struct AccountTotal {
  std::string key, when;  // month or day; empty: of all
  std::int64_t balance = 0;
  std::int64_t position = 0;
  bool overflow = false;
};

// Per `2021-08`: 7 characters of the date; 10: per day; 0: of all.
std::vector<AccountTotal> account_totals(Reader& reader, const FigureDef& def, int date_size) {
  views::Session& session = reader.session();
  std::vector<AccountTotal> totals;
  const auto dot = def.figure->of.find('.');
  const std::string book = def.pack->name + "/" + def.figure->of.substr(0, dot);
  const std::string kind =
      dot == std::string::npos ? std::string{} : def.figure->of.substr(dot + 1);
  const auto period = reader.period_of(*def.figure);
  sql::Statement& kind_id =
      session.db.prepared("SELECT id FROM account_kind WHERE book = ? AND kind = ?");
  if (!kind_id.bind(0, std::string_view{book}).bind(1, std::string_view{kind}).step())
    return totals;
  const std::int64_t id = kind_id.integer(0);
  kind_id.reset();

  // Every account that had a posting by then is a row, even one that sums to nothing.
  std::unordered_map<std::int64_t, std::string> keys;
  std::unordered_map<std::int64_t, std::size_t> at;
  sql::Statement& accounts = session.db.prepared(
      "SELECT id, key FROM account WHERE kind = ? AND position <= ? ORDER BY key");
  accounts.bind(0, id).bind(1, session.known);
  while (accounts.step()) {
    keys.emplace(accounts.integer(0), accounts.text(1));
    if (date_size > 0) continue;
    at.emplace(accounts.integer(0), totals.size());
    totals.push_back({.key = std::string{accounts.text(1)},
                      .when = {},
                      .balance = 0,
                      .position = 0,
                      .overflow = false});
  }
  const std::string when =
      date_size > 0 ? "substr(on_day, 1, " + std::to_string(date_size) + ")" : "''";
  sql::Statement& sums =
      session.db.prepared("SELECT account, " + when +
                          ", sum(amount / 4294967296), sum(amount % 4294967296), max(position) "
                          "FROM posting WHERE kind = ? AND position <= ? AND on_day >= ? AND "
                          "on_day <= ? GROUP BY account" +
                          std::string{date_size > 0 ? ", 2" : ""});
  const Date last = period ? std::min(period->second, reader.as_of()) : reader.as_of();
  sums.bind(0, id)
      .bind(1, session.known)
      .bind(2, std::string_view{period ? period->first.text() : std::string{}})
      .bind(3, std::string_view{last.text()});
  while (sums.step()) {
    const std::int64_t account = sums.integer(0);
    if (date_size > 0) {
      at[account] = totals.size();
      totals.push_back({.key = keys[account],
                        .when = std::string{sums.text(1)},
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

Value account_value(const FigureDef& def, const AccountTotal& total) {
  Value::Record account;
  const auto dot = def.figure->of.find('.');
  const auto* book = packs::find(def.pack->books, def.figure->of.substr(0, dot));
  const auto* kind = book && dot != std::string::npos
                         ? packs::find(book->accounts, def.figure->of.substr(dot + 1))
                         : nullptr;
  if (kind && !kind->key.empty()) {
    const std::vector<std::string> parts = packs::split_key(total.key);
    for (std::size_t i = 0; i < kind->key.size() && i < parts.size(); ++i)
      account[kind->key[i]] = parts[i];
  }
  account["balance"] = total.balance;
  if (!total.when.empty()) account["month"] = total.when.substr(0, kMonth);
  return account;
}

// Whether a row of each month is needed, and by which break-downs: only those that read
// `account.month` see months, unless the figure itself does.
struct Months {
  bool main = false;
  std::vector<std::size_t> whole, monthly;  // break-downs
};

Months months_of(const packs::Figure& figure) {
  const auto reads = [](const packs::ProgramPtr& program) {
    return program && packs::reads_month(*program);
  };
  Months months;
  months.main =
      reads(figure.where) || reads(figure.measure) || reads(figure.from) || reads(figure.to);
  for (std::size_t i = 0; i < figure.split.size(); ++i) {
    (!months.main && reads(figure.split[i].second) ? months.monthly : months.whole).push_back(i);
  }
  return months;
}

// The figure with these of its break-downs only.
packs::Figure with_splits(const packs::Figure& figure, const std::vector<std::size_t>& places) {
  packs::Figure some = figure;
  some.split.clear();
  for (const std::size_t i : places) some.split.push_back(figure.split[i]);
  return some;
}

// Counts one account under `how`, whose break-downs are the figure's at `into`; `main`: also in
// the total.
void tally_account(Reader& reader, const FigureDef& def, const AccountTotal& total,
                   const packs::Figure& how, const std::vector<std::size_t>& into, bool main,
                   Tallies& tallies) {
  const Value account = account_value(def, total);
  views::RowScope scope{reader, *def.pack, nullptr, "account", &account};
  if (reader.is_partial(*def.figure) && !reader.is_theirs(*def.figure, scope)) return;
  if (total.overflow) {
    tallies.fail(total.key, "the balance overflows");
    return;
  }
  const auto row = views::evaluate_row(how, scope, {});
  if (!row || !counts(reader, how, *row)) return;
  if (!row->error.empty()) {
    if (main) tallies.fail(total.key, row->error);
    return;
  }
  const bool distinct = how.way == Way::distinct;
  const std::string thing = distinct ? canonical_json(row->distinct) : std::string{};
  const auto add = [&](Tally& to) {
    if (distinct) {
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
}

}  // namespace

void count_accounts(Reader& reader, const FigureDef& def, Tallies& tallies) {
  const packs::Figure& figure = *def.figure;
  const Months months = months_of(figure);
  const packs::Figure main = with_splits(figure, months.whole);
  const bool plain = !figure.where && !figure.from && !figure.to && figure.way == Way::sum &&
                     figure.measure && is_balance(*figure.measure) && main.split.empty() &&
                     !reader.is_partial(figure);
  for (const AccountTotal& total : account_totals(reader, def, months.main ? kMonth : 0)) {
    if (plain && !total.overflow) {
      tallies.total.add_number(total.balance);
      ++tallies.rows;
    } else {
      tally_account(reader, def, total, main, months.whole, true, tallies);
    }
  }
  if (months.monthly.empty()) return;
  const packs::Figure by_month = with_splits(figure, months.monthly);
  for (const AccountTotal& total : account_totals(reader, def, kMonth)) {
    tally_account(reader, def, total, by_month, months.monthly, false, tallies);
  }
}

void each_account(Reader& reader, const FigureDef& def, bool by_day, const Candidate& visit) {
  bool by_month = false;
  for (const packs::ProgramPtr& program : {def.figure->where, def.figure->measure}) {
    by_month = by_month || (program && packs::reads_month(*program));
  }
  const int date_size = by_day ? kDay : by_month ? kMonth : 0;
  for (const AccountTotal& total : account_totals(reader, def, date_size)) {
    Line line;
    line.subject = total.key;
    if (!total.when.empty()) line.subject += (by_day ? "@" : "/") + total.when;
    line.position = total.position;
    line.account = account_value(def, total);
    const Value account = line.account;
    views::RowScope scope{reader, *def.pack, nullptr, "account", &account};
    if (reader.is_partial(*def.figure) && !reader.is_theirs(*def.figure, scope)) continue;
    visit(std::move(line), scope);
  }
}

}  // namespace bashu::figures
