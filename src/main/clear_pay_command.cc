// bashu clear net, verify, pay and paid: from closed statements to payments, which each party
// verifies, to orders to a bank, and what of them the bank has booked.

#include <algorithm>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>
#include <utility>

#include "bank/match.h"
#include "bank/pain001.h"
#include "bank/repeated.h"
#include "bank/xml.h"
#include "base/json.h"
#include "clearing/net_statement.h"
#include "main/clear_book.h"
#include "main/commands.h"
#include "main/import_rows.h"
#include "main/table.h"
#include "main/taps.h"
#include "node/files.h"
#include "packs/yaml.h"

namespace bashu::cli {

namespace {

using bank::Account;
using bank::Order;
using clearing::Claim;
using Accounts = std::map<std::string, Account>;

// Everything that the statements say, by debtor and creditor.
using Owed = std::map<std::pair<std::string, std::string>, clearing::Amounts>;

void print(const Console& console, const Owed& owed) {
  using Align = Table::Align;
  Table table{{Align::left, Align::left, Align::right, Align::right, Align::right, Align::right,
               Align::right, Align::right}};
  std::vector<std::string> heading;
  for (const char* key :
       {"debtor", "creditor", "gross", "discount", "relief", "refused", "fee", "net"}) {
    heading.push_back(clear_text(console, key));
  }
  table.add(heading);
  for (const auto& [who, a] : owed) {
    table.add({who.first, who.second, yuan(a.gross), yuan(a.discount), yuan(a.relief),
               yuan(a.refused), yuan(a.fee), yuan(a.net)});
  }
  table.print(console.out);
}

// `until`, if it is given: the last day until which a statement of what `payer` pays goes.
std::optional<std::vector<Order>> read_orders(const Console& console, const std::string& path,
                                              const std::string& payer = {},
                                              Date* until = nullptr) {
  auto rows = RowReader::open(path, RowFormat::ndjson);
  if (!rows) return console.fail(path, rows.error()), std::nullopt;
  std::vector<Order> out;
  while (true) {
    auto row = rows->next();
    if (!row) return console.fail(row.error()), std::nullopt;
    if (!*row) return out;
    const Value value{(*row)->fields};
    Order order{.id = value.text_at("id"),
                .payer = value.text_at("payer"),
                .payee = value.text_at("payee"),
                .amount = value.int_at("amount"),
                .about = value.text_at("about")};
    const bool known =
        std::ranges::any_of(out, [&](const Order& one) { return one.id == order.id; });
    const char* wrong = order.id.empty() || order.id.size() > 35 || known   ? "id"
                        : order.payer.empty()                               ? "payer"
                        : order.payee.empty() || order.payee == order.payer ? "payee"
                        : order.amount <= 0                                 ? "amount"
                        : utf8_length(order.about) > 140                    ? "about"
                                                                            : nullptr;
    if (wrong) {
      console.err << path << ':' << (*row)->line << ": "
                  << clear_text(console, "bad_line", {{"member", wrong}}) << '\n';
      return std::nullopt;
    }
    const auto goes = Date::parse(value.text_at("until"));
    if (until && goes && order.payer == payer) *until = std::max(*until, *goes);
    out.push_back(std::move(order));
  }
}

// A BIC, or the 12 digits of CNAPS.
bool is_bank(const std::string& text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::ranges::all_of(text, digit)) return text.size() == 12;
  if (text.size() != 8 && text.size() != 11) return false;
  return std::ranges::all_of(text, [&](char c) { return digit(c) || letter(c); }) &&
         letter(text[4]) && letter(text[5]);
}

std::optional<Accounts> read_accounts(const Console& console, const std::string& path) {
  const auto text = node::read_file(path);
  if (!text) return console.fail(text.error()), std::nullopt;
  const packs::Document file = packs::read_yaml(*text);
  Accounts out;
  bool sound = file.findings.empty() && file.root.as_record();
  for (const Finding& finding : file.findings) {
    console.err << path << ':' << finding.line << ':' << finding.column << ": " << finding.text
                << '\n';
  }
  const Value::Record none;
  for (const auto& [party, value] : file.root.as_record() ? *file.root.as_record() : none) {
    Account account{.name = value.text_at("name"),
                    .id = value.text_at("account"),
                    .bank = value.text_at("bank")};
    const char* wrong = account.name.empty() || utf8_length(account.name) > 140 ? "name"
                        : account.id.empty() || account.id.size() > 34          ? "account"
                        : !is_bank(account.bank)                                ? "bank"
                                                                                : nullptr;
    if (wrong) {
      sound = false;
      console.err << path << ':' << file.at(party).line << ": "
                  << clear_text(console, "bad_account", {{"party", party}, {"member", wrong}})
                  << '\n';
    }
    out.emplace(party, std::move(account));
  }
  if (!sound) return std::nullopt;
  return out;
}

bool have_accounts(const Console& console, const std::vector<Order>& orders,
                   const Accounts& accounts) {
  for (const Order& order : orders) {
    for (const std::string& party : {order.payer, order.payee}) {
      if (accounts.contains(party)) continue;
      console.err << clear_text(console, "no_account", {{"party", party}}) << '\n';
      return false;
    }
  }
  return true;
}

bool fits_schema(const Console& console, const std::string& name, std::string_view text,
                 const std::string& schema) {
  if (schema.empty()) return true;
  const auto wrong = bank::against_schema(text, schema);
  if (wrong) console.err << name << ':' << *wrong << '\n';
  return !wrong;
}

void print_waiting(const Console& console, const bank::Booking& one, const char* key,
                   const std::string& order = {}) {
  console.out << clear_text(console, key,
                            {{"reference", one.reference},
                             {"day", one.day.text()},
                             {"amount", yuan(one.amount)},
                             {"id", order}})
              << '\n';
}

void print(const Console& console, const bank::Matched& matched, const std::vector<Order>& orders,
           const Accounts& accounts, const std::vector<bank::Booking>& repeated) {
  for (const bank::Match& one : matched.matches) {
    std::string ids, references;
    for (const std::string& id : one.orders) ids += " " + id;
    for (const std::string& reference : one.bookings) references += " " + reference;
    console.out << clear_text(console, "matched",
                              {{"shape", bank::shape_name(one.shape)},
                               {"orders", ids},
                               {"bookings", references},
                               {"difference", yuan(one.difference)}})
                << '\n';
  }
  for (const Order& one : matched.unpaid) {
    console.out << clear_text(console, "unpaid",
                              {{"id", one.id},
                               {"payer", one.payer},
                               {"payee", one.payee},
                               {"amount", yuan(one.amount)}})
                << '\n';
  }
  for (const bank::Booking& one : matched.unmatched) {
    const std::string order = bank::elsewhere(one, orders, accounts);
    print_waiting(console, one, order.empty() ? "unmatched" : "other_account", order);
  }
  for (const bank::Booking& one : repeated) print_waiting(console, one, "repeated_booking");
  console.out << clear_text(console, "paid",
                            {{"paid", std::to_string(orders.size() - matched.unpaid.size())},
                             {"orders", std::to_string(orders.size())},
                             {"queue", std::to_string(matched.unmatched.size() + repeated.size())}})
              << '\n';
}

using Named = std::vector<clearing::WindowStatement>;

// What kind of book a statement is of, as far as the book that it lies in says so. Only bills are
// named: two sides may have a book of each, which number their statements each by itself.
std::string kind_beside(const std::string& path) {
  const auto text = node::read_file(std::filesystem::path{path}.parent_path() / "book.json");
  if (!text) return {};
  const auto book = parse_json(*text);
  return book && book->text_at("of") == "bills" ? "bills" : "";
}

// Each statement once, however many copies of it are given. Told if there is one that cannot be.
std::optional<Named> statements_of(const Console& console, const std::vector<std::string>& paths) {
  Named out;
  std::set<std::pair<std::string, std::string>> seen;
  for (const std::string& path : paths) {
    auto statement = read_statement(console, path);
    if (!statement) return std::nullopt;
    if (const auto sound = clearing::sums_come_out(*statement); !sound) {
      const auto& [debtor, creditor] = sound.error();
      console.err << path << ": "
                  << clear_text(console, "wrong_sums", {{"debtor", debtor}, {"creditor", creditor}})
                  << '\n';
      return std::nullopt;
    }
    const std::string kind = kind_beside(path);
    if (!seen.emplace(kind, clearing::text_of(*statement)).second) continue;
    out.push_back({kind, *std::move(statement)});
  }
  if (const auto twice = clearing::overlapping(out)) {
    console.err << clear_text(console, "lines_overlap", {{"statement", *twice}}) << '\n';
    return std::nullopt;
  }
  return out;
}

// The last day until which one of them goes.
Date until_of(const Named& statements) {
  Date out;
  for (const auto& [kind, one] : statements) out = std::max(out, one.until);
  return out;
}

clearing::Netting netting_of(const std::string& way) {
  if (way == "gross") return clearing::Netting::gross;
  return way == "bilateral" ? clearing::Netting::bilateral : clearing::Netting::multilateral;
}

}  // namespace

Exit clear_net(const Console& console, const ClearNet& what) {
  if (what.way == "multilateral" && what.house.empty()) {
    console.err << clear_text(console, "needs_house") << '\n';
    return Exit::usage;
  }
  Owed owed;
  std::vector<Claim> claims;
  std::vector<std::string> digests;
  const auto statements = statements_of(console, what.statements);
  if (!statements) return Exit::refused;
  const auto net = clearing::net_statement(
      *statements, {.way = netting_of(what.way), .house = what.house, .least = what.least});
  if (!net) {
    console.err << clear_text(console, "net_twice", {{"statement", net.error()}}) << '\n';
    return Exit::refused;
  }
  for (const auto& [kind, statement] : *statements) {
    digests.push_back(hex(sha256(clearing::text_of(statement))));
    for (const auto& [who, amounts] : statement.sums) {
      clearing::Amounts& sum = owed[who];
      sum = clearing::plus(sum, amounts);
      claims.push_back({.creditor = who.second, .debtor = who.first, .amount = amounts.net});
    }
  }
  std::ranges::sort(digests);
  print(console, owed);
  const auto settled = clearing::settle(claims, netting_of(what.way), what.least, what.house);
  std::string file;
  for (const clearing::Payment& one : settled.payments) {
    const std::string id = bank::order_id(one.from, one.to, one.amount, digests);
    console.out << clear_text(
                       console, "pays",
                       {{"payer", one.from}, {"payee", one.to}, {"amount", yuan(one.amount)}})
                << '\n';
    file +=
        canonical_json(Value::Record{{"id", id},
                                     {"payer", one.from},
                                     {"payee", one.to},
                                     {"amount", one.amount},
                                     {"about", "bashu " + id},
                                     {"until", until_of(*statements).text()},
                                     {"statements", Value::List{digests.begin(), digests.end()}}}) +
        '\n';
  }
  for (const Claim& one : settled.carried) {
    console.out << clear_text(console, "small",
                              {{"debtor", one.debtor},
                               {"creditor", one.creditor},
                               {"amount", yuan(one.amount)}})
                << '\n';
  }
  if (!what.out.empty()) {
    if (auto done = write_output(console, what.out, file); !done) return console.fail(done.error());
  }
  if (what.statement.empty()) return Exit::done;
  const auto done = write_output(console, what.statement, clearing::text_of(*net) + '\n');
  if (!done) return console.fail(done.error());
  console.out << clear_text(console, "net_root", {{"root", hex(net->root)}}) << '\n';
  return Exit::done;
}

Exit clear_verify(const Console& console, const ClearVerify& what) {
  const auto text = node::read_file(what.file);
  if (!text) return console.fail(text.error());
  const auto value = parse_json(*text);
  const auto net = clearing::net_statement_of(value ? *value : Value{});
  if (!net) {
    console.err << what.file << ": " << clear_text(console, "net_wrong", {{"member", net.error()}})
                << '\n';
    return Exit::refused;
  }
  auto own = statements_of(console, what.statements);
  if (!own) return Exit::refused;
  auto has = clearing::has_all_of(*net, what.party, *own);
  // A netting that was made before the kind of book was part of it does not name it.
  if (std::ranges::none_of(net->lines, [](const auto& line) { return line.of == "bills"; })) {
    for (auto& [kind, statement] : *own) kind.clear();
    has = clearing::has_all_of(*net, what.party, *own);
  }
  if (!has) {
    console.err << what.file << ": "
                << clear_text(console, "net_differs", {{"statement", has.error()}}) << '\n';
    return Exit::refused;
  }
  for (const clearing::Payment& one : net->settlement.payments) {
    if (one.from != what.party && one.to != what.party) continue;
    console.out << clear_text(
                       console, "pays",
                       {{"payer", one.from}, {"payee", one.to}, {"amount", yuan(one.amount)}})
                << '\n';
  }
  const auto position = net->positions.find(what.party);
  console.out << clear_text(
                     console, "net_verified",
                     {{"party", what.party},
                      {"statements", std::to_string(own->size())},
                      {"amount", yuan(position == net->positions.end() ? 0 : position->second)}})
              << '\n'
              << clear_text(console, "net_root", {{"root", hex(net->root)}}) << '\n';
  return Exit::done;
}

Exit clear_pay(const Console& console, const ClearPay& what) {
  const auto on = Date::parse(what.on);
  if (!on) {
    console.err << clear_text(console, "bad_on") << '\n';
    return Exit::usage;
  }
  Date until;
  auto orders = read_orders(console, what.payments, what.from, &until);
  if (!orders) return Exit::refused;
  if (*on < until) {
    console.err << clear_text(console, "on_before", {{"until", until.text()}}) << '\n';
    return Exit::refused;
  }
  std::erase_if(*orders, [&](const Order& one) { return one.payer != what.from; });
  const auto accounts = read_accounts(console, what.accounts);
  if (!accounts || !have_accounts(console, *orders, *accounts)) return Exit::refused;
  if (orders->empty()) {
    console.out << clear_text(console, "pays_nothing", {{"payer", what.from}}) << '\n';
    return Exit::done;
  }
  const std::string text = bank::pain001(*orders, *accounts, *on);
  if (!fits_schema(console, what.out, text, what.schema)) return Exit::refused;
  const auto done = write_output(console, what.out, text);
  return done ? Exit::done : console.fail(done.error());
}

Exit clear_paid(const Console& console, const ClearPaid& what) {
  const auto orders = read_orders(console, what.payments);
  if (!orders) return Exit::refused;
  const auto accounts = read_accounts(console, what.accounts);
  if (!accounts || !have_accounts(console, *orders, *accounts)) return Exit::refused;
  std::vector<bank::Booking> bookings;
  for (const std::string& path : what.statements) {
    const auto text = node::read_file(path);
    if (!text) return console.fail(text.error());
    if (!fits_schema(console, path, *text, what.schema)) return Exit::refused;
    auto read = bank::read_camt053(*text);
    if (!read) {
      console.err << path << ": " << read.error() << '\n';
      return Exit::refused;
    }
    std::ranges::move(*read, std::back_inserter(bookings));
  }
  const auto [once, repeated] = bank::distinct(bookings);
  const bank::Matched matched = bank::match(*orders, once, *accounts, what.tolerance);
  print(console, matched, *orders, *accounts, repeated);
  const bool all = matched.unpaid.empty() && matched.unmatched.empty() && repeated.empty();
  return all ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
