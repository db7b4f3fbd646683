#include "core/circle/nodes.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace bashu::core {
namespace {

const JoinedParties kMembers{
    {"sichuan", {.party = "sichuan", .divisions = {"51"}}},
    {"sichuan-mianyang", {.party = "sichuan-mianyang", .of = "sichuan", .divisions = {"5107"}}},
    {"sichuan-santai", {.party = "sichuan-santai", .of = "sichuan", .divisions = {"510722"}}},
    {"chongqing", {.party = "chongqing"}},
};

std::string where(const Parties& parties, const std::vector<std::string>& codes) {
  const Elsewhere found = elsewhere(kMembers, parties, codes);
  return found.node ? found.place + " " + found.node->party : "here";
}

TEST(Nodes, BelongToTheirParty) {
  EXPECT_EQ(party_of(kMembers, "sichuan-mianyang"), "sichuan");
  EXPECT_EQ(party_of(kMembers, "sichuan"), "sichuan");
  EXPECT_EQ(party_of(kMembers, "guizhou"), "guizhou");
}

TEST(Nodes, DecideForTheLongestDivision) {
  const auto node = [](std::string_view code) {
    const PartyJoined* one = node_for(kMembers, "sichuan", code);
    return one ? std::string{one->party} : std::string{};
  };
  EXPECT_EQ(node("510104"), "sichuan");
  EXPECT_EQ(node("510703"), "sichuan-mianyang");
  EXPECT_EQ(node("510722"), "sichuan-santai");
  EXPECT_EQ(node("500103"), "");
  EXPECT_EQ(node_for(kMembers, "chongqing", "500103"), nullptr);
}

TEST(Nodes, ACaseBelongsWhereADivisionItNamesIsDecided) {
  const Parties first{{"home", "sichuan"}, {"beyond", "chongqing"}};
  EXPECT_EQ(where(first, {}), "here");
  EXPECT_EQ(where(first, {"510104"}), "here");
  EXPECT_EQ(where(first, {"500103"}), "here");
  EXPECT_EQ(where(first, {"500103", "510703", "510722"}), "510703 sichuan-mianyang");
  // One of them here is enough, for whoever of the case decides it.
  EXPECT_EQ(where(first, {"510703", "510104"}), "here");
  EXPECT_EQ(where({{"home", "sichuan"}, {"hub", "sichuan-mianyang"}}, {"510703"}), "here");
  EXPECT_EQ(where({{"home", "chongqing"}, {"beyond", "sichuan-mianyang"}}, {"510104"}),
            "510104 sichuan");
}

TEST(Nodes, ALineBelongsAtTheNodeOfItsDivision) {
  const packs::TypePtr place = [] {
    auto type = std::make_shared<packs::Type>();
    type->kind = packs::Kind::place;
    return type;
  }();
  const std::vector<packs::Member> fields{{"from", place}, {"to", place}};
  const auto at = [&](const PartyId& own, const char* from, const char* to) {
    const auto [where, node] =
        misplaced(kMembers, own, fields, Value::Record{{"from", from}, {"to", to}});
    return node ? where.path + " " + where.code + " " + node->party : std::string{"here"};
  };
  EXPECT_EQ(at("sichuan", "510104", "500103"), "here");
  EXPECT_EQ(at("sichuan", "500103", "510703"), "to 510703 sichuan-mianyang");
  EXPECT_EQ(at("sichuan", "510703", "510722"), "from 510703 sichuan-mianyang");
  EXPECT_EQ(at("sichuan-mianyang", "510104", "500103"), "from 510104 sichuan");
  // One of them here is enough, as for cases; what nobody of the party decides is right anywhere.
  EXPECT_EQ(at("sichuan", "510703", "510104"), "here");
  EXPECT_EQ(at("sichuan", "500103", "110101"), "here");
  EXPECT_EQ(at("chongqing", "510703", "510703"), "here");

  EXPECT_TRUE(has_other_nodes(kMembers, "sichuan"));
  EXPECT_TRUE(has_other_nodes(kMembers, "sichuan-santai"));
  EXPECT_FALSE(has_other_nodes(kMembers, "chongqing"));
  EXPECT_FALSE(
      has_other_nodes({{"sichuan", {.party = "sichuan", .divisions = {"51"}}}}, "sichuan"));
}

}  // namespace
}  // namespace bashu::core
