#include "packs/json_schema.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/value_gen.h"
#include "packs/schema_validator.h"
#include "packs/type.h"

namespace bashu::packs {
namespace {

TEST(JsonSchema, DescribesTheType) {
  Type fee;
  fee.kind = Kind::money;
  fee.cls = Class::open;
  fee.title = {{"en", "Fee"}, {"zh", "费用"}};
  fee.min = 0;
  fee.unit = "CNY";
  fee.scale = 2;
  EXPECT_EQ(
      canonical_json(json_schema(fee)),
      R"({"maximum":9007199254740991,"minimum":0,"title":"Fee","type":"integer",)"
      R"("x-class":"public","x-scale":2,"x-titles":{"en":"Fee","zh":"费用"},"x-unit":"CNY"})");
  fee.cls = Class::personal;
  EXPECT_NE(json_schema(fee).find("anyOf"), nullptr);
  EXPECT_EQ(json_schema(fee, Sealed::refused).find("anyOf"), nullptr);
}

const std::vector<std::string>& patterns() {
  static const std::vector<std::string> all = {"[a-c]*",  "a|bc",     "",     ".",
                                               "(?i)ab?", "[一-龥]+", "a$|^b"};
  return all;
}

std::shared_ptr<Type> any_type(int depth) {
  auto type = std::make_shared<Type>();
  type->kind = static_cast<Kind>(*rc::gen::inRange(0, static_cast<int>(Kind::party) + 1));
  if (depth == 0 && (type->kind == Kind::list || type->kind == Kind::record))
    type->kind = Kind::text;
  type->cls = static_cast<Class>(*rc::gen::inRange(0, static_cast<int>(Class::sensitive) + 1));
  type->optional = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) type->min = *rc::gen::inRange<std::int64_t>(0, 4);
  if (*rc::gen::arbitrary<bool>()) type->max = *rc::gen::inRange<std::int64_t>(0, 6);
  switch (type->kind) {
    case Kind::text:
    case Kind::token:
    case Kind::ref:
      if (*rc::gen::arbitrary<bool>()) {
        type->pattern = std::make_shared<re2::RE2>(*rc::gen::elementOf(patterns()));
      }
      break;
    case Kind::choice:
      type->choices = {{"a", {}}, {"b", {}}};
      break;
    case Kind::list:
      type->element = any_type(depth - 1);
      break;
    case Kind::record:
      for (const char* name : {"a", "b", "名"}) {
        if (*rc::gen::arbitrary<bool>()) type->members.push_back({name, any_type(depth - 1)});
      }
      break;
    default:
      break;
  }
  return type;
}

// Now and then a valid value of the type, often nearly one.
Value likely_value(const Type& type) {
  static const Value sealed =
      parse_json(R"({"$sealed":"1","alg":"a","box":"b","dek":"d","nonce":"n"})").value();
  const int chance = *rc::gen::inRange(0, 30);
  if (chance == 0) return *any_value(2);
  if (chance == 1) return sealed;
  if (chance == 2)
    return Value{Value::Record{{"$sealed", *rc::gen::element(Value{"1"}, Value{true})}}};
  const auto word = [](std::vector<std::string> words) {
    return Value{*rc::gen::elementOf(words)};
  };
  switch (type.kind) {
    case Kind::boolean:
      return Value{*rc::gen::arbitrary<bool>()};
    case Kind::integer:
    case Kind::money:
    case Kind::quantity:
      return Value{*rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-1, 8), any_integer(),
                                   rc::gen::just<std::int64_t>(9'007'199'254'740'992))};
    case Kind::date: {
      const int year = *rc::gen::element(0, 1, 4, 100, 400, 1900, 2000, 2023, 2024, 2100, 9999);
      const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
      return Value{std::string{two(year / 100) + two(year % 100)} + "-" +
                   two(*rc::gen::inRange(0, 14)) + "-" +
                   two(*rc::gen::oneOf(rc::gen::inRange(0, 33), rc::gen::inRange(28, 33)))};
    }
    case Kind::month:
      return word({"2026-01", "0000-01", "0001-12", "2026-13", "2026-00", "2026-1", "x"});
    case Kind::place:
      return word({"500112", "50011", "5001122", "50011x", "500112\n"});
    case Kind::digest:
      return word({"sha256:0", "sha256:", "sha256:A", "sha256:other", "sha512:0"});
    case Kind::party:
      return word({"sichuan", "SC", "", "1", "a_b", "四川", "a\n"});
    case Kind::choice:
      return word({"a", "b", "c", "", "A"});
    case Kind::text:
    case Kind::token:
    case Kind::ref:
      return *rc::gen::oneOf(
          rc::gen::map(rc::gen::elementOf(std::vector<std::string>{
                           "", "a", "b", "bc", "ab", "AB", "川", "川渝", "a\n", "\n", "abcabca"}),
                       [](const std::string& text) { return Value{text}; }),
          rc::gen::map(any_text(), [](const std::string& text) { return Value{text}; }));
    case Kind::document: {
      Value::Record record;
      if (*rc::gen::weightedElement<bool>({{9, true}, {1, false}}))
        record["sha256"] = std::string(64, 'a');
      if (*rc::gen::weightedElement<bool>({{9, true}, {1, false}})) {
        record["name"] = *rc::gen::element(Value{"x.pdf"}, Value{""}, Value{1}, sealed);
      }
      for (const char* name : {"media", "size", "dek", "other"}) {
        if (*rc::gen::weightedElement<bool>({{1, true}, {3, false}})) {
          record[name] = *rc::gen::element(Value{"x"}, Value{""}, Value{1}, Value{-1});
        }
      }
      return Value{std::move(record)};
    }
    case Kind::list: {
      Value::List list;
      const int size = *rc::gen::inRange(0, 5);
      for (int i = 0; i < size; ++i) list.push_back(likely_value(*type.element));
      return Value{std::move(list)};
    }
    case Kind::record: {
      Value::Record record;
      for (const Member& member : type.members) {
        if (!member.type->optional || *rc::gen::arbitrary<bool>()) {
          record.emplace(member.name, likely_value(*member.type));
        }
      }
      if (*rc::gen::inRange(0, 8) == 0) record.emplace("other", 1);
      return Value{std::move(record)};
    }
  }
  return Value{};
}

// The schema that is published and the check that decides are the same rule.
RC_GTEST_PROP(JsonSchema, AcceptsExactlyWhatTheCheckAccepts, ()) {
  const auto type = any_type(3);
  const Value schema = json_schema(*type);
  for (int i = 0; i < 20; ++i) {
    const Value value = likely_value(*type);
    const bool accepted = !check(*type, value, "");
    const Verdict verdict = validate(schema, value).verdict;
    if (i == 0) RC_CLASSIFY(accepted);
    RC_LOG() << canonical_json(schema) << "\n" << canonical_json(value) << "\n";
    RC_ASSERT(verdict == (accepted ? Verdict::valid : Verdict::invalid));
  }
}

TEST(JsonSchema, KnowsEveryDayOfTheCalendar) {
  Type date;
  date.kind = Kind::date;
  date.cls = Class::open;
  const re2::RE2 pattern{*json_schema(date).find("pattern")->as_text()};
  for (int year = 0; year <= 9999; ++year) {
    for (const char* day : {"-02-28", "-02-29", "-02-30", "-12-31", "-04-31", "-00-01"}) {
      const std::string digits = std::to_string(year);
      const std::string text = std::string(4 - digits.size(), '0') + digits + day;
      ASSERT_EQ(re2::RE2::PartialMatch(text, pattern), !check(date, Value{text}, "")) << text;
    }
  }
  for (int month = 0; month <= 13; ++month) {
    for (int day = 0; day <= 32; ++day) {
      for (const char* year : {"2023", "2024"}) {
        const auto two = [](int n) { return (n < 10 ? "-0" : "-") + std::to_string(n); };
        const std::string text = year + two(month) + two(day);
        ASSERT_EQ(re2::RE2::PartialMatch(text, pattern), !check(date, Value{text}, "")) << text;
      }
    }
  }
}

}  // namespace
}  // namespace bashu::packs
