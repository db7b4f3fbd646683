// ID tokens of OpenID Connect: JSON Web Tokens signed by a provider. Signatures are judged by
// cjose; here is what a signature does not say.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "base/error.h"
#include "base/value.h"

namespace bashu::people {

// What a provider says in an ID token that was verified.
struct Vouched {
  std::string issuer, subject, acr;
};
// What an ID token must say besides being signed by a key of the provider.
struct Expected {
  std::string issuer, client, nonce;
  std::int64_t now_s = 0;
};
// `keys`: a JWK set. A Fault says what is wrong with the token.
[[nodiscard]] std::expected<Vouched, Fault> verify_id_token(const std::string& token,
                                                            const Value& keys,
                                                            const Expected& expected);

}  // namespace bashu::people
