// Ed25519 by libsodium: the only predicate that decides (docs/formats/evidence.md section 2).
#pragma once

#include <string>
#include <string_view>

namespace bashu::evidence {

// crypto_sign_verify_detached; false also for wrong lengths.
[[nodiscard]] bool verify_ed25519(std::string_view public_key, std::string_view message,
                                  std::string_view signature);
// secret_key as libsodium has it, 64 bytes. 64 bytes of signature.
[[nodiscard]] std::string sign_ed25519(std::string_view secret_key, std::string_view message);

struct SigningPair {
  std::string public_key;  // 32 bytes
  std::string secret_key;  // 64 bytes
};
[[nodiscard]] SigningPair signing_pair(std::string_view seed);  // of 32 bytes

}  // namespace bashu::evidence
