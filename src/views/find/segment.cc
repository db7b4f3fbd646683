#include "views/find/segment.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bashu::views {

namespace {

struct Character {
  char32_t code = 0;
  std::string bytes;
};

// Broken UTF-8 reads as spaces.
std::vector<Character> characters(std::string_view text) {
  std::vector<Character> list;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    if ((byte >= 0x80 && byte < 0xC2) || at + size > text.size()) {
      list.push_back({.code = U' ', .bytes = " "});
      ++at;
      continue;
    }
    char32_t code = size == 1 ? byte : byte & (0x7Fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
      code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
    }
    Character one{.code = code, .bytes = std::string{text.substr(at, size)}};
    constexpr char32_t kWideFirst = 0xFF01, kWideLast = 0xFF5E, kNarrow = 0xFEE0;
    if (code >= kWideFirst && code <= kWideLast) {
      one.code = code - kNarrow;
      one.bytes = std::string(1, static_cast<char>(one.code));
    }
    list.push_back(std::move(one));
    at += size;
  }
  return list;
}

// Ideographs, kana, hangul: written without spaces.
bool is_unspaced(char32_t code) {
  return (code >= 0x3400 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0x3041 && code <= 0x30FF) || (code >= 0xAC00 && code <= 0xD7A3) ||
         (code >= 0x20000 && code <= 0x3FFFF) || code == 0x3007;
}
// What ends a word: everything in ASCII but letters and digits, and the signs of Chinese texts.
bool is_gap(char32_t code) {
  if (code < 0x80) {
    return !((code >= U'0' && code <= U'9') || (code >= U'a' && code <= U'z') ||
             (code >= U'A' && code <= U'Z'));
  }
  return (code >= 0x2000 && code <= 0x303F && code != 0x3007) || code >= 0xFF00 || code == 0xB7;
}

struct Piece {
  bool unspaced = false;
  std::vector<std::string> characters;
};
std::vector<Piece> pieces(std::string_view text) {
  std::vector<Piece> list;
  bool gap = true;
  for (Character& one : characters(text)) {
    if (!is_unspaced(one.code) && is_gap(one.code)) {
      gap = true;
      continue;
    }
    const bool unspaced = is_unspaced(one.code);
    if (gap || list.back().unspaced != unspaced)
      list.push_back({.unspaced = unspaced, .characters = {}});
    list.back().characters.push_back(std::move(one.bytes));
    gap = false;
  }
  return list;
}

std::vector<std::string> pairs(const Piece& piece) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i + 1 < piece.characters.size(); ++i) {
    list.push_back(piece.characters[i] + piece.characters[i + 1]);
  }
  return list;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

// One character may be another: without the pairs it stands in, the others must all be there; a
// character left by itself begins a pair or is the last of its run.
std::string with_one_wrong(const Piece& piece) {
  const std::vector<std::string> words = pairs(piece);
  std::vector<std::string> ways;
  for (std::size_t wrong = 0; wrong < piece.characters.size(); ++wrong) {
    std::vector<std::string> rest;
    if (wrong == 1) rest.push_back("\"" + piece.characters.front() + "\"*");
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i != wrong && i + 1 != wrong) rest.push_back("\"" + words[i] + "\"");
    }
    if (wrong + 2 == piece.characters.size()) {
      rest.push_back("\"" + piece.characters.back() + "\"*");
    }
    ways.push_back("(" + joined(rest, " AND ") + ")");
  }
  return "(" + joined(ways, " OR ") + ")";
}

// The last letters of the last word may be missing.
std::string match_of(const Piece& piece, bool last, bool tolerant) {
  const std::string whole = joined(piece.characters, "");
  if (!piece.unspaced) return "\"" + whole + (last ? "\"*" : "\"");
  if (piece.characters.size() == 1) return "\"" + whole + "\"*";
  const std::vector<std::string> words = pairs(piece);
  if (tolerant && words.size() > 1) return with_one_wrong(piece);
  return "\"" + joined(words, " ") + "\"";
}

}  // namespace

std::string segmented(std::string_view text) {
  std::vector<std::string> words;
  for (const Piece& piece : pieces(text)) {
    if (!piece.unspaced) {
      words.push_back(joined(piece.characters, ""));
      continue;
    }
    for (std::string& word : pairs(piece)) words.push_back(std::move(word));
    words.push_back(piece.characters.back());
  }
  return joined(words, " ");
}

std::string match_of(std::string_view text, bool tolerant) {
  constexpr std::size_t kPiecesMax = 16;
  std::vector<std::string> conditions;
  std::vector<Piece> all = pieces(text);
  if (all.size() > kPiecesMax) all.resize(kPiecesMax);
  for (std::size_t i = 0; i < all.size(); ++i) {
    conditions.push_back("text : " + match_of(all[i], i + 1 == all.size(), tolerant));
  }
  return joined(conditions, " AND ");
}

}  // namespace bashu::views
