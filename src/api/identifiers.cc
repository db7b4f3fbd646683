#include "api/identifiers.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "base/ids.h"
#include "base/unicode.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

using packs::Class;
using packs::Kind;
using packs::Type;

bool admits(const Type& type, std::string_view text) {
  return type.pattern &&
         re2::RE2::FullMatch(re2::StringPiece{text.data(), text.size()}, *type.pattern);
}

// A pattern that takes valid numbers of one kind and no arbitrary text is a field for them.
bool is_for_credit_codes(const Type& type) {
  return admits(type, "91110000101623741K") && admits(type, "911101066976941872") &&
         !admits(type, "Z") && !admits(type, "ZZZZZZZZZZZZZZZZZZ");
}
bool is_for_citizen_numbers(const Type& type) {
  return admits(type, "11010519491231002X") && admits(type, "440524188001010014") &&
         !admits(type, "91110000101623741K") && !admits(type, "Z");
}
bool is_for_manifests(const Type& type) {
  return admits(type, "20225101000001") && !admits(type, "2022510100000A") && !admits(type, "1");
}
bool is_for_institutions(const Type& type) {
  return admits(type, "H41130200746") && !admits(type, "Z41130200746") && !admits(type, "H");
}
bool is_for_codes(const Type& type) {
  return is_for_credit_codes(type) || is_for_manifests(type) || is_for_institutions(type);
}
bool is_token(const Type& type) { return type.kind == Kind::token || type.cls == Class::token; }

std::string kept(const Type& type, const std::string& text) {
  if (is_token(type)) return normal_person(text);
  if (type.kind != Kind::text) return text;
  if (type.pattern) {
    // What such a number would be is compared first: patterns are slow.
    if (std::string number = normal_code(text); number != text && is_for_codes(type)) return number;
    if (std::string number = normal_person(text); number != text && is_for_citizen_numbers(type)) {
      return number;
    }
    return normal_text(text);
  }
  return type.cls >= Class::personal ? normal_name(text) : normal_text(text);
}

void keep(const Type& type, Value& value);
void keep(const std::vector<packs::Member>& fields, Value& form) {
  Value::Record* record = form.as_record();
  if (!record || packs::is_sealed(form)) return;
  for (const packs::Member& field : fields) {
    if (const auto it = record->find(field.name); it != record->end())
      keep(*field.type, it->second);
  }
}
void keep(const Type& type, Value& value) {
  if (const std::string* text = value.as_text()) {
    if (std::string normal = kept(type, *text); normal != *text) value = std::move(normal);
  } else if (Value::List* list = value.as_list(); list && type.element) {
    for (Value& item : *list) keep(*type.element, item);
  } else if (type.kind == Kind::record) {
    keep(type.members, value);
  }
}

// Where a value stands in a form; spelled only where something is wrong with it.
struct Place {
  const Place* above = nullptr;
  std::string_view name{};
  std::optional<std::size_t> index{};  // instead of a name

  [[nodiscard]] std::string path() const {
    std::string before = above ? above->path() : std::string{};
    if (index) return before + "[" + std::to_string(*index) + "]";
    if (!before.empty()) before += '.';
    return before.append(name);
  }
};

// Calls `see` for every text of the form with its type and place.
template <typename See>
void each_text(const std::vector<packs::Member>& fields, const Value& form, const Place& place,
               const See& see);
template <typename See>
void each_text(const Type& type, const Value& value, const Place& place, const See& see) {
  if (value.as_text()) {
    see(type, *value.as_text(), place);
  } else if (const Value::List* list = value.as_list(); list && type.element) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      each_text(*type.element, (*list)[i], Place{.above = &place, .index = i}, see);
    }
  } else if (type.kind == Kind::record) {
    each_text(type.members, value, place, see);
  }
}
template <typename See>
void each_text(const std::vector<packs::Member>& fields, const Value& form, const Place& place,
               const See& see) {
  for (const packs::Member& field : fields) {
    if (const Value* member = form.find(field.name)) {
      each_text(*field.type, *member, Place{.above = &place, .name = field.name}, see);
    }
  }
}

// The lengths of these numbers: what has another is no such number, or its form is refused.
constexpr std::size_t kCitizen = 18;
constexpr std::size_t kCredit = 18;
constexpr std::size_t kManifest = 14;
constexpr std::size_t kInstitution = 12;

bool looks_like_citizen_number(std::string_view text) {
  const auto digits = text.substr(0, kCitizen - 1);
  const char last = text.size() == kCitizen ? text.back() : ' ';
  return digits.size() == kCitizen - 1 &&
         digits.find_first_not_of("0123456789") == std::string_view::npos &&
         ((last >= '0' && last <= '9') || last == 'X');
}

std::vector<Title> wrong_with(const Type& type, const std::string& text, const Doubts& doubts) {
  if (type.kind == Kind::place) {
    auto doubt = doubts.divisions.doubt(text, doubts.today);
    return doubt ? std::vector{std::move(*doubt)} : std::vector<Title>{};
  }
  if (looks_like_citizen_number(text) && (is_token(type) || is_for_citizen_numbers(type))) {
    return check_citizen_number(text, doubts.today).wrong;
  }
  if (type.kind != Kind::text || !type.pattern) return {};
  if (text.size() == kCredit && is_for_credit_codes(type)) return check_credit_code(text).wrong;
  if (text.size() == kManifest && is_for_manifests(type)) return check_manifest_number(text).wrong;
  if (text.size() == kInstitution && is_for_institutions(type)) {
    return check_medical_institution(text).wrong;
  }
  return {};
}

}  // namespace

Value normalised(const std::vector<packs::Member>& fields, Value form) {
  keep(fields, form);
  return form;
}

std::optional<packs::FormError> find_nobody(const std::vector<packs::Member>& fields,
                                            const Value& form, const std::string& path) {
  std::optional<packs::FormError> found;
  each_text(fields, form, Place{.name = path},
            [&](const Type& type, const std::string& text, const Place& at) {
              if (found || !is_token(type) || !text.empty()) return;
              found = {.path = at.path(), .why = texts::title("identifiers.nobody")};
            });
  return found;
}

std::vector<Warning> identifier_warnings(const std::vector<packs::Member>& fields,
                                         const Value& form, const std::string& path,
                                         const Doubts& doubts) {
  std::vector<Warning> out;
  each_text(fields, form, Place{.name = path},
            [&](const Type& type, const std::string& text, const Place& at) {
              for (Title& why : wrong_with(type, text, doubts)) {
                out.push_back({at.path(), std::move(why)});
              }
            });
  return out;
}

}  // namespace bashu::api
