#include "evidence/sealed.h"

#include <sodium.h>

#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "evidence/members.h"

namespace bashu::evidence {
namespace {

constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kSealKeySize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kSealNonceSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::uint8_t* bytes(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

struct Sealed {
  std::string key_id, nonce, box;
  std::optional<std::string> aad;
};
std::optional<Sealed> read_sealed(const Value& value) {
  Members members{value};
  members.require(members.text("$sealed") == "1");
  members.require(members.text("alg") == "XC20P");
  Sealed sealed{.key_id = members.text("dek"),
                .nonce = members.bytes("nonce", kSealNonceSize),
                .box = members.bytes("box"),
                .aad = std::nullopt};
  if (value.find("aad")) sealed.aad = members.text("aad");
  members.require(sealed.box.size() >= kTagSize);
  if (!members.sound()) return std::nullopt;
  return sealed;
}

}  // namespace

Value seal_value(std::string_view plain_json, const Sealing& how, Aad aad) {
  BASHU_ASSERT(how.key.size() == kSealKeySize && how.nonce.size() == kSealNonceSize);
  std::string box(plain_json.size() + kTagSize, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(box), nullptr, bytes(plain_json),
                                             plain_json.size(), bytes(how.aad), how.aad.size(),
                                             nullptr, bytes(how.nonce), bytes(how.key));
  Value::Record record{{"$sealed", "1"},
                       {"alg", "XC20P"},
                       {"dek", how.key_id},
                       {"nonce", base64url(how.nonce)},
                       {"box", base64url(box)}};
  if (aad == Aad::carried) record.emplace("aad", how.aad);
  return record;
}

std::string sealed_aad(std::string_view party, std::string_view case_id, std::string_view pointer) {
  std::string aad = "bashu.sealed/v1\n";
  for (const std::string_view part : {party, case_id, pointer}) {
    aad += part;
    aad += '\n';
  }
  return aad;
}

bool is_sealed(const Value& value) { return read_sealed(value).has_value(); }

std::string sealing_key_id(const Value& value) {
  const std::optional<Sealed> sealed = read_sealed(value);
  return sealed ? sealed->key_id : std::string{};
}

Verified<std::string> open_value(const Value& value, std::string_view key, std::string_view aad) {
  const std::optional<Sealed> sealed = read_sealed(value);
  if (!sealed) return std::unexpected{Bad{"sealed-form"}};
  if (sealed->aad) {
    if (!aad.empty() && aad != *sealed->aad) return std::unexpected{Bad{"sealed-box"}};
    aad = *sealed->aad;
  }
  std::string plain(sealed->box.size() - kTagSize, '\0');
  if (key.size() != kSealKeySize ||
      crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(plain), nullptr, nullptr, bytes(sealed->box),
                                                 sealed->box.size(), bytes(aad), aad.size(),
                                                 bytes(sealed->nonce), bytes(key)) != 0)
    return std::unexpected{Bad{"sealed-box"}};
  return plain;
}

}  // namespace bashu::evidence
