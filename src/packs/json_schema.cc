#include "packs/json_schema.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace bashu::packs {

namespace {

// A year other than 0000, and a leap year.
constexpr std::string_view kYear = "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)";
constexpr std::string_view kLeapYear =
    "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)";

std::string date_pattern() {
  const std::string year{kYear};
  return "^(" + year + "-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|" +
         "(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|" + std::string{kLeapYear} +
         "-02-29)$";
}

std::string_view class_name(Class cls) {
  constexpr std::array<std::string_view, 5> kNames = {"public", "internal", "token", "personal",
                                                      "sensitive"};
  return kNames[static_cast<std::size_t>(cls)];
}

Value titles(const Title& title) {
  Value::Record record;
  for (const auto& [language, text] : title) record.emplace(language, text);
  return Value{std::move(record)};
}

Value text_schema(std::string pattern) {
  return Value{Value::Record{{"type", "string"}, {"pattern", std::move(pattern)}}};
}
Value text_schema(std::int64_t length_min, std::int64_t length_max) {
  return Value{
      Value::Record{{"type", "string"}, {"minLength", length_min}, {"maxLength", length_max}}};
}

Value object_schema(Value::Record properties, Value::List required) {
  return Value{Value::Record{{"type", "object"},
                             {"properties", std::move(properties)},
                             {"required", std::move(required)},
                             {"additionalProperties", false}}};
}

Value sealed_schema() {
  const Value text{Value::Record{{"type", "string"}}};
  return object_schema({{"$sealed", Value{Value::Record{{"enum", Value::List{"1"}}}}},
                        {"alg", text},
                        {"dek", text},
                        {"nonce", text},
                        {"box", text},
                        {"aad", text}},
                       {"$sealed", "alg", "box", "dek", "nonce"});
}

Value document_schema(Sealed sealed) {
  Value name = text_schema(1, kNameLengthMax);
  if (sealed == Sealed::allowed) {
    name = Value{Value::Record{{"anyOf", Value::List{std::move(name), sealed_schema()}}}};
  }
  return object_schema(
      {{"sha256", text_schema("^[0-9a-f]{64}$")},
       {"name", std::move(name)},
       {"media", text_schema(1, kTokenLengthMax)},
       {"size", Value{Value::Record{{"type", "integer"}, {"minimum", 0}, {"maximum", kNumberMax}}}},
       {"dek", text_schema(1, kTokenLengthMax)}},
      {"sha256", "name"});
}

// What is accepted, without the texts that describe it.
Value form_schema(const Type& type, Sealed sealed) {
  switch (type.kind) {
    case Kind::boolean:
      return Value{Value::Record{{"type", "boolean"}}};
    case Kind::integer:
    case Kind::money:
    case Kind::quantity: {
      const NumberRange range = number_range(type);
      return Value{
          Value::Record{{"type", "integer"}, {"minimum", range.min}, {"maximum", range.max}}};
    }
    case Kind::date:
      return text_schema(date_pattern());
    case Kind::month:
      return text_schema("^" + std::string{kYear} + "-(0[1-9]|1[0-2])$");
    case Kind::place:
      return text_schema("^[0-9]{6}$");
    case Kind::digest:
      return text_schema("^sha256:[0-9a-z]{1,64}$");
    case Kind::party:
      return text_schema("^[a-zA-Z][A-Za-z0-9-]{0,31}$");
    case Kind::document:
      return document_schema(sealed);
    case Kind::choice: {
      Value::List codes;
      for (const auto& [code, title] : type.choices) codes.emplace_back(code);
      return Value{Value::Record{{"enum", std::move(codes)}}};
    }
    case Kind::text:
    case Kind::token:
    case Kind::ref: {
      const NumberRange range = size_range(type);
      Value schema = text_schema(range.min, range.max);
      if (type.pattern) {
        schema.as_record()->emplace("pattern", "^(?:" + type.pattern->pattern() + ")$");
      }
      return schema;
    }
    case Kind::list: {
      const NumberRange range = size_range(type);
      return Value{Value::Record{{"type", "array"},
                                 {"items", json_schema(*type.element, sealed)},
                                 {"minItems", range.min},
                                 {"maxItems", range.max}}};
    }
    case Kind::record:
      return json_schema(type.members, sealed);
  }
  return Value{Value::Record{{"enum", Value::List{}}}};  // accepts nothing
}

void describe(const Type& type, Value::Record& schema) {
  if (!type.title.empty()) {
    schema.emplace("title", in_language(type.title, "en"));
    schema.emplace("x-titles", titles(type.title));
  }
  schema.emplace("x-class", class_name(type.cls));
  if (!type.help.empty()) schema.emplace("x-help", titles(type.help));
  if (!type.wrong.empty()) schema.emplace("x-wrong", titles(type.wrong));
  if (!type.example.is_null()) schema.emplace("examples", Value::List{type.example});
  if (!type.accepts.empty()) {
    schema.emplace("x-accepts", Value::List{type.accepts.begin(), type.accepts.end()});
  }
  if (type.kind == Kind::document && type.max) schema.emplace("x-size-max", *type.max);
  if (!type.unit.empty()) {
    schema.emplace("x-unit", type.unit);
    schema.emplace("x-scale", type.scale);
  }
  if (type.kind == Kind::date) schema.emplace("format", "date");
  if (!type.ref_to.empty()) schema.emplace("x-ref", type.ref_to);
  if (type.kind == Kind::choice) {
    Value::Record choices;
    for (const auto& [code, title] : type.choices) choices.emplace(code, titles(title));
    schema.emplace("x-choices", std::move(choices));
  }
}

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

Value json_schema(const Type& type, Sealed sealed) {
  Value schema = form_schema(type, sealed);
  if (!type.readable() && sealed == Sealed::allowed) {
    schema = Value{Value::Record{{"anyOf", Value::List{std::move(schema), sealed_schema()}}}};
  }
  describe(type, *schema.as_record());
  return schema;
}

Value json_schema(const std::vector<Member>& members, Sealed sealed) {
  Value::Record properties;
  Value::List required;
  for (const Member& member : members) {
    properties.emplace(member.name, json_schema(*member.type, sealed));
    if (!member.type->optional) required.emplace_back(member.name);
  }
  return object_schema(std::move(properties), std::move(required));
}

Validation validate(const Value& schema, const Value& instance) {
  if (auto keyword = first_unsupported(schema)) {
    return {.verdict = Verdict::not_supported, .path = {}, .keyword = std::move(*keyword)};
  }
  return Validator{}.run(schema, instance);
}

}  // namespace bashu::packs
