#include "exchange/receiver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "base/bytes.h"
#include "base/json.h"
#include "evidence/envelope.h"
#include "exchange/service.h"
#include "exchange/test_node.h"
#include "node/storage/memory.h"

namespace bashu::exchange {
namespace {

using testing::form;
using testing::TestNode;

class ReceiverTest : public testing::Nodes {
 protected:
  ReceiverTest() {
    form({&a, &b});
    guard.pass("sichuan");
    receiver = std::make_unique<Receiver>(ReceiverParts{
        .node = *b.node, .guard = guard, .alarms = alarms, .blobs = blobs, .now_ms = [this] {
          return now;
        }});
    service = std::make_unique<Service>(
        ServiceParts{.node = *b.node,
                     .receiver = *receiver,
                     .guard = guard,
                     .alarms = alarms,
                     .blobs = blobs,
                     .shares = shares,
                     .evaluating = evaluating,
                     .seen_note = [](const std::string&) { return std::string{}; },
                     .later =
                         [](const std::function<void()>& task) {
                           task();
                           return true;
                         }});
    receiver->refresh("sichuan", {});
  }
  std::string envelope(std::int64_t seq, const Value& body = Value{Value::Record{}},
                       const std::function<void(evidence::Payload&)>& change = {}) const {
    return envelope_of(a, seq, body, change);
  }
  [[nodiscard]] std::string envelope_of(
      const TestNode& from, std::int64_t seq, const Value& body = Value{Value::Record{}},
      const std::function<void(evidence::Payload&)>& change = {}) const {
    const std::int64_t issued = b.identity.created;
    evidence::Payload payload{.from = from.identity.party.text(),
                              .to = "chongqing",
                              .channel = from.identity.party.text() + ".chongqing.main",
                              .seq = seq,
                              .issued = issued,
                              .expiry = issued + 86'400,
                              .agreement = b.node->directory()->agreement.id,
                              .pack = {},
                              .kind = "bashu.ping",
                              .stream = {},
                              .nonce = base64url(std::string(16, static_cast<char>(seq))),
                              .body = body};
    if (change) change(payload);
    return evidence::sign_envelope(evidence::payload_text(payload), from.identity.envelope.kid,
                                   from.identity.envelope.secret_key)
        .text;
  }
  // Refused: under no pack.
  static void asks(evidence::Payload& payload) { payload.kind = "case.ask"; }
  // Held until the pack is adopted.
  static void waits(evidence::Payload& payload) {
    payload.kind = "case.event";
    payload.pack = std::string(64, '0');
  }
  std::future<http::Response> send(std::string body, const std::string& party = "sichuan",
                                   const std::string& type = "application/jose+json",
                                   bool length = true, const std::string& method = "POST") {
    http::Request request{.method = method,
                          .target = "/bashu/v1/channels/" + party + ".chongqing.main/messages",
                          .headers = {{"Content-Type", type}},
                          .body = std::move(body)};
    request.length_given = length;
    auto promise = std::make_shared<std::promise<http::Response>>();
    service->handle(party, std::move(request), [promise](http::Response response) {
      promise->set_value(std::move(response));
    });
    return promise->get_future();
  }
  http::Response get(const std::string& target, const std::string& party = "sichuan") {
    std::promise<http::Response> promise;
    service->handle(party, {.method = "GET", .target = "/bashu/v1" + target},
                    [&](http::Response response) { promise.set_value(std::move(response)); });
    return promise.get_future().get();
  }
  static std::string code(const http::Response& response) {
    const auto body = parse_json(response.body);
    return std::to_string(response.status) + " " + (body ? body->text_at("code") : "");
  }

  std::int64_t now = 1'000'000;
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  Guard guard;
  node::MemoryFiles files;
  Alarms alarms{files};
  Shares shares{*b.node};
  Evaluating evaluating{{.node = *b.node, .shares = shares, .alarms = alarms, .per_hour = 10}};
  Blobs blobs{files};
  std::unique_ptr<Receiver> receiver;
  std::unique_ptr<Service> service;
};

TEST_F(ReceiverTest, RepeatedMessageGetsTheSameReceiptAndHasOneEffect) {
  const auto first = send(envelope(1)).get();
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(first.header("content-type"), "text/x.tlog.proof");
  const std::uint64_t size = b.node->durable();
  EXPECT_EQ(send(envelope(1)).get().body, first.body);
  EXPECT_EQ(get("/channels/sichuan.chongqing.main/receipts/1").body, first.body);
  EXPECT_EQ(b.node->durable(), size);
  // The same after a restart, when only the journal remembers.
  receiver.reset();
  service.reset();
  b.close();
  b.open();
  Receiver fresh{
      {.node = *b.node, .guard = guard, .alarms = alarms, .blobs = blobs, .now_ms = [this] {
         return now;
       }}};
  fresh.refresh("sichuan", {.next = 2});
  std::promise<http::Response> promise;
  http::Request request{.method = "POST",
                        .headers = {{"Content-Type", "application/jose+json"}},
                        .body = envelope(1)};
  request.length_given = true;
  fresh.message("sichuan", "sichuan.chongqing.main", request,
                [&](http::Response response) { promise.set_value(std::move(response)); });
  EXPECT_EQ(promise.get_future().get().body, first.body);
}

TEST_F(ReceiverTest, ManyCopiesAtOnceHaveOneEffect) {
  std::vector<std::future<http::Response>> answers;
  for (int i = 0; i < 8; ++i) answers.push_back(send(envelope(1)));
  std::string receipt;
  for (auto& answer : answers) {
    const http::Response got = answer.get();
    if (got.status == 503) continue;  // asked in the moment in which it became durable
    ASSERT_EQ(got.status, 200);
    if (receipt.empty()) receipt = got.body;
    EXPECT_EQ(got.body, receipt);
  }
  EXPECT_FALSE(receipt.empty());
  EXPECT_EQ(b.inbox("sichuan").next, 2);
}

TEST_F(ReceiverTest, AnotherMessageUnderATakenNumberIsRefusedAndKept) {
  ASSERT_EQ(send(envelope(1)).get().status, 200);
  const std::string other = envelope(1, Value::Record{{"x", 1}});
  EXPECT_EQ(code(send(other).get()), "409 seq-conflict");
  EXPECT_EQ(code(send(other).get()), "409 seq-conflict");
  ASSERT_EQ(alarms.newest().size(), 1U);
  EXPECT_EQ(alarms.newest()[0].code, "seq-conflict");
}

TEST_F(ReceiverTest, EarlyMessagesWaitForTheGapToClose) {
  auto third = send(envelope(3)), second = send(envelope(2));
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds{20}), std::future_status::timeout);
  EXPECT_EQ(send(envelope(1)).get().status, 200);
  EXPECT_EQ(second.get().status, 200);
  EXPECT_EQ(third.get().status, 200);
  EXPECT_EQ(b.inbox("sichuan").next, 4);
}

TEST_F(ReceiverTest, APeerThatKeepsItsNextMessageBackTakesNoPlaceOfAnothers) {
  TestNode c{root, "guizhou"};
  form({&a, &b, &c});
  guard.pass("guizhou");
  receiver->refresh("guizhou", {});
  std::vector<std::future<http::Response>> waiting;
  std::string refused;
  const Value large{Value::Record{{"x", std::string(1'000'000, 'x')}}};
  for (std::int64_t seq = 2; seq <= 64 && refused.empty(); ++seq) {
    waiting.push_back(send(envelope(seq, large)));
    if (waiting.back().wait_for(std::chrono::seconds{0}) == std::future_status::ready) {
      refused = code(waiting.back().get());
    }
  }
  EXPECT_EQ(refused, "503 not-ready");
  auto second = send(envelope_of(c, 2), "guizhou");
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds{20}), std::future_status::timeout);
  EXPECT_EQ(send(envelope_of(c, 1), "guizhou").get().status, 200);
  EXPECT_EQ(second.get().status, 200);
}

TEST_F(ReceiverTest, EarlyMessageIsToldToComeAgainAfterTwoSeconds) {
  auto second = send(envelope(2));
  now += 1'900;
  receiver->tick();
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds{20}), std::future_status::timeout);
  now += 200;
  receiver->tick();
  const http::Response told = second.get();
  EXPECT_EQ(told.status, 202);
  EXPECT_EQ(told.body, R"({"next":1})");
  // What was kept still counts when the gap closes.
  EXPECT_EQ(send(envelope(1)).get().status, 200);
  EXPECT_TRUE(testing::eventually([&] { return b.inbox("sichuan").next == 3; }, 5));
}

TEST_F(ReceiverTest, EveryRefusalHasItsCodeAndChangesNothing) {
  const std::uint64_t size = b.node->durable();
  const std::string good = envelope(1);
  EXPECT_EQ(code(send(std::string((3u << 19) + 1, 'x')).get()), "413 too-large");
  EXPECT_EQ(code(send(good, "sichuan", "application/jose+json", true, "PUT").get()), "405 method");
  EXPECT_EQ(code(send(good, "sichuan", "text/plain").get()), "415 media-type");
  EXPECT_EQ(code(send(good, "sichuan", "application/jose+json", false).get()),
            "411 length-required");
  EXPECT_EQ(code(send(good, "").get()), "403 unknown-peer");
  EXPECT_EQ(code(send(good, "guizhou").get()), "403 unknown-peer");
  EXPECT_EQ(code(send("{}").get()), "400 malformed");
  EXPECT_EQ(code(send(good.substr(0, good.size() - 5)).get()), "400 malformed");
  EXPECT_EQ(
      code(send(envelope(1, Value{Value::Record{}}, [](auto& p) { p.to = "sichuan"; })).get()),
      "403 wrong-recipient");
  EXPECT_EQ(code(send(envelope(1, Value{Value::Record{}},
                               [](auto& p) { p.channel = "sichuan.chongqing.other"; }))
                     .get()),
            "403 wrong-channel");
  EXPECT_EQ(code(send(envelope(1, Value{Value::Record{}},
                               [](auto& p) { p.agreement = std::string(64, '0'); }))
                     .get()),
            "403 wrong-agreement");
  EXPECT_EQ(
      code(send(envelope(1, Value{Value::Record{}}, [](auto& p) { p.issued += 3'600; })).get()),
      "403 future");
  EXPECT_TRUE(
      std::ranges::any_of(alarms.newest(), [](const Alarm& one) { return one.code == "clock"; }));
  EXPECT_EQ(code(send(envelope(65)).get()), "409 gap");
  EXPECT_EQ(b.node->durable(), size);
}

TEST_F(ReceiverTest, NothingIsAnsweredBeforeTheGuardPassedOrToAPeerThatLied) {
  receiver->refresh("sichuan", {.next = 1, .held_bytes = 0, .distrusted = true});
  EXPECT_EQ(code(send(envelope(1)).get()), "503 not-ready");
  receiver->refresh("sichuan", {});
  guard.fail(evidence::Standing::rollback, "test");
  EXPECT_EQ(code(send(envelope(1)).get()), "503 not-ready");
  EXPECT_EQ(get("/log/checkpoint").status, 503);
  EXPECT_EQ(get("/seen").status, 404);
}

TEST_F(ReceiverTest, RateIsLimitedPerParty) {
  const std::int64_t burst = 2 * b.node->directory()->agreement.rate_per_s;
  int refused = 0;
  for (std::int64_t i = 0; i < burst + 10; ++i) {
    const http::Response got = send("{}").get();
    if (got.status == 429) {
      ++refused;
      EXPECT_EQ(got.header("retry-after"), "1");
    }
  }
  EXPECT_EQ(refused, 10);
  now += 5;  // ten more at 2,000 a second
  for (int i = 0; i < 10; ++i) EXPECT_EQ(send("{}").get().status, 400);
  EXPECT_EQ(send("{}").get().status, 429);
}

// A body whose value is sealed under `id`, and the keys that travel with it.
Value sealed_body(const std::string& id, Value::Record keys) {
  return Value::Record{{"name", Value::Record{{"$sealed", "1"}, {"dek", id}}},
                       {"$keys", std::move(keys)}};
}

TEST_F(ReceiverTest, KeysOfSealedValuesGoToTheVaultAndNeverReplaceOne) {
  const std::string key(32, 'k'), id = "sichuan-k0000000000000001";
  const auto box = [&](const std::string& bytes) {
    return base64url(node::seal_to(b.identity.seal.public_key, bytes));
  };
  const std::string own = "chongqing-k0000000000000001", other = "sichuan-k0000000000000002";
  const Value::Record keys{
      {id, box(key)}, {own, box(key)}, {other, box(key)}, {"sichuan-kbad", "x"}};
  ASSERT_EQ(send(envelope(1, sealed_body(id, keys), waits)).get().status, 200);
  EXPECT_EQ(b.node->vault().key(id), key);
  EXPECT_EQ(b.node->vault().key(own), std::nullopt);
  EXPECT_EQ(b.node->vault().key(other), std::nullopt) << "opens no value of the message";
  ASSERT_EQ(send(envelope(2, sealed_body(own, {{own, box(key)}}), waits)).get().status, 200);
  EXPECT_EQ(b.node->vault().key(own), std::nullopt) << "as if we had made it";
  ASSERT_EQ(
      send(envelope(3, sealed_body(id, {{id, box(std::string(32, 'x'))}}), waits)).get().status,
      200);
  EXPECT_EQ(b.node->vault().key(id), key);
}

TEST_F(ReceiverTest, KeysOfAMemberWhoseNameBeginsWithOursAreKept) {
  const std::string key(32, 'k'), id = "chongqing-wanzhou-k0000000000000001";
  const Value::Record keys{{id, base64url(node::seal_to(b.identity.seal.public_key, key))}};
  ASSERT_EQ(send(envelope(1, sealed_body(id, keys), waits)).get().status, 200);
  EXPECT_EQ(b.node->vault().key(id), key);
}

TEST_F(ReceiverTest, WhatAMessageBringsWaitsUntilItsTurn) {
  const std::string id = "sichuan-k0000000000000003", key(32, 'k'), name(64, 'b');
  Value body = sealed_body(id, {{id, base64url(node::seal_to(b.identity.seal.public_key, key))}});
  (*body.as_record())["file"] =
      Value::Record{{"sha256", name}, {"media", "application/pdf"}, {"size", 3}};
  auto early = send(envelope(2, body, waits));
  EXPECT_EQ(b.node->vault().key(id), std::nullopt);
  EXPECT_TRUE(blobs.wanted().empty());
  ASSERT_EQ(send(envelope(1, body)).get().status, 200);  // a ping brings nothing
  ASSERT_EQ(early.get().status, 200);
  EXPECT_EQ(b.node->vault().key(id), key);
  EXPECT_EQ(blobs.wanted().size(), 1U);
}

TEST_F(ReceiverTest, DocumentsNamedInMessagesAreWanted) {
  const std::string name(64, 'a');
  ASSERT_EQ(send(envelope(1,
                          Value::Record{{"file", Value::Record{{"sha256", name},
                                                               {"media", "application/pdf"},
                                                               {"size", 3}}}},
                          waits))
                .get()
                .status,
            200);
  ASSERT_EQ(blobs.wanted().size(), 1U);
  EXPECT_EQ(blobs.wanted()[0].name, name);
  EXPECT_EQ(blobs.wanted()[0].party, "sichuan");
}

class BroughtAlong : public ReceiverTest {
 protected:
  // A value under a key, with the key, and a document.
  [[nodiscard]] Value body() const {
    Value made = sealed_body(
        id, {{id, base64url(node::seal_to(b.identity.seal.public_key, std::string(32, 'k')))}});
    (*made.as_record())["file"] =
        Value::Record{{"sha256", name}, {"media", "application/pdf"}, {"size", 3}};
    return made;
  }
  // Whether the key and the wish are here, when what is to be forgotten is.
  [[nodiscard]] bool is_here() {
    receiver->tick();
    const bool key = b.node->vault().key(id).has_value();
    EXPECT_EQ(key, blobs.wanted_of(name).has_value());
    return key;
  }
  const std::string id = "sichuan-k0000000000000009", name = std::string(64, 'd');
};

TEST_F(BroughtAlong, ByARefusedMessageIsForgotten) {
  ASSERT_EQ(send(envelope(1, body(), asks)).get().status, 200);
  EXPECT_FALSE(is_here());
  ASSERT_EQ(send(envelope(2, body(), waits)).get().status, 200);
  EXPECT_TRUE(is_here());
  ASSERT_EQ(send(envelope(3, body(), asks)).get().status, 200);
  EXPECT_TRUE(is_here()) << "another message needs it";
}

TEST_F(BroughtAlong, ByMessagesOnTheirWayTogetherStaysIfOneIsTaken) {
  std::int64_t seq = 0;
  const auto send_both = [&](auto first, auto second) {
    seq += 2;
    auto later = send(envelope(seq, body(), second));
    EXPECT_EQ(send(envelope(seq - 1, body(), first)).get().status, 200);
    EXPECT_EQ(later.get().status, 200);
  };
  send_both(asks, asks);
  EXPECT_FALSE(is_here());
  send_both(asks, waits);
  EXPECT_TRUE(is_here());
  b.node->vault().forget(id);
  blobs.give_up(name);
  send_both(waits, asks);
  EXPECT_TRUE(is_here());
}

TEST_F(BroughtAlong, ByARefusedMessageChangesNoWishOfAnother) {
  TestNode c{root, "guizhou"};
  form({&a, &b, &c});
  guard.pass("guizhou");
  receiver->refresh("guizhou", {});
  ASSERT_EQ(send(envelope(1, body(), waits)).get().status, 200);
  ASSERT_EQ(send(envelope_of(c, 1, body(), asks), "guizhou").get().status, 200);
  EXPECT_TRUE(is_here());
  EXPECT_EQ(blobs.wanted_of(name), "sichuan");
}

TEST_F(ReceiverTest, PartiesSeeTheirOwnChannelsOnly) {
  EXPECT_EQ(get("/channels/sichuan.chongqing.main").status, 200);
  EXPECT_EQ(get("/channels/chongqing.sichuan.main").status, 200);
  EXPECT_EQ(get("/channels/sichuan.chongqing.other").status, 404);
  EXPECT_EQ(get("/channels/guizhou.chongqing.main").status, 404);
  ASSERT_EQ(send(envelope(1)).get().status, 200);
  EXPECT_EQ(get("/channels/sichuan.chongqing.main/messages/1").body, envelope(1));
  for (const char* path : {"/channels/sichuan.chongqing.main/messages/2",
                           "/channels/sichuan.chongqing.main/receipts/x",
                           "/channels/sichuan.chongqing.main/resolutions/1", "/channels", "/",
                           "/keys/..", "/keys/sichuan/9", "/agreement/0", "/log/consistency/5/2",
                           "/log/consistency/0/99999", "/blobs/..", "/nothing"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get("/keys/sichuan").status, 200);
  EXPECT_EQ(get("/agreement").body, get("/agreement/1").body);
}

TEST_F(ReceiverTest, ConsistencyIsServedBetweenCommits) {
  ASSERT_EQ(send(envelope(1)).get().status, 200);
  const std::string size = std::to_string(b.node->durable());
  const http::Response got = get("/log/consistency/1/" + size);
  ASSERT_EQ(got.status, 200);
  EXPECT_TRUE(got.body.starts_with("old 1\n"));
  EXPECT_TRUE(got.body.ends_with(get("/log/checkpoint").body));
}

}  // namespace
}  // namespace bashu::exchange
