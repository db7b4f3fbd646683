#include "evidence/signing.h"

#include <sodium.h>

#include <cstdint>

#include "base/assert.h"

namespace bashu::evidence {
namespace {

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

bool verify_ed25519(std::string_view public_key, std::string_view message,
                    std::string_view signature) {
  return public_key.size() == crypto_sign_PUBLICKEYBYTES && signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(bytes(signature), bytes(message), message.size(),
                                     bytes(public_key)) == 0;
}

std::string sign_ed25519(std::string_view secret_key, std::string_view message) {
  BASHU_ASSERT(secret_key.size() == crypto_sign_SECRETKEYBYTES);
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<std::uint8_t*>(signature.data()), nullptr, bytes(message),
                       message.size(), bytes(secret_key));
  return signature;
}

SigningPair signing_pair(std::string_view seed) {
  BASHU_ASSERT(::sodium_init() >= 0 && seed.size() == crypto_sign_SEEDBYTES);
  SigningPair pair{.public_key = std::string(crypto_sign_PUBLICKEYBYTES, '\0'),
                   .secret_key = std::string(crypto_sign_SECRETKEYBYTES, '\0')};
  crypto_sign_seed_keypair(reinterpret_cast<std::uint8_t*>(pair.public_key.data()),
                           reinterpret_cast<std::uint8_t*>(pair.secret_key.data()), bytes(seed));
  return pair;
}

}  // namespace bashu::evidence
