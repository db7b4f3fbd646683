// Keys, accounts, sessions and the door where they are asked for.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "node/system_environment.h"
#include "people/entrance.h"

namespace bashu::people {
namespace {

namespace fs = std::filesystem;

class Folder : public ::testing::Test {
 protected:
  Folder() {
    fs::remove_all(dir_);
    fs::create_directories(dir_);
  }
  ~Folder() override { fs::remove_all(dir_); }
  void write(const std::string& text) { std::ofstream{file_} << text; }
  static std::string text_of(const fs::path& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  const fs::path dir_ =
      fs::temp_directory_path() / ("bashu-people-" + std::to_string(::getpid()) + "-" +
                                   ::testing::UnitTest::GetInstance()->current_test_info()->name());
  const fs::path file_ = dir_ / "api-keys.json";
};
using KeyFile = Folder;

Principal clerk() {
  Principal key;
  key.id = "clerk-01";
  key.name = "Clerk";
  key.roles = {{"errand", {"clerk"}}};
  return key;
}

TEST_F(KeyFile, TheSecretOfAnAddedKeyFindsItAndIsNotInTheFile) {
  const auto secret = add_key(file_, clerk(), std::string(32, 'x'));
  ASSERT_TRUE(secret) << secret.error().what;
  KeyRing ring{file_};
  ASSERT_TRUE(ring.open());
  const auto found = ring.find(*secret);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "clerk-01");
  EXPECT_EQ(found->roles_in("errand"), std::vector<std::string>{"clerk"});
  EXPECT_FALSE(ring.find(*secret + "x"));
  EXPECT_FALSE(ring.find(""));

  EXPECT_EQ(text_of(file_).find(*secret), std::string::npos);
  EXPECT_EQ(fs::status(file_).permissions() & fs::perms::others_all, fs::perms::none);
}

TEST_F(KeyFile, AnIdIsAddedOnce) {
  ASSERT_TRUE(add_key(file_, clerk(), std::string(32, 'x')));
  EXPECT_FALSE(add_key(file_, clerk(), std::string(32, 'y')));
}

TEST_F(KeyFile, TooLittleChanceMakesNoKey) {
  EXPECT_FALSE(add_key(file_, clerk(), std::string(31, 'x')));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(KeyFile, WhatIsNotUnderstoodIsRefused) {
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
  for (const std::string& row : rows) {
    write(row);
    EXPECT_FALSE(read_keys(file_)) << row;
  }
  write(R"([{"id":"a","sha256":")" + hash + R"("}])");
  EXPECT_TRUE(read_keys(file_));
}

TEST_F(KeyFile, AFileThatCannotBeReadLetsNobodyIn) {
  const auto secret = add_key(file_, clerk(), std::string(32, 'x'));
  KeyRing ring{file_};
  ASSERT_TRUE(ring.open());
  const std::string before = text_of(file_);
  write("not json");
  EXPECT_FALSE(ring.find(*secret));
  EXPECT_NE(ring.problem(), "");
  fs::remove(file_);
  EXPECT_FALSE(ring.find(*secret));
  EXPECT_NE(ring.problem(), "");
  write(before);
  EXPECT_TRUE(ring.find(*secret));
  EXPECT_EQ(ring.problem(), "");
}

TEST_F(KeyFile, AnEndedKeyLetsNobodyInAtOnce) {
  const auto secret = add_key(file_, clerk(), std::string(32, 'x'));
  KeyRing ring{file_};
  ASSERT_TRUE(ring.find(*secret));
  EXPECT_FALSE(end_key(file_, "another"));
  ASSERT_TRUE(end_key(file_, "clerk-01"));
  EXPECT_FALSE(ring.find(*secret));
  EXPECT_EQ(ring.problem(), "");
}

class Door : public Folder {
 protected:
  Door() {
    write("[]");
    account("zhang", "a long password");
  }
  void account(const std::string& id, const std::string& password) {
    Principal who = clerk();
    who.id = id;
    who.may = {"admin"};
    who.kind = Principal::Kind::account;
    Accounts accounts;
    if (auto read = read_accounts(users_)) accounts = *read;
    accounts[id] = {.who = std::make_shared<const Principal>(who),
                    .password = hash_password(password)};
    ASSERT_TRUE(write_accounts(users_, accounts));
  }
  static http::Request from(const std::string& address, const std::string& token = {}) {
    http::Request request;
    request.remote = address;
    if (!token.empty()) request.headers.push_back({"Cookie", "__Host-bashu-session=" + token});
    return request;
  }
  static http::Request here(const std::string& token = {}) { return from("127.0.0.1", token); }

  const fs::path users_ = dir_ / "users.json";
  KeyRing keys_{file_};
  node::SystemChance chance_;
  Entrance entrance_{dir_, keys_, chance_};
};

TEST_F(Door, APersonSignsInAndOut) {
  const auto guest = entrance_.sign_in("zhang", "a long password", here());
  ASSERT_TRUE(guest);
  EXPECT_EQ(guest->who->principal(), "user:zhang");
  EXPECT_EQ(guest->token.size(), 43U);
  EXPECT_NE(guest->session->csrf, guest->token);
  EXPECT_EQ(text_of(dir_ / "sessions.json").find(guest->token), std::string::npos);
  EXPECT_EQ(entrance_.who(here(guest->token)).who->id, "zhang");
  EXPECT_FALSE(entrance_.who(here(guest->token + "x")).who);
  Entrance restarted{dir_, keys_, chance_};
  EXPECT_TRUE(restarted.who(here(guest->token)).who);
  entrance_.sign_out(guest->token);
  EXPECT_FALSE(entrance_.who(here(guest->token)).who);
  EXPECT_FALSE((Entrance{dir_, keys_, chance_}.who(here(guest->token)).who));
}

TEST_F(Door, SigningInAgainEndsTheSessionBefore) {
  const auto first = entrance_.sign_in("zhang", "a long password", here());
  const auto second = entrance_.sign_in("zhang", "a long password", here(first->token));
  EXPECT_FALSE(entrance_.who(here(first->token)).who);
  EXPECT_TRUE(entrance_.who(here(second->token)).who);
}

TEST_F(Door, ASessionEndsWithItsAccountOrPasswordAtOnce) {
  const auto first = entrance_.sign_in("zhang", "a long password", here());
  account("zhang", "another password");
  EXPECT_FALSE(entrance_.who(here(first->token)).who);
  const auto second = entrance_.sign_in("zhang", "another password", here());
  ASSERT_TRUE(second);
  auto accounts = *read_accounts(users_);
  accounts["zhang"].ended = true;
  ASSERT_TRUE(write_accounts(users_, accounts));
  EXPECT_FALSE(entrance_.still(*second));
  EXPECT_FALSE(entrance_.who(here(second->token)).who);
  EXPECT_FALSE(entrance_.sign_in("zhang", "another password", here()));
}

TEST_F(Door, ASlipInTheFileOfAccountsLetsNobodyIn) {
  const auto guest = entrance_.sign_in("zhang", "a long password", here());
  std::ofstream{users_} << "[{]";
  EXPECT_FALSE(entrance_.who(here(guest->token)).who);
  EXPECT_NE(entrance_.problem(), "");
}

TEST_F(Door, WhoGuessesWaits) {
  const auto why = [&](const std::string& user, const std::string& password,
                       const std::string& address) {
    const auto tried = entrance_.sign_in(user, password, from(address));
    return tried ? std::string{"in"} : tried.error().why == NotIn::Why::wait ? "wait" : "wrong";
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(why("zhang", "guess", "127.0.0.1"), "wrong");
  EXPECT_EQ(why("zhang", "a long password", "127.0.0.2"), "wait");
  for (int i = 0; i < 15; ++i) {
    EXPECT_EQ(why("somebody" + std::to_string(i), "guess", "127.0.0.1"), "wrong");
  }
  EXPECT_EQ(why("nobody", "guess", "127.0.0.1"), "wait");
  EXPECT_EQ(why("nobody", "guess", "127.0.0.2"), "wrong");
}

TEST_F(Door, APasswordInClearFromElsewhereIsNotTaken) {
  const auto tried = entrance_.sign_in("zhang", "a long password", from("192.0.2.1"));
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().why, NotIn::Why::unsafe);
  http::Request over_tls = from("192.0.2.1");
  over_tls.tls = true;
  const auto guest = entrance_.sign_in("zhang", "a long password", over_tls);
  ASSERT_TRUE(guest);
  http::Response response;
  Entrance::hand_cookie(response, guest->token);
  EXPECT_EQ(response.header("Set-Cookie"),
            "__Host-bashu-session=" + guest->token + "; Path=/; Secure; HttpOnly; SameSite=Lax");
}

TEST_F(Door, PowersThatNeedAStrongerSignInAreLeftOutWithoutIt) {
  Settings settings;
  settings.provider = Provider{.issuer = "https://id.example", .client = "bashu", .acr = "mfa"};
  Entrance strict{dir_, keys_, chance_, settings};
  const auto weak = strict.sign_in("zhang", "a long password", here());
  ASSERT_TRUE(weak);
  EXPECT_FALSE(strict.who(here(weak->token)).who->allows("admin"));
  EXPECT_EQ(strict.who(here(weak->token)).who->roles_in("errand").size(), 1U);
  const auto strong = strict.begin(*strict.accounts().find("zhang"), "mfa", here());
  EXPECT_TRUE(strict.who(here(strong->token)).who->allows("admin"));
}

TEST_F(Folder, SessionsEndWhenNobodyUsesThemAndInAnyCase) {
  Sessions sessions{dir_ / "sessions.json", {.idle_ms = 100, .whole_ms = 250, .per_user = 2}};
  const std::string random(64, 'r');
  const auto begin = [&](char c, std::int64_t now) {
    return sessions
        .begin({.user = "a", .credential = {}, .csrf = {}, .acr = {}}, std::string(64, c), now)
        .value();
  };
  const std::string one = begin('1', 1'000);
  EXPECT_TRUE(sessions.find(one, 1'099));
  EXPECT_TRUE(sessions.look(one, 1'190));
  EXPECT_FALSE(sessions.look(one, 1'199));
  EXPECT_TRUE(sessions.find(one, 1'190));
  EXPECT_TRUE(sessions.find(one, 1'249));
  EXPECT_FALSE(sessions.find(one, 1'250));
  const std::string first = begin('2', 2'000), second = begin('3', 2'001),
                    third = begin('4', 2'002);
  EXPECT_FALSE(sessions.find(first, 2'003));
  EXPECT_TRUE(sessions.find(second, 2'003));
  EXPECT_TRUE(sessions.find(third, 2'003));
}

TEST_F(Folder, AccountsAreReadAsStrictlyAsKeys) {
  const fs::path users = dir_ / "users.json";
  const auto reads = [&](const std::string& text) {
    std::ofstream{users} << text;
    return read_accounts(users).has_value();
  };
  EXPECT_TRUE(reads(R"([{"id":"a","openid":{"issuer":"https://x","subject":"1"}}])"));
  EXPECT_FALSE(reads(R"([{"id":"a","password":"secret"}])"));
  EXPECT_FALSE(reads(R"([{"id":"a","openid":{"issuer":"https://x"}}])"));
  EXPECT_FALSE(reads(R"([{"id":"a","ended":1}])"));
  EXPECT_FALSE(reads(R"([{"id":"a","endet":true}])"));
  EXPECT_FALSE(reads(R"([{"id":"a"},{"id":"a"}])"));
  EXPECT_FALSE(reads(R"([{"id":"a","openid":{"issuer":"i","subject":"1"}},
                         {"id":"b","openid":{"issuer":"i","subject":"1"}}])"));
}

TEST_F(Folder, SettingsAreReadStrictly) {
  const auto reads = [&](const std::string& text) {
    std::ofstream{dir_ / "web.json"} << text;
    return read_settings(dir_).has_value();
  };
  EXPECT_TRUE(read_settings(dir_).has_value());
  EXPECT_TRUE(reads(R"({"origin":"https://bashu.example/","idle_minutes":10})"));
  EXPECT_EQ(read_settings(dir_)->origin, "https://bashu.example");
  EXPECT_EQ(read_settings(dir_)->sessions.idle_ms, 600'000);
  EXPECT_FALSE(reads(R"({"origin":"http://bashu.example"})"));
  EXPECT_FALSE(reads(R"({"idle_minutes":0})"));
  EXPECT_FALSE(reads(R"({"openid":{"issuer":"http://id.example","client":"b"}})"));
  EXPECT_FALSE(reads(R"({"openid":{"issuer":"https://id.example"}})"));
  EXPECT_FALSE(reads(R"({"orign":"https://bashu.example"})"));
}

}  // namespace
}  // namespace bashu::people
