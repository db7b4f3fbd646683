#include "packs/schema_validator.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"

namespace bashu::packs {
namespace {

constexpr std::array<std::string_view, 14> kDescriptions = {
    "title", "format", "examples",  "x-titles", "x-class", "x-unit",    "x-scale",
    "x-ref", "x-help", "x-choices", "x-wrong",  "$schema", "x-accepts", "x-size-max"};

bool is_description(std::string_view keyword) {
  return std::ranges::find(kDescriptions, keyword) != kDescriptions.end();
}

bool is_size(const Value& argument) { return argument.as_int() && *argument.as_int() >= 0; }

bool compiles(const std::string* pattern) {
  if (!pattern) return false;
  re2::RE2::Options options;
  options.set_log_errors(false);
  return re2::RE2{*pattern, options}.ok();
}

// Whether the argument has the form json_schema() writes; schemas within it aside.
bool is_supported(std::string_view keyword, const Value& argument) {
  if (keyword == "type") {
    constexpr std::array<std::string_view, 5> kTypes = {"string", "integer", "boolean", "array",
                                                        "object"};
    const std::string* name = argument.as_text();
    return name && std::ranges::find(kTypes, *name) != kTypes.end();
  }
  if (keyword == "minimum" || keyword == "maximum") return argument.as_int() != nullptr;
  if (keyword == "minLength" || keyword == "maxLength" || keyword == "minItems" ||
      keyword == "maxItems") {
    return is_size(argument);
  }
  if (keyword == "enum") return argument.as_list() != nullptr;
  if (keyword == "pattern") return compiles(argument.as_text());
  if (keyword == "items" || keyword == "properties") return argument.as_record() != nullptr;
  if (keyword == "required") {
    return argument.as_list() && std::ranges::all_of(*argument.as_list(), [](const Value& name) {
             return name.as_text() != nullptr;
           });
  }
  if (keyword == "additionalProperties") return argument == Value{false};
  if (keyword == "anyOf") return argument.as_list() && !argument.as_list()->empty();
  return is_description(keyword);
}

// The first keyword that the validator does not know in this form, at any depth.
std::optional<std::string> first_unsupported(const Value& schema) {
  if (!schema.as_record()) return "a schema that is no object";
  for (const auto& [keyword, argument] : *schema.as_record()) {
    if (!is_supported(keyword, argument)) return keyword;
    std::optional<std::string> inner;
    if (keyword == "items") inner = first_unsupported(argument);
    if (keyword == "anyOf") {
      for (const Value& one : *argument.as_list()) {
        if (!inner) inner = first_unsupported(one);
      }
    }
    if (keyword == "properties") {
      for (const auto& [name, one] : *argument.as_record()) {
        if (!inner) inner = first_unsupported(one);
      }
    }
    if (inner) return inner;
  }
  return std::nullopt;
}

// Decides one keyword after the other and stops at the first that fails. The schema is supported.
class Validator {
 public:
  Validation run(const Value& schema, const Value& instance) {
    accepts(schema, instance);
    return std::move(result_);
  }

 private:
  bool accepts(const Value& schema, const Value& instance) {
    for (const auto& [keyword, argument] : *schema.as_record()) {
      if (accepts(keyword, argument, schema, instance)) continue;
      // The keyword of the innermost schema says most.
      if (result_.verdict == Verdict::valid) {
        result_ = {.verdict = Verdict::invalid, .path = path_, .keyword = keyword};
      }
      return false;
    }
    return true;
  }

  bool accepts(std::string_view keyword, const Value& argument, const Value& schema,
               const Value& instance) {
    if (keyword == "enum") {
      return std::ranges::find(*argument.as_list(), instance) != argument.as_list()->end();
    }
    if (keyword == "type") return has_type(*argument.as_text(), instance);
    if (keyword == "anyOf") return any_accepts(*argument.as_list(), instance);
    if (const std::int64_t* number = instance.as_int()) {
      if (keyword == "minimum") return *number >= *argument.as_int();
      if (keyword == "maximum") return *number <= *argument.as_int();
    }
    if (const std::string* text = instance.as_text()) {
      if (keyword == "minLength")
        return std::cmp_greater_equal(utf8_length(*text), *argument.as_int());
      if (keyword == "maxLength")
        return std::cmp_less_equal(utf8_length(*text), *argument.as_int());
      if (keyword == "pattern") {
        return re2::RE2::PartialMatch({text->data(), text->size()}, re2::RE2{*argument.as_text()});
      }
    }
    if (const Value::List* list = instance.as_list()) {
      if (keyword == "minItems") return std::cmp_greater_equal(list->size(), *argument.as_int());
      if (keyword == "maxItems") return std::cmp_less_equal(list->size(), *argument.as_int());
      if (keyword == "items") return items_accepts(argument, *list);
    }
    if (const Value::Record* record = instance.as_record()) {
      if (keyword == "properties") return properties_accept(*argument.as_record(), *record);
      if (keyword == "required") {
        return std::ranges::all_of(*argument.as_list(), [&](const Value& name) {
          return record->contains(*name.as_text());
        });
      }
      if (keyword == "additionalProperties")
        return nothing_else(schema.find("properties"), *record);
    }
    return true;
  }

  static bool has_type(std::string_view name, const Value& instance) {
    if (name == "string") return instance.as_text() != nullptr;
    if (name == "integer") return instance.as_int() != nullptr;
    if (name == "boolean") return instance.as_bool() != nullptr;
    return name == "array" ? instance.as_list() != nullptr : instance.as_record() != nullptr;
  }

  bool any_accepts(const Value::List& schemas, const Value& instance) {
    for (const Value& schema : schemas) {
      if (accepts(schema, instance)) return true;
      result_ = {};
    }
    return false;
  }

  bool items_accepts(const Value& schema, const Value::List& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!accepts_at("[" + std::to_string(i) + "]", schema, list[i])) return false;
    }
    return true;
  }

  bool properties_accept(const Value::Record& schemas, const Value::Record& record) {
    for (const auto& [name, schema] : schemas) {
      const auto member = record.find(name);
      if (member == record.end()) continue;
      if (!accepts_at(path_.empty() ? name : "." + name, schema, member->second)) return false;
    }
    return true;
  }

  static bool nothing_else(const Value* properties, const Value::Record& record) {
    return std::ranges::all_of(
        record, [&](const auto& member) { return properties && properties->find(member.first); });
  }

  bool accepts_at(const std::string& step, const Value& schema, const Value& instance) {
    const std::size_t size = path_.size();
    path_ += step;
    const bool accepted = accepts(schema, instance);
    path_.resize(size);
    return accepted;
  }

  std::string path_;
  Validation result_;
};

}  // namespace

Validation validate(const Value& schema, const Value& instance) {
  if (auto keyword = first_unsupported(schema)) {
    return {.verdict = Verdict::not_supported, .path = {}, .keyword = std::move(*keyword)};
  }
  return Validator{}.run(schema, instance);
}

namespace {

// The published suite has fractions, which our JSON has not: nullopt for those. 3.0 is 3 there.
// Bounds are tested with fractions only, so those files are read with every number times `scale`.
std::optional<Value> without_fractions(const boost::json::value& json, int scale) {
  switch (json.kind()) {
    case boost::json::kind::null:
      return Value{};
    case boost::json::kind::bool_:
      return Value{json.get_bool()};
    case boost::json::kind::int64:
      return Value{json.get_int64() * scale};
    case boost::json::kind::double_: {
      const double number = json.get_double() * scale;
      const std::int64_t whole = std::llround(number);
      if (std::abs(static_cast<double>(whole) - number) > 1e-9) return std::nullopt;
      return Value{whole};
    }
    case boost::json::kind::string:
      return Value{std::string{json.get_string()}};
    case boost::json::kind::array: {
      Value::List list;
      for (const auto& element : json.get_array()) {
        auto value = without_fractions(element, scale);
        if (!value) return std::nullopt;
        list.push_back(std::move(*value));
      }
      return Value{std::move(list)};
    }
    case boost::json::kind::object: {
      Value::Record record;
      for (const auto& member : json.get_object()) {
        auto value = without_fractions(member.value(), scale);
        if (!value) return std::nullopt;
        record.emplace(member.key(), std::move(*value));
      }
      return Value{std::move(record)};
    }
    default:
      return std::nullopt;
  }
}

// Draft 7 is the newest that Debian's copy has; these keywords mean the same in 2020-12.
TEST(SchemaValidator, AgreesWithThePublishedSuite) {
  const std::filesystem::path suite = "/usr/share/json-schema-test-suite/tests/draft7";
  ASSERT_TRUE(std::filesystem::exists(suite)) << "install json-schema-test-suite";
  int total = 0;
  for (const std::string keyword :
       {"type", "enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "items",
        "minItems", "maxItems", "properties", "required", "additionalProperties", "anyOf"}) {
    std::ifstream in{suite / (keyword + ".json")};
    ASSERT_TRUE(in) << keyword;
    const int scale = keyword == "minimum" || keyword == "maximum" ? 10 : 1;
    int ran = 0;
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    const boost::json::value groups = boost::json::parse(text);
    for (const auto& group : groups.as_array()) {
      const auto schema = without_fractions(group.at("schema"), scale);
      if (!schema || validate(*schema, Value{}).verdict == Verdict::not_supported) continue;
      for (const auto& one : group.at("tests").as_array()) {
        const auto instance = without_fractions(one.at("data"), scale);
        if (!instance) continue;
        const bool expected = one.at("valid").as_bool();
        EXPECT_EQ(validate(*schema, *instance).verdict == Verdict::valid, expected)
            << keyword << ": " << group.at("description") << ": " << one.at("description");
        ++ran;
      }
    }
    std::cout << keyword << ": " << ran << " cases ran\n";
    EXPECT_GT(ran, 0) << keyword;
    total += ran;
  }
  std::cout << total << " cases of the JSON Schema test suite ran\n";
  EXPECT_GE(total, 98);
}

TEST(SchemaValidator, KeywordsItDoesNotWriteAreErrors) {
  for (const char* schema :
       {"true", "1", R"({"minimun":1})", R"({"allOf":[{}]})", R"({"type":["string"]})",
        R"({"type":"number"})", R"({"type":"null"})", R"({"additionalProperties":true})",
        R"({"items":[{}]})", R"({"items":{"not":{}}})", R"({"properties":{"a":{"const":1}}})",
        R"({"anyOf":[]})", R"({"anyOf":[{"type":"string"},{"$ref":"#"}]})", R"({"pattern":"("})",
        R"({"pattern":1})", R"({"maxLength":-1})", R"({"required":"a"})", R"({"enum":1})"}) {
    EXPECT_EQ(validate(parse_json(schema).value(), Value{"x"}).verdict, Verdict::not_supported)
        << schema;
  }
}

TEST(SchemaValidator, SaysWhatFailedAndWhere) {
  const Value schema =
      parse_json(
          R"({"type":"object","properties":{"loads":{"type":"array","items":{"properties":{"mass":{"type":"integer"}}}}}})")
          .value();
  const Validation found = validate(schema, parse_json(R"({"loads":[{},{"mass":"1"}]})").value());
  EXPECT_EQ(found.verdict, Verdict::invalid);
  EXPECT_EQ(found.path, "loads[1].mass");
  EXPECT_EQ(found.keyword, "type");
}

}  // namespace
}  // namespace bashu::packs
