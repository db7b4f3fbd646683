// What counts as shown: only what this node signed itself and under a key that is still its own.
#include "exchange/own_words.h"

#include <gtest/gtest.h>

#include "exchange/key_lists.h"
#include "exchange/records.h"
#include "exchange/revocation.h"
#include "exchange/test_node.h"

namespace bashu::exchange {
namespace {

using testing::form;
using testing::TestNode;

class OwnWords : public testing::Nodes {
 protected:
  OwnWords() { form({&a, &b}); }
  [[nodiscard]] evidence::Payload message() {
    return {.from = "sichuan",
            .to = "chongqing",
            .channel = "sichuan.chongqing.main",
            .seq = 7,
            .issued = a.identity.created,
            .expiry = a.identity.created + 60,
            .agreement = a.node->directory()->agreement.id,
            .pack = {},
            .kind = "bashu.ping",
            .stream = {},
            .nonce = base64url(std::string(16, 'n'))};
  }
  [[nodiscard]] static std::string signed_by(const TestNode& signer,
                                             const evidence::Payload& payload) {
    return evidence::sign_envelope(evidence::payload_text(payload), signer.identity.envelope.kid,
                                   signer.identity.envelope.secret_key)
        .text;
  }
  bool counts(const std::string& envelope) {
    return is_our_message(
        *a.node, {.to = "chongqing", .channel = "sichuan.chongqing.main", .seq = 7}, envelope);
  }
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
};

TEST_F(OwnWords, AMessageIsThatOfThisNumberChannelAndAddresseeUnderOurKey) {
  EXPECT_TRUE(counts(signed_by(a, message())));
  EXPECT_FALSE(counts(signed_by(b, message())));
  EXPECT_FALSE(counts(""));
  for (const auto& alter : std::vector<std::function<void(evidence::Payload&)>>{
           [](evidence::Payload& said) { said.seq = 6; },
           [](evidence::Payload& said) { said.channel = "sichuan.chongqing.main2"; },
           [](evidence::Payload& said) { said.to = "guizhou"; },
           [](evidence::Payload& said) { said.from = "chongqing"; },
           [](evidence::Payload& said) { said.agreement = hex(sha256("another circle")); }}) {
    evidence::Payload said = message();
    alter(said);
    EXPECT_FALSE(counts(signed_by(a, said))) << evidence::payload_text(said);
  }
}

TEST_F(OwnWords, WhatARevokedKeySignedShowsNothing) {
  const std::string note =
      evidence::sign_checkpoint(a.identity.origin, 1'000'000, Hash{}, a.identity.log.secret_key);
  const auto shown = own_checkpoint(*a.node, note);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->standing, evidence::Standing::rollback);
  ASSERT_TRUE(revoke_keys(*a.node, {.kids = {"sichuan/envelope/1", "sichuan/log/1"}}));
  EXPECT_FALSE(counts(signed_by(a, message())));
  EXPECT_FALSE(own_checkpoint(*a.node, note));
}

TEST_F(OwnWords, AListContinuesTheNewestOneAndIsSignedByOurRoot) {
  const auto held = own_list(*a.node);
  ASSERT_TRUE(held) << held.error().what;
  const std::string first = held_record(*a.node, "keys/sichuan/1").value();
  EXPECT_FALSE(is_our_next_list(*a.node, first)) << "it is here";
  std::vector<evidence::KeyRecord> keys;
  for (const auto& [kid, key] : held->keys) keys.push_back(key);
  const auto next = [&](const std::string& party, const TestNode& signer) {
    return evidence::signed_record(
        evidence::keys_payload(a.node->directory()->agreement.id, party, 2, held->digest,
                               held->issued + 1, keys),
        evidence::kKeysType,
        {{.kid = a.identity.root.kid, .secret_key = signer.identity.root.secret_key}});
  };
  EXPECT_TRUE(is_our_next_list(*a.node, next("sichuan", a)));
  EXPECT_FALSE(is_our_next_list(*a.node, next("sichuan", b)));
  EXPECT_FALSE(is_our_next_list(*a.node, next("chongqing", b)));
  EXPECT_FALSE(is_our_next_list(*a.node, ""));
}

}  // namespace
}  // namespace bashu::exchange
