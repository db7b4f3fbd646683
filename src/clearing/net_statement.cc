#include "clearing/net_statement.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

#include "base/json.h"

namespace bashu::clearing {

namespace {

constexpr std::array<std::string_view, 3> kWays{"gross", "bilateral", "multilateral"};

std::string name_of(const NetStatement::Line& line) {
  return line.a + " " + line.b + " " + std::to_string(line.number) +
         (line.of.empty() ? "" : " " + line.of);
}

auto place_of(const NetStatement::Line& line) {
  return std::tie(line.a, line.b, line.number, line.of);
}

NetStatement::Line line_of(const Statement& statement, const std::string& window = {}) {
  NetStatement::Line out{.a = statement.a,
                         .b = statement.b,
                         .number = statement.number,
                         .digest = sha256(text_of(statement)),
                         .of = window,
                         .claims = {}};
  for (const auto& [who, amounts] : statement.sums) {
    out.claims.push_back({.creditor = who.second, .debtor = who.first, .amount = amounts.net});
  }
  return out;
}

Value value_of(const std::vector<Claim>& claims) {
  Value::List out;
  for (const Claim& one : claims) {
    out.push_back(
        Value::Record{{"creditor", one.creditor}, {"debtor", one.debtor}, {"amount", one.amount}});
  }
  return out;
}

Value value_of(const NetStatement::Line& line) {
  Value::Record out{{"sides", Value::List{line.a, line.b}},
                    {"number", line.number},
                    {"digest", hex(line.digest)},
                    {"owed", value_of(line.claims)}};
  if (!line.of.empty()) out.emplace("window", line.of);
  return out;
}

Value value_of(const NetTerms& terms) {
  return Value::Record{{"way", kWays[static_cast<std::size_t>(terms.way)]},
                       {"house", terms.house},
                       {"least", terms.least}};
}

const Value::List& list_in(const Value& value, std::string_view name) {
  static const Value::List kNone;
  const Value* found = value.find(name);
  return found && found->as_list() ? *found->as_list() : kNone;
}

std::optional<NetStatement::Line> line_of(const Value& value) {
  const Value::List& sides = list_in(value, "sides");
  const auto digest = hash_from_hex(value.text_at("digest"));
  if (!digest || sides.size() != 2 || !sides[0].as_text() || !sides[1].as_text()) {
    return std::nullopt;
  }
  NetStatement::Line out{.a = *sides[0].as_text(),
                         .b = *sides[1].as_text(),
                         .number = value.int_at("number"),
                         .digest = *digest,
                         .of = value.text_at("window"),
                         .claims = {}};
  for (const Value& one : list_in(value, "owed")) {
    const Value* amount = one.find("amount");
    Claim claim{.creditor = one.text_at("creditor"), .debtor = one.text_at("debtor")};
    // Neither a third party nor a sum without end comes into it.
    constexpr Money kMost = 1'000'000'000'000;
    if (!amount || !amount->as_int() || *amount->as_int() > kMost || *amount->as_int() < -kMost ||
        std::minmax(claim.creditor, claim.debtor) != std::minmax(out.a, out.b)) {
      return std::nullopt;
    }
    claim.amount = *amount->as_int();
    out.claims.push_back(std::move(claim));
  }
  return out;
}

std::expected<void, std::string> has_all_of(const NetStatement& net, const std::string& party,
                                            const std::vector<NetStatement::Line>& ours) {
  const auto of_party = [&](const NetStatement::Line& line) {
    return line.a == party || line.b == party;
  };
  for (const NetStatement::Line& line : ours) {
    if (std::ranges::find(net.lines, line) == net.lines.end())
      return std::unexpected{name_of(line)};
  }
  for (const NetStatement::Line& line : net.lines) {
    if (of_party(line) && std::ranges::find(ours, line) == ours.end())
      return std::unexpected{name_of(line)};
  }
  return {};
}

std::expected<NetStatement, std::string> of_lines(std::vector<NetStatement::Line> lines,
                                                  const NetTerms& terms) {
  std::ranges::sort(lines, {}, place_of);
  const auto twice = std::ranges::adjacent_find(lines, {}, place_of);
  if (twice != lines.end()) return std::unexpected{name_of(*twice)};
  NetStatement out{.terms = terms, .lines = std::move(lines), .positions = {}, .settlement = {}};
  std::vector<Claim> claims;
  std::vector<Line> tree{
      {.key = sha256("terms"), .content = sha256(canonical_json(value_of(terms)))}};
  for (const NetStatement::Line& line : out.lines) {
    std::ranges::copy(line.claims, std::back_inserter(claims));
    tree.push_back({.key = sha256("line " + name_of(line)),
                    .content = sha256(canonical_json(value_of(line)))});
  }
  out.positions = positions(claims);
  out.settlement = settle(claims, terms.way, terms.least, terms.house);
  out.root = Tree{std::move(tree)}.root();
  return out;
}

}  // namespace

std::expected<NetStatement, std::string> net_statement(const std::vector<Statement>& statements,
                                                       const NetTerms& terms) {
  std::vector<NetStatement::Line> lines;
  for (const Statement& one : statements) lines.push_back(line_of(one));
  return of_lines(std::move(lines), terms);
}

std::expected<NetStatement, std::string> net_statement(const std::vector<WindowStatement>& windows,
                                                       const NetTerms& terms) {
  std::vector<NetStatement::Line> lines;
  for (const auto& [window, statement] : windows) lines.push_back(line_of(statement, window));
  return of_lines(std::move(lines), terms);
}

std::expected<void, std::pair<std::string, std::string>> sums_come_out(const Statement& statement) {
  constexpr Money kMost = 1'000'000'000'000'000;  // fen: their sums are no overflow
  for (const auto& [who, a] : statement.sums) {
    const auto all = {a.gross, a.discount, a.relief, a.refused, a.fee, a.net};
    if (std::minmax(who.first, who.second) != std::minmax(statement.a, statement.b) ||
        std::ranges::any_of(all, [](Money one) { return one > kMost || one < -kMost; }) ||
        a.gross - a.discount - a.relief - a.refused - a.fee != a.net) {
      return std::unexpected{who};
    }
  }
  return {};
}

std::optional<std::string> overlapping(const std::vector<WindowStatement>& windows) {
  struct Range {
    NetStatement::Line line;
    std::uint64_t first = 0, end = 0;
  };
  std::vector<Range> ranges;
  for (const auto& [window, one] : windows) {
    if (one.first == one.end) continue;
    ranges.push_back({line_of(one, window), one.first, one.end});
  }
  const auto book = [](const Range& one) { return std::tie(one.line.a, one.line.b, one.line.of); };
  std::ranges::sort(ranges, [&](const Range& x, const Range& y) {
    return std::tuple_cat(book(x), std::tie(x.first)) < std::tuple_cat(book(y), std::tie(y.first));
  });
  const auto found = std::ranges::adjacent_find(ranges, [&](const Range& x, const Range& y) {
    return book(x) == book(y) && y.first < x.end;
  });
  if (found == ranges.end()) return std::nullopt;
  return name_of(std::next(found)->line);
}

std::vector<std::string> sides_of(const NetStatement& net) {
  std::set<std::string> out;
  for (const NetStatement::Line& line : net.lines) out.insert({line.a, line.b});
  return {out.begin(), out.end()};
}

std::string text_of(const NetStatement& statement) {
  Value out = value_of(statement.terms);
  Value::List lines, payments;
  for (const NetStatement::Line& line : statement.lines) lines.push_back(value_of(line));
  for (const Payment& one : statement.settlement.payments) {
    payments.push_back(
        Value::Record{{"payer", one.from}, {"payee", one.to}, {"amount", one.amount}});
  }
  Value::Record positions;
  for (const auto& [party, money] : statement.positions) positions.emplace(party, money);
  Value::Record& record = *out.as_record();
  record.emplace("lines", std::move(lines));
  record.emplace("positions", std::move(positions));
  record.emplace("payments", std::move(payments));
  record.emplace("carried", value_of(statement.settlement.carried));
  record.emplace("root", hex(statement.root));
  return canonical_json(out);
}

std::expected<NetStatement, std::string> net_statement_of(const Value& value) {
  const auto way = std::ranges::find(kWays, value.text_at("way"));
  if (way == kWays.end()) return std::unexpected{std::string{"way"}};
  const NetTerms terms{.way = static_cast<Netting>(way - kWays.begin()),
                       .house = value.text_at("house"),
                       .least = value.int_at("least")};
  std::vector<NetStatement::Line> lines;
  for (const Value& one : list_in(value, "lines")) {
    auto line = line_of(one);
    if (!line) return std::unexpected{"lines[" + std::to_string(lines.size()) + "]"};
    lines.push_back(*std::move(line));
  }
  auto out = of_lines(std::move(lines), terms);
  if (!out) return out;
  const auto computed = parse_json(text_of(*out));
  for (const char* member : {"lines", "positions", "payments", "carried", "root"}) {
    const Value *said = value.find(member), *is = computed->find(member);
    if (!said || *said != *is) return std::unexpected{std::string{member}};
  }
  return out;
}

std::expected<void, std::string> has_all_of(const NetStatement& net, const std::string& party,
                                            const std::vector<Statement>& own) {
  std::vector<NetStatement::Line> ours;
  for (const Statement& one : own) ours.push_back(line_of(one));
  return has_all_of(net, party, ours);
}

std::expected<void, std::string> has_all_of(const NetStatement& net, const std::string& party,
                                            const std::vector<WindowStatement>& own) {
  std::vector<NetStatement::Line> ours;
  for (const auto& [window, statement] : own) ours.push_back(line_of(statement, window));
  return has_all_of(net, party, ours);
}

}  // namespace bashu::clearing
