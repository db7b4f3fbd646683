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
#include "packs/syntax.h"
#include "views/figure_reader.h"

namespace bashu::views {

namespace {

using Way = packs::Figure::Way;

constexpr int kMonth = 7;  // characters of `2021-08`

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

}  // namespace

bool reads_month(const packs::Program& program) {
  bool reads = false;
  packs::each_node(program.root(), [&](const packs::Node& node) {
    reads =
        reads || (node.op == packs::Op::member && node.name == "month" && !node.kids.empty() &&
                  node.kids[0].op == packs::Op::root && node.kids[0].root == packs::Root::account);
  });
  return reads;
}

std::vector<FigureReader::AccountTotal> FigureReader::account_totals(const FigureDef& def,
                                                                     int date_size) {
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
  Statement& sums =
      session_.db.prepared("SELECT account, " + when +
                           ", sum(amount / 4294967296), sum(amount % 4294967296), max(position) "
                           "FROM posting WHERE kind = ? AND position <= ? AND on_day >= ? AND "
                           "on_day <= ? GROUP BY account" +
                           std::string{date_size > 0 ? ", 2" : ""});
  const Date last = period ? std::min(period->second, as_of_) : as_of_;
  sums.bind(0, id)
      .bind(1, session_.known)
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

Value FigureReader::account_value(const FigureDef& def, const AccountTotal& total) const {
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
  if (!total.when.empty()) account["month"] = total.when.substr(0, kMonth);
  return account;
}

void FigureReader::count_accounts(const FigureDef& def, Tallies& tallies) {
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
  for (const AccountTotal& total : account_totals(def, main_by_month ? kMonth : 0)) {
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
  for (const AccountTotal& total : account_totals(def, kMonth)) tally(total, rows, monthly, false);
}

}  // namespace bashu::views
