// A node whose root is in a token of SoftHSM, among others whose roots are files.

#include <gtest/gtest.h>

#include "exchange/test_node.h"
#include "node/in_token.h"
#include "node/storage/directory_files.h"
#include "tokens/soft_token.h"

namespace bashu::exchange::testing {
namespace {

using tokens::Pin;
using tokens::testing::SoftToken;

class RootInAToken : public Nodes {
 protected:
  RootInAToken() {
    const auto place = SoftToken::place("root");
    EXPECT_TRUE(tokens::make_signing_key(place, right_));
    a_.close();
    node::DirectoryFiles files{a_.dir};
    const auto taken = node::take_root_from(files, place, right_);
    EXPECT_TRUE(taken) << taken.error().what;
    a_.identity = node::load_identity(a_.dir).value();
    a_.open();
  }
  // The first composes, the one with the token signs with `pin`.
  std::expected<std::string, Fault> agreed(const Pin& pin) {
    const std::int64_t now = b_.identity.created;
    auto file = compose_edition(circle_held(*b_.node), {party_card(a_.identity).value()},
                                b_.identity, {.name = "Test circle", .effective = now});
    EXPECT_TRUE(file) << file.error().what;
    return co_sign(*file, a_.identity, now, pin);
  }

  SoftToken token_;
  const Pin right_{.digits = SoftToken::kPin, .by_person = false};
  TestNode a_{root, "sichuan"}, b_{root, "chongqing"};
};

TEST_F(RootInAToken, SignsWhatItsPeersAccept) {
  const auto unsigned_yet = agreed({});
  ASSERT_FALSE(unsigned_yet);
  EXPECT_NE(unsigned_yet.error().what.find("none was given"), std::string::npos);
  const auto file = agreed(right_);
  ASSERT_TRUE(file) << file.error().what;
  for (const TestNode* one : {&a_, &b_}) {
    const auto adopted = adopt(*one->node, *file);
    ASSERT_TRUE(adopted) << adopted.error().what;
  }

  // Without PIN or token no key list is made, and the node goes on with the keys it has.
  EXPECT_FALSE(rotate_keys(*a_.node));
  token_.take_out();
  const auto away = rotate_keys(*a_.node, right_);
  ASSERT_FALSE(away);
  EXPECT_NE(away.error().what.find("no such token"), std::string::npos);
  EXPECT_EQ(a_.node->directory()->keys_edition.at("sichuan"), 1);
  a_.say(1);
  token_.put_back();

  const auto rotated = rotate_keys(*a_.node, right_);
  ASSERT_TRUE(rotated) << rotated.error().what;
  EXPECT_EQ(a_.node->directory()->keys_edition.at("sichuan"), 2);
  a_.close();
  EXPECT_TRUE(activate_keys(a_.dir).value());
  a_.open();
  EXPECT_EQ(a_.node->identity().envelope.kid, "sichuan/envelope/2");
  EXPECT_EQ(node::root_token(a_.node->identity()).value(), SoftToken::uri("root"));
  a_.connect();
  b_.connect();
  // The peer takes the list, and what is signed under it.
  a_.say(2);
  EXPECT_TRUE(eventually([&] {
    return b_.node->directory()->keys_edition.at("sichuan") == 2 &&
           a_.outbox("chongqing").acked >= 2;
  }));
}

}  // namespace
}  // namespace bashu::exchange::testing
