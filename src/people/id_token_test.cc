// Tokens made wrong one by one.
#include "people/id_token.h"

#include <cjose/cjose.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>

#include "base/json.h"

namespace bashu::people {
namespace {

using Jwk = std::unique_ptr<cjose_jwk_t, decltype(&cjose_jwk_release)>;

constexpr std::int64_t kNow = 1'800'000'000;
const Expected kExpected{
    .issuer = "https://id.example", .client = "bashu", .nonce = "n", .now_s = kNow};

struct Key {
  explicit Key(std::string id) : kid{std::move(id)} {
    cjose_err error{};
    EXPECT_TRUE(cjose_jwk_set_kid(jwk.get(), kid.c_str(), kid.size(), &error));
  }
  [[nodiscard]] Value in_public() const {
    cjose_err error{};
    const std::unique_ptr<char, decltype(&std::free)> json{
        cjose_jwk_to_json(jwk.get(), false, &error), &std::free};
    return parse_json(json.get()).value();
  }
  std::string kid;
  Jwk jwk{cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, nullptr), &cjose_jwk_release};
};

Value key_set(const Key& key) { return Value::Record{{"keys", Value::List{key.in_public()}}}; }

Value::Record claims() {
  return {{"iss", "https://id.example"},
          {"aud", "bashu"},
          {"sub", "zhang"},
          {"nonce", "n"},
          {"iat", kNow},
          {"exp", kNow + 300},
          {"acr", "mfa"}};
}

std::string signed_token(const Key& key, const Value::Record& said) {
  cjose_err error{};
  const std::unique_ptr<cjose_header_t, decltype(&cjose_header_release)> header{
      cjose_header_new(&error), &cjose_header_release};
  cjose_header_set(header.get(), "alg", "ES256", &error);
  cjose_header_set(header.get(), "kid", key.kid.c_str(), &error);
  const std::string text = canonical_json(said);
  const std::unique_ptr<cjose_jws_t, decltype(&cjose_jws_release)> jws{
      cjose_jws_sign(key.jwk.get(), header.get(),
                     reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), &error),
      &cjose_jws_release};
  const char* compact = nullptr;
  EXPECT_TRUE(cjose_jws_export(jws.get(), &compact, &error));
  return compact;
}

TEST(IdToken, SaysWhoItIs) {
  const Key key{"a"};
  const auto who = verify_id_token(signed_token(key, claims()), key_set(key), kExpected);
  ASSERT_TRUE(who) << who.error().what;
  EXPECT_EQ(who->subject, "zhang");
  EXPECT_EQ(who->acr, "mfa");
}

TEST(IdToken, IsRefusedForEachThingThatIsWrong) {
  const Key key{"a"};
  const auto why = [&](const std::function<void(Value::Record&)>& change) {
    Value::Record said = claims();
    change(said);
    const auto who = verify_id_token(signed_token(key, said), key_set(key), kExpected);
    return who ? "" : who.error().what;
  };
  EXPECT_EQ(why([](auto&) {}), "");
  EXPECT_EQ(why([](auto& c) { c["iss"] = "https://other.example"; }), "ID token: issuer");
  EXPECT_EQ(why([](auto& c) { c["aud"] = "other"; }), "ID token: for another client");
  EXPECT_EQ(why([](auto& c) { c.erase("aud"); }), "ID token: for another client");
  EXPECT_EQ(why([](auto& c) { c["aud"] = Value::List{"bashu", "other"}; }),
            "ID token: for another client");
  EXPECT_EQ(why([](auto& c) {
              c["aud"] = Value::List{"bashu", "other"};
              c["azp"] = "bashu";
            }),
            "");
  EXPECT_EQ(why([](auto& c) { c["exp"] = kNow - 61; }), "ID token: expired");
  EXPECT_EQ(why([](auto& c) { c.erase("exp"); }), "ID token: expired");
  EXPECT_EQ(why([](auto& c) { c["iat"] = kNow + 61; }), "ID token: of the future");
  EXPECT_EQ(why([](auto& c) { c["nbf"] = kNow + 61; }), "ID token: not valid yet");
  EXPECT_EQ(why([](auto& c) { c["nonce"] = "other"; }), "ID token: nonce");
  EXPECT_EQ(why([](auto& c) { c.erase("nonce"); }), "ID token: nonce");
  EXPECT_EQ(why([](auto& c) { c.erase("sub"); }), "ID token: no subject");
}

TEST(IdToken, IsSignedByAKeyOfTheProvider) {
  const Key key{"a"}, same_name{"a"}, other{"b"};
  const std::string token = signed_token(key, claims());
  EXPECT_FALSE(verify_id_token(token, key_set(same_name), kExpected));
  EXPECT_FALSE(verify_id_token(token, key_set(other), kExpected));
  EXPECT_FALSE(verify_id_token(token, Value::Record{}, kExpected));
  std::string changed = token;
  changed[changed.find('.') + 3] ^= 1;
  EXPECT_FALSE(verify_id_token(changed, key_set(key), kExpected));
  // {"alg":"none"} and {"alg":"HS256"}, without and with something for a signature.
  const std::string said = token.substr(token.find('.'), token.rfind('.') - token.find('.'));
  EXPECT_FALSE(verify_id_token("eyJhbGciOiJub25lIn0" + said + ".", key_set(key), kExpected));
  EXPECT_FALSE(verify_id_token("eyJhbGciOiJIUzI1NiJ9" + said + ".AAAA", key_set(key), kExpected));
  EXPECT_FALSE(verify_id_token("", key_set(key), kExpected));
  Value for_sealing = key.in_public();
  for_sealing.as_record()->insert_or_assign("use", "enc");
  EXPECT_FALSE(
      verify_id_token(token, Value::Record{{"keys", Value::List{for_sealing}}}, kExpected));
}

}  // namespace
}  // namespace bashu::people
