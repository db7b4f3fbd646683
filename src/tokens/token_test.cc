// By a real token of SoftHSM: what is made stays in it, and every refusal says which one it is.

#include "tokens/token.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <string>

#include "tokens/soft_token.h"

namespace bashu::tokens {
namespace {

using testing::SoftToken;

const Pin kRight{.digits = SoftToken::kPin, .by_person = false};
const Pin kWrong{.digits = "000000", .by_person = false};

class Token : public ::testing::Test {
 protected:
  SoftToken token_;
};

template <typename Value>
Why why_not(const Done<Value>& done) {
  EXPECT_FALSE(done);
  if (done) return Why::device;
  EXPECT_FALSE(done.error().text("zh").empty());
  return done.error().why;
}

bool verifies(const std::string& key, const std::string& text, const std::string& signature) {
  const auto raw = [](const std::string& bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
  };
  return ::crypto_sign_verify_detached(raw(signature), raw(text), text.size(), raw(key)) == 0;
}

TEST_F(Token, SignsSoThatLibsodiumAccepts) {
  const Place place = SoftToken::place("root");
  const auto made = make_signing_key(place, kRight);
  ASSERT_TRUE(made) << made.error().text("en");
  const auto key = public_key(place);
  ASSERT_TRUE(key) << key.error().text("en");
  ASSERT_EQ(key->size(), 32U);
  for (const std::string text : {"", "a", "a longer text, signed whole and not by its digest"}) {
    const auto signature = sign(place, kRight, text);
    ASSERT_TRUE(signature) << signature.error().text("en");
    EXPECT_TRUE(verifies(*key, text, *signature));
    EXPECT_FALSE(verifies(*key, text + " ", *signature));
  }
}

TEST_F(Token, ClosesWhatItAloneOpens) {
  const Place one = SoftToken::place("one"), other = SoftToken::place("other");
  for (const Place* place : {&one, &other}) {
    const auto made = make_closing_key(*place, kRight);
    ASSERT_TRUE(made) << made.error().text("en");
  }
  const std::string secret(32, 's');
  const auto closed = close(one, kRight, secret);
  ASSERT_TRUE(closed) << closed.error().text("en");
  EXPECT_EQ(closed->bytes.find(secret), std::string::npos);
  const auto opened = open(one, kRight, *closed);
  ASSERT_TRUE(opened) << opened.error().text("en");
  EXPECT_EQ(*opened, secret);
  EXPECT_EQ(why_not(open(other, kRight, *closed)), Why::not_its_own);
  Closed changed = *closed;
  changed.bytes[7] = static_cast<char>(changed.bytes[7] ^ 1);
  EXPECT_EQ(why_not(open(one, kRight, changed)), Why::not_its_own);
  changed = *closed;
  changed.how = "RSA-PKCS";
  EXPECT_EQ(why_not(open(one, kRight, changed)), Why::mechanism);
}

TEST_F(Token, KeepsItsKeys) {
  ASSERT_TRUE(make_signing_key(SoftToken::place("root"), kRight));
  const std::string command = std::string{"pkcs11-tool --module "} + SoftToken::kModule +
                              " --token-label bashu --login --pin " + SoftToken::kPin +
                              " --list-objects --type privkey > " +
                              (token_.folder() / "said").string() + " 2> /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::ifstream file{token_.folder() / "said"};
  const std::string said{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_NE(said.find("never extractable"), std::string::npos) << said;
  EXPECT_NE(said.find("always sensitive"), std::string::npos) << said;
}

TEST_F(Token, IsSaidToBeWhatItIs) {
  const auto seen = look(SoftToken::place("root"));
  ASSERT_TRUE(seen) << seen.error().text("en");
  EXPECT_EQ(seen->token, "bashu");
  EXPECT_NE(seen->model.find("SoftHSM"), std::string::npos);
  EXPECT_FALSE(seen->serial.empty());
  EXPECT_FALSE(seen->pin_spent);
}

TEST_F(Token, NamesWhatIsMissing) {
  ASSERT_TRUE(make_signing_key(SoftToken::place("root"), kRight));
  ASSERT_TRUE(make_closing_key(SoftToken::place("vault"), kRight));
  EXPECT_EQ(why_not(public_key(SoftToken::place("root", "other"))), Why::no_token);
  EXPECT_EQ(why_not(public_key(SoftToken::place("other"))), Why::no_key);
  EXPECT_EQ(why_not(sign(SoftToken::place("other"), kRight, "x")), Why::no_key);
  EXPECT_EQ(why_not(sign(SoftToken::place("root"), {}, "x")), Why::no_pin);
  EXPECT_EQ(why_not(public_key(SoftToken::place("vault"))), Why::other_kind);
  EXPECT_EQ(why_not(sign(SoftToken::place("vault"), kRight, "x")), Why::other_kind);
  EXPECT_EQ(why_not(close(SoftToken::place("root"), kRight, "x")), Why::other_kind);
  EXPECT_EQ(why_not(make_signing_key(SoftToken::place("root"), kRight)), Why::key_exists);
  EXPECT_EQ(why_not(make_closing_key(SoftToken::place("root"), kRight)), Why::key_exists);
  token_.take_out();
  EXPECT_EQ(why_not(public_key(SoftToken::place("root"))), Why::no_token);
  token_.put_back();
  EXPECT_TRUE(public_key(SoftToken::place("root")));
}

TEST_F(Token, IsNotChosenAmongSeveral) {
  ASSERT_TRUE(make_signing_key(SoftToken::place("root"), kRight));
  SoftToken::add("bashu");
  EXPECT_EQ(why_not(public_key(SoftToken::place("root"))), Why::two_tokens);
}

TEST_F(Token, TwoKeysOfOneNameAreNotChosenAmong) {
  ASSERT_TRUE(make_signing_key(SoftToken::place("root"), kRight));
  const std::string command = std::string{"pkcs11-tool --module "} + SoftToken::kModule +
                              " --token-label bashu --login --pin " + SoftToken::kPin +
                              " --keypairgen --key-type EC:edwards25519 --label root --id 77 > "
                              "/dev/null 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(why_not(public_key(SoftToken::place("root"))), Why::two_keys);
  EXPECT_EQ(why_not(sign(SoftToken::place("root"), kRight, "x")), Why::two_keys);
  const auto one = Place::read(SoftToken::uri("root;id=%77"));
  ASSERT_TRUE(one);
  EXPECT_TRUE(public_key(*one));
}

TEST_F(Token, AWrongPinIsTriedOnceUntilAPersonActs) {
  const Place place = SoftToken::place("root");
  ASSERT_TRUE(make_signing_key(place, kRight));
  EXPECT_EQ(why_not(sign(place, kWrong, "x")), Why::pin_wrong);
  EXPECT_TRUE(look(place)->pin_spent);
  // Neither it nor any other is tried by itself, the right one included.
  EXPECT_EQ(why_not(sign(place, kWrong, "x")), Why::pin_spent);
  EXPECT_EQ(why_not(sign(place, kRight, "x")), Why::pin_spent);
  EXPECT_TRUE(sign(place, {.digits = SoftToken::kPin, .by_person = true}, "x"));
  EXPECT_FALSE(look(place)->pin_spent);
  EXPECT_TRUE(sign(place, kRight, "x"));
  // What was refused here before is not tried again, though the token has forgotten it.
  EXPECT_EQ(why_not(sign(place, kWrong, "x")), Why::pin_spent);
  EXPECT_FALSE(look(place)->pin_spent);
}

TEST_F(Token, NeedsAModuleThatLoads) {
  const auto gone = Place::read("pkcs11:token=bashu;object=root?module-path=/nowhere/none.so");
  ASSERT_TRUE(gone);
  const auto seen = look(*gone);
  EXPECT_EQ(why_not(seen), Why::module);
  EXPECT_NE(seen.error().text("en").find("/nowhere/none.so"), std::string::npos);
  // Without a path: those that are registered on this machine.
  const auto registered = Place::read("pkcs11:token=bashu;object=root");
  ASSERT_TRUE(registered);
  EXPECT_TRUE(look(*registered));
}

TEST(PlaceInAToken, NamesTokenAndKeyAndNoSecret) {
  for (const char* bad : {"", "root", "/dev/token", "pkcs11:", "pkcs11:token=a", "pkcs11:object=a",
                          "pkcs11:token=a;object=%zz", "pkcs11:token=a;object=b;colour=red"}) {
    EXPECT_EQ(why_not(Place::read(bad)), Why::uri) << bad;
  }
  const auto secret = Place::read("pkcs11:token=a;object=b?pin-value=271828");
  EXPECT_EQ(why_not(secret), Why::uri_secret);
  EXPECT_EQ(secret.error().text("en").find("271828"), std::string::npos);
  const auto place = Place::read("pkcs11:token=a;object=b%20c?pin-source=file:/etc/bashu/pin");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->label(), "b c");
  EXPECT_EQ(place->pin_file(), "/etc/bashu/pin");
  EXPECT_EQ(Place::read("pkcs11:serial=7;id=%01")->pin_file(), "");
}

}  // namespace
}  // namespace bashu::tokens
