// The root and the vault of a node by a real token of SoftHSM.

#include "node/in_token.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "base/bytes.h"
#include "evidence/signing.h"
#include "node/files.h"
#include "node/storage/directory_files.h"
#include "node/storage/storage.h"
#include "node/system_environment.h"
#include "tokens/soft_token.h"

namespace bashu::node {
namespace {

using tokens::Pin;
using tokens::testing::SoftToken;

class InToken : public ::testing::Test {
 protected:
  InToken() {
    EXPECT_TRUE(create_identity(dir_, {.party = core::PartyId{"sichuan"},
                                       .name = "S",
                                       .host = "127.0.0.1",
                                       .peer_listen = "127.0.0.1:1",
                                       .api_listen = "127.0.0.1:0"}));
  }
  ~InToken() override {
    ::unsetenv("BASHU_PIN_FILE");
    ::unsetenv("BASHU_VAULT_KEY_FILE");
  }
  void leave_pin(const std::string& pin) const {
    const auto file = token_.folder() / "pin";
    ASSERT_TRUE(write_file(file, pin + "\n"));
    ::setenv("BASHU_PIN_FILE", file.c_str(), 1);
  }
  [[nodiscard]] std::string why_vault_stays_shut() {
    auto key = wrapping_key(files_);
    if (!key) return key.error().what;
    auto vault = open_vault(open_directory(dir_)->secrets(true).value(), chance_, *key);
    return vault ? std::string{} : vault.error().what;
  }

  SoftToken token_;
  const std::filesystem::path dir_ = token_.folder() / "node";
  DirectoryFiles files_{dir_};
  SystemChance chance_;
  const Pin right_{.digits = SoftToken::kPin, .by_person = false};
};

TEST_F(InToken, TheRootSignsAndIsNotInTheDirectory) {
  const auto place = SoftToken::place("root");
  ASSERT_TRUE(tokens::make_signing_key(place, right_));
  const auto before = load_identity(dir_);
  ASSERT_TRUE(before);
  EXPECT_EQ(root_token(*before), "");
  ASSERT_TRUE(take_root_from(files_, place, right_));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "keys" / "root.key"));
  const auto own = load_identity(dir_);
  ASSERT_TRUE(own) << own.error().what;
  EXPECT_EQ(own->root.kid, "sichuan/root/1");
  EXPECT_EQ(own->root.public_key, *tokens::public_key(place));
  EXPECT_NE(own->root.public_key, before->root.public_key);
  EXPECT_TRUE(own->root.secret_key.empty());
  EXPECT_EQ(root_token(*own), place.text());

  const auto none = sign_with_root(*own, "text");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().what.find("none was given"), std::string::npos);
  const auto typed = sign_with_root(*own, "text", right_);
  ASSERT_TRUE(typed) << typed.error().what;
  EXPECT_TRUE(evidence::verify_ed25519(own->root.public_key, "text", *typed));
  leave_pin(SoftToken::kPin);
  const auto left = sign_with_root(*own, "text");
  ASSERT_TRUE(left) << left.error().what;
  EXPECT_EQ(*left, *typed);  // deterministic, as RFC 8032 wants it
}

TEST_F(InToken, AnotherKeyThanTheKnownRootGivesNoSignature) {
  const auto place = SoftToken::place("root");
  ASSERT_TRUE(tokens::make_signing_key(place, right_));
  ASSERT_TRUE(take_root_from(files_, place, right_));
  auto own = *load_identity(dir_);
  own.root.public_key = own.log.public_key;
  const auto other = sign_with_root(own, "text", right_);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().what.find("another key"), std::string::npos);
}

TEST_F(InToken, WhatCannotSignBecomesNoRoot) {
  const std::string before = *files_.read("node.json");
  EXPECT_FALSE(take_root_from(files_, SoftToken::place("none"), right_));
  ASSERT_TRUE(tokens::make_closing_key(SoftToken::place("vault"), right_));
  EXPECT_FALSE(take_root_from(files_, SoftToken::place("vault"), right_));
  ASSERT_TRUE(tokens::make_signing_key(SoftToken::place("root"), right_));
  EXPECT_FALSE(take_root_from(files_, SoftToken::place("root"), {}));
  EXPECT_EQ(*files_.read("node.json"), before);
  EXPECT_TRUE(files_.has("keys/root.key"));
}

TEST_F(InToken, ThePinIsTakenFromTheFileTheUriNamesFirst) {
  const auto named = token_.folder() / "named";
  ASSERT_TRUE(write_file(named, "1234\r\nsecond line\n"));
  leave_pin("5678");
  const auto place =
      tokens::Place::read(SoftToken::uri("root") + "&pin-source=file:" + named.string());
  ASSERT_TRUE(place);
  EXPECT_EQ(pin_left_for(*place)->digits, "1234");
  EXPECT_EQ(pin_left_for(SoftToken::place("root"))->digits, "5678");
  EXPECT_FALSE(pin_left_for(SoftToken::place("root"))->by_person);
  ::unsetenv("BASHU_PIN_FILE");
  EXPECT_EQ(pin_left_for(SoftToken::place("root"))->digits, "");
  std::filesystem::remove(named);
  EXPECT_FALSE(pin_left_for(*place));
}

TEST_F(InToken, TheVaultOpensWithItAndRefusesWithoutIt) {
  const auto place = SoftToken::place("vault");
  ASSERT_TRUE(tokens::make_closing_key(place, right_));
  const std::string key = chance_.bytes(32);
  ASSERT_TRUE(close_in_token(files_, key, place, right_));
  const std::string kept = *files_.read(kVaultToken);
  EXPECT_EQ(kept.find(hex(key)), std::string::npos);
  EXPECT_EQ(kept.find(base64url(key)), std::string::npos);

  EXPECT_NE(why_vault_stays_shut().find("none was given"), std::string::npos);
  leave_pin(SoftToken::kPin);
  EXPECT_EQ(why_vault_stays_shut(), "");  // wraps it
  EXPECT_EQ(why_vault_stays_shut(), "");
  EXPECT_EQ(*wrapping_key(files_), key);

  token_.take_out();
  EXPECT_NE(why_vault_stays_shut().find("no such token"), std::string::npos);
  token_.put_back();
  // A file that is lost: the vault says what it needs.
  files_.remove(kVaultToken);
  EXPECT_NE(why_vault_stays_shut().find("vault.token"), std::string::npos);
  ASSERT_TRUE(files_.write(kVaultToken, kept, 0600));
  EXPECT_EQ(why_vault_stays_shut(), "");
}

TEST_F(InToken, ACopyOfTheKeyOpensTheVaultWithoutTheToken) {
  const auto place = SoftToken::place("vault");
  ASSERT_TRUE(tokens::make_closing_key(place, right_));
  const std::string key = chance_.bytes(32);
  ASSERT_TRUE(close_in_token(files_, key, place, right_));
  leave_pin(SoftToken::kPin);
  EXPECT_EQ(why_vault_stays_shut(), "");
  token_.take_out();
  const auto copy = token_.folder() / "copy";
  ASSERT_TRUE(write_file(copy, hex(key) + "\n"));
  ::setenv("BASHU_VAULT_KEY_FILE", copy.c_str(), 1);
  EXPECT_EQ(why_vault_stays_shut(), "");
}

}  // namespace
}  // namespace bashu::node
