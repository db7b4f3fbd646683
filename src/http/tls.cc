#include "http/tls.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <utility>

namespace bashu::http {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bio reader(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free_all};
}
Certificate next_certificate(BIO* from) {
  return {PEM_read_bio_X509(from, nullptr, nullptr, nullptr), &X509_free};
}

std::unexpected<Fault> fault(std::string what) {
  std::array<char, 256> text{};
  if (const unsigned long code = ERR_get_error(); code != 0) {
    ERR_error_string_n(code, text.data(), text.size());
    what += ": ";
    what += text.data();
  }
  ERR_clear_error();
  return std::unexpected{Fault{std::move(what)}};
}

// The leaf of a peer: what chain building does not ask.
int check_peer(int accepted, X509_STORE_CTX* store) {
  if (accepted == 0 || X509_STORE_CTX_get_error_depth(store) != 0) return accepted;
  X509* leaf = X509_STORE_CTX_get_current_cert(store);
  int days = 0, seconds = 0;
  const bool dated =
      ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(leaf), X509_get0_notAfter(leaf)) == 1;
  constexpr std::uint32_t kBoth = XKU_SSL_SERVER | XKU_SSL_CLIENT;
  const bool both = (X509_get_extension_flags(leaf) & EXFLAG_XKUSAGE) != 0 &&
                    (X509_get_extended_key_usage(leaf) & kBoth) == kBoth;
  if (dated && days < kLeafDaysMax && both) return 1;
  X509_STORE_CTX_set_error(store, both ? X509_V_ERR_CERT_HAS_EXPIRED : X509_V_ERR_INVALID_PURPOSE);
  return 0;
}

std::expected<TlsContext, Fault> make_context(const SSL_METHOD* method) {
  TlsContext context{SSL_CTX_new(method), &SSL_CTX_free};
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION) != 1) {
    return fault("TLS 1.3 is not available");
  }
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_max_early_data(context.get(), 0);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  return context;
}

std::expected<void, Fault> use_own(SSL_CTX* context, const TlsOwn& own) {
  const Bio certificates = reader(own.certificate);
  const Certificate leaf = next_certificate(certificates.get());
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return fault("the TLS certificate cannot be used");
  }
  while (const Certificate more = next_certificate(certificates.get())) {
    if (SSL_CTX_add1_chain_cert(context, more.get()) != 1) return fault("the TLS chain");
  }
  ERR_clear_error();  // the end of the text
  const Bio text = reader(own.key);
  const Key key{PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free};
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return fault("the TLS key cannot be used");
  }
  return {};
}

std::expected<void, Fault> trust(SSL_CTX* context, const std::vector<std::string>& authorities) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const std::string& pem : authorities) {
    const Bio text = reader(pem);
    const Certificate authority = next_certificate(text.get());
    if (!authority || X509_STORE_add_cert(store, authority.get()) != 1) {
      return fault("an authority's certificate cannot be used");
    }
    SSL_CTX_add_client_CA(context, authority.get());
  }
  ERR_clear_error();
  return {};
}

std::expected<TlsContext, Fault> peer_context(const SSL_METHOD* method, const TlsOwn& own,
                                              const std::vector<std::string>& authorities) {
  auto context = make_context(method);
  if (!context) return context;
  if (auto done = use_own(context->get(), own); !done) return std::unexpected{done.error()};
  if (auto done = trust(context->get(), authorities); !done) return std::unexpected{done.error()};
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     &check_peer);
  SSL_CTX_set_verify_depth(context->get(), 3);
  return context;
}

}  // namespace

std::expected<TlsContext, Fault> peer_server(const TlsOwn& own,
                                             const std::vector<std::string>& authorities) {
  return peer_context(TLS_server_method(), own, authorities);
}
std::expected<TlsContext, Fault> peer_client(const TlsOwn& own,
                                             const std::vector<std::string>& authorities) {
  return peer_context(TLS_client_method(), own, authorities);
}

std::expected<TlsContext, Fault> open_server(const TlsOwn& own) {
  auto context = make_context(TLS_server_method());
  if (!context) return context;
  if (auto done = use_own(context->get(), own); !done) return std::unexpected{done.error()};
  return context;
}

std::expected<TlsContext, Fault> open_client(const std::vector<std::string>& authorities) {
  auto context = make_context(TLS_client_method());
  if (!context) return context;
  if (auto done = trust(context->get(), authorities); !done) return std::unexpected{done.error()};
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

std::expected<TlsContext, Fault> open_client_to_anybody() {
  auto context = make_context(TLS_client_method());
  if (!context) return context;
  if (SSL_CTX_set_default_verify_paths(context->get()) != 1) {
    return std::unexpected{Fault{.what = "the machine's list of authorities cannot be read"}};
  }
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

std::vector<std::string> certificates_of(const std::string& pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  std::vector<std::string> all;
  for (std::size_t at = pem.find(kBegin); at != std::string::npos;) {
    const std::size_t next = pem.find(kBegin, at + kBegin.size());
    all.push_back(pem.substr(at, next - at));
    at = next;
  }
  return all;
}

}  // namespace bashu::http
