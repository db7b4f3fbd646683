// A node and a witness outside its circle, over HTTP: what is cosigned, what is told when it is
// not.
#include "exchange/outside.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "exchange/public_witness.h"
#include "exchange/test_node.h"
#include "exchange/witness.h"
#include "http/server.h"
#include "node/storage/memory.h"
#include "node/test_support.h"

namespace bashu::exchange {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

// A witness behind HTTP, or what answers in its place.
class Behind {
 public:
  explicit Behind(std::string_view name = "witness.example/w1") {
    node::SystemChance chance;
    EXPECT_TRUE(PublicWitness::create(files, name, chance));
    open();
    auto started = http::Server::start(
        {.listen = "127.0.0.1:0"}, [this](const http::Request& request, const http::Reply& reply) {
          ++asked;
          if (says_lengths) {
            return reply(
                http::text_response(409, "text/x.tlog.size", std::to_string(1 + asked % 2) + "\n"));
          }
          reply(instead ? *instead : witness->answer(request, 1'790'000'000));
        });
    EXPECT_TRUE(started);
    server = std::move(*started);
  }
  void open() {
    auto opened = PublicWitness::open(files);
    EXPECT_TRUE(opened);
    witness = std::move(*opened);
  }
  void know(const node::Identity& log) const {
    witness->witness({{.name = log.origin, .public_key = log.log.public_key}});
  }
  [[nodiscard]] std::string line(const std::string& name) const {
    return "witness " + name + " " + witness->verifier_key() +
           " http://127.0.0.1:" + std::to_string(server->port()) + "\n";
  }
  [[nodiscard]] std::uint64_t size() const {
    const auto seen = witness->seen();
    return seen.empty() ? 0 : seen[0].size;
  }

  node::MemoryFiles files;
  std::unique_ptr<PublicWitness> witness;
  std::optional<http::Response> instead;  // set while nobody asks
  std::atomic<int> asked = 0;
  std::atomic<bool> says_lengths = false;  // another each time
  std::unique_ptr<http::Server> server;    // last: its thread uses the rest
};

class OutsideTest : public testing::Nodes {
 protected:
  OutsideTest() {
    testing::form({&a, &b});
    a.close();
    clock.pass_ms(a.clock.now().unix_ms - clock.now().unix_ms);  // no earlier than its journal
    auto opened = node::Node::open(
        {.storage = node::open_directory(a.dir), .clock = &clock, .chance = &a.chance});
    EXPECT_TRUE(opened.has_value()) << opened.error().what;
    a.node = std::move(*opened);
    first.know(a.identity);
    second.know(a.identity);
  }
  std::unique_ptr<OutsideWitnesses> witnesses(const std::string& policy) {
    auto read = evidence::read_policy(policy);
    EXPECT_TRUE(read) << policy;
    auto opened = OutsideWitnesses::open(
        *a.node, {.policy = std::move(*read),
                  .every_ms = 1'000,
                  .alarm = [this](const Alarm& alarm, std::string_view /*proof*/) {
                    alarms.push_back(alarm.text);
                  }});
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }
  // Looks until it is so; for these witnesses time passes quickly.
  bool comes(OutsideWitnesses& asked, const std::function<bool()>& fact) {
    return testing::eventually([&] {
      clock.pass_ms(100);
      asked.look();
      return fact();
    });
  }
  void write(const std::string& name) const {
    core::SetPrincipal set;
    set.by.principal = "local:test";
    set.by.roles = {"directory"};
    set.who.id = "key:" + name;
    set.who.version = 1;
    set.who.person = set.who.id;
    set.who.proof = set.who.id;
    const node::Outcome outcome = a.node->run({.command = std::move(set), .evidence = "{}"});
    ASSERT_TRUE(std::holds_alternative<node::Done>(outcome));
  }

  testing::TestNode a{root, "sichuan"}, b{root, "chongqing"};
  node::TestClock clock;
  Behind first, second{"second.example/w"};
  std::vector<std::string> alarms;
};

TEST_F(OutsideTest, WhatTheyCosignIsKeptAndHandedOut) {
  const auto asked =
      witnesses(first.line("one") + second.line("two") + "group g all one two\nquorum g\n");
  ASSERT_TRUE(comes(*asked, [&] { return asked->standing().covered == a.node->durable(); }));
  const auto standing = asked->standing();
  EXPECT_FALSE(standing.since_ms);
  ASSERT_EQ(standing.witnesses.size(), 2U);
  EXPECT_EQ(standing.witnesses[1].name, "second.example/w");
  EXPECT_EQ(standing.witnesses[1].time_s, 1'790'000'000);
  EXPECT_EQ(first.size(), a.node->durable());
  // The checkpoint with its line, as whoever trusts both keys reads it; and after a restart.
  const auto note = asked->note_by("witness.example/w1");
  ASSERT_TRUE(note);
  const std::vector<std::string> keys{a.identity.log.public_key};
  const std::vector<evidence::WitnessKey> theirs{
      *evidence::read_witness_key(first.witness->verifier_key())};
  const auto checkpoint = evidence::open_checkpoint(*note, a.identity.origin, keys, theirs);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->cosigned.size(), 1U);
  EXPECT_FALSE(asked->note_by("nobody.example/w"));
  write("more");
  ASSERT_TRUE(comes(*asked, [&] { return asked->standing().covered == a.node->durable(); }));
  const int before = first.asked;
  const auto again = witnesses(first.line("one"));
  EXPECT_EQ(again->standing().witnesses[0].size, a.node->durable());
  clock.pass_ms(kHourMs);
  again->look();
  EXPECT_EQ(first.asked, before) << "what does not grow is not sent";
  EXPECT_TRUE(alarms.empty());
}

TEST_F(OutsideTest, WhatNobodyCosignsIsToldAndLateAfterAnHour) {
  first.instead = http::problem(503, "not-ready");
  const auto asked = witnesses(first.line("one"));
  ASSERT_TRUE(comes(*asked, [&] { return !asked->problem().empty(); }));
  EXPECT_EQ(asked->problem(), "witness.example/w1: it answers 503");
  EXPECT_EQ(asked->standing().covered, 0U);
  const auto entries = a.node->entries(0);
  ASSERT_TRUE(entries);
  EXPECT_EQ(asked->standing().since_ms, entries->front().time_ms);
  clock.pass_ms(2 * kHourMs);
  asked->look();
  EXPECT_TRUE(asked->late());
}

TEST_F(OutsideTest, OneThatLostWhatWasKeptHereIsAskedWhatItKnows) {
  auto asked = witnesses(first.line("one"));
  ASSERT_TRUE(comes(*asked, [&] { return asked->standing().covered == a.node->durable(); }));
  asked.reset();
  a.node->storage().files().remove("cosigned/outside/" +
                                   http::percent_encode("witness.example/w1"));
  write("more");
  asked = witnesses(first.line("one"));
  EXPECT_EQ(asked->standing().witnesses[0].size, 0U);
  EXPECT_TRUE(comes(*asked, [&] { return asked->standing().covered == a.node->durable(); }));
  EXPECT_FALSE(asked->late());
  EXPECT_TRUE(alarms.empty());
}

TEST_F(OutsideTest, WhoSaysThatTheJournalIsAnotherRaisesAnAlarmAndStopsNothing) {
  first.instead = http::text_response(409, "text/x.tlog.size", "100000\n");
  const auto asked = witnesses(first.line("one") + second.line("two"));
  ASSERT_TRUE(comes(*asked, [&] { return !alarms.empty(); }));
  EXPECT_NE(alarms[0].find("which has"), std::string::npos) << alarms[0];
  EXPECT_TRUE(comes(*asked, [&] { return asked->standing().covered == a.node->durable(); }))
      << "the other witness is enough";
  alarms.clear();
  first.instead = http::problem(422, "witness");
  ASSERT_TRUE(comes(*asked, [&] { return !alarms.empty(); }));
  EXPECT_NE(alarms[0].find("does not continue"), std::string::npos) << alarms[0];
}

// Each of its answers would have it asked again at once.
TEST_F(OutsideTest, WhoSaysAnotherLengthEachTimeIsAskedAFewTimesAndWaits) {
  write("more");
  first.says_lengths = true;
  const auto asked = witnesses(first.line("one") + second.line("two"));
  ASSERT_TRUE(comes(*asked, [&] { return !alarms.empty(); }));
  EXPECT_NE(alarms[0].find("another length"), std::string::npos) << alarms[0];
  EXPECT_EQ(first.asked, 1 + kCorrectionsMax);
  EXPECT_NE(asked->problem().find("another length"), std::string::npos);
  for (int i = 0; i < 9; ++i) {  // less than a second, its pace
    clock.pass_ms(100);
    asked->look();
  }
  EXPECT_EQ(first.asked, 1 + kCorrectionsMax);
  EXPECT_EQ(alarms.size(), 1U);
  first.says_lengths = false;
  ASSERT_TRUE(comes(*asked, [&] { return asked->standing().witnesses[0].problem.empty(); }));
  EXPECT_EQ(asked->standing().witnesses[0].size, a.node->durable()) << "it comes to itself";
}

TEST_F(OutsideTest, ACosignatureOfAnotherKeyOrOfOtherBytesIsNotKept) {
  // The second answers in the name of the first.
  first.instead = http::text_response(
      200, "text/plain; charset=utf-8",
      evidence::cosignature_line("x\n", "witness.example/w1", 1, a.identity.log.secret_key));
  const auto asked = witnesses(first.line("one"));
  ASSERT_TRUE(comes(*asked, [&] { return !asked->problem().empty(); }));
  EXPECT_EQ(asked->problem(), "witness.example/w1: it cosigned with another key");
  EXPECT_EQ(asked->standing().covered, 0U);
  EXPECT_FALSE(asked->note_by("witness.example/w1"));
}

TEST_F(OutsideTest, WitnessesThatCannotBeAskedAreRefused) {
  const auto open = [&](const std::string& policy) {
    return OutsideWitnesses::open(*a.node, {.policy = *evidence::read_policy(policy)}).has_value();
  };
  const std::string key = first.witness->verifier_key();
  EXPECT_FALSE(open(""));
  EXPECT_FALSE(open("witness one " + key + "\n"));
  EXPECT_FALSE(open("witness one " + key + " ftp://a\n"));
}

}  // namespace
}  // namespace bashu::exchange
