#include "packs/json_schema.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

Value document_schema(const Type& type, Sealed sealed) {
  Value name = text_schema(1, kNameLengthMax);
  if (sealed == Sealed::allowed) {
    name = Value{Value::Record{{"anyOf", Value::List{std::move(name), sealed_schema()}}}};
  }
  return object_schema({{"sha256", text_schema("^[0-9a-f]{64}$")},
                        {"name", std::move(name)},
                        {"media", text_schema(1, kTokenLengthMax)},
                        {"size", Value{Value::Record{{"type", "integer"},
                                                     {"minimum", 0},
                                                     {"maximum", type.max.value_or(kNumberMax)}}}},
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
      return document_schema(type, sealed);
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

}  // namespace bashu::packs
