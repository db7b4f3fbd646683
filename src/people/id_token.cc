#include "people/id_token.h"

#include <cjose/cjose.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace bashu::people {

namespace {

using Jws = std::unique_ptr<cjose_jws_t, decltype(&cjose_jws_release)>;
using Jwk = std::unique_ptr<cjose_jwk_t, decltype(&cjose_jwk_release)>;

constexpr std::int64_t kClocksDifferS = 60;

// Signatures by a key pair only: a secret both sides know proves nothing to one of them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kAlgorithms{{
    {"RS256", "RSA"},
    {"RS384", "RSA"},
    {"RS512", "RSA"},
    {"PS256", "RSA"},
    {"PS384", "RSA"},
    {"PS512", "RSA"},
    {"ES256", "EC"},
    {"ES384", "EC"},
    {"ES512", "EC"},
}};

std::unexpected<Fault> wrong(std::string what) {
  return std::unexpected{Fault{"ID token: " + std::move(what)}};
}

std::string header_of(cjose_jws_t* jws, const char* name) {
  cjose_err error{};
  const char* text = cjose_header_get(cjose_jws_get_protected(jws), name, &error);
  return text ? text : "";
}

bool signed_by(cjose_jws_t* jws, const Value& key) {
  cjose_err error{};
  const std::string json = canonical_json(key);
  const Jwk jwk{cjose_jwk_import(json.data(), json.size(), &error), &cjose_jwk_release};
  return jwk && cjose_jws_verify(jws, jwk.get(), &error);
}

bool is_for(const Value& claims, const std::string& client) {
  const Value* audience = claims.find("aud");
  if (!audience) return false;
  if (audience->as_text()) return *audience->as_text() == client;
  const Value::List* list = audience->as_list();
  const bool named = list && std::ranges::any_of(*list, [&](const Value& one) {
                       return one.as_text() && *one.as_text() == client;
                     });
  // Where it is for several, it says for whom it was made.
  return named && (list->size() == 1 || claims.text_at("azp") == client);
}

}  // namespace

std::expected<Vouched, Fault> verify_id_token(const std::string& token, const Value& keys,
                                              const Expected& expected) {
  cjose_err error{};
  const Jws jws{cjose_jws_import(token.data(), token.size(), &error), &cjose_jws_release};
  if (!jws) return wrong("not a signed token");
  const std::string algorithm = header_of(jws.get(), "alg"), kid = header_of(jws.get(), "kid");
  const auto known = std::ranges::find(kAlgorithms, std::string_view{algorithm},
                                       &std::pair<std::string_view, std::string_view>::first);
  if (known == kAlgorithms.end()) return wrong("algorithm " + algorithm);
  const Value* set = keys.find("keys");
  if (!set || !set->as_list()) return wrong("the provider publishes no keys");
  const bool vouched = std::ranges::any_of(*set->as_list(), [&](const Value& key) {
    const std::string use = key.text_at("use");
    return key.text_at("kty") == known->second && (use.empty() || use == "sig") &&
           (kid.empty() || key.text_at("kid") == kid) && signed_by(jws.get(), key);
  });
  if (!vouched) return wrong("signed by no key of the provider");

  std::uint8_t* text = nullptr;
  std::size_t length = 0;
  if (!cjose_jws_get_plaintext(jws.get(), &text, &length, &error)) return wrong("no claims");
  const auto claims =
      parse_json({reinterpret_cast<const char*>(text), length}, {.depth = 16, .values = 10'000});
  if (!claims) return wrong("claims are no JSON");
  if (claims->text_at("iss") != expected.issuer) return wrong("issuer");
  if (!is_for(*claims, expected.client)) return wrong("for another client");
  if (claims->int_at("exp") + kClocksDifferS <= expected.now_s) return wrong("expired");
  if (claims->int_at("iat") > expected.now_s + kClocksDifferS) return wrong("of the future");
  if (claims->int_at("nbf") > expected.now_s + kClocksDifferS) return wrong("not valid yet");
  if (expected.nonce.empty() || claims->text_at("nonce") != expected.nonce) return wrong("nonce");
  if (claims->text_at("sub").empty()) return wrong("no subject");
  return Vouched{
      .issuer = expected.issuer, .subject = claims->text_at("sub"), .acr = claims->text_at("acr")};
}

}  // namespace bashu::people
