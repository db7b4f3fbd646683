#include "base/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/json_append.h"
#include "base/value_gen.h"
#include "testing/checkout.h"

namespace bashu {
namespace {

std::string file(const std::string& path) {
  std::ifstream in{checkout(path), std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string code(std::string_view text, JsonLimits limits = {}) {
  const auto read = parse_json(text, limits);
  return read ? "" : read.error().code;
}

TEST(Json, AgreesWithEveryVector) {
  const auto vectors = parse_json(file("tests/vectors/json.json"));
  ASSERT_TRUE(vectors);
  const Value::Record& accepted = *vectors->find("accepted")->as_record();
  const Value::Record& refused = *vectors->find("refused")->as_record();
  for (const auto& [name, text] : accepted) {
    EXPECT_EQ(code(from_base64(*text.as_text()).value()), "") << name;
  }
  for (const auto& [name, text] : refused) {
    EXPECT_NE(code(from_base64(*text.as_text()).value()), "") << name;
  }
  EXPECT_GE(accepted.size(), 14U);
  EXPECT_GE(refused.size(), 45U);
}

TEST(Json, SaysWhereATextStopsBeingUtf8) {
  const auto parsed = parse_json("{\"a\":\"b\xff\"}");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().offset, 7U);
}

TEST(Json, NamesTheRuleThatWasBroken) {
  const std::map<std::string, std::string> broken = {
      {"\xef\xbb\xbf{}", "bom"},
      {"\"\xff\"", "utf8"},
      {"\"\xed\xa0\x80\"", "utf8"},
      {"", "syntax"},
      {"{}{}", "syntax"},
      {"[1,]", "syntax"},
      {"[1] x", "syntax"},
      {"1.5", "number"},
      {"-0", "number"},
      {"1e2", "number"},
      {"1e999999999999", "number"},
      {"9007199254740992", "number"},
      {"123456789012345678901234567890", "number"},
      {R"({"a":1,"\u0061":2})", "duplicate"},
      {R"("\u0000")", "character"},
      {R"("\ud800\u0041")", "character"},
      {R"("\udc00")", "character"},
      {R"("\ufdef")", "character"},
      {"\"\xef\xbf\xbf\"", "character"},
      {"\"\xf4\x8f\xbf\xbe\"", "character"},
      {"{\"\xef\xbf\xbe\":1}", "character"},
      {std::string(33, '['), "depth"},
      {std::string(100'000, '['), "depth"},
  };
  for (const auto& [text, rule] : broken) EXPECT_EQ(code(text), rule) << text.substr(0, 40);
  // The neighbours of what is forbidden are allowed.
  for (const char* text : {"\"\xef\xb7\x8f\"", "\"\xef\xb7\xb0\"", "\"\xef\xbf\xbd\"",
                           "\"\xf0\x9f\xbf\xbd\"", "\"\xf0\x9f\xbe\xbf\"", R"("\uFFFD")", "-1"}) {
    EXPECT_EQ(code(text), "") << text;
  }
}

TEST(Json, SaysWhereItStopped) {
  EXPECT_EQ(parse_json("[1] x").error().offset, 4U);
  EXPECT_EQ(parse_json("[1, ?]").error().offset, 4U);
}

TEST(Json, CountsLevelsAndValuesButNotNames) {
  const JsonLimits small{.depth = 2, .values = 3};
  EXPECT_EQ(code("[[]]", small), "");
  EXPECT_EQ(code("[[0]]", small), "depth");
  EXPECT_EQ(code("[{\"a\":0}]", small), "depth");
  EXPECT_EQ(code("[1,2]", small), "");
  EXPECT_EQ(code("[1,2,3]", small), "nodes");
  EXPECT_EQ(code("{\"a\":1,\"b\":2}", small), "");
  EXPECT_EQ(code("{\"a\":1,\"b\":2,\"c\":3}", small), "nodes");
  EXPECT_EQ(code("0", {.depth = 0}), "depth");
}

TEST(Json, ReadsEveryTypeOfValue) {
  const auto read =
      parse_json(R"( {"t":"\u5ddd\n\ud840\udc00","n":-5,"y":true,"z":null,"l":[{}]} )");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text_at("t"), "川\n𠀀");
  EXPECT_EQ(read->int_at("n"), -5);
  EXPECT_EQ(*read->find("y"), Value{true});
  EXPECT_TRUE(read->find("z")->is_null());
  EXPECT_EQ(*read->find("l"), (Value{Value::List{Value{Value::Record{}}}}));
}

TEST(Json, ValuesStayWhereTheyWereMade) {
  const auto read = parse_json(
      R"([{"b":1,"a":[{"y":[2,[3]],"x":{"n":4}},5]},{},[[],[6]],{"z":{"z":{"z":7}}},"8",null])");
  ASSERT_TRUE(read);
  EXPECT_EQ(
      canonical_json(*read),
      R"([{"a":[{"x":{"n":4},"y":[2,[3]]},5],"b":1},{},[[],[6]],{"z":{"z":{"z":7}}},"8",null])");
  // Lists that grow far beyond what was kept for them.
  Value::List lines;
  for (int i = 0; i < 1'000; ++i) {
    lines.emplace_back(Value::Record{{"id", "line " + std::to_string(i)},
                                     {"of", Value::List{i, Value::Record{{"deep", i}}}}});
  }
  EXPECT_EQ(parse_json(canonical_json(Value{lines})).value(), Value{lines});
}

TEST(Json, ANameIsGivenOnceInWhateverOrder) {
  for (const char* text : {R"({"a":1,"a":2})", R"({"b":1,"a":2,"b":3})", R"({"b":1,"a":2,"a":3})",
                           R"([{"c":{"b":1,"a":{},"b":[]}}])"}) {
    EXPECT_EQ(code(text), "duplicate") << text;
  }
  // The name is judged before what follows it is read.
  EXPECT_EQ(code(R"({"a":1,"a":1.5})"), "duplicate");
  EXPECT_EQ(code(R"({"b":1,"a":2,"b"!})"), "duplicate");
  EXPECT_EQ(code(R"([{"a":1},{"a":2},{"b":{"a":1},"a":2}])"), "");
}

TEST(Json, IsAppendedToWhatIsThere) {
  std::string text = "[";
  append_canonical_json(text, Value{Value::Record{{"b", 1}, {"a", "x"}}});
  text += ',';
  append_canonical_json(text, Value{});
  EXPECT_EQ(text, R"([{"a":"x","b":1},null)");
}

TEST(Json, CanonicalTextHasOneSpelling) {
  const auto read = parse_json(
      "{ \"b\" : [ 1 , true , null ] , \"\\u00e9\":\"\\u007f\\u0008\\u001f/\\\\\\\"\",\"a\":{} }");
  ASSERT_TRUE(read);
  EXPECT_EQ(canonical_json(*read),
            "{\"a\":{},\"b\":[1,true,null],\"é\":\"\x7f\\b\\u001f/\\\\\\\"\"}");
  EXPECT_EQ(pretty_json(*read),
            "{\n  \"a\": {},\n  \"b\": [\n    1,\n    true,\n    null\n  ],\n"
            "  \"é\": \"\x7f\\b\\u001f/\\\\\\\"\"\n}");
}

// Beyond U+FFFF the order of code points is not that of UTF-16.
TEST(Json, ANumberNotEveryReaderCanHoldIsAText) {
  const std::int64_t largest = (std::int64_t{1} << 53) - 1;
  EXPECT_EQ(canonical_json(Value{largest}), "9007199254740991");
  EXPECT_EQ(canonical_json(Value{-largest}), "-9007199254740991");
  EXPECT_EQ(canonical_json(Value{largest + 1}), R"("9007199254740992")");
  const Value lowest{std::numeric_limits<std::int64_t>::min()};
  EXPECT_EQ(canonical_json(lowest), R"("-9223372036854775808")");
  EXPECT_TRUE(parse_json(canonical_json(lowest)));
}

TEST(Json, NamesAreInTheOrderOfCodePoints) {
  const auto read = parse_json("{\"\\ud83d\\ude00\":1,\"\\uff5e\":2}");
  ASSERT_TRUE(read);
  EXPECT_EQ(canonical_json(*read), "{\"～\":2,\"😀\":1}");
}

RC_GTEST_PROP(Json, ReadsBackWhatItWrote, ()) {
  const Value value = *any_value();
  const std::string text = canonical_json(value);
  const auto read = parse_json(text);
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == value);
  RC_ASSERT(canonical_json(*read) == text);
  RC_ASSERT(parse_json(pretty_json(value)).value() == value);
}

RC_GTEST_PROP(Json, NeverCrashesAndKeepsToOneMeaning, ()) {
  std::string text = canonical_json(*any_value());
  const auto damage = *rc::gen::inRange<std::size_t>(1, 4);
  for (std::size_t i = 0; i < damage; ++i) {
    text.insert(*rc::gen::inRange<std::size_t>(0, text.size() + 1), 1,
                *rc::gen::oneOf(rc::gen::arbitrary<char>(),
                                rc::gen::elementOf(std::string{"{}[],:\"\\u01eE.-+ "})));
  }
  if (const auto read = parse_json(text)) {
    RC_ASSERT(parse_json(canonical_json(*read)).value() == *read);
  }
}

}  // namespace
}  // namespace bashu
