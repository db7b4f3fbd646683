#include "node/certificates.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

#include "base/bytes.h"

namespace bashu::node {

namespace {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freed<X509_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

constexpr std::int64_t kDay = 86'400;

std::unexpected<Fault> fault(const char* doing) {
  const unsigned long code = ERR_get_error();
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return std::unexpected{Fault{.what = std::string{doing} + ": " + text.data()}};
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Bio reader(std::string_view text) {
  return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

Cert read_certificate(std::string_view pem) {
  const Bio bio = reader(pem);
  return Cert{bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr};
}

bool add_extension(X509* to, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  const Extension extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
  return extension && X509_add_ext(to, extension.get(), -1) == 1;
}

bool set_serial(X509* to) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] &= 0x7f;  // positive
  const Number number{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(to));
}

struct Life {
  std::int64_t from = 0, to = 0;  // seconds
};
// Version, serial, names, life and key; neither extensions nor signature.
Cert blank(std::string_view subject, X509* issuer, Life life, EVP_PKEY* key) {
  Cert cert{X509_new()};
  if (!cert || X509_set_version(cert.get(), X509_VERSION_3) != 1 || !set_serial(cert.get())) {
    return nullptr;
  }
  X509_NAME* name = X509_get_subject_name(cert.get());
  const auto* bytes = reinterpret_cast<const unsigned char*>(subject.data());
  const bool done =
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, static_cast<int>(subject.size()),
                                 -1, 0) == 1 &&
      X509_set_issuer_name(cert.get(), issuer ? X509_get_subject_name(issuer) : name) == 1 &&
      ASN1_TIME_set(X509_getm_notBefore(cert.get()), static_cast<std::time_t>(life.from)) &&
      ASN1_TIME_set(X509_getm_notAfter(cert.get()), static_cast<std::time_t>(life.to)) &&
      X509_set_pubkey(cert.get(), key) == 1;
  return done ? std::move(cert) : nullptr;
}

std::expected<Certificate, Fault> as_text(X509* cert, EVP_PKEY* key) {
  const Bio certificate_text{BIO_new(BIO_s_mem())}, key_text{BIO_new(BIO_s_mem())};
  if (!certificate_text || !key_text || PEM_write_bio_X509(certificate_text.get(), cert) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return fault("write certificate");
  }
  return Certificate{.certificate_pem = text_of(certificate_text.get()),
                     .key_pem = text_of(key_text.get())};
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

// What may stand in a subject alternative name without being read as syntax.
bool plain_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':';
  });
}

}  // namespace

std::expected<Certificate, Fault> make_ca(std::string_view party, Instant now) {
  const Key key{EVP_EC_gen("P-256")};
  if (!key) return fault("make key");
  const std::int64_t seconds = now.unix_ms / 1000;
  const Cert cert = blank(std::string{party} + " bashu CA", nullptr,
                          {.from = seconds - kDay, .to = seconds + 3652 * kDay}, key.get());
  if (!cert ||
      !add_extension(cert.get(), cert.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(cert.get(), cert.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(cert.get(), cert.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(cert.get(), key.get(), EVP_sha256()) == 0) {
    return fault("make CA certificate");
  }
  return as_text(cert.get(), key.get());
}

std::expected<Certificate, Fault> issue_certificate(const Certificate& ca, std::string_view host,
                                                    Instant now, int days) {
  if (!plain_host(host)) {
    return std::unexpected{Fault{.what = "no host name or address: " + std::string{host}}};
  }
  const Cert issuer = read_certificate(ca.certificate_pem);
  const Bio key_text = reader(ca.key_pem);
  const Key issuer_key{key_text ? PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr)
                                : nullptr};
  const Key key{EVP_EC_gen("P-256")};
  if (!issuer || !issuer_key || !key) return fault("read CA");
  constexpr std::int64_t kEarly = 3'600;
  const std::int64_t seconds = now.unix_ms / 1000;
  const std::int64_t life = std::clamp(days, 1, kLeafDaysMax) * kDay;
  const std::string name{host};
  const Cert cert = blank(host.substr(0, 64), issuer.get(),
                          {.from = seconds - kEarly, .to = seconds - kEarly + life}, key.get());
  if (!cert ||
      !add_extension(cert.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(cert.get(), issuer.get(), NID_key_usage, "critical,digitalSignature") ||
      !add_extension(cert.get(), issuer.get(), NID_ext_key_usage, "clientAuth,serverAuth") ||
      !add_extension(cert.get(), issuer.get(), NID_subject_alt_name,
                     (is_address(name) ? "IP:" : "DNS:") + name) ||
      !add_extension(cert.get(), issuer.get(), NID_authority_key_identifier, "keyid") ||
      X509_sign(cert.get(), issuer_key.get(), EVP_sha256()) == 0) {
    return fault("issue certificate");
  }
  return as_text(cert.get(), key.get());
}

std::expected<std::string, Fault> certificate_digest(std::string_view pem) {
  const Cert cert = read_certificate(pem);
  unsigned char* der = nullptr;
  const int size = cert ? i2d_X509(cert.get(), &der) : -1;
  if (size < 0) return fault("read certificate");
  const Hash digest = sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return hex(digest);
}

std::expected<std::int64_t, Fault> certificate_end(std::string_view pem) {
  const Cert cert = read_certificate(pem);
  std::tm end{};
  if (!cert || ASN1_TIME_to_tm(X509_get0_notAfter(cert.get()), &end) != 1) {
    return fault("read certificate");
  }
  return static_cast<std::int64_t>(::timegm(&end));
}

std::string host_of(std::string_view endpoint) {
  if (const auto scheme = endpoint.find("://"); scheme != std::string_view::npos) {
    endpoint.remove_prefix(scheme + 3);
  }
  endpoint = endpoint.substr(0, endpoint.find('/'));
  if (endpoint.starts_with("[")) {
    return std::string{endpoint.substr(1, endpoint.find(']') - 1)};
  }
  return std::string{endpoint.substr(0, endpoint.rfind(':'))};
}

}  // namespace bashu::node
