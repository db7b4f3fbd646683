#include "api/text_rules.h"

#include "base/ids.h"
#include "base/unicode.h"

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

bool once(std::optional<bool>& known, const Type& type, bool (*is)(const Type&)) {
  if (!known) known = is(type);
  return *known;
}

bool is_for_codes(Use& use) { return use.credit_codes() || use.manifests() || use.institutions(); }

std::optional<std::string> if_other(std::string normal, const std::string& text) {
  if (normal == text) return std::nullopt;
  return normal;
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

}  // namespace

std::string Place::path() const {
  std::string before = above ? above->path() : std::string{};
  if (index) return before + "[" + std::to_string(*index) + "]";
  if (!before.empty()) before += '.';
  return before.append(name);
}

bool Use::is_token() const { return type_->kind == Kind::token || type_->cls == Class::token; }
bool Use::credit_codes() { return once(credit_codes_, *type_, is_for_credit_codes); }
bool Use::citizen_numbers() { return once(citizen_numbers_, *type_, is_for_citizen_numbers); }
bool Use::manifests() { return once(manifests_, *type_, is_for_manifests); }
bool Use::institutions() { return once(institutions_, *type_, is_for_institutions); }

bool is_without_rules(const Type& type) {
  return type.kind != Kind::text && type.kind != Kind::place && !type.pattern &&
         !Use{type}.is_token();
}

std::optional<std::string> kept(Use& use, const std::string& text) {
  const Type& type = use.type();
  if (use.is_token()) return if_other(normal_person(text), text);
  if (type.kind != Kind::text) return std::nullopt;
  if (type.pattern) {
    // What such a number would be is compared first: patterns are slow.
    if (std::string number = normal_code(text); number != text && is_for_codes(use)) return number;
    if (std::string number = normal_person(text); number != text && use.citizen_numbers()) {
      return number;
    }
  }
  if (is_plain(text)) return std::nullopt;
  const bool is_name = !type.pattern && type.cls >= Class::personal;
  return if_other(is_name ? normal_name(text) : normal_text(text), text);
}

std::vector<Title> wrong_with(Use& use, const std::string& text, const Doubts& doubts) {
  const Type& type = use.type();
  if (type.kind == Kind::place) {
    auto doubt = doubts.divisions.doubt(text, doubts.today);
    return doubt ? std::vector{std::move(*doubt)} : std::vector<Title>{};
  }
  if (looks_like_citizen_number(text) && (use.is_token() || use.citizen_numbers())) {
    return check_citizen_number(text, doubts.today).wrong;
  }
  if (type.kind != Kind::text || !type.pattern) return {};
  if (text.size() == kCredit && use.credit_codes()) return check_credit_code(text).wrong;
  if (text.size() == kManifest && use.manifests()) return check_manifest_number(text).wrong;
  if (text.size() == kInstitution && use.institutions()) {
    return check_medical_institution(text).wrong;
  }
  return {};
}

}  // namespace bashu::api
