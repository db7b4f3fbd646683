#include "base/ids.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/unicode.h"

namespace bashu {

namespace {

// 0-9 and A-Z without I, O, S, V and Z, which are mistaken for 1, 0, 5, U and 2.
constexpr std::string_view kCreditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr std::string_view kDigits = "0123456789";

// First two digits of GB/T 2260, with the codes of residence permits for Hong Kong, Macao and
// Taiwan (81, 82, 83).
constexpr std::array<std::string_view, 35> kProvinces = {
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34",
    "35", "36", "37", "41", "42", "43", "44", "45", "46", "50", "51", "52",
    "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83"};

// Registering authority and class of GB 32100 and its extensions, as far as they are known here.
constexpr std::array<std::string_view, 35> kRegistrarClasses = {
    "11", "12", "13", "19", "21", "29", "31", "32", "33", "34", "35", "39",
    "41", "49", "51", "52", "53", "59", "61", "62", "69", "71", "72", "79",
    "81", "89", "91", "92", "93", "A1", "N1", "N2", "N3", "N9", "Y1"};

void wrong(IdEvidence& evidence, std::string en, std::string zh) {
  evidence.wrong.push_back({{"en", std::move(en)}, {"zh", std::move(zh)}});
}

bool all_digits(std::string_view text) {
  return text.find_first_not_of(kDigits) == std::string_view::npos;
}
int digit(char c) { return c - '0'; }
int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + digit(c);
  return value;
}

bool is_province(std::string_view code) {
  return std::ranges::find(kProvinces, code) != kProvinces.end();
}
void check_province(IdEvidence& evidence, std::string_view code) {
  if (is_province(code)) return;
  wrong(evidence, "no province has the code " + std::string{code},
        "没有代码为" + std::string{code} + "的省级行政区");
}

bool check_length(IdEvidence& evidence, std::size_t length) {
  // Normal text is counted in bytes: what is not ASCII is wrong below in any case.
  if (evidence.normal.size() == length) return true;
  wrong(evidence, "must have " + std::to_string(length) + " characters",
        "应为" + std::to_string(length) + "位");
  return false;
}

void check_birth(IdEvidence& evidence, std::string_view digits, std::optional<Date> today) {
  const std::optional<Date> born = Date::from_civil(
      number(digits.substr(0, 4)), number(digits.substr(4, 2)), number(digits.substr(6, 2)));
  if (!born || born->year() < 1850) {
    wrong(evidence, "the birth is no day of the calendar", "出生日期不存在");
  } else if (today && *born > *today) {
    wrong(evidence, "the birth lies in the future", "出生日期晚于今天");
  }
}

char citizen_check(std::string_view digits) {
  constexpr std::array<int, 17> kWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += digit(digits[i]) * kWeights[i];
  return "10X98765432"[sum % 11];
}

// Of the eight characters of an organisation code: letters count from A = 10.
char organisation_check(std::string_view code) {
  constexpr std::array<int, 8> kWeights = {3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) {
    const char c = code[i];
    sum += (c <= '9' ? digit(c) : c - 'A' + 10) * kWeights[i];
  }
  const int rest = 11 - sum % 11;
  return rest == 10 ? 'X' : rest == 11 ? '0' : static_cast<char>('0' + rest);
}

char credit_check(std::string_view code) {
  constexpr std::array<std::size_t, 17> kWeights = {1,  3,  9,  27, 19, 26, 16, 17, 20,
                                                    29, 25, 13, 8,  24, 10, 30, 28};
  std::size_t sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) {
    sum += kCreditAlphabet.find(code[i]) * kWeights[i];
  }
  return kCreditAlphabet[(31 - sum % 31) % 31];
}

void check_character(IdEvidence& evidence, char found, char expected, const std::string& en,
                     const std::string& zh) {
  if (found == expected) return;
  wrong(evidence, en + " is " + found + ", computed " + expected,
        zh + "为" + found + "，计算应为" + expected);
}

// `[A-Z]{letters}[0-9]{digits}`
bool is_form(std::string_view id, std::size_t letters, std::size_t digits) {
  return id.size() == letters + digits && all_digits(id.substr(letters)) &&
         std::ranges::all_of(id.substr(0, letters), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Of citizens and, beginning with 9 or 81 to 83, of residents with the same number.
bool is_citizen_form(std::string_view id) {
  return id.size() == 18 && all_digits(id.substr(0, 17)) &&
         (all_digits(id.substr(17)) || id[17] == 'X');
}

// The number of 18 digits that took the place of one of 15; empty if it was none.
std::string successor_of(std::string_view id) {
  if (id.size() != 15 || !all_digits(id) || !is_province(id.substr(0, 2))) return {};
  std::string longer{id};
  longer.insert(6, "19");
  if (!Date::from_civil(number(longer.substr(6, 4)), number(longer.substr(10, 2)),
                        number(longer.substr(12, 2)))) {
    return {};
  }
  longer += citizen_check(longer);
  return longer;
}

bool is_permit_of_hong_kong_or_macao(std::string_view id) {
  return (id.starts_with('H') || id.starts_with('M')) && (is_form(id, 1, 8) || is_form(id, 1, 10));
}

bool is_passport_or_permit(std::string_view id) {
  return is_form(id, 1, 7) || is_form(id, 1, 8) || is_form(id, 2, 7) ||  // passports of China
         is_form(id, 3, 12) ||                // permanent residence of foreigners until 2023
         (id.size() == 8 && all_digits(id));  // permit for Taiwan residents since 2015
}

bool is_registrar_class(std::string_view pair) {
  return std::ranges::find(kRegistrarClasses, pair) != kRegistrarClasses.end();
}

}  // namespace

std::string normal_id(std::string_view text) {
  std::string normal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    const auto byte = [&](std::size_t k) { return static_cast<std::uint8_t>(text[k]); };
    const auto continues = [&](std::size_t k) { return (byte(k) & 0xc0U) == 0x80; };
    if (byte(i) == 0xef && text.size() - i >= 3 && continues(i + 1) && continues(i + 2)) {
      // U+FF01..FF5E are ASCII U+0021..007E in full width.
      const unsigned code = (byte(i + 1) & 0x3fU) << 6 | (byte(i + 2) & 0x3fU);
      if (code >= 0xf01 && code <= 0xf5e) {
        c = static_cast<char>(code - 0xf01 + 0x21);
        i += 2;
      }
    } else if (text.substr(i).starts_with("\xe3\x80\x80")) {  // ideographic space
      c = ' ';
      i += 2;
    }
    normal += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  constexpr std::string_view kWhite = " \t\r\n";
  const std::size_t begin = normal.find_first_not_of(kWhite);
  if (begin == std::string::npos) return {};
  return normal.substr(begin, normal.find_last_not_of(kWhite) - begin + 1);
}

std::string normal_code(std::string_view text) {
  return normal_id(without_blanks_and_hyphens(text));
}

std::string normal_person(std::string_view text) {
  const std::string id = normal_code(text);
  if (std::string longer = successor_of(id); !longer.empty()) return longer;
  constexpr std::size_t kHolder = 9;  // characters that stay through renewals
  if (is_permit_of_hong_kong_or_macao(id)) return id.substr(0, kHolder);
  if (is_citizen_form(id) || is_passport_or_permit(id)) return id;
  return normal_text(text);
}

IdEvidence check_citizen_number(std::string_view text, std::optional<Date> today) {
  IdEvidence evidence{.normal = normal_id(text), .wrong = {}};
  const std::string_view id = evidence.normal;
  if (id.size() == 15 && all_digits(id)) {
    wrong(evidence, "has 15 digits, as before 1999: it has no check character",
          "为1999年前的15位号码，没有校验码");
    check_province(evidence, id.substr(0, 2));
    check_birth(evidence, "19" + std::string{id.substr(6, 6)}, today);
    return evidence;
  }
  if (!check_length(evidence, 18)) return evidence;
  if (!all_digits(id.substr(0, 17)) || (!all_digits(id.substr(17)) && id[17] != 'X')) {
    wrong(evidence, "must be 17 digits and a digit or X", "应为17位数字加一位数字或X");
    return evidence;
  }
  check_character(evidence, id[17], citizen_check(id), "the check character", "校验码");
  // Numbers of foreign permanent residents begin with 9 and name no province.
  if (id[0] != '9') check_province(evidence, id.substr(0, 2));
  check_birth(evidence, id.substr(6, 8), today);
  return evidence;
}

IdEvidence check_credit_code(std::string_view text) {
  IdEvidence evidence{.normal = normal_id(text), .wrong = {}};
  const std::string_view id = evidence.normal;
  if (!check_length(evidence, 18)) return evidence;
  if (id.find_first_not_of(kCreditAlphabet) != std::string_view::npos) {
    wrong(evidence,
          "holds a character that no code has: I, O, S, V and Z may stand for 1, 0, 5, U and 2",
          "含有代码中不使用的字符：I、O、S、V、Z可能是1、0、5、U、2之误");
    return evidence;
  }
  check_character(evidence, id[17], credit_check(id), "the check character", "校验码");
  check_character(evidence, id[16], organisation_check(id.substr(8, 8)),
                  "the check character of the organisation code (17th character)",
                  "组织机构代码校验码（第17位）");
  if (!all_digits(id.substr(2, 6))) {
    wrong(evidence, "characters 3 to 8 must be a division code of six digits",
          "第3至8位应为六位行政区划代码");
  }
  if (!is_registrar_class(id.substr(0, 2))) {
    wrong(evidence,
          "no registering authority and class is known for " + std::string{id.substr(0, 2)},
          "未知的登记管理部门和机构类别：" + std::string{id.substr(0, 2)});
  }
  return evidence;
}

IdEvidence check_manifest_number(std::string_view text) {
  IdEvidence evidence{.normal = normal_id(text), .wrong = {}};
  const std::string_view id = evidence.normal;
  if (!check_length(evidence, 14)) return evidence;
  if (!all_digits(id)) {
    wrong(evidence, "must be 14 digits", "应为14位数字");
    return evidence;
  }
  const int year = number(id.substr(0, 4));
  if (year < 2000 || year > 2100) {
    wrong(evidence, "the first four digits must be a year", "前四位应为年份");
  }
  check_province(evidence, id.substr(4, 2));
  return evidence;
}

IdEvidence check_medical_institution(std::string_view text) {
  IdEvidence evidence{.normal = normal_id(text), .wrong = {}};
  const std::string_view id = evidence.normal;
  if (!check_length(evidence, 12)) return evidence;
  if ((id[0] != 'H' && id[0] != 'P') || !all_digits(id.substr(1))) {
    wrong(evidence, "must be H (P for a pharmacy) and 11 digits", "应为H（药店为P）加11位数字");
    return evidence;
  }
  check_province(evidence, id.substr(1, 2));
  return evidence;
}

}  // namespace bashu
