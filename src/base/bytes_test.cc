#include "base/bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value_gen.h"

namespace bashu {
namespace {

// FIPS 180-4 examples.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

RC_GTEST_PROP(Sha256, OfTwoPartsIsThatOfBothJoined, (const std::string& a, const std::string& b)) {
  RC_ASSERT(sha256(a, b) == sha256(a + b));
}

RC_GTEST_PROP(Hex, ReadsBackWhatItWrote, (const std::string& bytes)) {
  const std::string text = hex(bytes);
  RC_ASSERT(text.size() == bytes.size() * 2);
  RC_ASSERT(from_hex(text) == bytes);
}

TEST(Hex, RefusesEveryOtherSpelling) {
  EXPECT_EQ(hex("\x01\xfe"), "01fe");
  for (const char* text : {"0", "0A", "0g", " 0", "0x", "\xff\xff"}) {
    EXPECT_FALSE(from_hex(text)) << text;
  }
  const std::string digest = hex(sha256("abc"));
  EXPECT_EQ(hash_from_hex(digest), sha256("abc"));
  EXPECT_FALSE(hash_from_hex(digest.substr(2)));
  EXPECT_FALSE(hash_from_hex(digest + "00"));
  EXPECT_FALSE(hash_from_hex(digest.substr(0, 62) + "0G"));
}

// RFC 4648 section 10.
TEST(Base64, GivesThePublishedTexts) {
  const std::vector<std::pair<std::string, std::string>> published = {{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : published) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
  EXPECT_EQ(base64("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
}

// What a decoder takes it would write the same way: there is one spelling of each value.
RC_GTEST_PROP(Base64, TakesExactlyWhatItWouldWrite, (const std::string& bytes)) {
  RC_ASSERT(from_base64(base64(bytes)) == bytes);
  RC_ASSERT(from_base64url(base64url(bytes)) == bytes);
  const auto text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string{"ABCDQRSTZabcdwxyz0189+/-_= \n"}));
  if (const std::optional<std::string> read = from_base64(text)) RC_ASSERT(base64(*read) == text);
  if (const std::optional<std::string> read = from_base64url(text)) {
    RC_ASSERT(base64url(*read) == text);
  }
}

TEST(Base64, RefusesEveryOtherSpelling) {
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==\n",
                           "Zm9v=", "====", "Z===", "-_8=", "Zg==Zg==", "Zm\n9v"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
  for (const char* text : {"Zg==", "Zh", "Z", "Zm9", "+/8", "Zm9v\n"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

// Reads one code point the naive way and says how long its shortest spelling is.
std::size_t naive_length(std::string_view text) {
  const auto at = [&](std::size_t i) -> std::uint32_t {
    return static_cast<std::uint8_t>(text[i]);
  };
  std::size_t length = 1;
  std::uint32_t code = at(0);
  if (code >= 0x80) {
    if ((code >> 5) == 6) {
      length = 2;
      code &= 0x1f;
    } else if ((code >> 4) == 14) {
      length = 3;
      code &= 0x0f;
    } else if ((code >> 3) == 30) {
      length = 4;
      code &= 0x07;
    } else {
      return 0;
    }
    if (text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
      if ((at(i) >> 6) != 2) return 0;
      code = code << 6 | (at(i) & 0x3f);
    }
  }
  const std::size_t shortest = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  const bool scalar = code < 0xd800 || (code >= 0xe000 && code <= 0x10ffff);
  return scalar && length == shortest ? length : 0;
}

bool naive_is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = naive_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

TEST(Utf8, AgreesWithTheNaiveReaderOnEveryShortSequence) {
  std::string text(3, '\0');
  for (int lead = 0; lead < 256; ++lead) {
    for (int second = 0; second < 256; ++second) {
      for (const int third : {0x00, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xff}) {
        text[0] = static_cast<char>(lead);
        text[1] = static_cast<char>(second);
        text[2] = static_cast<char>(third);
        for (std::size_t length = 1; length <= 3; ++length) {
          const std::string_view part = std::string_view{text}.substr(0, length);
          ASSERT_EQ(is_utf8(part), naive_is_utf8(part)) << hex(part);
          const std::string four = std::string{part} + "\x80";
          ASSERT_EQ(is_utf8(four), naive_is_utf8(four)) << hex(four);
        }
      }
    }
  }
}

RC_GTEST_PROP(Utf8, AgreesWithTheNaiveReaderOnDamagedTexts, ()) {
  std::string text = *any_text() + *any_text();
  const auto damage = *rc::gen::inRange<std::size_t>(0, 3);
  for (std::size_t i = 0; i < damage && !text.empty(); ++i) {
    text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
  }
  RC_ASSERT(is_utf8(text) == naive_is_utf8(text));
}

TEST(Utf8, CountsCharactersNotBytes) {
  EXPECT_EQ(utf8_length("abc"), 3U);
  EXPECT_EQ(utf8_length("川渝"), 2U);
  EXPECT_EQ(utf8_length("𠀀"), 1U);
  EXPECT_EQ(utf8_length(""), 0U);
}

}  // namespace
}  // namespace bashu
