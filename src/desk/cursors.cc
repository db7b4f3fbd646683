#include "desk/cursors.h"

#include <sodium.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "node/files.h"

namespace bashu::desk {

namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* in(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* out(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

Cursors::Cursors(const std::filesystem::path& file) : key_(kKeyBytes, '\0') {
  BASHU_ASSERT(::sodium_init() >= 0);
  const auto kept = node::read_file(file);
  if (kept && kept->size() == kKeyBytes) {
    key_ = *kept;
    return;
  }
  ::randombytes_buf(key_.data(), key_.size());
  static_cast<void>(node::write_file(file, key_));
}

std::string Cursors::seal(std::string_view place, std::string_view of) const {
  if (place.empty()) return {};
  // The nonce is made of what is sealed: it repeats only where the whole cursor does.
  const std::string all = std::to_string(of.size()) + ":" + std::string{of} + std::string{place};
  std::string sealed(kNonceBytes, '\0');
  ::crypto_generichash(out(sealed), kNonceBytes, in(all), all.size(), in(key_), key_.size());
  const std::string nonce = sealed;
  std::string text(place.size() + kTagBytes, '\0');
  ::crypto_aead_xchacha20poly1305_ietf_encrypt(out(text), nullptr, in(place), place.size(), in(of),
                                               of.size(), nullptr, in(nonce), in(key_));
  return base64url(sealed + text);
}

std::optional<std::string> Cursors::open(std::string_view cursor, std::string_view of) const {
  if (cursor.empty()) return std::string{};
  const auto bytes = from_base64url(cursor);
  if (!bytes || bytes->size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view text = std::string_view{*bytes}.substr(kNonceBytes);
  std::string place(text.size() - kTagBytes, '\0');
  if (::crypto_aead_xchacha20poly1305_ietf_decrypt(out(place), nullptr, nullptr, in(text),
                                                   text.size(), in(of), of.size(), in(*bytes),
                                                   in(key_)) != 0) {
    return std::nullopt;
  }
  return place;
}

}  // namespace bashu::desk
