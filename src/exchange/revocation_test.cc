// Keys that somebody else has, between two nodes: what they signed and nobody answered is signed
// again and taken once; what a thief signs with them is not.
#include "exchange/revocation.h"

#include <gtest/gtest.h>

#include <array>

#include "evidence/checkpoint.h"
#include "evidence/entry.h"
#include "evidence/envelope.h"
#include "evidence/tree.h"
#include "evidence/voucher.h"
#include "exchange/test_sides.h"
#include "exchange/vouching.h"
#include "node/files.h"
#include "node/storage/directory_files.h"
#include "node/storage/storage.h"
#include "node/verify.h"

namespace bashu::exchange {
namespace {

using testing::ask;
using testing::drive;
using testing::fake_now;
using testing::form;
using testing::honest_only;
using testing::is_message;
using testing::Side;
using testing::TestNode;

class Revocations : public testing::Nodes {
 protected:
  Revocations() : Revocations{false} {}
  // `twice`: in a circle whose agreement requires second signatures (SM2).
  explicit Revocations(bool twice) {
    if (twice) {
      form_signing_twice();
    } else {
      form({&a, &b});
    }
    begin();
    far = std::make_unique<Side>(b, "sichuan");
    far->guard.pass("sichuan");
  }
  void form_signing_twice() {
    for (TestNode* one : {&a, &b}) {
      one->close();
      node::DirectoryFiles files{one->dir};
      EXPECT_TRUE(node::make_second_keys(files).has_value());
      one->identity = node::load_identity(one->dir).value();
      one->open();
    }
    const std::int64_t now = a.identity.created;
    const evidence::SecondPolicy all{{"envelopes", now}, {"receipts", now}, {"checkpoints", now}};
    auto file = compose_edition(circle_held(*a.node), {party_card(b.identity).value()}, a.identity,
                                {.name = "Test circle", .effective = now, .second = all});
    ASSERT_TRUE(file.has_value()) << file.error().what;
    file = co_sign(*file, b.identity, now);
    ASSERT_TRUE(file.has_value()) << file.error().what;
    for (const TestNode* one : {&a, &b}) ASSERT_TRUE(adopt(*one->node, *file).has_value());
  }
  void begin() { near = std::make_unique<Side>(a, "chongqing"); }
  // As the process of the node ends and begins again.
  void start_again() {
    near.reset();
    a.close();
    ASSERT_TRUE(activate_keys(a.dir).has_value());
    a.open();
    begin();
  }
  void revoke(const std::string& kid) {
    const auto done = revoke_keys(*a.node, {.kids = {kid}});
    ASSERT_TRUE(done.has_value()) << done.error().what;
    start_again();
  }
  // Of the journal of sichuan.
  std::size_t entries(const std::string& kind) {
    std::size_t count = 0;
    for (std::uint64_t at = 0; at < a.node->durable();) {
      const auto some = a.node->entries(at, 1U << 20);
      if (!some || some->empty()) break;
      for (const node::Entry& one : *some) count += one.kind == kind ? 1U : 0U;
      at = some->back().index + 1;
    }
    return count;
  }
  void expect_sound() {
    near.reset();
    far.reset();
    a.close();
    b.close();
    for (const TestNode* one : {&a, &b}) {
      const auto verified = node::verify(one->dir);
      ASSERT_TRUE(verified.has_value()) << verified.error().what;
      EXPECT_FALSE(verified->unsound.has_value())
          << one->dir << ' ' << verified->unsound->code << " at " << verified->unsound->position;
    }
    const auto compared = node::compare(a.dir, b.dir);
    ASSERT_TRUE(compared.has_value()) << compared.error().what;
    EXPECT_FALSE(compared->unsound.has_value())
        << compared->unsound->code << ' ' << compared->unsound->text;
  }
  PeerAnswer offer(const std::string& envelope) {
    return ask(*far, "sichuan",
               {.method = "POST",
                .target = "/channels/sichuan.chongqing.main/messages",
                .content_type = "application/jose+json",
                .body = envelope});
  }
  // What a thief of the envelope key makes of a message he saw.
  std::string forged(std::int64_t seq) {
    auto payload = evidence::read_envelope(*a.node->envelope_sent("chongqing", 1));
    payload->seq = seq;
    payload->issued = a.clock.now().unix_ms / 1'000;
    payload->expiry = payload->issued + 600;
    payload->nonce = base64url(a.chance.bytes(16));
    return evidence::sign_envelope(evidence::payload_text(*payload), a.identity.envelope.kid,
                                   a.identity.envelope.secret_key)
        .text;
  }
  // What a thief of the log key answers to a message, from a log of his own.
  std::string answered_under(const node::KeyPair& log, const std::string& envelope) {
    const auto said = evidence::read_envelope(envelope);
    const std::string leaf =
        evidence::entry_text({.index = 0,
                              .time = static_cast<std::uint64_t>(a.clock.now().unix_ms),
                              .kind = "recv",
                              .outcome = "applied",
                              .channel = said->channel,
                              .seq = static_cast<std::uint64_t>(said->seq),
                              .evidence = evidence::message_id_of(envelope),
                              .effect = std::string(64, '0')});
    const std::string note =
        evidence::sign_checkpoint(a.identity.origin, 1, evidence::leaf_hash(leaf), log.secret_key);
    return evidence::make_receipt(leaf, 0, {}, note);
  }
  // Until chongqing holds the list that revokes.
  void tell_list() {
    near->guard.pass("chongqing");
    far->guard.pass("sichuan");
    drive(*near, *far, honest_only,
          [&] { return b.node->directory()->keys_edition.at("sichuan") == 2; });
    ASSERT_EQ(b.node->directory()->keys_edition.at("sichuan"), 2);
  }
  [[nodiscard]] std::int64_t acked() const { return a.outbox("chongqing").acked; }
  [[nodiscard]] std::int64_t next() const { return b.inbox("sichuan").next; }

  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  std::unique_ptr<Side> near, far;
};

// 1 was answered, 2 was taken and the answer lost, 3 to 5 never arrived.
TEST_F(Revocations, WhatWaitsIsSignedAgainAndTakenOnce) {
  for (int i = 0; i < 5; ++i) a.say(i);
  int passed = 0;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (!is_message(call)) return honest();
        if (++passed > 2) return {};
        PeerAnswer answer = honest();
        return passed == 1 ? answer : PeerAnswer{};
      },
      [&] { return acked() == 1 && next() == 3; });
  ASSERT_EQ(next(), 3);
  const auto before = a.node->envelope_sent("chongqing", 3);
  revoke("sichuan/envelope/1");
  EXPECT_EQ(a.node->identity().envelope.kid, "sichuan/envelope/2");
  drive(*near, *far, honest_only, [&] { return acked() == 5; });
  EXPECT_EQ(acked(), 5);
  EXPECT_EQ(next(), 6);
  EXPECT_EQ(a.outbox("chongqing").stopped, "");
  EXPECT_EQ(entries("resend"), 3U);
  EXPECT_EQ(a.node->envelope_before("chongqing", 3), before);

  // The same but for its nonce and times, and not living longer.
  const auto old = evidence::read_envelope(*before);
  const auto again = evidence::read_envelope(*a.node->envelope_sent("chongqing", 3));
  ASSERT_TRUE(old && again);
  EXPECT_EQ(again->body, old->body);
  EXPECT_EQ(again->kind, old->kind);
  EXPECT_NE(again->nonce, old->nonce);
  EXPECT_EQ(again->expiry, old->expiry);

  const PeerAnswer conflict = offer(*before);
  EXPECT_EQ(conflict.status, 409) << conflict.body;
  const PeerAnswer theft = offer(forged(6));
  EXPECT_EQ(theft.status, 403) << theft.body;
  EXPECT_NE(theft.body.find("key-revoked"), std::string::npos) << theft.body;
  EXPECT_EQ(next(), 6);
  a.say(5);
  drive(*near, *far, honest_only, [&] { return acked() == 6; });
  EXPECT_EQ(acked(), 6);
  expect_sound();
}

// An envelope that was in flight arrives when the peer has said where it stands and does not hold
// the list yet.
TEST_F(Revocations, WhatArrivesBeforeTheListIsNotSignedAgain) {
  for (int i = 0; i < 3; ++i) a.say(i);
  const std::string in_flight = *a.node->envelope_sent("chongqing", 1);
  revoke("sichuan/envelope/1");
  bool arrived = false;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) {
        if (call.target == "/keys" && !arrived) {
          arrived = true;
          EXPECT_EQ(offer(in_flight).status, 200);
        }
        return honest();
      },
      [&] { return acked() == 3; });
  EXPECT_TRUE(arrived);
  EXPECT_EQ(acked(), 3);
  EXPECT_EQ(entries("resend"), 2U);
  EXPECT_EQ(b.node->answered("sichuan", 1)->message_id, evidence::message_id_of(in_flight));
  expect_sound();
}

// It came ahead of its turn, before the receiver heard of the theft.
TEST_F(Revocations, WhatAThiefSentAheadIsNotTakenWhenItsTurnComes) {
  a.say(0);
  a.say(1);
  drive(*near, *far, honest_only, [&] { return acked() == 2; });
  const std::string ahead = forged(4);
  const PeerAnswer early = offer(ahead);
  EXPECT_EQ(early.status, 202) << early.body;
  revoke("sichuan/envelope/1");
  a.say(2);
  drive(*near, *far, honest_only, [&] { return acked() == 3; });
  EXPECT_EQ(acked(), 3);
  EXPECT_EQ(next(), 4) << "what was kept ahead was taken under a revoked key";
  a.say(3);
  drive(*near, *far, honest_only, [&] { return acked() == 4; });
  EXPECT_EQ(acked(), 4);
  EXPECT_EQ(b.node->answered("sichuan", 4)->message_id,
            evidence::message_id_of(*a.node->envelope_sent("chongqing", 4)));
  expect_sound();
}

TEST_F(Revocations, ANodeThatEndsBetweenTwoStepsDoesNoHarm) {
  for (int i = 0; i < 4; ++i) a.say(i);
  ASSERT_TRUE(revoke_keys(*a.node, {.kids = {"sichuan/envelope/1"}}).has_value());
  // It ended when the list was in the journal and the folder had no name yet.
  std::filesystem::rename(a.dir / "keys" / "next", a.dir / "keys" / "next.part");
  start_again();
  EXPECT_EQ(a.node->identity().envelope.kid, "sichuan/envelope/2");
  // It ends when all is signed again and nothing has left.
  const auto deaf = [](const PeerCall& call, const std::function<PeerAnswer()>& honest) {
    return is_message(call) ? PeerAnswer{} : honest();
  };
  drive(*near, *far, deaf, [&] { return entries("resend") == 4; });
  EXPECT_EQ(entries("resend"), 4U);
  start_again();
  // It ends when the peer has them and no receipt came back.
  drive(
      *near, *far,
      [](const PeerCall& call, const std::function<PeerAnswer()>& honest) {
        PeerAnswer answer = honest();
        return is_message(call) ? PeerAnswer{} : answer;
      },
      [&] { return next() == 5; });
  EXPECT_EQ(next(), 5);
  start_again();
  drive(*near, *far, honest_only, [&] { return acked() == 4; });
  EXPECT_EQ(acked(), 4);
  EXPECT_EQ(entries("resend"), 4U) << "what was signed again needs it no more";
  expect_sound();
}

TEST_F(Revocations, TheJournalGoesOnUnderTheNextLogKey) {
  a.say(0);
  drive(*near, *far, honest_only, [&] { return acked() == 1; });
  const auto done = revoke_keys(*a.node, {.kids = {"sichuan/log/1"}});
  ASSERT_TRUE(done.has_value()) << done.error().what;
  // Who has the log's has the witness's, which was made of it.
  EXPECT_EQ(done->kids, (std::vector<std::string>{"sichuan/log/1", "sichuan/witness/1"}));
  EXPECT_EQ(done->fresh, (std::vector<std::string>{"sichuan/log/2", "sichuan/witness/2"}));
  near.reset();
  a.close();
  const auto refused = node::Node::open(
      {.storage = node::open_directory(a.dir), .clock = &a.clock, .chance = &a.chance});
  ASSERT_FALSE(refused.has_value()) << "it would write under a revoked key";
  EXPECT_NE(refused.error().what.find("sichuan/log/1"), std::string::npos);
  a.node.reset();
  ASSERT_TRUE(activate_keys(a.dir).has_value());
  a.open();
  begin();
  EXPECT_EQ(a.node->identity().log.kid, "sichuan/log/2");
  a.say(1);
  drive(*near, *far, honest_only, [&] { return acked() == 2; });
  EXPECT_EQ(acked(), 2);
  // What it answers from now on is proven under the next one.
  b.say(0);
  near->guard.pass("chongqing");
  far->guard.pass("sichuan");
  drive(*far, *near, honest_only, [&] { return b.outbox("sichuan").acked == 1; });
  EXPECT_EQ(b.outbox("sichuan").acked, 1) << far->sender.status().trouble;
  start_again();
  expect_sound();
}

// Who stole the key stands at its owner's address, and chongqing knows of the theft.
TEST_F(Revocations, WhatAThiefAnswersUnderTheLogKeyIsNotTaken) {
  const node::KeyPair stolen = a.identity.log;
  const auto before = b.node->directory();
  revoke("sichuan/log/1");
  tell_list();
  b.say(0);
  std::string answer;
  int answers = 0;
  drive(
      *far, *near,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) {
        if (!is_message(call)) return honest();
        answer = answered_under(stolen, call.body);
        ++answers;
        return PeerAnswer{.status = 200, .body = answer};
      },
      [&] { return answers == 3 || b.outbox("sichuan").acked == 1; });
  EXPECT_EQ(answers, 3);
  EXPECT_EQ(b.outbox("sichuan").acked, 0) << "a thief has answered";
  EXPECT_EQ(b.outbox("sichuan").stopped, "");
  // It was checked before the list came, and its turn comes behind it.
  const auto late = b.node->run(
      {.command = core::AckMessage{.to = "sichuan", .seq = 1, .outcome = "applied", .reason = {}},
       .evidence = answer,
       .under = before});
  ASSERT_TRUE(std::holds_alternative<Reject>(late));
  EXPECT_EQ(std::get<Reject>(late).code, RejectCode::not_ready);
  drive(*far, *near, honest_only, [&] { return b.outbox("sichuan").acked == 1; });
  EXPECT_EQ(b.outbox("sichuan").acked, 1) << far->sender.status().trouble;
  expect_sound();
}

// It was taken, the answer was lost, and the log key was revoked before it was asked for again.
TEST_F(Revocations, WhatWasTakenBeforeIsProvenUnderTheNextLogKey) {
  near->guard.pass("chongqing");
  b.say(0);
  drive(
      *far, *near,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) {
        PeerAnswer answer = honest();
        return is_message(call) ? PeerAnswer{} : answer;
      },
      [&] { return a.inbox("chongqing").next == 2; });
  ASSERT_EQ(a.inbox("chongqing").next, 2);
  const auto entry = a.node->answered("chongqing", 1)->entry;
  const std::string old = *a.node->receipt(entry);
  revoke("sichuan/log/1");
  tell_list();
  a.say(0);  // something is signed under the next key
  EXPECT_NE(*a.node->receipt(entry), old);
  drive(*far, *near, honest_only, [&] { return b.outbox("sichuan").acked == 1; });
  EXPECT_EQ(b.outbox("sichuan").acked, 1) << far->sender.status().trouble;
  expect_sound();
}

TEST_F(Revocations, OnlyWhatCanBeRevokedIs) {
  const auto why = [&](const std::string& kid) {
    const auto refused = cannot_revoke(*a.node, {.kids = {kid}});
    return refused ? refused->text : std::string{};
  };
  EXPECT_EQ(why("sichuan/root/1"), "circle.revoke.root");
  EXPECT_EQ(why("chongqing/envelope/1"), "circle.revoke.foreign");
  EXPECT_EQ(why("sichuan/envelope/7"), "circle.revoke.unknown");
  EXPECT_EQ(why("sichuan/envelope/1"), "");
  EXPECT_FALSE(revoke_keys(*a.node, {.kids = {"sichuan/root/1"}}).has_value());
  const std::int64_t later = a.clock.now().unix_ms / 1'000 + 3'600;
  EXPECT_EQ(cannot_revoke(*a.node, {.kids = {"sichuan/seal/1"}, .since = later})->text,
            "circle.revoke.since");
  revoke("sichuan/envelope/1");
  EXPECT_EQ(why("sichuan/envelope/1"), "circle.revoke.already");
  EXPECT_EQ(kids_in_use(*a.node),
            (std::vector<std::string>{"sichuan/command/1", "sichuan/envelope/2", "sichuan/log/1",
                                      "sichuan/seal/1", "sichuan/witness/1"}));
}

// What an officer did before the key of the sign-in service was stolen is said again under the
// next.
TEST_F(Revocations, VouchersUnderWayAreMadeAgain) {
  const auto text = node::read_file(checkout("packs/ecology.yaml"));
  ASSERT_TRUE(text.has_value());
  core::Asker by;
  by.principal = "user:zhang";
  by.roles = {"admin"};
  core::Command command =
      core::AdoptPack{.by = by,
                      .source = canonical_json(packs::expand(packs::read_yaml(*text)).root),
                      .from = *Date::parse("2026-01-01")};
  ASSERT_EQ(vouch(*a.node, command, {.how = "password", .session = {}}), Vouching::done);
  ASSERT_TRUE(std::holds_alternative<node::Done>(
      a.node->run({.command = std::move(command), .evidence = "{}"})));
  const auto said = [&] {
    const auto message = evidence::read_envelope(*a.node->envelope_sent("chongqing", 1));
    return *message->body.find(evidence::kVoucher);
  };
  const Value before = said();
  revoke("sichuan/command/1");
  drive(*near, *far, honest_only, [&] { return acked() == 1; });
  EXPECT_EQ(acked(), 1) << near->sender.status().trouble;
  EXPECT_EQ(entries("resend"), 1U);
  EXPECT_EQ(before.text_at("kid"), "sichuan/command/1");
  EXPECT_EQ(said().text_at("kid"), "sichuan/command/2");
  EXPECT_EQ(said().text_at("said"), before.text_at("said"));
  expect_sound();
}

TEST_F(Revocations, NothingIsSealedToARevokedKey) {
  const std::string stolen = a.identity.seal.public_key;
  const std::string box = node::seal_to(stolen, "secret");
  revoke("sichuan/seal/1");
  drive(*near, *far, honest_only,
        [&] { return b.node->directory()->keys_edition.at("sichuan") == 2; });
  EXPECT_NE(b.node->directory()->seal_key("sichuan"), stolen);
  EXPECT_EQ(b.node->directory()->seal_key("sichuan"), a.node->identity().seal.public_key);
  bool opens = false;
  for (const node::KeyPair& key : seal_keys(a.node->identity())) {
    opens = opens || node::open_sealed_box(key.public_key, key.secret_key, box) == "secret";
  }
  EXPECT_TRUE(opens) << "what is on its way must still be readable";
}

class RevokedSecondKeys : public Revocations {
 protected:
  RevokedSecondKeys() : Revocations{true} {}
  // The key that signed our message a second time.
  std::string second_of(std::int64_t seq) {
    const auto opened = evidence::open_envelope(*a.node->envelope_sent("chongqing", seq),
                                                a.node->directory()->keys, "sichuan");
    return opened && opened->second ? opened->second->kid : std::string{};
  }
  // By the key that nobody has, and an SM2 key that somebody has.
  std::string forged_twice(std::int64_t seq, const evidence::SecondSigner& stolen) {
    auto payload = evidence::read_envelope(forged(seq));
    return evidence::sign_envelope_twice(evidence::payload_text(*payload), a.identity.envelope.kid,
                                         a.identity.envelope.secret_key, stolen)
        .text;
  }
};

TEST_F(RevokedSecondKeys, WhatWaitsIsSignedAgainAndWhatAThiefSignsIsNotTaken) {
  const evidence::SecondSigner stolen = a.identity.second->envelope;
  a.say(0);
  drive(*near, *far, honest_only, [&] { return acked() == 1; });
  ASSERT_EQ(acked(), 1);
  a.say(1);
  a.say(2);
  const std::string before = *a.node->envelope_sent("chongqing", 2);
  ASSERT_EQ(second_of(2), "sichuan/envelope-sm2/1");
  revoke("sichuan/envelope-sm2/1");
  EXPECT_EQ(a.node->identity().second->envelope.kid, "sichuan/envelope-sm2/2");
  EXPECT_EQ(a.node->identity().second->log.kid, "sichuan/log-sm2/1");
  EXPECT_EQ(a.node->identity().envelope.kid, "sichuan/envelope/1") << "the first goes on";
  const evidence::KeyRecord& fresh = a.node->directory()->keys.at("sichuan/envelope-sm2/2");
  EXPECT_EQ(fresh.alg, evidence::kSm2Algorithm);
  EXPECT_EQ(fresh.key.size(), 65U);
  drive(*near, *far, honest_only, [&] { return acked() == 3; });
  EXPECT_EQ(acked(), 3) << near->sender.status().trouble;
  EXPECT_EQ(entries("resend"), 2U);
  EXPECT_EQ(second_of(2), "sichuan/envelope-sm2/2");
  EXPECT_EQ(b.node->answered("sichuan", 2)->message_id,
            evidence::message_id_of(*a.node->envelope_sent("chongqing", 2)));
  EXPECT_EQ(offer(before).status, 409);
  const PeerAnswer theft = offer(forged_twice(4, stolen));
  EXPECT_EQ(theft.status, 403) << theft.body;
  EXPECT_NE(theft.body.find("key-revoked"), std::string::npos) << theft.body;
  EXPECT_EQ(next(), 4);
  expect_sound();
}

TEST_F(RevokedSecondKeys, ReceiptsAreSignedByTheNextOne) {
  revoke("sichuan/log-sm2/1");
  EXPECT_EQ(a.node->identity().second->log.kid, "sichuan/log-sm2/2");
  EXPECT_EQ(a.node->identity().log.kid, "sichuan/log/1");
  EXPECT_EQ(kids_in_use(*a.node),
            (std::vector<std::string>{"sichuan/command/1", "sichuan/envelope-sm2/1",
                                      "sichuan/envelope/1", "sichuan/log-sm2/2", "sichuan/log/1",
                                      "sichuan/seal/1", "sichuan/witness/1"}));
  a.say(0);
  drive(*near, *far, honest_only, [&] { return acked() == 1; });
  EXPECT_EQ(acked(), 1) << near->sender.status().trouble;
  b.say(0);
  near->guard.pass("chongqing");
  drive(*far, *near, honest_only, [&] { return b.outbox("sichuan").acked == 1; });
  EXPECT_EQ(b.outbox("sichuan").acked, 1) << far->sender.status().trouble;
  expect_sound();
}

}  // namespace
}  // namespace bashu::exchange
