#include "people/secrets.h"

#include <sodium.h>

#include <array>

#include "base/assert.h"
#include "base/bytes.h"

namespace bashu::people {

namespace {

// A digest of one kind never is one of another.
std::string proof(std::string_view kind, std::string_view of) {
  return hex(sha256("bashu " + std::string{kind} + " 1\n" + std::string{of}));
}

}  // namespace

std::string new_secret(std::string_view random) {
  BASHU_ASSERT(random.size() >= kSecretRandom);
  return "bashu_" + base64url(random.substr(0, kSecretRandom));
}

std::string key_proof(std::string_view secret) { return key_proof_of_digest(hex(sha256(secret))); }

std::string key_proof_of_digest(std::string_view sha256_hex) { return proof("key", sha256_hex); }

std::string hash_password(std::string_view password) {
  BASHU_ASSERT(::sodium_init() >= 0);
  std::array<char, crypto_pwhash_STRBYTES> out{};
  BASHU_ASSERT(::crypto_pwhash_str_alg(
                   out.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                   crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) == 0);
  return out.data();
}

bool password_fits(std::string_view password, const std::string& hash) {
  BASHU_ASSERT(::sodium_init() >= 0);
  return ::crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::string password_proof(std::string_view hash) { return proof("password", hash); }

std::string provider_proof(std::string_view issuer, std::string_view subject) {
  return proof("provider", std::string{issuer} + "\n" + std::string{subject});
}

}  // namespace bashu::people
