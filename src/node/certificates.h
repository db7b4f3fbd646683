// The party's private certificate authority for TLS between nodes (docs/formats/evidence.md 10.5):
// P-256, made once; it issues the node's own certificate anew every few days.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/instant.h"

namespace bashu::node {

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};

// Valid ten years.
[[nodiscard]] std::expected<Certificate, Fault> make_ca(std::string_view party, Instant now);

// For client and server: DNS name `host`, or IP address if it is one. At most 7 days; begins an
// hour early, for clocks that differ.
inline constexpr int kLeafDaysMax = 7;
[[nodiscard]] std::expected<Certificate, Fault> issue_certificate(const Certificate& ca,
                                                                  std::string_view host,
                                                                  Instant now,
                                                                  int days = kLeafDaysMax);

// SHA-256 of the DER form, hex: how an agreement names a CA (`tls_ca`).
[[nodiscard]] std::expected<std::string, Fault> certificate_digest(std::string_view pem);
// When it ends, seconds.
[[nodiscard]] std::expected<std::int64_t, Fault> certificate_end(std::string_view pem);

// `sichuan.example` of `https://sichuan.example:7443/bashu/v1`; `::1` of `https://[::1]:7443/`.
[[nodiscard]] std::string host_of(std::string_view endpoint);

}  // namespace bashu::node
