// A node signs one edition of each number, whoever asks and however often it starts.
#include "exchange/signed_editions.h"

#include <gtest/gtest.h>

#include "exchange/circle.h"
#include "exchange/test_node.h"
#include "node/files.h"
#include "node/storage/directory_files.h"

namespace bashu::exchange {
namespace {

using testing::form;
using testing::TestNode;

class SignedEditions : public testing::Nodes {
 protected:
  SignedEditions() { form({&a, &b, &c}); }
  // Edition 2, which `by` composes and signs.
  static std::expected<std::string, Fault> expelling(const TestNode& by, const std::string& whom) {
    return compose_edition(
        circle_held(*by.node), {}, by.node->identity(),
        {.name = {}, .effective = by.identity.created, .expelled = {{whom, "it lies"}}});
  }
  static std::expected<std::string, Fault> signed_by(const TestNode& one, const std::string& file) {
    return co_sign(file, one.node->identity(), one.identity.created);
  }
  static std::string digest_of(const std::string& file) {
    return circle_summary(file)->agreement.digest;
  }
  static std::expected<Withdrawn, Fault> give_up(const TestNode& one, const std::string& file) {
    node::DirectoryFiles files{one.dir};
    return withdraw(files, {.digest = digest_of(file), .reason = "another came", .now_s = 1});
  }

  TestNode a{root, "sichuan"}, b{root, "chongqing"}, c{root, "guizhou"};
};

TEST_F(SignedEditions, ASecondOneOfANumberIsNotSigned) {
  const std::string first = expelling(a, "guizhou").value();
  const std::string second = expelling(c, "sichuan").value();
  ASSERT_NE(digest_of(first), digest_of(second));
  ASSERT_TRUE(signed_by(b, first).has_value());
  EXPECT_TRUE(signed_by(b, first).has_value()) << "the same one again changes nothing";
  const auto refused = signed_by(b, second);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().what.find(digest_of(first)), std::string::npos) << refused.error().what;
  // Nor does the one who composed the first compose a second.
  EXPECT_FALSE(expelling(a, "chongqing").has_value());
  // It stands in the directory, not in the process.
  b.close();
  b.open();
  EXPECT_FALSE(signed_by(b, second).has_value());
  const auto why = signed_otherwise(second, b.dir);
  ASSERT_TRUE(why.has_value() && why->has_value());
  EXPECT_NE(in_language(**why, "zh").find(digest_of(first)), std::string::npos);
  EXPECT_NE(in_language(**why, "zh"), in_language(**why, "en"));
}

TEST_F(SignedEditions, OneThatWasGivenUpMakesRoomForAnotherAndIsSignedNoMore) {
  const std::string first = expelling(a, "guizhou").value();
  const std::string second = expelling(c, "sichuan").value();
  ASSERT_TRUE(signed_by(b, first).has_value());
  EXPECT_TRUE(give_up(b, second)->why_not.has_value()) << "it was never signed here";
  const auto done = give_up(b, first);
  ASSERT_TRUE(done.has_value());
  EXPECT_FALSE(done->why_not.has_value());
  EXPECT_EQ(done->edition, 2);
  EXPECT_TRUE(give_up(b, first)->why_not.has_value()) << "once is enough";
  EXPECT_FALSE(signed_by(b, first).has_value());
  const auto both = signed_by(b, second);
  ASSERT_TRUE(both.has_value()) << both.error().what;
  EXPECT_FALSE(signed_by(b, first).has_value());
  ASSERT_TRUE(adopt(*b.node, *both).has_value());
  EXPECT_TRUE(give_up(b, second)->why_not.has_value()) << "it is in force";
}

TEST_F(SignedEditions, WhatIsInForceCountsAsSignedThoughNobodyNotedIt) {
  const std::string other = expelling(c, "sichuan").value();
  const std::string file = signed_by(b, expelling(a, "guizhou").value()).value();
  for (const TestNode* one : {&a, &b}) ASSERT_TRUE(adopt(*one->node, file).has_value());
  // As a node from before signatures were noted.
  std::filesystem::remove_all(b.dir / "signed");
  EXPECT_FALSE(signed_otherwise(other, b.dir)->has_value());
  b.connect();
  EXPECT_TRUE(signed_otherwise(other, b.dir)->has_value());
  EXPECT_FALSE(signed_by(b, other).has_value());
  // The one that follows is signed as ever.
  const std::string third =
      compose_edition({.editions = {circle_held(*a.node).editions}, .key_lists = {}, .cards = {}},
                      {party_card(c.identity).value()}, a.node->identity(),
                      {.name = {}, .effective = a.identity.created})
          .value();
  EXPECT_TRUE(signed_by(b, third).has_value());
}

TEST_F(SignedEditions, WhatCannotBeReadIsNoLeaveToSign) {
  const std::string file = expelling(a, "guizhou").value();
  ASSERT_TRUE(node::write_file(b.dir / "signed" / "2", "{", 0644).has_value());
  EXPECT_FALSE(signed_by(b, file).has_value());
}

}  // namespace
}  // namespace bashu::exchange
