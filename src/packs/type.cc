#include "packs/type.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/date.h"

namespace bashu::packs {

namespace {

std::string below(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

FormError wrong(const std::string& path, std::string en, std::string zh) {
  return {.path = path, .why = {{"en", std::move(en)}, {"zh", std::move(zh)}}};
}

// `1234567 fen` as people write it: 12345.67 CNY.
std::string amount(std::int64_t number, const Type& type) {
  std::string digits = std::to_string(number < 0 ? -number : number);
  const auto scale = static_cast<std::size_t>(std::max(type.scale, 0));
  if (scale > 0) {
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale, 1, '.');
  }
  if (number < 0) digits.insert(0, 1, '-');
  return type.unit.empty() ? digits : digits + " " + type.unit;
}

std::optional<FormError> check_number(const Type& type, const Value& value,
                                      const std::string& path) {
  const std::int64_t* number = value.as_int();
  if (!number) {
    if (type.scale > 0) {
      return wrong(
          path,
          "must be a whole number of the smallest unit, with " + std::to_string(type.scale) +
              " decimal places of " + type.unit,
          "应为最小单位的整数（" + type.unit + "的" + std::to_string(type.scale) + "位小数）");
    }
    return wrong(path, "must be a whole number", "应为整数");
  }
  const NumberRange range = number_range(type);
  if (*number < range.min) {
    return wrong(path, "must be at least " + amount(range.min, type),
                 "不得小于" + amount(range.min, type));
  }
  if (*number > range.max) {
    return wrong(path, "must be at most " + amount(range.max, type),
                 "不得大于" + amount(range.max, type));
  }
  return std::nullopt;
}

std::optional<FormError> check_size(const Type& type, std::size_t size, const std::string& path,
                                    std::string_view en, std::string_view zh) {
  const NumberRange range = size_range(type);
  if (std::cmp_less(size, range.min)) {
    return wrong(path, "must have at least " + std::to_string(range.min) + std::string{en},
                 "至少应有" + std::to_string(range.min) + std::string{zh});
  }
  if (std::cmp_greater(size, range.max)) {
    return wrong(path, "must have at most " + std::to_string(range.max) + std::string{en},
                 "最多可有" + std::to_string(range.max) + std::string{zh});
  }
  return std::nullopt;
}

bool all_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}
constexpr std::string_view kDigits = "0123456789";

bool is_place(std::string_view text) { return text.size() == 6 && all_of(text, kDigits); }

bool is_digest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  return !text.empty() && text.size() <= 64 && all_of(text, "0123456789abcdefghijklmnopqrstuvwxyz");
}

bool is_party(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.size() <= 32 && kLetters.find(text[0]) != std::string_view::npos &&
         all_of(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
}

std::optional<FormError> check_choice(const Type& type, const std::string& text,
                                      const std::string& path) {
  std::string en, zh;
  for (const auto& [code, title] : type.choices) {
    if (code == text) return std::nullopt;
    en += (en.empty() ? "" : ", ") + code;
    zh += (zh.empty() ? "" : "、") + code;
  }
  return wrong(path, "must be one of " + en, "应为下列之一：" + zh);
}

std::optional<FormError> check_text(const Type& type, const Value& value, const std::string& path) {
  const std::string* text = value.as_text();
  if (!text) return wrong(path, "must be a text", "应为文本");
  switch (type.kind) {
    case Kind::date:
      if (Date::parse(*text)) return std::nullopt;
      return wrong(path, "must be a day of the calendar, written 2026-03-31",
                   "应为有效日期，写作2026-03-31");
    case Kind::month:
      if (is_month(*text)) return std::nullopt;
      return wrong(path, "must be a month, written 2026-03", "应为月份，写作2026-03");
    case Kind::place:
      if (is_place(*text)) return std::nullopt;
      return wrong(path, "must be a division code of six digits", "应为六位行政区划代码");
    case Kind::digest:
      if (is_digest(*text)) return std::nullopt;
      return wrong(path, "must be a digest: sha256: and 64 hexadecimal digits",
                   "应为摘要：sha256:后接64位十六进制数字");
    case Kind::party:
      if (is_party(*text)) return std::nullopt;
      return wrong(path, "must be the id of a party, such as sichuan",
                   "应为参与方标识，例如sichuan");
    case Kind::choice:
      return check_choice(type, *text, path);
    default:
      break;
  }
  if (auto error = check_size(type, utf8_length(*text), path, " characters", "个字符")) {
    return error;
  }
  if (type.pattern && !re2::RE2::FullMatch({text->data(), text->size()}, *type.pattern)) {
    if (!type.wrong.empty()) return FormError{.path = path, .why = type.wrong};
    return wrong(path, "must have the form " + type.pattern->pattern(),
                 "应符合格式 " + type.pattern->pattern());
  }
  return std::nullopt;
}

bool is_text_at(const Value& record, std::string_view name, std::size_t size_max) {
  const Value* member = record.find(name);
  const std::string* text = member ? member->as_text() : nullptr;
  return text && !text->empty() && utf8_length(*text) <= size_max;
}

// The form that values take where they are sealed; a mask shown to a reader has it not.
bool has_sealed_form(const Value& value) {
  if (value.text_at("$sealed") != "1") return false;
  for (const char* required : {"alg", "dek", "nonce", "box"}) {
    const Value* member = value.find(required);
    if (!member || !member->as_text()) return false;
  }
  const Value* aad = value.find("aad");
  return (!aad || aad->as_text()) && value.as_record()->size() == (aad ? 6 : 5);
}

// `image/*` accepts every image.
bool accepted(const std::vector<std::string>& accepts, const std::string& media) {
  return std::ranges::any_of(accepts, [&media](const std::string& one) {
    return one == media ||
           (one.ends_with("/*") && media.starts_with(one.substr(0, one.size() - 1)));
  });
}

std::optional<FormError> check_document(const Type& type, const Value& value,
                                        const std::string& path) {
  const Value::Record* record = value.as_record();
  if (!record) {
    return wrong(path, "must be a document: {sha256, name}, with media and size where known",
                 "应为文件：{sha256, name}，可含media和size");
  }
  for (const auto& [name, member] : *record) {
    constexpr std::array<std::string_view, 5> kKnown = {"sha256", "name", "media", "size", "dek"};
    if (std::ranges::find(kKnown, name) == kKnown.end()) {
      return wrong(below(path, name), "is no part of a document: remove it",
                   "不是文件的组成部分，请删除");
    }
  }
  const std::string digest = value.text_at("sha256");
  if (digest.size() != 64 || !all_of(digest, "0123456789abcdef")) {
    return wrong(below(path, "sha256"), "must be 64 hexadecimal digits in lower case",
                 "应为64位小写十六进制数字");
  }
  const Value* name = value.find("name");
  if (!(name && has_sealed_form(*name)) && !is_text_at(value, "name", kNameLengthMax)) {
    return wrong(below(path, "name"),
                 "must be a file name of at most " + std::to_string(kNameLengthMax) + " characters",
                 "应为文件名，最多" + std::to_string(kNameLengthMax) + "个字符");
  }
  for (const char* optional : {"media", "dek"}) {
    if (value.find(optional) && !is_text_at(value, optional, kTokenLengthMax)) {
      return wrong(below(path, optional),
                   "must be a text of at most " + std::to_string(kTokenLengthMax) + " characters",
                   "应为文本，最多" + std::to_string(kTokenLengthMax) + "个字符");
    }
  }
  if (const Value* size = value.find("size")) {
    if (!size->as_int() || *size->as_int() < 0 || *size->as_int() > kNumberMax) {
      return wrong(below(path, "size"), "must be the number of bytes", "应为字节数");
    }
    if (type.max && *size->as_int() > *type.max) {
      const std::string most = std::to_string(*type.max);
      return wrong(path, "must have at most " + most + " bytes", "最多" + most + "字节");
    }
  }
  if (value.find("media") && !type.accepts.empty() &&
      !accepted(type.accepts, value.text_at("media"))) {
    std::string en, zh;
    for (const std::string& media : type.accepts) {
      en += (en.empty() ? "" : ", ") + media;
      zh += (zh.empty() ? "" : "、") + media;
    }
    return wrong(path, "must be a document of the kind " + en, "文件类型应为" + zh);
  }
  return std::nullopt;
}

std::optional<FormError> check_list(const Type& type, const Value& value, const std::string& path) {
  const Value::List* list = value.as_list();
  if (!list) return wrong(path, "must be a list", "应为列表");
  if (auto error = check_size(type, list->size(), path, " entries", "项")) return error;
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (auto error = check(*type.element, (*list)[i], path + "[" + std::to_string(i) + "]")) {
      return error;
    }
  }
  return std::nullopt;
}

std::optional<FormError> check_record(const Type& type, const Value& value,
                                      const std::string& path) {
  const Value::Record* record = value.as_record();
  if (!record) return wrong(path, "must be a record", "应为记录");
  for (const Member& member : type.members) {
    const Value* inner = value.find(member.name);
    if (inner) {
      if (auto error = check(*member.type, *inner, below(path, member.name))) return error;
    } else if (!member.type->optional) {
      return missing(below(path, member.name));
    }
  }
  for (const auto& [name, inner] : *record) {
    if (!type.member(name)) {
      return wrong(below(path, name), "is not asked for: remove it", "无需此项，请删除");
    }
  }
  return std::nullopt;
}

}  // namespace

const Type* Type::member(std::string_view name) const {
  const auto found = std::ranges::find(members, name, &Member::name);
  return found == members.end() ? nullptr : found->type.get();
}

NumberRange number_range(const Type& type) {
  return {.min = std::max(type.min.value_or(-kNumberMax), -kNumberMax),
          .max = std::min(type.max.value_or(kNumberMax), kNumberMax)};
}

NumberRange size_range(const Type& type) {
  const std::int64_t most = type.kind == Kind::list   ? kListLengthMax
                            : type.kind == Kind::text ? kTextLengthMax
                                                      : kTokenLengthMax;
  return {.min = std::max<std::int64_t>(type.min.value_or(0), 0),
          .max = std::min(type.max.value_or(most), most)};
}

bool is_sealed(const Value& value) { return value.find("$sealed") != nullptr; }

FormError missing(const std::string& path) { return wrong(path, "is missing", "缺少此项"); }

std::optional<FormError> check(const Type& type, const Value& value, const std::string& path) {
  if (!type.readable() && has_sealed_form(value)) return std::nullopt;
  switch (type.kind) {
    case Kind::integer:
    case Kind::money:
    case Kind::quantity:
      return check_number(type, value, path);
    case Kind::boolean:
      if (value.as_bool()) return std::nullopt;
      return wrong(path, "must be true or false", "应为true或false");
    case Kind::list:
      return check_list(type, value, path);
    case Kind::record:
      return check_record(type, value, path);
    case Kind::document:
      return check_document(type, value, path);
    default:
      return check_text(type, value, path);
  }
}

Value documents_from_names(const Type& type, const Value& value) {
  if (type.kind == Kind::document && value.as_text()) {
    return Value{Value::Record{{"sha256", hex(sha256(*value.as_text()))}, {"name", value}}};
  }
  if (const Value::List* list = value.as_list(); list && type.kind == Kind::list) {
    Value::List converted;
    for (const Value& element : *list) {
      converted.push_back(documents_from_names(*type.element, element));
    }
    return Value{std::move(converted)};
  }
  if (const Value::Record* record = value.as_record(); record && type.kind == Kind::record) {
    Value::Record converted;
    for (const auto& [name, inner] : *record) {
      const Type* member = type.member(name);
      converted.emplace(name, member ? documents_from_names(*member, inner) : inner);
    }
    return Value{std::move(converted)};
  }
  return value;
}

}  // namespace bashu::packs
