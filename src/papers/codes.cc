#include "papers/codes.h"

#include <sodium.h>

#include <array>

#include "base/assert.h"
#include "node/files.h"

namespace bashu::papers {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kPlaceBytes = 5, kTagBytes = 10;
constexpr int kBitsEach = 5;
constexpr std::size_t kLength = (kPlaceBytes + kTagBytes) * 8 / kBitsEach;
constexpr std::size_t kPlaceLength = kPlaceBytes * 8 / kBitsEach;
constexpr std::size_t kGroup = 4;

unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string letters(std::string_view bytes) {
  std::string out;
  unsigned held = 0;
  int bits = 0;
  for (const char byte : bytes) {
    held = held << 8 | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= kBitsEach; bits -= kBitsEach) {
      out += kAlphabet[held >> (bits - kBitsEach) & 31u];
    }
  }
  return out;
}

char as_written(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return '0';
  return c == 'I' || c == 'L' ? '1' : c;
}

}  // namespace

Codes::Codes(const std::filesystem::path& file) : key_(crypto_generichash_KEYBYTES, '\0') {
  BASHU_ASSERT(::sodium_init() >= 0);
  const auto kept = node::read_file(file);
  if (kept && kept->size() == key_.size()) {
    key_ = *kept;
    return;
  }
  ::randombytes_buf(key_.data(), key_.size());
  static_cast<void>(node::write_file(file, key_));
}

std::string Codes::of(std::uint64_t opened, std::string_view case_id,
                      std::string_view paper) const {
  std::string place;
  for (std::size_t i = kPlaceBytes; i-- > 0;) place += static_cast<char>(opened >> (8 * i) & 0xff);
  std::string told = "bashu.paper/v1\n" + std::to_string(opened) + "\n" + std::string{case_id} +
                     "\n" + std::string{paper};
  // BLAKE2b gives at least 16 bytes.
  std::string tag(crypto_generichash_BYTES, '\0');
  std::string key = key_;
  ::crypto_generichash(raw(tag), tag.size(), raw(told), told.size(), raw(key), key.size());
  return letters(place + tag.substr(0, kTagBytes));
}

std::optional<std::string> spelled(std::string_view text) {
  std::array<char, kLength> code{};
  std::size_t size = 0;
  for (const char given : text) {
    if (given == '-' || given == ' ') continue;
    const char c = as_written(given);
    if (size == kLength || !kAlphabet.contains(c)) return std::nullopt;
    code[size++] = c;
  }
  if (size != kLength) return std::nullopt;
  return std::string{code.data(), size};
}

std::string grouped(std::string_view code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); i += kGroup) {
    out += (i ? "-" : "") + std::string{code.substr(i, kGroup)};
  }
  return out;
}

std::uint64_t opened_at(std::string_view code) {
  std::uint64_t place = 0;
  for (const char c : code.substr(0, kPlaceLength)) {
    place = place << kBitsEach | kAlphabet.find(c);
  }
  return place;
}

}  // namespace bashu::papers
