// TLS 1.3 with certificates on both sides (docs/formats/evidence.md 10.5). Every party runs a
// private authority; the agreement pins the SHA-256 of its certificate. No public authority, no
// revocation list, no session is ever resumed: leaves live for days and are simply renewed.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

struct ssl_ctx_st;  // of OpenSSL

namespace bashu::http {

// One SSL_CTX, shared.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

struct TlsOwn {
  std::string certificate;  // PEM; further certificates of the chain may follow
  std::string key;          // PEM
};

// A node towards nodes. A certificate of the other side is accepted if its chain ends in one of
// `authorities` (PEM, one each), it may be used by servers and by clients, and it lives no longer
// than `kLeafDaysMax`.
inline constexpr int kLeafDaysMax = 8;  // a week, and a day for clocks that differ
[[nodiscard]] std::expected<TlsContext, Fault> peer_server(
    const TlsOwn& own, const std::vector<std::string>& authorities);
[[nodiscard]] std::expected<TlsContext, Fault> peer_client(
    const TlsOwn& own, const std::vector<std::string>& authorities);

// A server for whoever may connect (the API), and a client without a certificate for it.
[[nodiscard]] std::expected<TlsContext, Fault> open_server(const TlsOwn& own);
[[nodiscard]] std::expected<TlsContext, Fault> open_client(
    const std::vector<std::string>& authorities);
// One that trusts whom this machine trusts.
[[nodiscard]] std::expected<TlsContext, Fault> open_client_to_anybody();

// Every certificate of a file of many (PEM).
[[nodiscard]] std::vector<std::string> certificates_of(const std::string& pem);

}  // namespace bashu::http
