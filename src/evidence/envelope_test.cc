#include "evidence/envelope.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.h"
#include "evidence/fixture.h"
#include "evidence/in_force.h"

namespace bashu::evidence {
namespace {

using fixture::text;

TEST(Envelope, IsSignedByteForByte) {
  const Value given = fixture::vectors("envelope");
  const fixture::Key key = fixture::key(text(given, "kid"));
  EXPECT_EQ(hex(key.public_key), text(given, "public"));
  const Envelope made =
      sign_envelope(text(given, "payload_text"), text(given, "kid"), key.secret_key);
  EXPECT_EQ(made.text, text(given, "envelope"));
  EXPECT_EQ(made.message_id, text(given, "message_id"));
  const std::string signing_input = text(given, "signing_input");
  const std::size_t dot = signing_input.find('.');
  EXPECT_EQ(message_id(signing_input.substr(0, dot), signing_input.substr(dot + 1)),
            made.message_id);
}

TEST(Envelope, OpensToItsPayload) {
  const Value given = fixture::vectors("envelope");
  const auto opened = open_envelope(text(given, "envelope"), fixture::keys(), "sichuan");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->message_id, text(given, "message_id"));
  EXPECT_EQ(opened->key.kid, text(given, "kid"));
  const Payload& payload = opened->payload;
  EXPECT_EQ(payload.from, "sichuan");
  EXPECT_EQ(payload.to, "chongqing");
  EXPECT_EQ(payload.channel, fixture::kChannel);
  EXPECT_EQ(payload.seq, 1);
  EXPECT_EQ(payload.agreement, text(given, "agreement"));
  EXPECT_EQ(payload.body.text_at("waste"), "HW08");
  EXPECT_EQ(payload.body.int_at("tonnes_milli"), 1'250'000);
}

TEST(Envelope, WritesEveryMemberOfThePayload) {
  const Payload payload = fixture::payload(7);
  const Envelope made = fixture::envelope(7);
  const auto opened = open_envelope(made.text, fixture::keys(), "sichuan");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->message_id, made.message_id);
  EXPECT_EQ(payload_text(opened->payload), payload_text(payload));
  EXPECT_EQ(opened->payload.seq, 7);
}

TEST(Envelope, EscapesTheKidItIsGiven) {
  const Envelope made = sign_envelope("{}", "a\"b\n", fixture::key("x").secret_key);
  const auto opened = open_envelope(made.text, fixture::keys(), "sichuan");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code.text(), "key");
}

TEST(Envelope, IsBoundedBeforeItIsRead) {
  const auto status = [](const std::string& envelope) {
    const auto opened = open_envelope(envelope, fixture::keys(), "sichuan");
    return opened ? 200 : opened.error().status;
  };
  EXPECT_EQ(status(std::string(kEnvelopeMax + 1, ' ')), 413);
  EXPECT_EQ(status(std::string(kEnvelopeMax, '[')), 400);
  const fixture::Key key = fixture::key("sichuan/env/1");
  EXPECT_EQ(
      status(
          sign_envelope(std::string(kPayloadMax + 1, ' '), "sichuan/env/1", key.secret_key).text),
      413);
  EXPECT_EQ(
      status(sign_envelope(std::string(kPayloadMax, ' '), "sichuan/env/1", key.secret_key).text),
      400);
}

TEST(Envelope, NeverVerifiesUnderAKeyOfAnotherAlgorithm) {
  KeyList keys = fixture::keys();
  keys.at("sichuan/env/1").alg = "SM2-SM3";
  const auto opened = open_envelope(fixture::envelope(1).text, keys, "sichuan");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code.text(), "header");
}

RC_GTEST_PROP(Envelope, NoChangedByteIsAccepted, ()) {
  static const KeyList keys = fixture::keys();
  static const std::string good = fixture::envelope(1).text;
  std::string changed = good;
  char& byte = changed[*rc::gen::inRange<std::size_t>(0, good.size())];
  byte = static_cast<char>(byte ^ *rc::gen::inRange(1, 256));
  RC_ASSERT(!open_envelope(changed, keys, "sichuan").has_value());
}

}  // namespace
}  // namespace bashu::evidence
