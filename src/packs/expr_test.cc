#include "packs/expr.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <limits>
#include <map>
#include <string>

#include "base/json.h"
#include "testing/checkout.h"

namespace bashu::packs {
namespace {

using Kind = EvalError::Kind;

Value json(std::string_view text) {
  auto parsed = parse_json(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? *parsed : Value{};
}

// A table of values in place of a node: roots, computed members, one register, one book.
class TableScope final : public Scope {
 public:
  std::map<std::string, Value, std::less<>> roots;
  std::map<std::string, Value, std::less<>> computed;  // `calc.x`
  std::map<std::string, Value, std::less<>> records;   // of the register `list`
  Calendar days;
  int lookups = 0;

  const Value* root(std::string_view name) override {
    const auto found = roots.find(name);
    return found == roots.end() ? nullptr : &found->second;
  }
  Eval<Value> member(std::string_view of, std::string_view name) override {
    const auto found = computed.find(std::string{of} + "." + std::string{name});
    if (found == computed.end()) return std::unexpected{EvalError{Kind::missing, "none"}};
    return found->second;
  }
  bool has_member(std::string_view of, std::string_view name) override {
    return computed.contains(std::string{of} + "." + std::string{name});
  }
  Eval<Value> call(std::string_view of, std::string_view name,
                   std::span<const Value> args) override {
    ++lookups;
    return Value{std::string{of} + "." + std::string{name} + "[" + join_key(args) + "]"};
  }
  Eval<const Value*> record(std::string_view, std::string_view key) override {
    ++lookups;
    const auto found = records.find(key);
    return found == records.end() ? nullptr : &found->second;
  }
  bool is_register(std::string_view name) const override { return name == "list"; }
  bool is_book(std::string_view name) const override { return name == "book"; }
  Eval<std::int64_t> serial(std::string_view name, std::string_view key) override {
    return static_cast<std::int64_t>(name.size() + key.size());
  }
  const Calendar& calendar() override { return days; }
  std::size_t sides() override { return 2; }
};

void fill(TableScope& scope) {
  scope.roots["data"] = json(
      R"({"n":7,"name":"重庆市","day":"2026-03-31","month":"2026-02",
          "none":null,"items":[{"m":1,"t":"a"},{"m":2,"t":"b"},{"m":3,"t":"a"}],
          "paper":{"sha256":"00","size":3}})");
  scope.roots["data"].as_record()->emplace("big", std::numeric_limits<std::int64_t>::max());
  scope.roots["params"] = json(R"({"rate":50})");
  scope.roots["today"] = json(R"("2026-05-06")");
  scope.roots["entry"] = json(
      R"({"one":{"sichuan":"2026-01-02"},"all":{"sichuan":"2026-01-02","chongqing":"2026-01-05"},
          "status":{"sichuan":"open","chongqing":"open"},"nobody":{}})");
  scope.computed["calc.total"] = Value{6};
  scope.computed["case.id"] = Value{"sichuan-1"};
  scope.computed["case.parties"] = json(R"({"origin":"sichuan"})");
  scope.computed["parent.data"] = json(R"({"waste":"HW31"})");
  scope.computed["parent.calc.x"] = Value{1};
  scope.computed["figure.f"] = Value{500};
  scope.records["k/1"] = json(R"({"quota":900,"valid_to":"2026-12-31"})");
  scope.days.holidays = {*Date::parse("2026-05-01"), *Date::parse("2026-05-04"),
                         *Date::parse("2026-05-05")};
  scope.days.workdays = {*Date::parse("2026-05-09")};
}

struct Row {
  const char* expression;
  const char* wanted;  // JSON, or the kind of the error
};

std::string kind_name(Kind kind) {
  switch (kind) {
    case Kind::missing:
      return "missing";
    case Kind::type:
      return "type";
    case Kind::overflow:
      return "overflow";
    case Kind::range:
      return "range";
    case Kind::cost:
      return "cost";
    case Kind::lookup:
      return "lookup";
  }
  return "";
}

std::string outcome(Scope& scope, std::string_view text, int cost_max = kCostMax) {
  const auto program = parse(text);
  if (!program) return "parse: " + program.error().text;
  const Eval<Value> value = evaluate(**program, scope, cost_max);
  return value ? canonical_json(*value) : kind_name(value.error().kind);
}

class ExprTable : public testing::TestWithParam<Row> {};
TEST_P(ExprTable, GivesWhatThePageSays) {
  TableScope scope;
  fill(scope);
  EXPECT_EQ(outcome(scope, GetParam().expression), GetParam().wanted) << GetParam().expression;
}

constexpr Row kRows[] = {
    // Literals and precedence.
    {"1_000_000", "1000000"},
    {"'it\\'s \\\\'", R"("it's \\")"},
    {"1 + 2 * 3 - 4", "3"},
    {"10 - 2 - 3", "5"},
    {"-9223372036854775808", R"("-9223372036854775808")"},
    {"true ? 1 : false ? 2 : 3", "1"},
    {"!(1 == 2) && 2 < 3 || false", "true"},
    {"1 + 1 == 2 ? 'yes' : 'no'", R"("yes")"},
    {"[1, 'a', null, [true]]", R"([1,"a",null,[true]])"},
    // Checked integers.
    {"data.big + 1", "overflow"},
    {"-data.big - 2", "overflow"},
    {"data.big * 2", "overflow"},
    {"-(-data.big - 1)", "overflow"},
    {"abs(-data.big - 1)", "overflow"},
    {"abs(-5)", "5"},
    {"1 + true", "type"},
    {"1 + 'a'", "type"},
    {"'a' + 1", "type"},
    {"'a' - 'b'", "type"},
    {"-'a'", "type"},
    {"'a' + 'b' + 'c'", R"("abc")"},
    // Comparison.
    {"1 == '1'", "false"},
    {"1 != true", "true"},
    {"null == null", "true"},
    {"[1, 2] == [1, 2]", "true"},
    {"data.paper == data.paper", "true"},
    {"'2026-03-31' < '2026-04-01'", "true"},
    {"data.day <= today", "true"},
    {"1 < 'a'", "type"},
    {"true < false", "type"},
    {"null < 1", "type"},
    {"2 >= 2 && 3 > 2 && 1 <= 2", "true"},
    {"2 in [1, 2]", "true"},
    {"'2' in [1, 2]", "false"},
    {"1 in 'abc'", "type"},
    // Reading.
    {"data.n", "7"},
    {"data.gone", "missing"},
    {"data.none", "null"},
    {"data.n.x", "type"},
    {"data.items[1].m", "2"},
    {"data.items[3]", "range"},
    {"data.items[-1]", "range"},
    {"data.items['m']", "type"},
    {"data.paper['size']", "3"},
    {"data.paper[0]", "type"},
    {"has(data.n)", "true"},
    {"has(data.gone)", "false"},
    {"has(data.none)", "false"},
    {"has(data.gone.x)", "missing"},
    {"has(calc.total) && !has(calc.gone)", "true"},
    {"params.rate * 2", "100"},
    {"calc.total", "6"},
    {"case.id", R"("sichuan-1")"},
    {"case.parties.origin", R"("sichuan")"},
    {"case.reached('done')", R"("case.reached[done]")"},
    {"parent.data.waste", R"("HW31")"},
    {"parent.calc.x", "1"},
    {"figure.f", "500"},
    {"calc", "type"},
    {"result.x", "lookup"},
    {"nobody", "lookup"},
    // Registers and books.
    {"list['k/1'].quota", "900"},
    {"list[key('k', 1)].quota", "900"},
    {"list['gone'].quota", "missing"},
    {"'k/1' in list", "true"},
    {"'gone' in list", "false"},
    {"list[1]", "type"},
    {"1 in list", "type"},
    {"list", "type"},
    {"other['k']", "lookup"},
    {"'k' in other", "lookup"},
    {"book.open", R"("book.open[]")"},
    {"book.owed('a/b', 2)", R"("book.owed[a%2Fb/2]")"},
    {"book.window('owed', '2026-03', 'a')", R"("book.window[owed/2026-03/a]")"},
    {"other.owed('a')", "lookup"},
    // Failures that && and || absorb.
    {"false && data.gone", "false"},
    {"data.gone == 1 && false", "false"},
    {"data.gone == 1 && true", "missing"},
    {"true || data.gone == 1", "true"},
    {"data.gone == 1 || true", "true"},
    {"data.gone == 1 || false", "missing"},
    {"data.gone == 1 || 1 / 1 == 1",
     "parse: there is no division: write muldiv(a, b, c, 'floor'), with a rounding"},
    {"1 && true", "type"},
    {"1 || true", "true"},
    {"data.gone ? 1 : 2", "missing"},
    // Macros.
    {"data.items.all(i, i.m > 0)", "true"},
    {"data.items.all(i, i.m > 1)", "false"},
    {"data.items.exists(i, i.t == 'b')", "true"},
    {"data.items.exists(i, i.gone == 1)", "missing"},
    {"data.items.exists(i, i.gone == 1 || i.m == 3)", "true"},
    {"data.items.filter(i, i.t == 'a').map(i, i.m)", "[1,3]"},
    {"data.items.sum(i, i.m)", "6"},
    {"data.items.sum(i, data.items.sum(j, i.m * j.m))", "36"},
    {"[1, 2].map(x, [x, x].map(x, x + 1))", "[[2,2],[3,3]]"},
    {"[data.big, 1].sum(x, x)", "overflow"},
    {"[1].sum(x, 'a')", "type"},
    {"[1].filter(x, x)", "type"},
    {"data.n.all(x, true)", "type"},
    {"[[1, 2], [3]].map(x, x)[0][1]", "2"},
    // Functions.
    {"min(3, 2)", "2"},
    {"max('2026-01-01', '2026-01-02')", R"("2026-01-02")"},
    {"min(1, 'a')", "type"},
    {"muldiv(7, 1, 2, 'floor')", "3"},
    {"muldiv(-7, 1, 2, 'floor')", "-4"},
    {"muldiv(7, 1, 2, 'ceil')", "4"},
    {"muldiv(-7, 1, 2, 'ceil')", "-3"},
    {"muldiv(5, 1, 2, 'half_up')", "3"},
    {"muldiv(-5, 1, 2, 'half_up')", "-3"},
    {"muldiv(data.big, data.big, data.big, 'floor')", R"("9223372036854775807")"},
    {"muldiv(data.big, 2, 1, 'floor')", "overflow"},
    {"muldiv(1, 1, 0, 'floor')", "range"},
    {"muldiv(1, 1, 1, 'up')", "type"},
    {"ratio(1, 3, 1000)", "333"},
    {"ratio(1, 0, 1000)", "null"},
    {"size('重庆')", "2"},
    {"size([1, 2, 3])", "3"},
    {"size(3)", "type"},
    {"string(-5)", R"("-5")"},
    {"string('a')", R"("a")"},
    {"string(true)", "type"},
    {"left(data.name, 2)", R"("重庆")"},
    {"left('ab', 9)", R"("ab")"},
    {"left('ab', -1)", "range"},
    {"left([3, 1, 2], 2)", "[3,1]"},
    {"left([3, 1, 2], 9)", "[3,1,2]"},
    {"left([3, 1, 2], 0)", "[]"},
    {"left([3], -1)", "range"},
    {"left(5, 1)", "type"},
    {"distinct([2, 1, 2, '1', [1], [1]])", R"([2,1,"1",[1]])"},
    {"distinct([])", "[]"},
    {"[1] + [2, 3] + []", "[1,2,3]"},
    {"[1] - [1]", "type"},
    {"[1] + 1", "type"},
    {"1 + [1]", "type"},
    {"distinct('aa')", "type"},
    {"sort([3, -1, 2, 2])", "[-1,2,2,3]"},
    {"sort(['b', '重', 'a', 'ab'])", R"(["a","ab","b","重"])"},
    {"sort(['2026-02-01', '2025-12-31'])", R"(["2025-12-31","2026-02-01"])"},
    {"sort([])", "[]"},
    {"sort([1, 'a'])", "type"},
    {"sort([[1]])", "type"},
    {"sort(1)", "type"},
    // As `printf '["s","a"]' | sha256sum` and so on say.
    {"shuffle(['a', 'b', 'c', 'd'], 's')", R"(["a","b","d","c"])"},
    {"shuffle(['d', 'c', 'b', 'a'], 's')", R"(["a","b","d","c"])"},
    {"shuffle(['a', 'b', 'c', 'd'], 't')", R"(["c","a","d","b"])"},
    {"shuffle(['a', 'b', 'a'], 's')", R"(["a","a","b"])"},
    {"shuffle([], 's')", "[]"},
    {"shuffle([1], 2)", "type"},
    {"shuffle('ab', 's')", "type"},
    {"pad(42, 6)", R"("000042")"},
    {"pad(-42, 6)", R"("-00042")"},
    {"pad(42, 1)", R"("42")"},
    {"pad(42, 4001)", "range"},
    {"key('a/b', 2026)", R"("a%2Fb/2026")"},
    {"key('a/b')", R"("a/b")"},
    {"key('a%2Fb')", R"("a%2Fb")"},
    {"key('a%2Fb', '100%', '%25')", R"("a%252Fb/100%/%2525")"},
    {"key(true)", "type"},
    {"digest(1, 'a')",
     R"("sha256:2010945388e2de98f5651051478912aa4ff38bb13a2cdb1a2c257bb97fbf98ff")"},
    {"add_days('2026-02-27', 2)", R"("2026-03-01")"},
    {"add_days(null, 2)", "null"},
    {"add_months('2026-01-31', 1)", R"("2026-02-28")"},
    {"add_months('2024-01-31', 1)", R"("2024-02-29")"},
    {"add_months('2024-02-29', 12)", R"("2025-02-28")"},
    {"add_months('2024-02-29', 48)", R"("2028-02-29")"},
    {"add_months('2026-03-31', -1)", R"("2026-02-28")"},
    {"add_months('2026-03-15', -3)", R"("2025-12-15")"},
    {"add_months('2025-12-15', 1)", R"("2026-01-15")"},
    {"add_months('2026-03-15', 0)", R"("2026-03-15")"},
    {"add_months(null, 2)", "null"},
    {"add_months('2026-01-01', 'a')", "type"},
    {"add_months('0001-01-01', -1)", "range"},
    {"add_months('9999-12-01', 1)", "range"},
    {"add_months('2026-01-01', 9223372036854775807)", "range"},
    {"add_days('9999-12-31', 1)", "range"},
    {"add_days('2026-01-01', 9223372036854775807)", "range"},
    {"add_days('2026-02-30', 1)", "type"},
    {"days('2026-01-01', '2026-02-01')", "31"},
    {"days('2026-01-01', null)", "null"},
    {"years('1986-03-02', '2026-03-02')", "40"},
    {"years('1986-03-02', '2026-03-01')", "39"},
    {"years('2004-02-29', '2022-02-27')", "17"},
    {"years('2004-02-29', '2022-02-28')", "18"},
    {"years('2026-03-02', '2026-03-01')", "-1"},
    {"years('0001-01-01', '9999-12-31')", "9998"},
    {"years(null, '2026-03-01')", "null"},
    {"years('2026-03-02', '2026')", "type"},
    {"year(data.day)", "2026"},
    {"year(data.month)", "2026"},
    {"month(data.day)", R"("2026-03")"},
    {"month_of_year(data.day)", "3"},
    {"month_end(data.month)", R"("2026-02-28")"},
    {"month_end(data.day)", "type"},
    {"year(null)", "null"},
    {"year('x')", "type"},
    {"add_workdays('2026-04-30', 1)", R"("2026-05-06")"},
    {"add_workdays('2026-05-08', 1)", R"("2026-05-09")"},
    {"add_workdays('2026-05-06', -1)", R"("2026-04-30")"},
    {"add_workdays('2026-05-06', 100001)", "range"},
    {"add_workdays('9999-12-01', 1000)", "range"},
    {"add_workdays(null, 1)", "null"},
    {"workdays('2026-04-30', '2026-05-09')", "4"},
    {"workdays('2026-05-09', '2026-04-30')", "0"},
    {"workdays('0001-01-01', '2026-04-30')", "range"},
    {"any(entry.status, 'open')", "true"},
    {"any(entry.one, '2026-01-05')", "false"},
    {"both(entry.status, 'open')", "true"},
    {"both(entry.one, '2026-01-02')", "false"},
    {"earliest(entry.all)", R"("2026-01-02")"},
    {"latest(entry.all)", R"("2026-01-05")"},
    {"earliest(entry.one)", R"("2026-01-02")"},
    {"latest(entry.one)", "null"},
    {"earliest(entry.nobody)", "null"},
    {"earliest(entry.gone)", "null"},
    {"any(entry.gone, 1)", "false"},
    {"both(data.n, 1)", "type"},
    {"serial('manifest', 'ab')", "10"},
    {"serial('manifest')", "8"},
    {"serial(1)", "type"},
    // What does not parse.
    {"1 +", "parse: unexpected the end"},
    {"(1", "parse: expected ')' before the end"},
    {"1 2", "parse: unexpected '2'"},
    {"'open", "parse: a text without its closing quote"},
    {"'a\\n'", "parse: in a text only \\\\ and \\' are escapes"},
    {"9223372036854775808", "parse: this integer is too large"},
    {"a # b", "parse: this character has no meaning here"},
    {"unknown(1)", "parse: unknown function unknown"},
    {"abs(1, 2)", "parse: wrong number of arguments for abs()"},
    {"has(1)", "parse: has() asks for one field: has(data.field)"},
    {"data.x(1)", "parse: there is no method x"},
    {"case.state('x')", "parse: case has the methods reached('state') and left('state')"},
    {"data.items.all(1, true)", "parse: expected the name of a variable before '1'"},
    {"data.1", "parse: expected a name before '1'"},
    {"1 < 2 < 3", "parse: unexpected '<'"},
};
INSTANTIATE_TEST_SUITE_P(Page, ExprTable, testing::ValuesIn(kRows));

TEST(Expr, KnowsBeforeEvaluationWhatItReads) {
  const auto facts = [](std::string_view text) { return *parse(text); };
  EXPECT_EQ(facts("data.address")->copied_field(), "address");
  EXPECT_EQ(facts("data.address.x")->copied_field(), "");
  EXPECT_EQ(facts("data.a + data.b")->fields(), (std::set<std::string>{"a", "b"}));
  EXPECT_EQ(facts("calc.x > 1 && params.y == 2")->calcs(), std::set<std::string>{"x"});
  EXPECT_EQ(facts("data.a.all(x, x in list && x == today)")->roots(),
            (std::set<std::string>{"data", "list", "today"}));
  EXPECT_FALSE(facts("data.a == case.parties.origin")->looks_up());
  for (const char* text : {"list[data.a].x", "data.a in list", "book.open", "book.owed('a')",
                           "parent.id", "parent.calc.x", "serial('a')", "add_workdays(today, 1)",
                           "workdays(today, today)", "book.window('owed', data.m)"}) {
    EXPECT_TRUE(facts(text)->looks_up()) << text;
  }
  EXPECT_TRUE(facts("data.a < as_of")->reads_as_of());
}

TEST(Expr, RefusesHostileNestingAndLength) {
  TableScope scope;
  fill(scope);
  const auto refused = [&](const std::string& text) {
    return outcome(scope, text).starts_with("parse: ");
  };
  std::string parens;
  for (int i = 0; i < 900; ++i) parens += '(';
  EXPECT_TRUE(refused(parens));
  EXPECT_TRUE(refused(std::string(1'900, '!') + "true"));
  EXPECT_TRUE(refused(std::string(1'900, '-') + "1"));
  EXPECT_TRUE(refused(std::string(1'900, '[')));
  std::string path = "data";
  for (int i = 0; i < 900; ++i) path += ".a";
  EXPECT_TRUE(refused(path));
  EXPECT_TRUE(refused(std::string(2'001, ' ')));
  EXPECT_TRUE(refused("'" + std::string{"\xff"} + "'"));
  std::string calls;
  for (int i = 0; i < 300; ++i) calls += "abs(";
  EXPECT_TRUE(refused(calls));

  std::string chain = "1";
  for (int i = 0; i < 900; ++i) chain += "+1";
  EXPECT_EQ(outcome(scope, chain), "901");
}

TEST(Expr, StopsAtItsCost) {
  TableScope scope;
  Value::List list;
  for (int i = 0; i < 1'000; ++i) list.emplace_back(i);
  scope.roots["data"] =
      Value{Value::Record{{"a", Value{list}}, {"t", Value{std::string(4'000, 'x')}}}};
  EXPECT_EQ(outcome(scope, "data.a.all(x, data.a.all(y, x + y >= 0))"), "cost");
  EXPECT_EQ(outcome(scope, "data.a.map(x, data.a)"), "cost");
  EXPECT_EQ(outcome(scope, "size(data.a.map(x, data.t))"), "cost");
  EXPECT_EQ(outcome(scope, "data.a.all(x, add_workdays('2026-01-01', 90000) != null)"), "cost");
  EXPECT_EQ(outcome(scope, "data.a.exists(x, 'k' in list) || true"), "true");
  EXPECT_EQ(outcome(scope, "data.a.map(x, digest(data.a))"), "cost");
  EXPECT_EQ(outcome(scope, "size(shuffle(data.a, 'seed'))"), "1000");
  EXPECT_EQ(outcome(scope, "size(distinct(data.a)) + size(sort(data.a))"), "2000");
  for (const char* call : {"distinct(data.a.map(x, data.t))", "sort(data.a.map(x, data.t))",
                           "data.a.map(x, shuffle(data.a, 's'))", "data.a.map(x, sort(data.a))",
                           "data.a.map(x, left(data.a, 1000))", "data.a.map(x, distinct(data.a))",
                           "shuffle(data.a, data.t)", "data.a.map(x, data.a + data.a)"}) {
    EXPECT_EQ(outcome(scope, call), "cost") << call;
  }
  EXPECT_EQ(outcome(scope, "true || true", 1), "cost");
  // A failure of cost is never absorbed.
  EXPECT_EQ(outcome(scope, "data.a.all(x, data.a.all(y, x + y >= 0)) || true"), "cost");
}

TEST(Expr, ALookUpCostsFive) {
  TableScope scope;
  fill(scope);
  EXPECT_EQ(outcome(scope, "'k/1' in list", 6), "true");
  EXPECT_EQ(outcome(scope, "'k/1' in list", 5), "cost");
  EXPECT_EQ(outcome(scope, "data.n", 2), "7");
  EXPECT_EQ(outcome(scope, "data.n", 1), "cost");
}

TEST(Expr, TemplatesHoldValuesAndExpressions) {
  TableScope scope;
  fill(scope);
  const auto program = [](std::string_view text) { return Template{ProgramPtr{*parse(text)}}; };
  const Template record{
      TemplateRecord{{"a", Template{Value{1}}},
                     {"b", program("data.n")},
                     {"c", Template{TemplateList{program("calc.total"), Template{Value{"x"}}}}}}};
  EXPECT_EQ(canonical_json(*evaluate(record, scope)), R"({"a":1,"b":7,"c":[6,"x"]})");
  EXPECT_FALSE(record.looks_up());
  EXPECT_TRUE((Template{TemplateRecord{{"a", program("parent.id")}}}).looks_up());
  EXPECT_FALSE(evaluate(Template{TemplateList{program("data.gone")}}, scope).has_value());
}

TEST(Expr, ConformsToThePublishedCasesOfItsSubset) {
  std::ifstream file{checkout("tests/data/cel_conformance.tsv")};
  ASSERT_TRUE(file);
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::vector<std::string> cells{""};
    for (const char c : line) {
      if (c == '\t') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    ASSERT_EQ(cells.size(), 4U) << line;
    ++cases;
    // A variable of the case is bound as the variable of a macro over a list of one.
    std::string expression = cells[1];
    TableScope scope;
    Value::Record constants;
    const Value variables = json(cells[2]);
    for (const auto& [name, value] : *variables.as_record()) {
      expression = "data." + name + ".map(" + name + ", " + expression + ")[0]";
      constants.emplace(name, Value{Value::List{value}});
    }
    scope.roots["data"] = Value{constants};
    const auto program = parse(expression);
    ASSERT_TRUE(program) << line << ": " << program.error().text;
    const Eval<Value> value = evaluate(**program, scope);
    // Canonical JSON writes what lies beyond 2^53 as a text.
    const std::int64_t* number = value ? value->as_int() : nullptr;
    const std::string text = !value   ? "error"
                             : number ? std::to_string(*number)
                                      : canonical_json(*value);
    EXPECT_EQ(text, cells[3]) << line;
  }
  EXPECT_GE(cases, 200);
}

__extension__ using Wide = __int128;

RC_GTEST_PROP(ExprProperties, MuldivIsTheExactQuotientRoundedAsNamed,
              (std::int64_t a, std::int64_t b)) {
  const auto c = *rc::gen::nonZero<std::int64_t>();
  const auto mode = *rc::gen::element<std::string>("floor", "ceil", "half_up");
  const Eval<std::int64_t> got = muldiv(a, b, c, mode);
  const Wide product = static_cast<Wide>(a) * b;
  if (!got) {
    RC_ASSERT(got.error().kind == Kind::overflow);
    const Wide rough = product / c;
    RC_ASSERT(rough >= std::numeric_limits<std::int64_t>::max() ||
              rough <= std::numeric_limits<std::int64_t>::min());
    return;
  }
  // rest = a*b - q*c, seen from the divisor's side of zero.
  Wide rest = product - static_cast<Wide>(*got) * c;
  Wide divisor = c;
  if (divisor < 0) {
    divisor = -divisor;
    rest = -rest;
  }
  if (mode == "floor") RC_ASSERT(rest >= 0 && rest < divisor);
  if (mode == "ceil") RC_ASSERT(rest <= 0 && rest > -divisor);
  if (mode == "half_up") {
    RC_ASSERT(2 * rest <= divisor && 2 * rest >= -divisor);
    const bool negative = (product < 0) != (c < 0);
    if (2 * rest == divisor) RC_ASSERT(negative);    // a half below zero went away from zero
    if (2 * rest == -divisor) RC_ASSERT(!negative);  // a half above zero went up
  }
}

RC_GTEST_PROP(ExprProperties, TwoListsOfTextsHaveOneKeyOnlyIfTheyAreEqual, ()) {
  const auto part =
      rc::gen::map(rc::gen::container<std::string>(rc::gen::element('/', '%', '2', '5', 'F', 'a')),
                   [](std::string text) { return Value{std::move(text)}; });
  const auto size = *rc::gen::inRange<std::size_t>(1, 4);
  const auto list = rc::gen::container<Value::List>(size, part);
  const Value::List one = *list;
  const Value::List other = *list;
  RC_ASSERT((join_key(one) == join_key(other)) == (one == other));
  RC_ASSERT((record_key(one) == record_key(other)) == (one == other));
  Value::List back;
  for (std::string& text : split_key(join_key(one))) back.emplace_back(std::move(text));
  RC_ASSERT(back == one);
}

RC_GTEST_PROP(ExprProperties, AnyTextParsesOrIsRefusedAndEvaluatesWithinItsCost, ()) {
  static const std::vector<std::string> kPieces = {
      "1",    "data", ".",  "n",    "items", "(",  ")",    "[",    "]",       ",",     "+", "-",
      "*",    "&&",   "||", "!",    "==",    "<",  "in",   "'a'",  "list",    "?",     ":", "has(",
      "min(", "key(", "x",  "all(", "map(",  "x,", "true", "null", "digest(", "today", " "};
  const auto chosen = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kPieces));
  std::string text;
  for (const std::string& piece : chosen) text += piece;
  TableScope scope;
  fill(scope);
  const auto program = parse(text);
  if (!program) {
    RC_ASSERT(program.error().offset >= 0);
    RC_ASSERT(static_cast<std::size_t>(program.error().offset) <= text.size());
    return;
  }
  const Eval<Value> whole = evaluate(**program, scope);
  const Eval<Value> tight = evaluate(**program, scope, 3);
  RC_ASSERT(whole.has_value() || !tight.has_value());
  if (whole && tight) RC_ASSERT(*whole == *tight);
}

}  // namespace
}  // namespace bashu::packs
