#include "evidence/succession.h"

#include <gtest/gtest.h>

#include <map>

#include "evidence/fsck.h"
#include "evidence/signing.h"

namespace bashu::evidence {
namespace {

const Hash kRoot = sha256("what was restored");

TEST(Succession, NamesFollowEachOther) {
  EXPECT_EQ(next_origin("sichuan.example/bashu/1"), "sichuan.example/bashu/2");
  EXPECT_EQ(next_origin("sichuan.example/bashu/9"), "sichuan.example/bashu/10");
  for (const char* none : {"", "/bashu/1", "sichuan.example", "sichuan.example/bashu/",
                           "sichuan.example/bashu/0", "sichuan.example/bashu/x"}) {
    EXPECT_FALSE(next_origin(none).has_value()) << none;
  }
  EXPECT_EQ(next_channel("a.b.main"), "a.b.main2");
  EXPECT_EQ(next_channel("a.b.main2"), "a.b.main3");
  EXPECT_EQ(next_channel("a.b.main9"), "a.b.main10");
  EXPECT_FALSE(next_channel("a.b").has_value());
  EXPECT_FALSE(is_renewed("a.b.main"));
  EXPECT_TRUE(is_renewed("a.b.main2"));
}

TEST(Succession, ACheckpointStandsUnderTheNameOfItsSize) {
  const Predecessors before{{"a.example/bashu/1", 10, kRoot, 12},
                            {"a.example/bashu/2", 20, {}, 20}};
  const auto at = [&](std::uint64_t size) { return origin_at("a.example/bashu/3", before, size); };
  EXPECT_EQ(at(1), "a.example/bashu/1");
  EXPECT_EQ(at(10), "a.example/bashu/1");
  EXPECT_EQ(at(11), "a.example/bashu/2");
  EXPECT_EQ(at(20), "a.example/bashu/2");
  EXPECT_EQ(at(21), "a.example/bashu/3");
}

TEST(Succession, PredecessorsAreReadAsTheyAreWritten) {
  const Predecessors two{{"a.example/bashu/1", 10, kRoot, 12}, {"a.example/bashu/2", 20, {}, 20}};
  EXPECT_EQ(read_predecessors(predecessors_value(two)), two);
  EXPECT_EQ(read_predecessors(Value::List{}), Predecessors{});
  for (const Predecessors& wrong :
       {Predecessors{{"a.example/bashu/1", 0, kRoot, 0}},
        Predecessors{{"a.example/bashu/1", 10, kRoot, 9}}, Predecessors{{"elsewhere", 1, kRoot, 1}},
        Predecessors{{"a.example/bashu/1", 10, kRoot, 10}, {"a.example/bashu/2", 10, kRoot, 10}}}) {
    EXPECT_FALSE(read_predecessors(predecessors_value(wrong)).has_value());
  }
  EXPECT_FALSE(read_predecessors(Value{"text"}).has_value());
}

// Two parties, and what the next edition may make of them.
class Edition : public ::testing::Test {
 protected:
  Edition() {
    for (const char* party : {"a", "b", "c"}) {
      auto [open, secret] = signing_pair(std::string(32, party[0]));
      secrets_[party] = secret;
      first.parties.push_back({.party = party,
                               .origin = std::string{party} + ".example/bashu/1",
                               .endpoint = "https://example/bashu/v1",
                               .root_kid = std::string{party} + "/root/1",
                               .root_key = open,
                               .tls_ca = {std::string(64, '0')}});
    }
    for (const char* name : {"a.b.main", "a.c.main", "b.a.main", "b.c.main", "c.a.main"}) {
      first.channels.push_back({.channel = name});
    }
    first.edition = 1;
    first.name = "Test";
    const auto opened = next_agreement(nullptr, sign(first), {});
    EXPECT_TRUE(opened.has_value()) << opened.error().code.text();
    if (opened) first = *opened;
    next = first;
    next.edition = 2;
    next.previous = first.digest;
    next.parties[0].origin = "a.example/bashu/2";
    next.parties[0].predecessors = predecessors_value({{"a.example/bashu/1", 10, kRoot, 12}});
    for (ChannelRecord& channel : next.channels) {
      if (channel.channel == "b.c.main") continue;
      channel.channel += '2';
      channel.from_seq = 7;
    }
  }
  std::string sign(const Agreement& agreement) {
    std::vector<Signer> signers;
    for (const auto& [party, secret] : secrets_) {
      signers.push_back({.kid = party + "/root/1", .secret_key = secret});
    }
    return signed_record(agreement_payload(agreement), kAgreementType, signers);
  }
  [[nodiscard]] bool taken() {
    const auto opened = next_agreement(&first, sign(next), {});
    if (!opened) {
      EXPECT_EQ(std::string{opened.error().code.text()}, "agreement-chain");
    }
    return opened.has_value();
  }

  Agreement first, next;

 private:
  std::map<std::string, std::string> secrets_;
};

TEST_F(Edition, ALogGoesOnUnderTheNextNameWithItsChannels) {
  EXPECT_TRUE(taken());
  EXPECT_EQ(succeeding(first, next), std::vector<std::string>{"a"});
  const auto renewed = renewed_channels(first, next);
  ASSERT_EQ(renewed.size(), 4U);
  EXPECT_EQ(renewed[0].before, "a.b.main");
  EXPECT_EQ(renewed[0].channel, "a.b.main2");
  EXPECT_EQ(renewed[0].from_seq, 7);
}

TEST_F(Edition, WithoutAWordOfItNoOriginChanges) {
  next.parties[0].predecessors = Value::List{};
  EXPECT_FALSE(taken());
}
TEST_F(Edition, NoPredecessorWithoutASuccessor) {
  next.parties[1].predecessors = predecessors_value({{"b.example/bashu/1", 10, kRoot, 12}});
  EXPECT_FALSE(taken());
}
TEST_F(Edition, TheSuccessorBearsTheNextNumber) {
  next.parties[0].origin = "a.example/bashu/3";
  EXPECT_FALSE(taken());
}
TEST_F(Edition, TheLogBeforeIsTheOneThatWas) {
  next.parties[0].predecessors = predecessors_value({{"a.example/bashu/7", 10, kRoot, 12}});
  EXPECT_FALSE(taken());
}
TEST_F(Edition, AllChannelsOfThePartyAreRenewed) {
  next.channels[0].channel = "a.b.main";
  EXPECT_FALSE(taken());
}
TEST_F(Edition, NoChannelOfOthersIs) {
  next.channels[3].channel = "b.c.main2";
  EXPECT_FALSE(taken());
}
TEST_F(Edition, PredecessorsStay) {
  ASSERT_TRUE(taken());
  const auto second = next_agreement(&first, sign(next), {});
  ASSERT_TRUE(second.has_value());
  first = *second;
  next = first;
  next.edition = 3;
  next.previous = first.digest;
  EXPECT_TRUE(taken());
  next.parties[0].predecessors = Value::List{};
  EXPECT_FALSE(taken());
}

}  // namespace
}  // namespace bashu::evidence
