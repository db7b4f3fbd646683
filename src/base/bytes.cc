#include "base/bytes.h"

#include <openssl/evp.h>

#include <bit>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/assert.h"

namespace bashu {

namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// A tree of a million entries hashes two million 65-byte nodes: the digest is looked up once and a
// thread's context is used again, because both cost more than such a node's compression.
Hash hash_parts(std::string_view head, std::string_view tail) {
  static EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  BASHU_ASSERT(digest != nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
  Hash hash;
  unsigned size = 0;
  BASHU_ASSERT(context && EVP_DigestInit_ex2(context.get(), digest, nullptr) == 1);
  BASHU_ASSERT(EVP_DigestUpdate(context.get(), head.data(), head.size()) == 1);
  if (!tail.empty()) BASHU_ASSERT(EVP_DigestUpdate(context.get(), tail.data(), tail.size()) == 1);
  BASHU_ASSERT(EVP_DigestFinal_ex(context.get(), hash.data(), &size) == 1 && size == hash.size());
  return hash;
}

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t kNone = 0xff;

using Reverse = std::array<std::uint8_t, 256>;
constexpr Reverse reverse(std::string_view alphabet) {
  Reverse table{};
  table.fill(kNone);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}
constexpr Reverse kFromHex = reverse(kHexDigits);
constexpr Reverse kFromStandard = reverse(kStandard);
constexpr Reverse kFromUrl = reverse(kUrl);

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

// Without padding.
std::string encode64(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<std::uint8_t>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += alphabet[(held >> bits) & 63];
    }
    held &= (1U << bits) - 1;
  }
  if (bits > 0) text += alphabet[(held << (6 - bits)) & 63];
  return text;
}

// Of text without padding; refuses a lone digit and spare bits that are not zero.
std::optional<std::string> decode64(std::string_view text, const Reverse& table) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t digit = table[byte_at(text, i)];
    if (digit == kNone) return std::nullopt;
    held = (held << 6) | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(held >> bits);
      held &= (1U << bits) - 1;
    }
  }
  if (held != 0) return std::nullopt;
  return bytes;
}

// Length of the well-formed sequence at `i`; 0 if there is none. Unicode 15, table 3-7.
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const std::uint8_t lead = byte_at(text, i);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() - i < length) return 0;
  const std::uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte_at(text, i + 1) < low || byte_at(text, i + 1) > high) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xc0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

Hash sha256(std::string_view bytes) { return hash_parts(bytes, {}); }
Hash sha256(std::string_view head, std::string_view tail) { return hash_parts(head, tail); }

std::string hex(std::string_view bytes) {
  std::string text(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint8_t byte = byte_at(bytes, i);
    text[2 * i] = kHexDigits[byte >> 4];
    text[2 * i + 1] = kHexDigits[byte & 15];
  }
  return text;
}

std::string hex(const Hash& hash) { return hex(as_bytes(hash)); }

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::uint8_t high = kFromHex[byte_at(text, i)];
    const std::uint8_t low = kFromHex[byte_at(text, i + 1)];
    if (high == kNone || low == kNone) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::optional<Hash> hash_from_hex(std::string_view text) {
  if (text.size() != 2 * std::tuple_size_v<Hash>) return std::nullopt;
  const std::optional<std::string> bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  Hash hash;
  std::memcpy(hash.data(), bytes->data(), hash.size());
  return hash;
}

std::string base64(std::string_view bytes) {
  std::string text = encode64(bytes, kStandard);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode64(text, kFromStandard);
}

std::string base64url(std::string_view bytes) { return encode64(bytes, kUrl); }

std::optional<std::string> from_base64url(std::string_view text) {
  return decode64(text, kFromUrl);
}

std::optional<std::size_t> utf8_fault(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  for (std::size_t i = 0; i < text.size();) {
    std::uint64_t word = 0;
    if (text.size() - i >= sizeof word) {
      std::memcpy(&word, text.data() + i, sizeof word);
      if ((word & kHighBits) == 0) {
        i += sizeof word;
        continue;
      }
    }
    const std::size_t length = sequence_length(text, i);
    if (length == 0) return i;
    i += length;
  }
  return std::nullopt;
}

bool is_utf8(std::string_view text) { return !utf8_fault(text); }

std::size_t utf8_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) length += (static_cast<std::uint8_t>(c) & 0xc0) != 0x80;
  return length;
}

}  // namespace bashu
