#include "base/digest.h"

#include <openssl/evp.h>

#include "base/assert.h"

namespace bashu {

struct Digest::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() { BASHU_ASSERT(context && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Digest::Digest() : state_{std::make_unique<State>()} {}
Digest::~Digest() = default;

void Digest::add(std::string_view piece) {
  BASHU_ASSERT(EVP_DigestUpdate(state_->context, piece.data(), piece.size()) == 1);
}

Hash Digest::end() {
  Hash hash;
  unsigned size = 0;
  BASHU_ASSERT(EVP_DigestFinal_ex(state_->context, hash.data(), &size) == 1 && size == hash.size());
  return hash;
}

}  // namespace bashu
