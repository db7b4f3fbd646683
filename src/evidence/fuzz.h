// What the fuzz targets of evidence share: a key of their own, so that they can sign what the
// fuzzer invents and reach the readers behind a signature.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace bashu::evidence::fuzz {

struct Key {
  std::string public_key = std::string(crypto_sign_PUBLICKEYBYTES, '\0');
  std::string secret_key = std::string(crypto_sign_SECRETKEYBYTES, '\0');

  Key() {
    const std::string seed(crypto_sign_SEEDBYTES, 's');
    crypto_sign_seed_keypair(reinterpret_cast<std::uint8_t*>(public_key.data()),
                             reinterpret_cast<std::uint8_t*>(secret_key.data()),
                             reinterpret_cast<const std::uint8_t*>(seed.data()));
  }
};
inline const Key& key() {
  static const Key kKey;
  return kKey;
}

inline std::string_view input(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A finding: the fuzzer reports the input that led here.
inline void require(bool fact) {
  if (!fact) std::abort();
}

}  // namespace bashu::evidence::fuzz
