// What proves who somebody is, and what of it is kept. The journal holds digests only: of a key's
// secret, which is 256 bits of chance; of the salted hash of a password, which itself lies in
// DIR/passwords.json; and of who somebody is at a provider.
#pragma once

#include <string>
#include <string_view>

namespace bashu::people {

inline constexpr std::size_t kPasswordMin = 10, kPasswordMax = 200;
inline constexpr std::size_t kSecretRandom = 32;

// `bashu_...`. `random` is at least kSecretRandom bytes of chance.
[[nodiscard]] std::string new_secret(std::string_view random);
[[nodiscard]] std::string key_proof(std::string_view secret);
// The same, of the hexadecimal SHA-256 of a secret: as earlier versions kept it.
[[nodiscard]] std::string key_proof_of_digest(std::string_view sha256_hex);

[[nodiscard]] std::string hash_password(std::string_view password);  // argon2id, with its salt
[[nodiscard]] bool password_fits(std::string_view password, const std::string& hash);
[[nodiscard]] std::string password_proof(std::string_view hash);

[[nodiscard]] std::string provider_proof(std::string_view issuer, std::string_view subject);

}  // namespace bashu::people
