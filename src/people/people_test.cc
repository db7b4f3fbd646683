// Keys, accounts, sessions and the door where they are asked for.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "node/system_environment.h"
#include "node/test_support.h"
#include "people/entrance.h"
#include "people/test_support.h"

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
  static std::string text_of(const fs::path& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  const fs::path dir_ =
      fs::temp_directory_path() / ("bashu-people-" + std::to_string(::getpid()) + "-" +
                                   ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

Principal clerk() {
  Principal key;
  key.id = "clerk-01";
  key.name = "Clerk";
  key.roles = {{"errand", {"clerk"}}};
  return key;
}

class Guarded : public Folder {
 protected:
  Guarded() { open(); }
  void open() {
    node_.reset();
    auto opened = node::Node::open(
        {.storage = node::open_directory(made_), .clock = &clock_, .chance = &chance_});
    ASSERT_TRUE(opened) << opened.error().what;
    node_ = std::move(*opened);
  }
  fs::path make() {
    const auto identity = node::create_identity(dir_ / "node", {.party = "sichuan",
                                                                .name = "sichuan",
                                                                .host = "sichuan.example",
                                                                .peer_listen = "127.0.0.1:7443",
                                                                .api_listen = "127.0.0.1:0"});
    EXPECT_TRUE(identity) << identity.error().what;
    return dir_ / "node";
  }

  const fs::path made_ = make();
  node::TestClock clock_;
  node::SystemChance chance_;
  std::unique_ptr<node::Node> node_;
};
using Keys = Guarded;

TEST_F(Keys, TheSecretOfAKeyFindsItAndIsInNoFile) {
  const Secret secret = make_key_secret(chance_);
  ASSERT_TRUE(is_done(admit(*node_, clerk(), secret.proof)));
  Roster roster{*node_, made_};
  const auto found = roster.find_key(secret.text);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "clerk-01");
  EXPECT_EQ(found->name, "Clerk");
  EXPECT_EQ(found->roles_in("errand"), std::vector<std::string>{"clerk"});
  EXPECT_FALSE(roster.find_key(secret.text + "x"));
  EXPECT_FALSE(roster.find_key(""));
  EXPECT_FALSE(roster.find_key(secret.proof));
  for (const auto& entry : fs::recursive_directory_iterator{made_}) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(text_of(entry.path()).find(secret.text), std::string::npos) << entry.path();
    // The name is sealed: its key alone lies beside it.
    EXPECT_EQ(text_of(entry.path()).find("Clerk"), std::string::npos) << entry.path();
  }
}

TEST_F(Keys, AreTheSameAfterARestart) {
  const Secret secret = make_key_secret(chance_);
  ASSERT_TRUE(is_done(admit(*node_, clerk(), secret.proof)));
  ASSERT_TRUE(node_->snapshot());
  open();
  EXPECT_TRUE((Roster{*node_, made_}.find_key(secret.text)));
  ASSERT_TRUE(is_done(end(*node_, "key:clerk-01")));
  open();
  EXPECT_FALSE((Roster{*node_, made_}.find_key(secret.text)));
}

TEST_F(Keys, EndAtOnceAndForGood) {
  const Secret secret = make_key_secret(chance_);
  ASSERT_TRUE(is_done(admit(*node_, clerk(), secret.proof)));
  Roster roster{*node_, made_};
  ASSERT_TRUE(roster.find_key(secret.text));
  EXPECT_FALSE(is_done(end(*node_, "key:another")));
  ASSERT_TRUE(is_done(end(*node_, "key:clerk-01")));
  EXPECT_FALSE(roster.find_key(secret.text));
  EXPECT_FALSE(is_done(admit(*node_, clerk(), make_key_secret(chance_).proof)));
}

TEST_F(Keys, ANewSecretEndsTheOneBefore) {
  const Secret one = make_key_secret(chance_), two = make_key_secret(chance_);
  ASSERT_TRUE(is_done(admit(*node_, clerk(), one.proof)));
  Roster roster{*node_, made_};
  ASSERT_TRUE(roster.find_key(one.text));
  ASSERT_TRUE(is_done(admit(*node_, clerk(), two.proof)));
  EXPECT_FALSE(roster.find_key(one.text));
  EXPECT_TRUE(roster.find_key(two.text));
}

TEST_F(Keys, CountToTheirLastDay) {
  const Secret secret = make_key_secret(chance_);
  const Date today = clock_.today();
  ASSERT_TRUE(is_done(admit(*node_, clerk(), secret.proof, today.plus_days(1))));
  Roster roster{*node_, made_};
  clock_.set_today(today.plus_days(1));
  EXPECT_TRUE(roster.find_key(secret.text));
  clock_.set_today(today.plus_days(2));
  EXPECT_FALSE(roster.find_key(secret.text));
}

class Door : public Guarded {
 protected:
  Door() { account("zhang", "a long password"); }
  void account(const std::string& id, const std::string& password) {
    Principal who = clerk();
    who.id = id;
    who.may = {"admin"};
    who.kind = Principal::Kind::account;
    const auto secret = make_password(*node_, made_, password);
    ASSERT_TRUE(secret) << secret.error().what;
    ASSERT_TRUE(is_done(admit(*node_, who, secret->proof)));
  }
  static http::Request from(const std::string& address, const std::string& token = {}) {
    http::Request request;
    request.remote = address;
    if (!token.empty()) request.headers.push_back({"Cookie", "__Host-bashu-session=" + token});
    return request;
  }
  static http::Request here(const std::string& token = {}) { return from("127.0.0.1", token); }

  const fs::path passwords_ = made_ / "passwords.json";
  Roster roster_{*node_, made_};
  Entrance entrance_{dir_, roster_, chance_};
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
  Entrance restarted{dir_, roster_, chance_};
  EXPECT_TRUE(restarted.who(here(guest->token)).who);
  entrance_.sign_out(guest->token);
  EXPECT_FALSE(entrance_.who(here(guest->token)).who);
  EXPECT_FALSE((Entrance{dir_, roster_, chance_}.who(here(guest->token)).who));
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
  ASSERT_TRUE(is_done(end(*node_, "user:zhang")));
  EXPECT_FALSE(entrance_.still(*second));
  EXPECT_FALSE(entrance_.who(here(second->token)).who);
  EXPECT_FALSE(entrance_.sign_in("zhang", "another password", here()));
}

TEST_F(Door, ASlipInTheFileOfPasswordsLetsNobodySignIn) {
  const std::string before = text_of(passwords_);
  for (const char* text : {"[{]", "[]", R"({"a":"$argon2id$x"})", R"({"a":"secret"})"}) {
    std::ofstream{passwords_} << text;
    EXPECT_FALSE(entrance_.sign_in("zhang", "a long password", here())) << text;
    EXPECT_NE(roster_.problem(), "") << text;
  }
  std::ofstream{passwords_} << before;
  EXPECT_TRUE(entrance_.sign_in("zhang", "a long password", from("127.0.0.9")));
}

TEST_F(Door, AnOldFileOfPasswordsBringsNoneBack) {
  const std::string before = text_of(passwords_);
  account("zhang", "another password");
  std::ofstream{passwords_} << before;
  EXPECT_FALSE(entrance_.sign_in("zhang", "a long password", here()));
  EXPECT_FALSE(entrance_.sign_in("zhang", "another password", here()));
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
  Entrance strict{dir_, roster_, chance_, settings};
  const auto weak = strict.sign_in("zhang", "a long password", here());
  ASSERT_TRUE(weak);
  EXPECT_FALSE(strict.who(here(weak->token)).who->allows("admin"));
  EXPECT_EQ(strict.who(here(weak->token)).who->roles_in("errand").size(), 1U);
  const auto strong = strict.begin(*strict.roster().find("zhang"), "mfa", here());
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
