#include "base/flat_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"
#include "base/value_gen.h"

namespace bashu {
namespace {

// The row as parse_json() reads it, if all its members are texts and whole numbers.
std::optional<Value::Record> flat(std::string_view line) {
  auto read = parse_json(line);
  if (!read || !read->as_record()) return std::nullopt;
  for (const auto& [name, value] : *read->as_record()) {
    if (!value.as_text() && !value.as_int()) return std::nullopt;
  }
  return *read->as_record();
}

std::string text_of(const Value& value) {
  return value.as_int() ? std::to_string(*value.as_int()) : *value.as_text();
}

TEST(FlatJson, ReadsRowsOneAfterTheOther) {
  FlatJson row;
  ASSERT_TRUE(row.read(R"({"id":"a","n":-12,"place":"成都\n"})"));
  EXPECT_EQ(row.text("id"), "a");
  EXPECT_EQ(row.text("n"), "-12");
  EXPECT_EQ(row.text("place"), "成都\n");
  EXPECT_EQ(row.text("none"), "");
  ASSERT_TRUE(row.read("{}\r"));
  EXPECT_EQ(row.text("id"), "");
  ASSERT_TRUE(row.read(R"({"n":7})"));
  EXPECT_EQ(row.text("n"), "7");
  EXPECT_EQ(row.text("place"), "");
}

TEST(FlatJson, LeavesTheRestToTheOtherReader) {
  FlatJson row;
  for (const char* line : {"",
                           "7",
                           R"("a")",
                           "[]",
                           "null",
                           R"({"a":[]})",
                           R"({"a":{}})",
                           R"({"a":true})",
                           R"({"a":null})",
                           R"({"a":1.5})",
                           R"({"a":-0})",
                           R"({"a":1e3})",
                           R"({"a":9007199254740993})",
                           R"({"a":"x","a":"y"})",
                           R"({"a":"x")",
                           R"({"a":"x"} {})",
                           R"({"a":"x",})",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\xef\xb7\x90\"}",
                           "{\"a\\u0000\":1}",
                           "\xef\xbb\xbf{}"}) {
    EXPECT_FALSE(row.read(line)) << line;
  }
  EXPECT_TRUE(row.read(R"({"a":1})")) << "after a wrong one";
}

RC_GTEST_PROP(FlatJson, SaysWhatTheOtherReaderSays, ()) {
  FlatJson row;
  for (int i = 0; i < 3; ++i) {
    std::string line = canonical_json(*any_value());
    if (*rc::gen::inRange(0, 3) == 0 && !line.empty()) {
      line[*rc::gen::inRange<std::size_t>(0, line.size())] =
          *rc::gen::elementOf(std::string{"{}\":,0-\\ \xe6"});
    }
    const auto other = flat(line);
    if (!row.read(line)) continue;
    RC_ASSERT(other.has_value());
    for (const auto& [name, value] : *other) RC_ASSERT(row.text(name) == text_of(value));
  }
}

RC_GTEST_PROP(FlatJson, ReadsEveryRowOfTextsAndNumbers, ()) {
  Value::Record record;
  const auto names = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::elementOf(std::string{"abcd_"})));
  for (const std::string& name : names) {
    if (*rc::gen::inRange(0, 2) == 0) {
      record[name] = std::int64_t{*rc::gen::inRange(-1'000'000, 1'000'000)};
    } else {
      record[name] =
          *rc::gen::elementOf(std::vector<std::string>{"", "a", "\"", "\\", "\n", "重庆", "x\ty"});
    }
  }
  FlatJson row;
  RC_ASSERT(row.read(canonical_json(Value{record})));
  for (const auto& [name, value] : record) RC_ASSERT(row.text(name) == text_of(value));
}

}  // namespace
}  // namespace bashu
