// What the edge decides by itself: problems and their language, routes, identifiers, masks.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/handlers.h"
#include "api/identifiers.h"
#include "api/line_texts.h"
#include "api/privacy.h"
#include "api/problem.h"
#include "api/routes.h"
#include "base/json.h"
#include "base/shipped.h"
#include "desk/test_pack.h"
#include "packs/load.h"
#include "testing/checkout.h"

namespace bashu::api {
namespace {

using desk::kTestPack;

TEST(Problem, TheReadersLanguage) {
  const struct {
    const char* accept;
    const char* language;
  } rows[] = {
      {"", "en"},
      {"zh", "zh"},
      {"zh-CN,zh;q=0.9,en;q=0.8", "zh"},
      {"ZH-hans", "zh"},
      {"en-US,en;q=0.9,zh;q=0.8", "en"},
      {"en;q=0.5,zh;q=0.501", "zh"},
      {"de,fr", "en"},
      {"de, zh;q=0.1", "zh"},
      {"zh;q=0", "en"},
      {"zhx", "en"},
      {"zh;q=abc", "en"},
      {",,;;q=", "en"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(preferred_language(row.accept), row.language) << row.accept;
}

RC_GTEST_PROP(ProblemProperty, AnyHeaderHasALanguage, (const std::string& header)) {
  const std::string language = preferred_language(header);
  RC_ASSERT(language == "zh" || language == "en");
}

TEST(Problem, EveryRefusalHasAStatusAndWordsInBothLanguages) {
  for (int number = 1; number <= 25; ++number) {
    const auto code = static_cast<RejectCode>(number);
    EXPECT_GE(status_of(code), 400) << number;
    EXPECT_LT(status_of(code), 600) << number;
    EXPECT_NE(status_of(code), 500) << number;
    const Title title = title_of(code);
    EXPECT_EQ(title.size(), 2U) << number;
    EXPECT_NE(in_language(title, "zh"), in_language(title, "en")) << number;
  }
}

TEST(Problem, CodesAreAsThePageSays) {
  std::ifstream page{checkout("docs/formats/api.md")};
  std::string line;
  std::map<int, std::string> documented;  // status to the row that names it
  while (std::getline(page, line)) {
    const auto end = line.find(" | ", 2);
    if (!line.starts_with("| ") || line.size() < 5 || line[2] < '4' || line[2] > '5') continue;
    // Statuses are three digits each, parted by commas.
    for (std::size_t at = 2; at + 3 <= end; at += 5) {
      int status = 0;
      std::from_chars(line.data() + at, line.data() + at + 3, status);
      documented[status] = line.substr(end);
    }
  }
  for (int number = 1; number <= 25; ++number) {
    const auto code = static_cast<RejectCode>(number);
    EXPECT_NE(documented[status_of(code)].find("`" + std::string{reject_name(code)} + "`"),
              std::string::npos)
        << reject_name(code) << " is no code of " << status_of(code) << " in docs/formats/api.md";
  }
}

TEST(Problem, SaysCodeNumberAndReasons) {
  const Reject why = reject(RejectCode::guard, "with.x", "No quota", "额度不足");
  const auto response = problem_response(problem_of(why), "zh");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(response.header("Content-Language"), "zh");
  const auto body = parse_json(response.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->text_at("code"), "guard");
  EXPECT_EQ(body->int_at("number"), 7);
  EXPECT_EQ(body->int_at("status"), 422);
  EXPECT_EQ(body->text_at("detail"), "额度不足");
  ASSERT_TRUE(body->find("errors"));
  EXPECT_EQ(body->find("errors")->as_list()->at(0).text_at("where"), "with.x");
}

TEST(Problem, AFaultTellsTheAskerNothingAboutTheMachine) {
  const auto response = problem_response(problem_of(Fault{.what = "/var/secret: EIO"}), "en");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
  EXPECT_EQ(problem_of(Fault{.what = "x", .unknown_outcome = true}).code, "unknown_outcome");
}

TEST(Problem, BusySaysWhenToComeAgain) {
  const auto response = problem_response(busy(3), "en");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.header("Retry-After"), "3");
}

std::string routed(std::string_view method, const std::vector<std::string>& segments) {
  const auto found = match(method, segments);
  if (const auto* none = std::get_if<NoRoute>(&found)) return "allowed: " + none->allowed;
  const auto& matched = std::get<Matched>(found);
  std::string text{matched.route->path};
  for (const auto& [name, part] : matched.parts) text += " " + name + "=" + part;
  return text;
}

TEST(Routes, IdsOfCasesMayContainSlashes) {
  EXPECT_EQ(routed("GET", {"cases", "sichuan-1"}), "/cases/{id+} id=sichuan-1");
  EXPECT_EQ(routed("GET", {"cases", "sichuan-1/trip2"}), "/cases/{id+} id=sichuan-1/trip2");
  EXPECT_EQ(routed("GET", {"cases", "sichuan-1", "trip2"}), "/cases/{id+} id=sichuan-1/trip2");
  EXPECT_EQ(routed("GET", {"cases", "sichuan-1", "trip2", "history"}),
            "/cases/{id+}/history id=sichuan-1/trip2");
  EXPECT_EQ(routed("POST", {"cases", "sichuan-1", "trip2", "events", "arrive"}),
            "/cases/{id+}/events/{event} event=arrive id=sichuan-1/trip2");
  EXPECT_EQ(routed("POST", {"cases"}), "/cases");
}

TEST(Routes, WhatIsNotThereAndWhatIsNotAllowed) {
  EXPECT_EQ(routed("GET", {"nothing"}), "allowed: ");
  EXPECT_EQ(routed("GET", {"cases", ""}), "allowed: ");
  EXPECT_EQ(routed("DELETE", {"cases"}), "allowed: GET, POST");
  EXPECT_EQ(routed("GET", {}), "allowed: ");
}

// Every handler can be reached by its own pattern.
TEST(Routes, NoPatternHidesAnother) {
  for (const Route& route : routes()) {
    std::vector<std::string> segments;
    std::string_view rest = route.path.substr(1);
    while (true) {
      const std::size_t slash = rest.find('/');
      const std::string_view one = rest.substr(0, slash);
      segments.emplace_back(one.starts_with('{') ? "x-1" : one);
      if (slash == std::string_view::npos) break;
      rest.remove_prefix(slash + 1);
    }
    const auto found = match(route.method, segments);
    ASSERT_TRUE(std::holds_alternative<Matched>(found)) << route.path;
    EXPECT_EQ(std::get<Matched>(found).route, &route) << route.path;
  }
}

RC_GTEST_PROP(RoutesProperty, AnyPathIsAnswered, (const std::vector<std::string>& segments)) {
  const auto found = match("GET", segments);
  if (const auto* matched = std::get_if<Matched>(&found)) RC_ASSERT(matched->route != nullptr);
}

TEST(Identifiers, AWrongOneIsAWarningThatDoesNotRepeatIt) {
  const auto pack = packs::load(kTestPack).pack;
  ASSERT_TRUE(pack);
  const auto& fields = packs::find(pack->services, "errand")->fields;
  const Value form{Value::Record{{"firm", "91350211M0000XUF46"},
                                 {"person", "110105194912310021"},
                                 {"subject", "110105194912310021"}}};
  const Doubts doubts{.divisions = shipped_divisions(), .today = Date::parse("2026-03-02").value()};
  const auto warnings = identifier_warnings(fields, form, "with", doubts);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0].where, "with.firm");
  EXPECT_EQ(warnings[1].where, "with.person");
  for (const Warning& warning : warnings) {
    EXPECT_EQ(in_language(warning.why, "zh").find("1101"), std::string::npos);
  }
  const Value good{Value::Record{{"firm", "91110000101623741K"}, {"person", "a-surrogate"}}};
  EXPECT_TRUE(identifier_warnings(fields, good, "with", doubts).empty());
}

TEST(Identifiers, TextsAreKeptInOneWriting) {
  const auto pack = packs::load(kTestPack).pack;
  ASSERT_TRUE(pack);
  const auto& fields = packs::find(pack->services, "errand")->fields;
  const Value typed{Value::Record{{"firm", "91110000-101623741k"},
                                  {"person", "110105491231002"},
                                  {"name", "华兴(成都)公司 "},
                                  {"subject", "华兴(成都)公司 "},
                                  {"other", " left "}}};
  const Value kept{Value::Record{{"firm", "91110000101623741K"},
                                 {"person", "11010519491231002X"},
                                 {"name", "华兴（成都）公司"},
                                 {"subject", "华兴(成都)公司"},
                                 {"other", " left "}}};
  EXPECT_EQ(normalised(fields, typed), kept);
  EXPECT_EQ(normalised(fields, kept), kept);
}

// A type as a pack has it.
packs::TypePtr type_of(packs::Kind kind, packs::Class cls = packs::Class::open,
                       const char* pattern = nullptr) {
  auto type = std::make_shared<packs::Type>();
  type->kind = kind;
  type->cls = cls;
  if (pattern) type->pattern = std::make_shared<const re2::RE2>(pattern);
  return type;
}
packs::TypePtr list_of_type(packs::TypePtr element) {
  auto type = std::make_shared<packs::Type>();
  type->kind = packs::Kind::list;
  type->element = std::move(element);
  return type;
}
packs::TypePtr record_of(std::vector<packs::Member> members) {
  auto type = std::make_shared<packs::Type>();
  type->kind = packs::Kind::record;
  type->members = std::move(members);
  return type;
}

// Members of every kind that has rules, and of some that have none, at every depth.
std::vector<packs::Member> all_kinds() {
  using packs::Class;
  using packs::Kind;
  const auto firm = type_of(Kind::text, Class::open, "[0-9A-HJ-NPQRTUWXY]{18}");
  const auto stop = record_of(
      {{"where", type_of(Kind::place)}, {"by", firm}, {"weight", type_of(Kind::integer)}});
  return {{"amount", type_of(Kind::money)},
          {"firm", firm},
          {"manifest", type_of(Kind::text, Class::open, "[0-9]{14}")},
          {"name", type_of(Kind::text, Class::personal)},
          {"note", type_of(Kind::text)},
          {"numbers", list_of_type(type_of(Kind::integer))},
          {"person", type_of(Kind::text, Class::open, "[0-9]{17}[0-9X]|[0-9]{15}")},
          {"stops", list_of_type(stop)},
          {"token", type_of(Kind::token)},
          {"words", list_of_type(type_of(Kind::text))}};
}

// Texts that are kept as they are, kept otherwise, doubted, both, or of another type than asked.
Value any_text() {
  static const std::vector<Value> kTexts = {"plain",
                                            " left ",
                                            "91110000-101623741k",
                                            "91350211M0000XUF46",
                                            "110105491231002",
                                            "110105194912310021",
                                            "20225101000001",
                                            "20229901000001",
                                            "H41130200746",
                                            "510157",
                                            "999999",
                                            "华兴(成都)公司 ",
                                            "",
                                            7,
                                            Value{},
                                            Value{Value::List{" a "}},
                                            Value{Value::Record{{"where", " 1 "}}}};
  return kTexts[*rc::gen::inRange<std::size_t>(0, kTexts.size())];
}

Value any_line() {
  Value::Record line;
  for (const char* name :
       {"amount", "firm", "manifest", "name", "note", "person", "token", "odd"}) {
    if (*rc::gen::arbitrary<bool>()) line[name] = any_text();
  }
  Value::List stops;
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    stops.emplace_back(Value::Record{{"where", any_text()}, {"by", any_text()}, {"weight", 1}});
  }
  line["stops"] = std::move(stops);
  line["words"] = Value::List{any_text(), any_text()};
  line["numbers"] = Value::List{1, " 2 "};
  return *rc::gen::inRange(0, 10) == 0 ? any_text() : Value{std::move(line)};
}

RC_GTEST_PROP(LineTextsProperty, DoesToEachLineWhatIsDoneToAForm, ()) {
  const auto fields = all_kinds();
  const Doubts doubts{.divisions = shipped_divisions(), .today = Date::parse("2026-03-02").value()};
  LineTexts texts{fields, "lines", doubts};
  std::vector<Warning> told, wanted;
  for (std::size_t i = 0; i < 4; ++i) {
    const Value given = any_line();
    Value line = given;
    const bool other = texts.settle(line, i, told);
    const Value kept = normalised(fields, given);
    RC_ASSERT(line == kept);
    RC_ASSERT(other == (line != given));
    for (Warning& one :
         identifier_warnings(fields, kept, "lines[" + std::to_string(i) + "]", doubts)) {
      wanted.push_back(std::move(one));
    }
  }
  RC_ASSERT(told.size() == wanted.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    RC_ASSERT(told[i].where == wanted[i].where);
    RC_ASSERT(told[i].why == wanted[i].why);
  }
}

TEST(LineTexts, TellsWhereALineIsDoubted) {
  const auto fields = all_kinds();
  const Doubts doubts{.divisions = shipped_divisions(), .today = Date::parse("2026-03-02").value()};
  LineTexts texts{fields, "lines", doubts};
  std::vector<Warning> told;
  Value plain{Value::Record{{"firm", "91110000101623741K"}, {"note", "as it is"}, {"amount", 1}}};
  EXPECT_FALSE(texts.settle(plain, 0, told));
  EXPECT_TRUE(told.empty());
  Value line{Value::Record{
      {"firm", "91350211-M0000XUF46"},
      {"stops", Value::List{Value::Record{{"where", "510104"}},
                            Value::Record{{"where", "999999"}, {"by", "91350211M0000XUF46"}}}}}};
  EXPECT_TRUE(texts.settle(line, 3, told));
  EXPECT_EQ(line.text_at("firm"), "91350211M0000XUF46");
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].where, "lines[3].firm");
  EXPECT_EQ(told[1].where, "lines[3].stops[1].by");
}

// The pages take their types from this file (web/package.json, `types`), so what a route answers
// and what a page expects cannot drift apart unseen. BASHU_WRITE_GOLDEN=1 writes it.
TEST(OpenApi, ThePagesAreTypedByTheDocumentOfNow) {
  const std::string path = checkout("web/openapi.json");
  Value document = openapi_document({});
  document.as_record()->insert_or_assign(
      "info", Value::Record{{"title", "Bashu"}, {"version", "of the checkout"}});
  const std::string now = pretty_json(document) + "\n";
  if (::secure_getenv("BASHU_WRITE_GOLDEN") != nullptr) std::ofstream{path} << now;
  std::ifstream file{path};
  const std::string kept{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_TRUE(kept == now) << path
                           << " is of another API: BASHU_WRITE_GOLDEN=1, then `npm run types`";
}

TEST(Privacy, AClientMaySendNoCiphertext) {
  const auto form = parse_json(R"({"a":[{"b":{"$sealed":"1"}}]})");
  EXPECT_EQ(find_sealed(*form, "with"), "with.a[0].b.$sealed");
  EXPECT_EQ(find_sealed(*parse_json(R"({"a":[1,"$sealed"]})"), "with"), "");
}

TEST(Privacy, WhatIsNotPublicIsLeftOutForOthers) {
  const auto pack = packs::load(kTestPack).pack;
  const auto& members = packs::find(pack->registers, "agents")->record->members;
  const Value record{Value::Record{{"firm", "91110000101623741K"},
                                   {"since", "2026-01-01"},
                                   {"note", "internal words"},
                                   {"contact", Value::Record{{"$sealed", "1"}, {"box", "AAAA"}}},
                                   {"key", "91110000101623741K"}}};
  Reader office{.vault = nullptr, .personal = false, .internal = true};
  const Value seen = reveal(office, members, record, "agents");
  EXPECT_EQ(seen.text_at("note"), "internal words");
  EXPECT_EQ(*seen.find("contact"), (Value{Value::Record{{"$sealed", true}}}));
  Reader other{.vault = nullptr, .personal = false, .internal = false};
  const Value outside = reveal(other, members, record, "agents");
  EXPECT_FALSE(outside.find("note"));
  EXPECT_FALSE(outside.find("contact"));
  EXPECT_EQ(outside.text_at("since"), "2026-01-01");
}

TEST(Privacy, APlainValueWhereASealedOneBelongsIsMaskedToo) {
  const auto pack = packs::load(kTestPack).pack;
  const auto& fields = packs::find(pack->services, "errand")->fields;
  Reader auditor{.vault = nullptr, .personal = false, .internal = true};
  const Value shown = reveal(auditor, fields, Value{Value::Record{{"name", "Zhang"}}}, "");
  EXPECT_EQ(*shown.find("name"), (Value{Value::Record{{"$sealed", true}}}));
}

}  // namespace
}  // namespace bashu::api
