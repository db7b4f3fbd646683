// Files of earlier versions: taken over once, and nobody comes in by them.
#include "people/earlier.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/bytes.h"
#include "node/system_environment.h"
#include "node/test_support.h"
#include "people/roster.h"
#include "people/secrets.h"
#include "people/test_support.h"

namespace bashu::people {
namespace {

namespace fs = std::filesystem;

class EarlierFiles : public ::testing::Test {
 protected:
  EarlierFiles() {
    const auto identity = node::create_identity(dir_, {.party = "sichuan",
                                                       .name = "sichuan",
                                                       .host = "sichuan.example",
                                                       .peer_listen = "127.0.0.1:7443",
                                                       .api_listen = "127.0.0.1:0"});
    EXPECT_TRUE(identity) << identity.error().what;
    auto opened = node::Node::open(
        {.storage = node::open_directory(dir_), .clock = &clock_, .chance = &chance_});
    EXPECT_TRUE(opened) << opened.error().what;
    node_ = std::move(*opened);
  }
  void keys(const std::string& text) const { std::ofstream{dir_ / "api-keys.json"} << text; }
  void users(const std::string& text) const { std::ofstream{dir_ / "users.json"} << text; }
  static std::string row(const std::string& id, const std::string& more = "") {
    return R"({"id":")" + id + R"(","sha256":")" + hex(sha256("secret-" + id)) + '"' + more + "}";
  }
  bool taken() { return take_over(*node_, dir_).has_value(); }

  node::TestFolder folder_;
  const fs::path dir_ = folder_.path() / "node";
  node::TestClock clock_;
  node::SystemChance chance_;
  std::unique_ptr<node::Node> node_;
};

TEST_F(EarlierFiles, WhatIsNotUnderstoodIsRefusedAndLetsNobodyIn) {
  const std::string hash(64, 'a');
  const std::string rows[] = {
      "",
      "{}",
      "[1]",
      R"([{"id":"a","sha256":")" + hash + R"(","rols":{}}])",
      R"([{"id":"","sha256":")" + hash + R"("}])",
      R"([{"id":"A b","sha256":")" + hash + R"("}])",
      R"([{"id":"a","sha256":"secret"}])",
      R"([{"id":"a","sha256":")" + hash + R"(","may":["everything"]}])",
      R"([{"id":"a","sha256":")" + hash + R"(","may":"admin"}])",
      R"([{"id":"a","sha256":")" + hash + R"(","roles":["clerk"]}])",
      R"([{"id":"a","sha256":")" + hash + R"("},{"id":"b","sha256":")" + hash + R"("}])",
  };
  for (const std::string& text : rows) {
    keys(text);
    EXPECT_FALSE(taken()) << text;
  }
  keys("[]");
  for (const char* text :
       {R"([{"id":"a","password":"secret"}])", R"([{"id":"a","openid":{"issuer":"https://x"}}])",
        R"([{"id":"a","ended":1}])", R"([{"id":"a","endet":true}])", R"([{"id":"a"},{"id":"a"}])",
        R"([{"id":"a","openid":{"issuer":"i","subject":"1"}},
            {"id":"b","openid":{"issuer":"i","subject":"1"}}])"}) {
    users(text);
    EXPECT_FALSE(taken()) << text;
  }
  EXPECT_TRUE((Roster{*node_, dir_}.people()->principals.empty()));
}

TEST_F(EarlierFiles, AreTakenOverOnce) {
  keys("[" + row("clerk", R"(,"roles":{"errand":["clerk"]})") + "," +
       row("chief", R"(,"may":["admin"])") + "]");
  users(R"([{"id":"zhang","password":")" + hash_password("a long password") +
        R"("},{"id":"gone","ended":true}])");
  ASSERT_TRUE(taken());
  Roster roster{*node_, dir_};
  ASSERT_TRUE(roster.find_key("secret-clerk"));
  EXPECT_EQ(roster.find_key("secret-chief")->principal(), "chief");
  EXPECT_TRUE(password_fits("a long password", roster.find("zhang")->password));
  EXPECT_FALSE(roster.find("gone"));
  EXPECT_FALSE(fs::exists(dir_ / "api-keys.json"));
  EXPECT_FALSE(fs::exists(dir_ / "users.json"));
  EXPECT_TRUE(taken());
}

TEST_F(EarlierFiles, ThatComeBackBringNobodyBack) {
  keys("[" + row("clerk") + "]");
  ASSERT_TRUE(taken());
  keys("[" + row("clerk") + "]");
  EXPECT_TRUE(taken());  // they say what the journal says
  ASSERT_TRUE(is_done(end(*node_, "key:clerk")));
  keys("[" + row("clerk") + "]");
  EXPECT_FALSE(taken());
  keys("[]");
  EXPECT_FALSE(taken());
  EXPECT_FALSE((Roster{*node_, dir_}.find_key("secret-clerk")));
}

}  // namespace
}  // namespace bashu::people
