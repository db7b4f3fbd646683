// Settlements that say which officer signed them, between real nodes: what is vouched for is taken
// and kept with the officer's name, and nothing of what is not.
#include "evidence/voucher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>

#include "base/bytes.h"
#include "base/json.h"
#include "evidence/envelope.h"
#include "exchange/service.h"
#include "exchange/test_node.h"
#include "exchange/vouching.h"
#include "node/storage/directory_files.h"
#include "node/storage/memory.h"

namespace bashu::exchange {
namespace {

using testing::form;
using testing::TestNode;

class VouchedTest : public testing::Nodes {
 protected:
  VouchedTest() {
    form({&a, &b});
    guard.pass("sichuan");
    receiver = std::make_unique<Receiver>(ReceiverParts{
        .node = *b.node, .guard = guard, .alarms = alarms, .blobs = blobs, .now_ms = [] {
          return std::int64_t{1'000'000};
        }});
    receiver->refresh("sichuan", {});
  }
  [[nodiscard]] static Value settlement(const std::string& id = "sichuan-7") {
    return Value::Record{
        {"case", id}, {"content", "sha256:" + std::string(64, 'a')}, {"note", "as recorded"}};
  }
  // By the sign-in service of `a` as a rule.
  [[nodiscard]] evidence::Voucher voucher(const Value& body) const {
    return {.party = "sichuan",
            .officer = "user:zhang",
            .roles = {"chief"},
            .divisions = {},
            .how = "password",
            .session = {},
            .at = a.identity.created,
            .case_id = body.text_at("case"),
            .after = 0,
            .act = evidence::act_digest(*evidence::act_of("case.settle", body))};
  }
  [[nodiscard]] static Value vouched(Value body, const evidence::Voucher& voucher,
                                     const node::KeyPair& by) {
    (*body.as_record())[std::string{evidence::kVoucher}] =
        evidence::sign_voucher(voucher, by.kid, by.secret_key);
    return body;
  }
  // Status and code, or 200 and what became of it.
  std::string send(std::int64_t seq, const Value& body, const std::string& kind = "case.settle") {
    const std::int64_t issued = b.identity.created;
    const evidence::Payload payload{.from = "sichuan",
                                    .to = "chongqing",
                                    .channel = "sichuan.chongqing.main",
                                    .seq = seq,
                                    .issued = issued,
                                    .expiry = issued + 86'400,
                                    .agreement = b.node->directory()->agreement.id,
                                    .pack = kind.starts_with("bashu.") ? "" : std::string(64, '0'),
                                    .kind = kind,
                                    .stream = {},
                                    .nonce = base64url(std::string(16, static_cast<char>(seq))),
                                    .body = body};
    http::Request request{
        .method = "POST",
        .target = "/bashu/v1/channels/sichuan.chongqing.main/messages",
        .headers = {{"Content-Type", "application/jose+json"}},
        .body = evidence::sign_envelope(evidence::payload_text(payload), a.identity.envelope.kid,
                                        a.identity.envelope.secret_key)
                    .text};
    request.length_given = true;
    auto promise = std::make_shared<std::promise<http::Response>>();
    receiver->message(
        "sichuan", "sichuan.chongqing.main", request,
        [promise](http::Response response) { promise->set_value(std::move(response)); });
    const http::Response answered = promise->get_future().get();
    const auto problem = parse_json(answered.body);
    return std::to_string(answered.status) + " " + (problem ? problem->text_at("code") : "");
  }
  // What stands in the body of the message that waits under this number.
  [[nodiscard]] Value held(std::int64_t seq) const {
    const core::Inbox box = b.inbox("sichuan");
    const auto it = box.held.find(seq);
    return it == box.held.end() ? Value{} : it->second.body;
  }
  [[nodiscard]] bool alarmed(std::string_view code) const {
    return std::ranges::any_of(alarms.newest(),
                               [&](const Alarm& alarm) { return alarm.code == code; });
  }

  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  Guard guard;
  node::MemoryFiles files;
  Alarms alarms{files};
  Blobs blobs{files};
  std::unique_ptr<Receiver> receiver;
};

// The pack is not adopted, so each waits with the body that the core was given.
TEST_F(VouchedTest, WhatIsVouchedForIsTakenWithTheOfficersName) {
  const Value body = settlement();
  EXPECT_EQ(send(1, vouched(body, voucher(body), *a.identity.command)), "200 ");
  const Value taken = held(1);
  EXPECT_EQ(taken.find(evidence::kVoucher), nullptr) << "stands in the envelope";
  ASSERT_NE(taken.find("$officer"), nullptr);
  EXPECT_EQ(taken.find("$officer")->text_at("id"), "user:zhang");
  EXPECT_EQ(taken.find("$officer")->text_at("kid"), "sichuan/command/1");
  const auto envelope = b.node->envelope_taken("sichuan", 1);
  ASSERT_TRUE(envelope);
  EXPECT_TRUE(evidence::open_envelope(*envelope, b.node->directory()->keys, "sichuan")
                  ->payload.body.find(evidence::kVoucher));
}

TEST_F(VouchedTest, NothingIsTakenWithoutOrWithAFalseOne) {
  const std::uint64_t size = b.node->durable();
  const Value body = settlement();
  const evidence::Voucher good = voucher(body);
  const node::KeyPair& key = *a.identity.command;
  EXPECT_EQ(send(1, body), "403 voucher-missing");
  EXPECT_TRUE(alarmed("voucher-missing"));
  EXPECT_EQ(send(1, vouched(body, good, a.identity.envelope)), "403 voucher") << "the node's key";
  EXPECT_EQ(send(1, vouched(body, good, *b.identity.command)), "403 voucher") << "another party's";
  EXPECT_EQ(send(1, vouched(settlement("sichuan-8"), good, key)), "403 voucher")
      << "of another command";
  evidence::Voucher retired = good;
  retired.at = a.identity.created + 91 * 86'400;
  EXPECT_EQ(send(1, vouched(body, retired, key)), "403 voucher") << "the key has ended by then";
  EXPECT_TRUE(alarmed("voucher"));
  EXPECT_EQ(b.node->durable(), size);
  EXPECT_EQ(b.inbox("sichuan").next, 1);
  // The number is free: the true one is taken under it.
  EXPECT_EQ(send(1, vouched(body, good, key)), "200 ");
}

TEST_F(VouchedTest, NobodyNamesAnOfficerByWord) {
  Value body = Value::Record{{"case", "sichuan-7"}, {"reason", "holds"}, {"content", "sha256:a"}};
  (*body.as_record())["$officer"] = Value::Record{{"id", "user:zhang"}, {"kid", "x"}};
  EXPECT_EQ(send(1, body, "case.dispute"), "200 ");
  ASSERT_NE(held(1).as_record(), nullptr);
  EXPECT_EQ(held(1).find("$officer"), nullptr);
}

// What a node sends is what its receiver accepts, and names nobody by their citizen's number.
TEST_F(VouchedTest, WhatAnOfficerCommandsLeavesWithAVoucher) {
  const auto text = node::read_file(checkout("packs/ecology.yaml"));
  ASSERT_TRUE(text.has_value());
  core::Asker by;
  by.principal = "user:11010519491231002x";
  by.roles = {"admin"};
  core::Command command =
      core::AdoptPack{.by = by,
                      .source = canonical_json(packs::expand(packs::read_yaml(*text)).root),
                      .from = *Date::parse("2026-01-01")};
  const SignedIn in{.how = "password", .session = std::string(64, '1')};
  ASSERT_EQ(vouch(*a.node, command, in), Vouching::done);
  ASSERT_TRUE(std::holds_alternative<node::Done>(
      a.node->run({.command = std::move(command), .evidence = "{}"})));
  const auto& directory = *a.node->directory();
  const auto opened =
      evidence::open_envelope(*a.node->envelope_sent("chongqing", 1), directory.keys, "sichuan");
  ASSERT_TRUE(opened.has_value());
  const auto checked = evidence::check_voucher(
      opened->payload, {.keys = directory.keys, .max_life_s = directory.agreement.max_life_s});
  ASSERT_TRUE(checked && *checked);
  EXPECT_TRUE((*checked)->voucher.officer.starts_with("sha256:"));
  EXPECT_EQ((*checked)->voucher.how, "password");
  EXPECT_EQ(officer_id("user:zhang", "secret"), "user:zhang");
  EXPECT_NE(officer_id(by.principal, "secret"), officer_id(by.principal, "another's"));
  // Nobody is told of it, or nobody said who asks.
  core::Command silent = core::CloseTask{.by = by, .number = 1};
  EXPECT_EQ(vouch(*a.node, silent, in), Vouching::nothing);
  core::Command nobodys = core::SignSettlement{.by = {}, .id = {}, .content = {}, .note = {}};
  EXPECT_EQ(vouch(*a.node, nobodys, in), Vouching::nothing);
}

// A node made before there were command keys has none in node.json and announces none.
TEST_F(VouchedTest, ANodeOfBeforeGetsAKeyAndAnnouncesItWithItsNextList) {
  TestNode old{root, "guizhou"};
  old.close();
  const auto text = node::read_file(old.dir / "node.json");
  Value config = parse_json(*text).value();
  config.as_record()->at("keys").as_record()->erase("command");
  ASSERT_TRUE(node::write_file(old.dir / "node.json", pretty_json(config), 0644).has_value());
  std::filesystem::remove(old.dir / "keys" / "command.key");
  old.identity = node::load_identity(old.dir).value();
  ASSERT_FALSE(old.identity.command);
  old.open();
  TestNode other{root, "yunnan"};
  form({&old, &other});
  const auto command_keys = [&] {
    return std::ranges::count_if(old.node->directory()->keys, [](const auto& one) {
      return one.second.party == "guizhou" && one.second.role == evidence::kCommandRole;
    });
  };
  EXPECT_EQ(command_keys(), 0);

  old.close();
  EXPECT_FALSE(activate_keys(old.dir).value());
  old.identity = node::load_identity(old.dir).value();
  ASSERT_TRUE(old.identity.command);
  node::DirectoryFiles files_of_old{old.dir};
  ASSERT_TRUE(node::make_command_key(files_of_old).has_value());
  EXPECT_EQ(node::load_identity(old.dir)->command->public_key, old.identity.command->public_key);
  old.open();
  ASSERT_TRUE(rotate_keys(*old.node).has_value());
  EXPECT_EQ(command_keys(), 1);
  EXPECT_TRUE(old.node->directory()->keys.contains(old.identity.command->kid));

  // The next rotation brings the next one, in use from the next start on.
  old.close();
  EXPECT_TRUE(activate_keys(old.dir).value());
  EXPECT_EQ(node::load_identity(old.dir)->command->kid, "guizhou/command/1");
  old.open();
  ASSERT_TRUE(rotate_keys(*old.node).has_value());
  old.close();
  EXPECT_TRUE(activate_keys(old.dir).value());
  EXPECT_EQ(node::load_identity(old.dir)->command->kid, "guizhou/command/2");
  old.open();
  EXPECT_EQ(command_keys(), 2);
}

}  // namespace
}  // namespace bashu::exchange
