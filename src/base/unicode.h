// Texts that look alike and are the same: composed characters, invisible ones, blanks of any kind.
// Normalisation itself is that of the Unicode standard (Annex 15), by utf8proc.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bashu {

// As it is kept: NFC, no byte order mark and no invisible character, no blank of any kind at either
// end. What is no UTF-8 stays as it is: its form is judged elsewhere.
[[nodiscard]] std::string normal_text(std::string_view text);
// True if both normal_text() and normal_name() leave it as it is, as can be told at a glance: it is
// printable ASCII without a blank at either end.
[[nodiscard]] bool is_plain(std::string_view text);
// The name of a person, a firm or a place: the same, and between Chinese characters brackets are
// （）and the dot of foreign names is ·, however they were typed.
[[nodiscard]] std::string normal_name(std::string_view text);
// No blank of any kind, no invisible character, no hyphen or dash anywhere.
[[nodiscard]] std::string without_blanks_and_hyphens(std::string_view text);

// What two texts have in common that differ in writing alone: letters and digits, without case,
// width, marks, blanks and signs. Only for comparing; it is never kept.
[[nodiscard]] std::string likeness(std::string_view text);

// The text, or as many whole characters of it as `most` bytes hold and a mark that there is more.
[[nodiscard]] std::string cut_short(std::string_view text, std::size_t most);

}  // namespace bashu
