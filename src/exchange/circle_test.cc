#include "exchange/circle.h"

#include <gtest/gtest.h>

#include "exchange/test_node.h"
#include "node/certificates.h"
#include "node/files.h"

namespace bashu::exchange {
namespace {

using testing::form;
using testing::TestNode;

class Circle : public testing::Nodes {};

TEST_F(Circle, TwoPartiesFormAndHoldEachOthersKeys) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  for (const TestNode* one : {&a, &b}) {
    const auto directory = one->node->directory();
    ASSERT_TRUE(directory->formed);
    EXPECT_EQ(directory->agreement.edition, 1);
    EXPECT_EQ(directory->agreement.channels.size(), 2U);
    EXPECT_EQ(directory->keys_edition.at("sichuan"), 1);
    EXPECT_EQ(directory->keys_edition.at("chongqing"), 1);
    EXPECT_EQ(directory->seal_key("sichuan"), a.identity.seal.public_key);
  }
  EXPECT_EQ(a.node->directory()->agreement.id, b.node->directory()->agreement.id);
  // One of them, and only one, has made the key for pseudonyms.
  EXPECT_EQ(b.node->vault().token_key().size(), 32U);
  EXPECT_EQ(a.node->vault().token_key(), "");
}

TEST_F(Circle, AdoptingTwiceChangesNothing) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  const std::string file = form({&a, &b});
  const std::uint64_t before = a.node->durable();
  EXPECT_TRUE(adopt(*a.node, file).has_value());
  EXPECT_EQ(a.node->durable(), before);
}

TEST_F(Circle, MissingSignatureIsNamedAndRefused) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  const auto file = compose_edition({}, {party_card(b.identity).value()}, a.identity,
                                    {.name = "Test circle", .effective = a.identity.created});
  ASSERT_TRUE(file.has_value());
  const auto summary = circle_summary(*file);
  ASSERT_TRUE(summary.has_value()) << summary.error().what;
  EXPECT_EQ(summary->missing, std::vector<std::string>{"chongqing"});
  EXPECT_FALSE(adopt(*a.node, *file).has_value());
  EXPECT_FALSE(a.node->directory()->formed);
  const auto complete = co_sign(*file, b.identity, b.identity.created);
  ASSERT_TRUE(complete.has_value());
  EXPECT_TRUE(circle_summary(*complete)->missing.empty());
}

TEST_F(Circle, PinnedIdIsHeldAgainstTheFile) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  const std::string file = form({&a, &b}, false);
  EXPECT_FALSE(adopt(*a.node, file, std::string(64, '0')).has_value());
  EXPECT_TRUE(adopt(*a.node, file, circle_summary(file)->agreement.id).has_value());
}

TEST_F(Circle, PartyRefusesToSignAnEditionThatShowsItOtherwise) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  std::string card = party_card(b.identity).value();
  card.replace(card.find("https://127.0.0.1"), 17, "https://127.0.0.2");
  const auto file =
      compose_edition({}, {card}, a.identity, {.name = "x", .effective = a.identity.created});
  ASSERT_TRUE(file.has_value());
  EXPECT_FALSE(co_sign(*file, b.identity, b.identity.created).has_value());
}

TEST_F(Circle, ThirdPartyJoinsAndLearnsEverything) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"}, c{root, "guizhou"};
  form({&a, &b});
  std::string file = compose_edition(circle_held(*a.node), {party_card(c.identity).value()},
                                     a.identity, {.name = {}, .effective = c.identity.created})
                         .value();
  EXPECT_EQ(circle_summary(file)->missing.size(), 2U);
  file = co_sign(file, c.identity, c.identity.created).value();
  file = co_sign(file, b.identity, b.identity.created).value();
  for (const TestNode* one : {&a, &b, &c}) {
    const auto adopted = adopt(*one->node, file);
    ASSERT_TRUE(adopted.has_value()) << adopted.error().what;
    const auto directory = one->node->directory();
    EXPECT_EQ(directory->agreement.edition, 2);
    EXPECT_EQ(directory->agreement.name, "Test circle");
    EXPECT_EQ(directory->agreement.channels.size(), 6U);
    EXPECT_EQ(directory->keys_edition.size(), 3U);
    for (const char* party : {"sichuan", "chongqing", "guizhou"}) {
      EXPECT_EQ(peer_authorities(one->node->storage().files(), party,
                                 directory->agreement.party(party)->tls_ca)
                    .size(),
                1U)
          << party;
    }
  }
}

TEST_F(Circle, AuthoritiesCountOnlyIfPinned) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  const auto path = a.dir / "peers" / "chongqing.crt";
  const auto& pinned = a.node->directory()->agreement.party("chongqing")->tls_ca;
  const auto other = node::make_ca("chongqing", a.clock.now());
  ASSERT_TRUE(other.has_value());
  ASSERT_TRUE(node::write_file(path, other->certificate_pem).has_value());
  EXPECT_TRUE(peer_authorities(a.node->storage().files(), "chongqing", pinned).empty());
}

TEST_F(Circle, GarbageIsRefused) {
  TestNode a{root, "sichuan"};
  for (const char* bad :
       {"", "{}", "[]", R"({"editions":["x"]})", R"({"editions":[1],"cards":[{}]})",
        R"({"editions":["{\"payload\":\"\",\"signatures\":[]}"]})"}) {
    EXPECT_FALSE(adopt(*a.node, bad).has_value()) << bad;
    EXPECT_FALSE(co_sign(bad, a.identity, 0).has_value()) << bad;
    EXPECT_FALSE(circle_summary(bad).has_value()) << bad;
  }
}

TEST_F(Circle, RotatedKeysAreUsedFromTheNextStartAndOldBoxesStillOpen) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  EXPECT_FALSE(rotation_due(*a.node));
  const std::string box = node::seal_to(a.identity.seal.public_key, "secret");
  const auto rotated = rotate_keys(*a.node);
  ASSERT_TRUE(rotated.has_value()) << rotated.error().what;
  EXPECT_EQ(a.node->directory()->keys_edition.at("sichuan"), 2);
  a.close();
  EXPECT_EQ(activate_keys(a.dir).value(), true);
  EXPECT_EQ(activate_keys(a.dir).value(), false);
  a.open();
  const node::Identity& now = a.node->identity();
  EXPECT_EQ(now.envelope.kid, "sichuan/envelope/2");
  EXPECT_EQ(now.seal.kid, "sichuan/seal/2");
  EXPECT_EQ(now.log.kid, "sichuan/log/1");
  EXPECT_TRUE(a.node->directory()->keys.contains("sichuan/envelope/2"));
  const auto keys = seal_keys(now);
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(node::open_sealed_box(keys[1].public_key, keys[1].secret_key, box), "secret");
  a.say(1);
}

TEST_F(Circle, BoxesForAnAnnouncedKeyOpenBeforeItIsUsed) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  ASSERT_TRUE(rotate_keys(*a.node).has_value());
  const std::string announced = a.node->directory()->seal_key("sichuan");
  ASSERT_NE(announced, a.identity.seal.public_key);
  const std::string box = node::seal_to(announced, "secret");
  const auto opens = [&] {
    for (const node::KeyPair& key : seal_keys(a.node->identity())) {
      if (node::open_sealed_box(key.public_key, key.secret_key, box) == "secret") return true;
    }
    return false;
  };
  EXPECT_TRUE(opens());
  // As a node leaves it that dies when the list is in its journal and the folder has no name yet.
  std::filesystem::rename(a.dir / "keys" / "next", a.dir / "keys" / "next.part");
  EXPECT_TRUE(opens());
  a.close();
  a.open();
  ASSERT_TRUE(rotate_keys(*a.node).has_value());
  EXPECT_EQ(a.node->directory()->keys_edition.at("sichuan"), 2) << "a third list was announced";
  EXPECT_TRUE(opens());
}

}  // namespace
}  // namespace bashu::exchange
