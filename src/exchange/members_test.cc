// Members that come and go, and roots that follow each other, between real nodes.

#include <gtest/gtest.h>

#include "evidence/signing.h"
#include "exchange/circle.h"
#include "exchange/guard.h"
#include "exchange/receiver.h"
#include "exchange/service.h"
#include "exchange/test_node.h"
#include "node/next_root.h"
#include "node/storage/directory_files.h"

namespace bashu::exchange {
namespace {

using testing::eventually;
using testing::form;
using testing::TestNode;

class Members : public testing::Nodes {
 protected:
  static std::int64_t now_of(const TestNode& of) { return of.node->clock().now().unix_ms / 1'000; }
  // The next edition, made by `by`.
  static std::expected<std::string, Fault> composed(const TestNode& by, Composed how,
                                                    const std::vector<std::string>& cards = {}) {
    how.effective = now_of(by);
    return compose_edition(circle_held(*by.node), cards, by.node->identity(), how);
  }
  static std::string expelling(const TestNode& by, const std::string& whom) {
    const auto file =
        composed(by, {.name = {}, .effective = 0, .expelled = {{whom, "it forged receipts"}}});
    EXPECT_TRUE(file.has_value()) << file.error().what;
    return file.value_or("");
  }
  static std::string sign(const std::string& file, const TestNode& by) {
    const auto done = co_sign(file, by.node->identity(), now_of(by));
    EXPECT_TRUE(done.has_value()) << done.error().what;
    return done.value_or("");
  }
  static void adopted(const TestNode& at, const std::string& file) {
    const auto done = adopt(*at.node, file);
    EXPECT_TRUE(done.has_value()) << done.error().what;
  }
  static bool names(const TestNode& at, const std::string& party) {
    return at.node->directory()->agreement.party(party) != nullptr;
  }
  // What `at` answers to a message of the party.
  static http::Response told(const TestNode& at, const std::string& party,
                             const std::string& envelope) {
    Guard guard;
    Alarms alarms{at.node->storage().files()};
    Blobs blobs{at.node->storage().files()};
    Receiver receiver{
        {.node = *at.node, .guard = guard, .alarms = alarms, .blobs = blobs, .now_ms = [] {
           return std::int64_t{1};
         }}};
    http::Request request;
    request.method = "POST";
    request.headers = {{"Content-Type", "application/jose+json"}};
    request.length_given = true;
    request.body = envelope;
    http::Response answer;
    receiver.message(party, party + "." + at.identity.party + ".main", request,
                     [&](http::Response given) { answer = std::move(given); });
    return answer;
  }

  TestNode a{root, "sichuan"}, b{root, "chongqing"}, c{root, "guizhou"};
};

TEST_F(Members, TwoExpelTheThirdAndOneAloneCannot) {
  form({&a, &b, &c});
  const std::string alone = expelling(a, "guizhou");
  const auto summary = circle_summary(alone);
  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->missing, std::vector<std::string>{"chongqing"});
  EXPECT_EQ(summary->agreement.channels.size(), 2U);
  EXPECT_FALSE(adopt(*a.node, alone).has_value());
  // Nor does the signature of who is expelled stand in for the other's.
  EXPECT_FALSE(adopt(*a.node, sign(alone, c)).has_value());
  const std::string both = sign(alone, b);
  adopted(a, both);
  adopted(b, both);
  EXPECT_FALSE(names(a, "guizhou"));
  EXPECT_EQ(a.node->directory()->left.at("guizhou").why, "it forged receipts");
  EXPECT_EQ(composed(a, {.name = {}, .effective = 0, .expelled = {{"chongqing", "x"}}}).has_value(),
            false)
      << "one of two expels the other";
}

TEST_F(Members, WhatAnExpelledPartySignsIsRefusedFromTheEntryOn) {
  form({&a, &b, &c});
  c.say(1);
  const auto envelope = c.node->envelope_sent("sichuan", 1);
  ASSERT_TRUE(envelope.has_value());
  EXPECT_NE(told(a, "guizhou", *envelope).status, 403);
  adopted(a, sign(expelling(a, "guizhou"), b));
  const http::Response refused = told(a, "guizhou", *envelope);
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("left-circle"), std::string::npos) << refused.body;
  // Its key lists too, and a connection that is still open is told why.
  const auto list = rotate_keys(*c.node);
  ASSERT_TRUE(list.has_value()) << list.error().what;
  const std::vector<std::string> chain{a.node->directory()->known.party("guizhou")->tls_ca[0]};
  EXPECT_EQ(party_of(*a.node->directory(), &chain), "guizhou");
}

TEST_F(Members, TheOthersGoOnAndTheOneExpelledFallsSilent) {
  form({&a, &b, &c});
  for (TestNode* one : {&a, &b, &c}) one->connect();
  a.say(1);
  ASSERT_TRUE(eventually(
      [&] { return a.outbox("guizhou").acked == 1 && a.outbox("chongqing").acked == 1; }));
  const std::string file = sign(expelling(a, "guizhou"), b);
  adopted(a, file);
  adopted(b, file);
  a.say(2);
  EXPECT_TRUE(eventually([&] { return a.outbox("chongqing").acked == 2; }));
  EXPECT_EQ(a.outbox("guizhou").last, 1);
  ASSERT_EQ(a.exchange->status().size(), 1U);
  EXPECT_EQ(a.exchange->status()[0].party, "chongqing");
  // It does not know yet, and gets nowhere.
  c.say(3);
  EXPECT_FALSE(eventually([&] { return c.outbox("sichuan").acked > 0; }, 3));
  EXPECT_EQ(a.inbox("guizhou").next, 1);
  // Shown the edition it says so, and stops.
  adopted(c, file);
  EXPECT_TRUE(c.node->directory()->left.contains("guizhou"));
  EXPECT_TRUE(c.exchange->status().empty());
  c.say(4);
  EXPECT_EQ(c.outbox("sichuan").last, 1);
}

TEST_F(Members, WhoComesBackGoesOnWhereItWas) {
  form({&a, &b, &c});
  for (TestNode* one : {&a, &b, &c}) one->connect();
  c.say(1);
  ASSERT_TRUE(eventually([&] { return c.outbox("sichuan").acked == 1; }));
  std::string file = sign(expelling(a, "guizhou"), b);
  for (const TestNode* one : {&a, &b, &c}) adopted(*one, file);
  a.say(2);
  const auto back = composed(a, {.name = {}, .effective = 0}, {party_card(c.identity).value()});
  ASSERT_TRUE(back.has_value()) << back.error().what;
  EXPECT_EQ(circle_summary(*back)->missing.size(), 2U);
  file = sign(sign(*back, b), c);
  for (const TestNode* one : {&c, &a, &b}) adopted(*one, file);
  EXPECT_TRUE(a.node->directory()->left.empty());
  EXPECT_TRUE(c.node->directory()->left.empty());
  c.say(3);
  EXPECT_TRUE(eventually([&] {
    return c.outbox("sichuan").last > 1 && c.outbox("sichuan").acked == c.outbox("sichuan").last &&
           a.outbox("guizhou").last > 0 && a.outbox("guizhou").acked == a.outbox("guizhou").last;
  })) << a.exchange->status()[1].trouble;
}

TEST_F(Members, AMemberLeavesByItselfWithItsOwnSignature) {
  form({&a, &b, &c});
  const auto file = composed(c, {.name = {}, .effective = 0, .leaves = true});
  ASSERT_TRUE(file.has_value()) << file.error().what;
  EXPECT_EQ(circle_summary(*file)->missing, (std::vector<std::string>{"chongqing", "sichuan"}));
  const std::string all = sign(sign(*file, a), b);
  for (const TestNode* one : {&a, &b, &c}) adopted(*one, all);
  EXPECT_EQ(a.node->directory()->left.at("guizhou").why, "");
  EXPECT_TRUE(c.node->directory()->left.contains("guizhou"));
}

TEST_F(Members, ARootFollowsAnotherInAFormedCircle) {
  form({&a, &b, &c});
  node::FileStore& files = c.node->storage().files();
  const auto next = node::make_next_root(files, c.chance.bytes(32));
  ASSERT_TRUE(next.has_value()) << next.error().what;
  EXPECT_EQ(next->key.kid, "guizhou/root/2");
  const auto file = composed(c, {});
  ASSERT_TRUE(file.has_value()) << file.error().what;
  const auto summary = circle_summary(*file);
  EXPECT_EQ(summary->missing, (std::vector<std::string>{"chongqing", "sichuan"}));
  ASSERT_EQ(summary->agreement.roots.size(), 1U);
  EXPECT_EQ(summary->agreement.roots[0].keys, 1);
  const std::string all = sign(sign(*file, a), b);
  for (const TestNode* one : {&a, &b, &c}) adopted(*one, all);
  c.close();
  ASSERT_TRUE(activate_keys(c.dir).has_value());
  c.open();
  EXPECT_EQ(c.node->identity().root.kid, "guizhou/root/2");
  EXPECT_FALSE(node::DirectoryFiles{c.dir}.has("keys/root-next.key"));
  // The next list is of the new root, and the others take it over the wire.
  ASSERT_TRUE(rotate_keys(*c.node).has_value());
  for (TestNode* one : {&a, &c}) one->connect();
  EXPECT_TRUE(eventually([&] { return a.node->directory()->keys_edition.at("guizhou") == 2; }));
}

TEST_F(Members, AnotherRootOfOneThatLostItsIsTheOthersToLetFollow) {
  form({&a, &b, &c});
  c.close();
  node::DirectoryFiles files{c.dir};
  files.remove("keys/root.key");
  ASSERT_FALSE(node::load_identity(c.dir).has_value());
  ASSERT_TRUE(node::make_next_root(files, c.chance.bytes(32)).has_value());
  ASSERT_TRUE(node::put_next_root_in_place(files).has_value());
  c.open();
  const std::string card = party_card(c.node->identity()).value();
  // A card with another root alone does nothing.
  EXPECT_FALSE(composed(a, {}, {card}).has_value());
  const auto file =
      composed(a, {.name = {}, .effective = 0, .lost = {{"guizhou", "the token broke"}}}, {card});
  ASSERT_TRUE(file.has_value()) << file.error().what;
  EXPECT_EQ(circle_summary(*file)->missing, (std::vector<std::string>{"chongqing", "guizhou"}));
  const std::string all = sign(sign(*file, c), b);
  for (const TestNode* one : {&a, &b, &c}) adopted(*one, all);
  ASSERT_TRUE(rotate_keys(*c.node).has_value());
  for (TestNode* one : {&b, &c}) one->connect();
  EXPECT_TRUE(eventually([&] { return b.node->directory()->keys_edition.at("guizhou") == 2; }));
}

TEST_F(Members, ACrashWhileTheRootIsPutInPlaceIsMended) {
  node::DirectoryFiles files{c.dir};
  c.close();
  const auto next = node::make_next_root(files, c.chance.bytes(32));
  ASSERT_TRUE(next.has_value());
  const std::string secret = files.read("keys/root-next.key").value();
  ASSERT_TRUE(node::write_file(c.dir / "keys" / "root.key", secret).has_value());
  ASSERT_FALSE(node::load_identity(c.dir).has_value());
  ASSERT_TRUE(activate_keys(c.dir).has_value());
  const auto identity = node::load_identity(c.dir);
  ASSERT_TRUE(identity.has_value()) << identity.error().what;
  EXPECT_EQ(identity->root.public_key, next->key.public_key);
}

}  // namespace
}  // namespace bashu::exchange
