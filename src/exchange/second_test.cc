// A circle whose agreement requires second signatures (SM2), between real nodes: one that signs,
// and a member that leaves its second signature out.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "evidence/checkpoint.h"
#include "evidence/envelope.h"
#include "evidence/witness.h"
#include "exchange/records.h"
#include "exchange/test_node.h"
#include "exchange/witness.h"
#include "node/storage/directory_files.h"
#include "node/verify.h"

namespace bashu::exchange {
namespace {

using testing::eventually;
using testing::TestNode;

class SecondSignatureTest : public testing::Nodes {
 protected:
  SecondSignatureTest() {
    for (TestNode* one : {&a, &b}) {
      one->close();
      node::DirectoryFiles files{one->dir};
      EXPECT_TRUE(node::make_second_keys(files).has_value());
      EXPECT_FALSE(node::make_second_keys(files).has_value());
      one->identity = node::load_identity(one->dir).value();
      one->open();
    }
  }
  // Both adopt an edition that requires everything twice from now on.
  void require(const std::vector<std::string>& what) {
    const std::int64_t now = a.identity.created;
    evidence::SecondPolicy policy;
    for (const std::string& one : what) policy[one] = now;
    auto file = compose_edition(circle_held(*a.node), {party_card(b.identity).value()}, a.identity,
                                {.name = "Test circle", .effective = now, .second = policy});
    ASSERT_TRUE(file.has_value()) << file.error().what;
    node::Identity without = b.identity;
    without.second.reset();
    EXPECT_FALSE(co_sign(*file, without, now).has_value());
    file = co_sign(*file, b.identity, now);
    ASSERT_TRUE(file.has_value()) << file.error().what;
    for (TestNode* one : {&a, &b}) {
      const auto done = adopt(*one->node, *file);
      ASSERT_TRUE(done.has_value()) << done.error().what;
    }
  }
  // From here on `b` signs once only, whatever it has signed.
  void lie() {
    b.close();
    const auto text = node::read_file(b.dir / "node.json");
    Value config = parse_json(*text).value();
    Value::Record& keys = *config.as_record()->at("keys").as_record();
    keys.erase("envelope-sm2");
    keys.erase("log-sm2");
    ASSERT_TRUE(node::write_file(b.dir / "node.json", pretty_json(config), 0644).has_value());
    b.open();
  }
  static PeerStatus status(const TestNode& of) { return of.exchange->status().at(0); }
  static bool alarmed(const TestNode& of, std::string_view text) {
    const auto alarms = of.exchange->alarms();
    return std::ranges::any_of(alarms,
                               [&](const Alarm& alarm) { return alarm.text.contains(text); });
  }

  TestNode a{root, "sichuan"}, b{root, "chongqing"};
};

TEST_F(SecondSignatureTest, IsMadeAndAskedForOnBothSides) {
  require({"envelopes", "receipts", "checkpoints"});
  a.connect();
  b.connect();
  a.say(1);
  b.say(2);
  ASSERT_TRUE(eventually(
      [&] { return a.outbox("chongqing").acked >= 1 && b.outbox("sichuan").acked >= 1; }));
  const auto directory = a.node->directory();
  const auto opened =
      evidence::open_envelope(*a.node->envelope_sent("chongqing", 1), directory->keys, "sichuan");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->second->kid, "sichuan/envelope-sm2/1");
  const auto note = evidence::open_checkpoint(a.node->checkpoint(), a.identity.origin,
                                              directory->log_keys("sichuan"));
  ASSERT_TRUE(note);
  EXPECT_TRUE(note->second);
  EXPECT_TRUE(eventually([&] {
    return cosigned_by(a.node->storage().files(), *directory, a.identity, "chongqing").has_value();
  }));
  for (TestNode* one : {&a, &b}) {
    EXPECT_TRUE(one->exchange->alarms().empty());
    one->close();
    const auto verified = node::verify(one->dir);
    ASSERT_TRUE(verified.has_value());
    EXPECT_FALSE(verified->unsound) << verified->unsound->code << verified->unsound->text;
  }
}

TEST_F(SecondSignatureTest, OfAMessageIsNotForgone) {
  require({"envelopes"});
  lie();
  a.connect();
  b.connect();
  b.say(1);
  ASSERT_TRUE(eventually([&] { return !status(b).stopped.empty(); }));
  EXPECT_EQ(status(b).stopped, "second-missing");
  EXPECT_TRUE(alarmed(b, "second-missing"));
  EXPECT_TRUE(alarmed(a, "second signature"));
  EXPECT_EQ(a.inbox("chongqing").next, 1);  // nothing of it was taken
  // The other direction is not its business: what is signed twice arrives.
  a.say(2);
  EXPECT_TRUE(eventually([&] { return a.outbox("chongqing").acked >= 1; }));
}

TEST_F(SecondSignatureTest, OfAReceiptIsNotForgone) {
  require({"receipts"});
  lie();
  a.connect();
  b.connect();
  a.say(1);
  ASSERT_TRUE(eventually([&] { return !status(a).stopped.empty(); }));
  EXPECT_EQ(status(a).stopped, "receipt");
  EXPECT_TRUE(alarmed(a, "second-missing"));
  EXPECT_EQ(a.outbox("chongqing").acked, 0);
  EXPECT_FALSE(a.node->envelope_sent("chongqing", 2));
}

TEST_F(SecondSignatureTest, OfACheckpointIsNotForgone) {
  require({"checkpoints"});
  lie();
  const auto directory = a.node->directory();
  Witness witness{a.node->storage().files(), *witness_signer(a.node->storage().files(), a.identity),
                  [](const std::string&, const std::string&) {}};
  const auto asked = [&](const std::string& note, std::int64_t now) {
    return witness
        .add_checkpoint(*directory, "chongqing", evidence::add_checkpoint_request(0, {}, note), now)
        .status;
  };
  const std::int64_t from = a.identity.created;
  b.say(1);  // signed once
  const std::string note = b.node->checkpoint();
  EXPECT_EQ(asked(note, from), 403);
  const std::string body = note.substr(0, note.find("\n\n") + 1);
  const evidence::Sm2Key& key = b.identity.second->log.key;
  EXPECT_EQ(asked(note + evidence::second_line(body, b.identity.origin, key), from), 200);
  EXPECT_EQ(asked(note, from - 1), 409);  // before that day only its size is wrong
}

TEST_F(SecondSignatureTest, IsAnnouncedToACircleThatHasNone) {
  TestNode c{root, "guizhou"};
  testing::form({&c, &b});
  EXPECT_TRUE(c.node->directory()->keys.contains("chongqing/envelope-sm2/1"));
  EXPECT_FALSE(c.node->directory()->keys.contains("guizhou/envelope-sm2/1"));
  c.close();
  node::DirectoryFiles files{c.dir};
  ASSERT_TRUE(node::make_second_keys(files).has_value());
  c.open();
  ASSERT_TRUE(announce_second(*c.node).has_value());
  EXPECT_TRUE(c.node->directory()->keys.contains("guizhou/envelope-sm2/1"));
  EXPECT_TRUE(c.node->directory()->keys.contains("guizhou/log-sm2/1"));
  const std::uint64_t size = c.node->durable();
  EXPECT_TRUE(announce_second(*c.node).has_value());
  EXPECT_EQ(c.node->durable(), size);  // once
  // Nothing is signed twice before an edition says so.
  const auto note = evidence::open_checkpoint(c.node->checkpoint(), c.node->identity().origin,
                                              c.node->directory()->log_keys("guizhou"));
  ASSERT_TRUE(note);
  EXPECT_FALSE(note->second);
}

TEST_F(SecondSignatureTest, RenewsItsKeysAsTheFirstOne) {
  require({"envelopes", "receipts", "checkpoints"});
  a.say(1);
  ASSERT_TRUE(rotate_keys(*a.node).has_value());
  const auto& keys = a.node->directory()->keys;
  const evidence::KeyRecord first = keys.at("sichuan/envelope/2");
  for (const char* kid : {"sichuan/envelope-sm2/2", "sichuan/log-sm2/2"}) {
    ASSERT_TRUE(keys.contains(kid)) << kid;
    EXPECT_EQ(keys.at(kid).alg, evidence::kSm2Algorithm);
    EXPECT_EQ(keys.at(kid).from, first.from) << kid;
    EXPECT_EQ(keys.at(kid).to, first.from + kKeyDays * kDayS) << kid;
  }
  a.say(2);  // the keys before, until the next start
  a.close();
  EXPECT_TRUE(activate_keys(a.dir).value());
  a.open();
  EXPECT_EQ(a.node->identity().second->envelope.kid, "sichuan/envelope-sm2/2");
  a.say(3);
  a.connect();
  b.connect();
  b.say(4);  // its receipt is signed by the next log key
  EXPECT_TRUE(eventually([&] {
    return a.outbox("chongqing").acked >= 3 && b.outbox("sichuan").acked >= 1;
  })) << status(a).stopped
      << status(b).stopped;
  std::vector<std::string> signers;
  for (std::int64_t seq = 1; seq <= 3; ++seq) {
    const auto opened = evidence::open_envelope(*a.node->envelope_sent("chongqing", seq),
                                                a.node->directory()->keys, "sichuan");
    ASSERT_TRUE(opened);
    signers.push_back(opened->second->kid);
  }
  EXPECT_EQ(signers, (std::vector<std::string>{"sichuan/envelope-sm2/1", "sichuan/envelope-sm2/1",
                                               "sichuan/envelope-sm2/2"}));
  for (TestNode* one : {&a, &b}) {
    EXPECT_TRUE(one->exchange->alarms().empty());
    one->close();
    const auto verified = node::verify(one->dir);
    ASSERT_TRUE(verified.has_value());
    EXPECT_FALSE(verified->unsound) << verified->unsound->code << verified->unsound->text;
  }
}

// The same node, days later.
class LaterClock final : public node::Clock {
 public:
  explicit LaterClock(std::int64_t days) : days_{days} {}
  Instant now() override { return {system_.now().unix_ms + days_ * kDayS * 1'000}; }
  Date today() override { return Date::at(now(), 480); }

 private:
  std::int64_t days_;
  node::SystemClock system_{480};
};

TEST_F(SecondSignatureTest, KeyThatIsSixtyDaysOldIsDueWhateverTheFirstOne) {
  require({"receipts"});
  const auto text = node::read_file(a.dir / "node.json");
  const auto open_after = [&](node::Clock& clock) {
    auto opened = node::Node::open(
        {.storage = node::open_directory(a.dir), .clock = &clock, .chance = &a.chance});
    EXPECT_TRUE(opened.has_value()) << opened.error().what;
    return std::move(*opened);
  };
  a.close();
  LaterClock in_time{59}, late{61};
  EXPECT_FALSE(rotation_due(*open_after(in_time)));
  // Only its first key is new: as of a node that could not make the other.
  Value without = parse_json(*text).value();
  Value::Record& keys = *without.as_record()->at("keys").as_record();
  const Value second = keys.at("envelope-sm2"), log = keys.at("log-sm2");
  keys.erase("envelope-sm2");
  keys.erase("log-sm2");
  ASSERT_TRUE(node::write_file(a.dir / "node.json", pretty_json(without), 0644).has_value());
  ASSERT_TRUE(rotate_keys(*open_after(in_time)).has_value());
  ASSERT_TRUE(activate_keys(a.dir).value());
  EXPECT_FALSE(rotation_due(*open_after(late)));
  Value with = parse_json(*node::read_file(a.dir / "node.json")).value();
  with.as_record()->at("keys").as_record()->insert_or_assign("envelope-sm2", second);
  with.as_record()->at("keys").as_record()->insert_or_assign("log-sm2", log);
  ASSERT_TRUE(node::write_file(a.dir / "node.json", pretty_json(with), 0644).has_value());
  EXPECT_TRUE(rotation_due(*open_after(late)));
}

TEST_F(SecondSignatureTest, NothingIsTakenUnderALogKeyThatHasEnded) {
  require({"receipts"});
  // Its list says that the key ends now.
  const auto held = held_record(*b.node, "keys/chongqing/1");
  ASSERT_TRUE(held);
  const auto last = evidence::read_keys(*held);
  ASSERT_TRUE(last);
  const std::int64_t now = b.clock.now().unix_ms / 1'000;
  std::vector<evidence::KeyRecord> keys;
  for (auto [kid, key] : last->keys) {
    if (kid == "chongqing/log-sm2/1") key.to = now;
    keys.push_back(key);
  }
  const auto list = evidence::signed_record(
      evidence::keys_payload(last->agreement, "chongqing", 2, last->digest, now, keys),
      evidence::kKeysType,
      {{.kid = b.identity.root.kid, .secret_key = b.identity.root.secret_key}});
  auto checked = check_keys(*b.node, list);
  ASSERT_TRUE(checked.has_value()) << checked.error().code.text();
  ASSERT_TRUE(std::holds_alternative<node::Done>(b.node->run(std::move(checked->request))));

  a.connect();
  b.connect();
  a.say(1);
  ASSERT_TRUE(eventually([&] { return alarmed(b, "has ended"); }));
  EXPECT_EQ(b.inbox("sichuan").next, 1);
  EXPECT_EQ(status(a).stopped, "");  // it is not taken for a lie
  // The next key is what it waits for.
  b.exchange.reset();
  ASSERT_TRUE(rotate_keys(*b.node).has_value());
  b.close();
  ASSERT_TRUE(activate_keys(b.dir).value());
  b.open();
  b.connect();
  a.exchange.reset();  // it was told to wait for a minute
  a.connect();
  EXPECT_TRUE(eventually([&] { return a.outbox("chongqing").acked >= 1; }));
  EXPECT_EQ(status(a).stopped, "");
}

}  // namespace
}  // namespace bashu::exchange
