#include "api/identifiers.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace bashu::api {

namespace {

constexpr std::string_view kCreditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool looks_like_citizen_number(std::string_view text) {
  return text.size() == 18 && std::ranges::all_of(text.substr(0, 17), is_digit) &&
         (is_digit(text[17]) || text[17] == 'X');
}

bool looks_like_credit_code(std::string_view text) {
  return text.size() == 18 && std::ranges::all_of(text, [](char c) {
           return kCreditAlphabet.find(c) != std::string_view::npos;
         });
}

// The nine characters of an organisation code (GB 11714): eight and a check.
bool organisation_code_holds(std::string_view code) {
  constexpr int kWeights[] = {3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const int digit = is_digit(code[i]) ? code[i] - '0' : code[i] - 'A' + 10;
    sum += digit * kWeights[i];
  }
  const int rest = 11 - sum % 11;
  const char expected = rest == 10 ? 'X' : rest == 11 ? '0' : static_cast<char>('0' + rest);
  return code[8] == expected;
}

bool admits(const packs::Type& type, std::string_view text) {
  return type.pattern &&
         re2::RE2::FullMatch(re2::StringPiece{text.data(), text.size()}, *type.pattern);
}

// A pattern that takes valid numbers of one kind and no arbitrary text is a field for them.
bool is_field_for_credit_codes(const packs::Type& type) {
  return admits(type, "91110000101623741K") && admits(type, "911101066976941872") &&
         !admits(type, "Z") && !admits(type, "ZZZZZZZZZZZZZZZZZZ");
}
bool is_field_for_citizen_numbers(const packs::Type& type) {
  return admits(type, "11010519491231002X") && admits(type, "440524188001010014") &&
         !admits(type, "91110000101623741K") && !admits(type, "Z");
}

void look(const packs::Type& type, const Value& value, const std::string& path,
          std::vector<Warning>& out) {
  if (const std::string* text = value.as_text()) {
    const bool person = type.kind == packs::Kind::token || is_field_for_citizen_numbers(type);
    if (person && looks_like_citizen_number(*text) && !citizen_number_holds(*text)) {
      out.push_back({path,
                     {{"en", "The check digit of the citizen number is wrong (GB 11643)."},
                      {"zh", "公民身份号码校验码不符（GB 11643）。"}}});
    }
    if (type.kind == packs::Kind::text && is_field_for_credit_codes(type) &&
        looks_like_credit_code(*text) && !credit_code_holds(*text)) {
      out.push_back({path,
                     {{"en", "The check character of the credit code is wrong (GB 32100)."},
                      {"zh", "统一社会信用代码校验码不符（GB 32100）。"}}});
    }
    return;
  }
  if (const Value::List* list = value.as_list(); list && type.element) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      look(*type.element, (*list)[i], path + "[" + std::to_string(i) + "]", out);
    }
    return;
  }
  if (type.kind != packs::Kind::record) return;
  auto inside = identifier_warnings(type.members, value, path);
  std::ranges::move(inside, std::back_inserter(out));
}

}  // namespace

bool citizen_number_holds(std::string_view number) {
  if (!looks_like_citizen_number(number)) return false;
  constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += (number[i] - '0') * kWeights[i];
  return number[17] == "10X98765432"[sum % 11];
}

bool credit_code_holds(std::string_view code) {
  if (!looks_like_credit_code(code)) return false;
  constexpr int kWeights[] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    sum += static_cast<int>(kCreditAlphabet.find(code[i])) * kWeights[i];
  }
  const auto expected = static_cast<std::size_t>((31 - sum % 31) % 31);
  return code[17] == kCreditAlphabet[expected] && organisation_code_holds(code.substr(8, 9));
}

std::vector<Warning> identifier_warnings(const std::vector<packs::Member>& fields,
                                         const Value& value, const std::string& path) {
  std::vector<Warning> out;
  for (const packs::Member& field : fields) {
    if (const Value* member = value.find(field.name)) {
      look(*field.type, *member, path.empty() ? field.name : path + "." + field.name, out);
    }
  }
  return out;
}

}  // namespace bashu::api
