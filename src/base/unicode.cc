#include "base/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

namespace bashu {

namespace {

using Codes = std::vector<utf8proc_int32_t>;

std::optional<Codes> decoded(std::string_view text) {
  Codes codes;
  codes.reserve(text.size());
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t took = utf8proc_iterate(at, left, &code);
    if (took <= 0) return std::nullopt;
    codes.push_back(code);
    at += took;
    left -= took;
  }
  return codes;
}

std::string encoded(const Codes& codes) {
  std::string text;
  for (const utf8proc_int32_t code : codes) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const utf8proc_ssize_t size = utf8proc_encode_char(code, bytes.data());
    for (utf8proc_ssize_t i = 0; i < size; ++i) {
      text += static_cast<char>(bytes[static_cast<std::size_t>(i)]);
    }
  }
  return text;
}

bool is_joiner(utf8proc_int32_t code) { return code == 0x200c || code == 0x200d; }
bool is_invisible(utf8proc_int32_t code) {
  return utf8proc_category(code) == UTF8PROC_CATEGORY_CF || code == 0x115f || code == 0x3164;
}
bool is_blank(utf8proc_int32_t code) {
  return code == ' ' || code == '\t' || code == '\n' || code == '\r' || code == 0x2028 ||
         code == 0x2029 || utf8proc_category(code) == UTF8PROC_CATEGORY_ZS;
}
bool is_hyphen(utf8proc_int32_t code) {
  return utf8proc_category(code) == UTF8PROC_CATEGORY_PD || code == 0x2212;
}
bool is_han(utf8proc_int32_t code) {
  return (code >= 0x3400 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff) ||
         (code >= 0x20000 && code <= 0x323af) || code == 0x3007;
}

std::optional<Codes> cleaned(std::string_view text) {
  auto codes = decoded(text);
  if (!codes) return std::nullopt;
  // Some scripts write with joiners, which no number does.
  std::erase_if(*codes,
                [](utf8proc_int32_t code) { return is_invisible(code) && !is_joiner(code); });
  const auto seen = [](utf8proc_int32_t code) { return !is_blank(code); };
  const auto first = std::ranges::find_if(*codes, seen);
  codes->erase(codes->begin(), first);
  while (!codes->empty() && is_blank(codes->back())) codes->pop_back();
  return codes;
}

// What is no UTF-8 stays as it is.
std::string mapped(std::string_view text, int options) {
  utf8proc_uint8_t* made = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &made,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned{made, &std::free};
  if (size < 0) return std::string{text};
  return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(size)};
}

std::string composed(const std::string& text) { return mapped(text, UTF8PROC_COMPOSE); }

bool is_sign(utf8proc_int32_t code) {
  const utf8proc_category_t category = utf8proc_category(code);
  return !(category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) &&
         !(category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

}  // namespace

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; }) &&
         (text.empty() || (text.front() != ' ' && text.back() != ' '));
}

std::string normal_text(std::string_view text) {
  if (is_plain(text)) return std::string{text};
  const auto codes = cleaned(text);
  if (!codes) return std::string{text};
  return composed(encoded(*codes));
}

std::string normal_name(std::string_view text) {
  const std::string normal = normal_text(text);
  auto codes = decoded(normal);
  if (!codes || std::ranges::none_of(*codes, is_han)) return normal;
  for (std::size_t i = 0; i < codes->size(); ++i) {
    utf8proc_int32_t& code = (*codes)[i];
    const bool beside_han =
        (i > 0 && is_han((*codes)[i - 1])) || (i + 1 < codes->size() && is_han((*codes)[i + 1]));
    if (!beside_han) continue;
    if (code == '(') code = 0xff08;
    if (code == ')') code = 0xff09;
    constexpr std::array<utf8proc_int32_t, 8> kDots = {0x2022, 0x2027, 0x2219, 0x22c5,
                                                       0x30fb, 0xff65, 0x0387, 0x00b7};
    if (std::ranges::find(kDots, code) != kDots.end()) code = 0x00b7;
  }
  return encoded(*codes);
}

std::string likeness(std::string_view text) {
  const std::string folded = mapped(text, UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                                              UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
  auto codes = decoded(folded);
  if (!codes) return folded;
  std::erase_if(*codes, is_sign);
  return encoded(*codes);
}

std::string without_blanks_and_hyphens(std::string_view text) {
  if (is_plain(text) && text.find_first_of(" -") == std::string_view::npos) {
    return std::string{text};
  }
  auto codes = decoded(text);
  if (!codes) return std::string{text};
  std::erase_if(*codes, [](utf8proc_int32_t code) {
    return is_invisible(code) || is_blank(code) || is_hyphen(code);
  });
  return encoded(*codes);
}

std::string cut_short(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string{text};
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string{text.substr(0, end)} + "…";
}

}  // namespace bashu
