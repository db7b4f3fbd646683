#include "evidence/sealed.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.h"
#include "evidence/fixture.h"

namespace bashu::evidence {
namespace {

using fixture::text;

struct Given {
  Value file = fixture::vectors("sealed");
  std::string key = fixture::unhex(text(file, "dek"));
  std::string nonce = *from_base64url(text(fixture::at(file, "value"), "nonce"));
  std::string aad = text(file, "aad");
  std::string plain = text(file, "plaintext");
};

TEST(Sealed, IsMadeByteForByte) {
  const Given given;
  const Sealing how{
      .key = given.key, .nonce = given.nonce, .key_id = "2026-W-0001/s1", .aad = given.aad};
  EXPECT_EQ(seal_value(given.plain, how, Aad::apart), fixture::at(given.file, "value"));
  EXPECT_EQ(sealed_aad("sichuan", "2026-W-0001", "/applicant/phone"), given.aad);
}

TEST(Sealed, OpensOnlyWithItsKeyAndAssociatedData) {
  const Given given;
  const Value& value = fixture::at(given.file, "value");
  EXPECT_EQ(open_value(value, given.key, given.aad).value(), given.plain);
  EXPECT_EQ(sealing_key_id(value), "2026-W-0001/s1");
  const auto code = [](const Verified<std::string>& opened) {
    return opened ? std::string{"opened"} : opened.error().code;
  };
  EXPECT_EQ(code(open_value(value, given.key)), "sealed-box");
  EXPECT_EQ(code(open_value(value, given.key, given.aad + "x")), "sealed-box");
  EXPECT_EQ(code(open_value(value, std::string(32, 'k'), given.aad)), "sealed-box");
  EXPECT_EQ(code(open_value(value, "short", given.aad)), "sealed-box");
}

TEST(Sealed, AValueThatCarriesItsAssociatedDataOpensAnywhere) {
  const Given given;
  const Value value = seal_value(
      given.plain, {.key = given.key, .nonce = given.nonce, .key_id = "k", .aad = given.aad});
  EXPECT_EQ(value.text_at("aad"), given.aad);
  EXPECT_EQ(open_value(value, given.key).value(), given.plain);
  EXPECT_TRUE(open_value(value, given.key, given.aad));
  EXPECT_FALSE(open_value(value, given.key, "another place"));
  Value moved = value;
  moved.as_record()->at("aad") = "another place";
  EXPECT_FALSE(open_value(moved, given.key));
}

TEST(Sealed, KnowsASealedValueByItsForm) {
  const Given given;
  const Value good = fixture::at(given.file, "value");
  EXPECT_TRUE(is_sealed(good));
  int cases = 0;
  const auto refuse = [&](const char* member, const Value& changed) {
    Value other = good;
    other.as_record()->insert_or_assign(member, changed);
    EXPECT_FALSE(is_sealed(other)) << member;
    EXPECT_EQ(open_value(other, given.key, given.aad).error().code.text(), "sealed-form") << member;
    ++cases;
  };
  refuse("$sealed", 1);
  refuse("alg", "A256GCM");
  refuse("dek", 7);
  refuse("nonce", "AAAA");
  refuse("box", "AAAA");
  refuse("aad", true);
  refuse("more", "x");
  EXPECT_EQ(cases, 7);
  EXPECT_FALSE(is_sealed("text"));
  EXPECT_EQ(sealing_key_id(Value::Record{}), "");
}

RC_GTEST_PROP(Sealed, NoChangedByteOfTheBoxIsOpened, ()) {
  static const Given given;
  Value value = fixture::at(given.file, "value");
  std::string box = *from_base64url(text(value, "box"));
  char& byte = box[*rc::gen::inRange<std::size_t>(0, box.size())];
  byte = static_cast<char>(byte ^ *rc::gen::inRange(1, 256));
  value.as_record()->at("box") = base64url(box);
  RC_ASSERT(!open_value(value, given.key, given.aad).has_value());
}

}  // namespace
}  // namespace bashu::evidence
