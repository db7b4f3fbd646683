// What an objection shows, between real nodes: only a step in the envelope of whoever told it
// reaches the core, and a node that objects by itself shows what it objects to.
#include "exchange/shown.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "exchange/test_node.h"

namespace bashu::exchange {
namespace {

using testing::form;
using testing::TestNode;

class ShownTest : public testing::Nodes {
 protected:
  ShownTest() { form({&a, &b}); }

  [[nodiscard]] static Value step(int version) {
    return Value::Record{{"case", "sichuan-7"}, {"version", version}, {"$keys", Value::Record{}}};
  }
  // A message of `from`, signed with the key of `by`.
  [[nodiscard]] evidence::Payload message(const std::string& from, const std::string& kind,
                                          Value body) const {
    return {.from = from,
            .to = "chongqing",
            .channel = from + ".chongqing.main",
            .seq = 5,
            .issued = b.identity.created,
            .expiry = b.identity.created + 86'400,
            .agreement = b.node->directory()->agreement.id,
            .pack = std::string(64, '0'),
            .kind = kind,
            .stream = "sichuan-7",
            .nonce = base64url(std::string(16, 'n')),
            .body = std::move(body)};
  }
  [[nodiscard]] static std::string sealed(const evidence::Payload& payload, const TestNode& by) {
    return evidence::sign_envelope(evidence::payload_text(payload), by.identity.envelope.kid,
                                   by.identity.envelope.secret_key)
        .text;
  }
  // `$shown` of an objection with these envelopes; null: nothing is.
  [[nodiscard]] Value shown(Value shows, const std::string& kind = "case.dispute") const {
    evidence::Payload payload = message(
        "sichuan", kind,
        Value::Record{{"case", "sichuan-7"}, {"shows", std::move(shows)}, {"$shown", "mine"}});
    open_shown(payload, *b.node->directory());
    EXPECT_EQ(payload.body.find("shows") == nullptr, kind == "case.dispute");
    const Value* found = payload.body.find("$shown");
    return found ? *found : Value{};
  }

  TestNode a{root, "sichuan"}, b{root, "chongqing"};
};

TEST_F(ShownTest, AStepInItsTellersEnvelopeIsShown) {
  const std::string one = sealed(message("sichuan", "case.event", step(1)), a);
  const std::string other = sealed(message("chongqing", "case.event", step(2)), b);
  const Value found = shown(Value::List{Value{one}, Value{other}, Value{one}});
  ASSERT_TRUE(found.as_list());
  const Value::List& list = *found.as_list();
  ASSERT_EQ(list.size(), 2U) << "no more";
  EXPECT_EQ(list[0].text_at("from"), "sichuan");
  EXPECT_EQ(list[0].int_at("seq"), 5);
  EXPECT_EQ(list[0].find("body")->int_at("version"), 1);
  EXPECT_EQ(list[0].find("body")->find("$keys"), nullptr);
  EXPECT_EQ(list[1].text_at("from"), "chongqing");
}

TEST_F(ShownTest, NothingElseIs) {
  const auto one = [this](const evidence::Payload& payload, const TestNode& by) {
    return shown(Value::List{Value{sealed(payload, by)}});
  };
  EXPECT_TRUE(one(message("chongqing", "case.event", step(1)), a).is_null()) << "another's words";
  EXPECT_TRUE(one(message("sichuan", "case.ask", step(1)), a).is_null()) << "no step";
  evidence::Payload elsewhere = message("sichuan", "case.event", step(1));
  elsewhere.agreement = std::string(64, 'f');
  EXPECT_TRUE(one(elsewhere, a).is_null()) << "of another circle";
  std::string altered = sealed(message("sichuan", "case.event", step(1)), a);
  altered[altered.size() / 2] ^= 1;
  EXPECT_TRUE(shown(Value::List{Value{altered}}).is_null());
  EXPECT_TRUE(shown("all of it").is_null());
  EXPECT_TRUE(shown(Value::List{Value{1}, Value{"{}"}}).is_null());
  const std::string good = sealed(message("sichuan", "case.event", step(1)), a);
  EXPECT_TRUE(shown(Value::List{Value{good}}, "case.settle").is_null()) << "no objection";
}

}  // namespace
}  // namespace bashu::exchange
