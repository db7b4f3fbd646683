#include "evidence/sm2.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdint>
#include <utility>

#include "base/assert.h"

namespace bashu::evidence {
namespace {

constexpr int kHalf = kSm2SignatureSize / 2;

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* what) const { Free(what); }
};
template <typename T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, Free>>;
using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Digest = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Pair = Owned<ECDSA_SIG, ECDSA_SIG_free>;
void free_bio(BIO* bio) { BIO_free(bio); }
using Bio = Owned<BIO, free_bio>;

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::uint8_t* bytes(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

// What fails leaves its story with the thread; nobody reads it.
struct NoErrors {
  NoErrors() = default;
  NoErrors(const NoErrors&) = delete;
  NoErrors& operator=(const NoErrors&) = delete;
  ~NoErrors() { ERR_clear_error(); }
};

Key read_point(std::string_view point) {
  if (point.size() != kSm2KeySize || point.front() != 0x04) return nullptr;
  std::string group = "SM2", copy{point};
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy.data(), copy.size()),
      OSSL_PARAM_construct_end()};
  const Context context{EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr)};
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY,
                        const_cast<OSSL_PARAM*>(params)) != 1)
    return nullptr;
  return Key{key};
}

// As OpenSSL takes it: DER of the two numbers.
std::string to_der(std::string_view signature) {
  const Pair pair{ECDSA_SIG_new()};
  BIGNUM* r = BN_bin2bn(bytes(signature), kHalf, nullptr);
  BIGNUM* s = BN_bin2bn(bytes(signature.substr(kHalf)), kHalf, nullptr);
  BASHU_ASSERT(pair && r && s && ECDSA_SIG_set0(pair.get(), r, s) == 1);
  std::uint8_t* out = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &out);
  BASHU_ASSERT(size > 0);
  std::string der(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return der;
}

std::string from_der(std::string_view der) {
  const std::uint8_t* at = bytes(der);
  const Pair pair{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))};
  std::string signature(kSm2SignatureSize, '\0');
  BASHU_ASSERT(pair);
  BASHU_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), bytes(signature), kHalf) == kHalf);
  BASHU_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), bytes(signature) + kHalf, kHalf) ==
               kHalf);
  return signature;
}

}  // namespace

bool verify_sm2(std::string_view public_key, std::string_view message, std::string_view signature) {
  const NoErrors quiet;
  if (signature.size() != kSm2SignatureSize) return false;
  const Key key = read_point(public_key);
  const Digest digest{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* context = nullptr;  // of `digest`
  if (!key || !digest ||
      EVP_DigestVerifyInit(digest.get(), &context, EVP_sm3(), nullptr, key.get()) != 1 ||
      EVP_PKEY_CTX_set1_id(context, kSm2Id.data(), static_cast<int>(kSm2Id.size())) != 1)
    return false;
  const std::string der = to_der(signature);
  return EVP_DigestVerify(digest.get(), bytes(der), der.size(), bytes(message), message.size()) ==
         1;
}

Sm2Key Sm2Key::make() {
  std::shared_ptr<EVP_PKEY> key{EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2"), EVP_PKEY_free};
  BASHU_ASSERT(key);
  return Sm2Key{std::move(key)};
}

std::optional<Sm2Key> Sm2Key::read(std::string_view pem) {
  const NoErrors quiet;
  const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  // An empty passphrase, so that a key that has one is refused and not asked for.
  std::shared_ptr<EVP_PKEY> key{
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, const_cast<char*>("")), EVP_PKEY_free};
  if (!key || EVP_PKEY_is_a(key.get(), "SM2") != 1) return std::nullopt;
  return Sm2Key{std::move(key)};
}

std::string Sm2Key::pem() const {
  const Bio bio{BIO_new(BIO_s_mem())};
  BASHU_ASSERT(
      PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string Sm2Key::public_key() const {
  std::string point(kSm2KeySize, '\0');
  std::size_t size = 0;
  BASHU_ASSERT(EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes(point),
                                               point.size(), &size) == 1);
  BASHU_ASSERT(size == kSm2KeySize && point.front() == 0x04);
  return point;
}

std::string Sm2Key::sign(std::string_view message) const {
  const Digest digest{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* context = nullptr;  // of `digest`
  BASHU_ASSERT(digest &&
               EVP_DigestSignInit(digest.get(), &context, EVP_sm3(), nullptr, key_.get()) == 1);
  BASHU_ASSERT(EVP_PKEY_CTX_set1_id(context, kSm2Id.data(), static_cast<int>(kSm2Id.size())) == 1);
  std::size_t size = 0;
  BASHU_ASSERT(EVP_DigestSign(digest.get(), nullptr, &size, bytes(message), message.size()) == 1);
  std::string der(size, '\0');
  BASHU_ASSERT(EVP_DigestSign(digest.get(), bytes(der), &size, bytes(message), message.size()) ==
               1);
  der.resize(size);
  return from_der(der);
}

}  // namespace bashu::evidence
