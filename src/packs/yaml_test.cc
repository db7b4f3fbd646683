#include "packs/yaml.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/value_gen.h"
#include "testing/checkout.h"

namespace bashu::packs {
namespace {

// The value as canonical JSON, or `refused` with the position of the first finding.
std::string read(std::string_view text) {
  const Document document = read_yaml(text);
  if (document.findings.empty()) return canonical_json(document.root);
  const Finding& first = document.findings.front();
  return "refused " + std::to_string(first.line) + ":" + std::to_string(first.column);
}

std::string why(std::string_view text) {
  const Document document = read_yaml(text);
  return document.findings.empty() ? "" : document.findings.front().text;
}

TEST(Yaml, UnquotedWordsAreWhatTheyLookLike) {
  EXPECT_EQ(read("[true, false, null, 0, -5, 1500, 9007199254740991]"),
            "[true,false,null,0,-5,1500,9007199254740991]");
  EXPECT_EQ(
      read("a: =data.x + 1\nb: 2026-03-31\nc: sha256:0f\nd: 川渝\ne: '0123'\nf: \"yes\"\ng: ''\n"),
      R"({"a":"=data.x + 1","b":"2026-03-31","c":"sha256:0f","d":"川渝","e":"0123","f":"yes","g":""})");
  EXPECT_EQ(read("a: two\n  lines\nb: |\n  kept\n  as is\nc: >-\n  one\n  line\n"),
            R"({"a":"two lines","b":"kept\nas is\n","c":"one line"})");
  EXPECT_EQ(read("2020: a\n-5: b\n"), R"({"-5":"b","2020":"a"})");
  EXPECT_EQ(read("---\na: 1\n...\n"), R"({"a":1})");
  EXPECT_EQ(read("\xef\xbb\xbf"
                 "a: 𠀀\r\n"),
            "{\"a\":\"𠀀\"}");
}

TEST(Yaml, RefusesWordsThatReadersTakeForDifferentThings) {
  for (const char* word : {"y",
                           "Y",
                           "yes",
                           "Yes",
                           "YES",
                           "n",
                           "No",
                           "on",
                           "Off",
                           "~",
                           "True",
                           "FALSE",
                           "Null",
                           "NULL",
                           "0123",
                           "-0",
                           "+1",
                           "1.5",
                           "1.",
                           ".5",
                           "1e5",
                           "1.5e-3",
                           "1_000",
                           "0x1F",
                           "0o17",
                           "0b11",
                           ".inf",
                           "-.Inf",
                           ".NaN",
                           "12:30",
                           "1:2:3",
                           "-12:30",
                           "007",
                           "9007199254740992",
                           "-9007199254740992",
                           "123456789012345678901234567890",
                           ".5e3"}) {
    EXPECT_EQ(read("a: " + std::string{word}), "refused 1:4") << word;
    EXPECT_EQ(read("[" + std::string{word} + "]"), "refused 1:2") << word;
    EXPECT_EQ(read("a: '" + std::string{word} + "'"), "{\"a\":\"" + std::string{word} + "\"}");
  }
  for (const char* word :
       {"y", "yes", "True", "~", "null", "true", "1.5", "0x1F", "12:30", "<<", "0123"}) {
    EXPECT_EQ(read("b: 1\n" + std::string{word} + ": 1"), "refused 2:1") << word;
    EXPECT_EQ(read("'" + std::string{word} + "': 1"), "{\"" + std::string{word} + "\":1}") << word;
  }
  for (const char* word :
       {"yess", "non", "1.5.2", "12:345", "a:b", "0xg", "1e", "e5", "v1.0", "5%", "--5", "1-2"}) {
    EXPECT_EQ(read("a: " + std::string{word}), "{\"a\":\"" + std::string{word} + "\"}");
  }
}

TEST(Yaml, RefusesWhatNeedsMoreThanOneReading) {
  const std::map<std::string, std::string> refused = {
      {"a: &x 1\n", "refused 1:4"},
      {"a: &x [1]\n", "refused 1:4"},
      {"a: 1\nb: *a\n", "refused 2:4"},
      {"a: !!str 1\n", "refused 1:4"},
      {"a: ! 1\n", "refused 1:4"},
      {"a: !x {}\n", "refused 1:4"},
      {"a: 1\n<<: {b: 1}\n", "refused 2:1"},
      {"a:\n", "refused 1:3"},
      {"a: [1, , 2]\n", "refused 1:8"},
      {"- \n- 1\n", "refused 1:2"},
      {": 1\n", "refused 1:1"},
      {"a:\t1\n", "refused 1:3"},
      {"a: 1 #\tx\n", "refused 1:7"},
      {"川: 'x\ty'\n", "refused 1:6"},
      {"a: 1\n---\nb: 1\n", "refused 2:1"},
      {"a: 1\nb: 2\na: 3\n", "refused 3:1"},
      {"a: 1\n'a': 2\n", "refused 2:1"},
      {"? [1]\n: 2\n", "refused 1:3"},
      {"? {a: 1}\n: 2\n", "refused 1:3"},
      {"*a : 2\n", "refused 1:1"},
      {"a: 1\nb: \"\xff\"\n", "refused 2:0"},
      {"a: \"\\0\"\n", "refused 1:4"},
      {"a: \"\\uffff\"\n", "refused 1:4"},
      {"\"\\uffff\": 1\n", "refused 1:1"},
      {"a: \"\\ud800\"\n", "refused 1:7"},
      {"a: 'x\xe2\x80\xa8y'\n", "refused 1:6"},
      {"a: 'x\x01'\n", "refused 1:6"},
      {"a: [why? x]\n", "refused 1:5"},
      {"a: 1\n\xef\xbb\xbf\n", "refused 2:1"},
      {"a: [1\n", "refused 2:1"},
      {"", "refused 1:1"},
      {"# nothing\n", "refused 1:1"},
  };
  for (const auto& [text, where] : refused) EXPECT_EQ(read(text), where) << text << why(text);
}

TEST(Yaml, SaysWhatWouldBeRight) {
  EXPECT_EQ(why("a: yes"),
            "yes may be read as true or false: write 'yes' if it is text, else true or false");
  EXPECT_EQ(why("a: ~"), "~ may be read as nothing: write '~' if it is text, else null");
  EXPECT_EQ(why("a: NULL"), "NULL may be read as nothing: write 'NULL' if it is text, else null");
  EXPECT_EQ(why("a: 12:30"), "12:30 may be read as a number: write '12:30' if it is text");
  EXPECT_EQ(why("a: 1.5"),
            "1.5 is no plain integer such as 0, -5 or 1500: write '1.5' if it is text, else an "
            "integer in the smallest unit");
  EXPECT_EQ(
      why("a:"),
      "an empty value: write '' for an empty text, or null; a text that holds a comma is quoted");
}

TEST(Yaml, ReportsEveryFaultWithItsPath) {
  const Document document = read_yaml(
      "services:\n  permit:\n    by: [clerk, yes]\n    by: x\n    limit: 1.5\n    off: &a 1\n");
  std::vector<std::string> paths;
  for (const Finding& finding : document.findings) paths.push_back(finding.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"services.permit.by[1]", "services.permit.by",
                                             "services.permit.limit", "services.permit.off",
                                             "services.permit.off"}));
}

TEST(Yaml, KnowsWhereEachValueBegins) {
  const Document document = read_yaml(
      "services:\n  permit:   # 许可\n    事项: {by: [clerk, 川.officer], to: x}\n    list:\n    - "
      "a: 1\n      b: 2\n");
  ASSERT_TRUE(document.findings.empty());
  const auto at = [&](const char* path) {
    const Position p = document.at(path);
    return std::to_string(p.line) + ":" + std::to_string(p.column);
  };
  EXPECT_EQ(at(""), "1:1");
  EXPECT_EQ(at("services"), "1:1");
  EXPECT_EQ(at("services.permit"), "2:3");
  EXPECT_EQ(at("services.permit.事项"), "3:5");
  EXPECT_EQ(at("services.permit.事项.by[0]"), "3:15");
  EXPECT_EQ(at("services.permit.事项.by[1]"), "3:22");
  EXPECT_EQ(at("services.permit.事项.to"), "3:34");
  EXPECT_EQ(at("services.permit.list[0]"), "5:7");
  EXPECT_EQ(at("services.permit.list[0].b"), "6:7");
  EXPECT_EQ(at("services.permit.list[7].b"), "4:5");  // the nearest ancestor that is there
  EXPECT_EQ(at("nothing.at.all"), "1:1");
}

TEST(Yaml, IsBounded) {
  EXPECT_EQ(read(std::string(64, '[') + std::string(64, ']')).substr(0, 2), "[[");
  EXPECT_NE(why(std::string(65, '[') + std::string(65, ']')).find("64 levels"), std::string::npos);
  EXPECT_NE(why(std::string(100'000, '[')), "");
  EXPECT_NE(why(std::string((4U << 20) + 1, ' ')).find("4 MiB"), std::string::npos);
  std::string many = "[0";
  for (int i = 0; i < 500'000; ++i) many += ",0";
  EXPECT_NE(why(many + "]").find("500,000"), std::string::npos);
  std::string faults;
  for (int i = 0; i < 500; ++i) faults += "- yes\n";
  EXPECT_EQ(read_yaml(faults).findings.size(), 101U);
  // A long name above many values is not copied for each of them.
  std::string name(100'000, 'n');
  std::string wide = "? " + name + "\n: [0";
  for (int i = 0; i < 100'000; ++i) wide += ",0";
  const Document document = read_yaml(wide + "]");
  EXPECT_TRUE(document.findings.empty());
  EXPECT_LT(document.positions.size(), 1000U);
}

TEST(Yaml, TakesJsonThatYamlCannotSay) {
  EXPECT_EQ(read("{\"a\":\"\\ud840\\udc00\"}"), "{\"a\":\"𠀀\"}");
  EXPECT_EQ(read("\n\t{\"a\":\t1}"), "{\"a\":1}");
  EXPECT_EQ(read("{\"" + std::string(2000, 'n') + "\": 1}").size(), 2006U);
  EXPECT_EQ(read("{\"a\":1,\"\\u0061\":2}"), "refused 1:8");
  EXPECT_EQ(read("{\"a\":1.5}"), "refused 1:6");
}

RC_GTEST_PROP(Yaml, ReadsJsonAsJsonDoes, ()) {
  const Value value{Value::Record{{"v", *any_value()}, {"w", *any_value()}}};
  for (const std::string& text : {canonical_json(value), pretty_json(value)}) {
    const Document document = read_yaml(text);
    RC_ASSERT(document.findings.empty());
    RC_ASSERT(canonical_json(document.root) == canonical_json(value));
  }
}

// The packs shipped with the project say the same in both spellings.
TEST(Yaml, ReadsTheShippedPacks) {
  int packs = 0;
  for (const auto& entry : std::filesystem::directory_iterator{checkout("packs")}) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream in{entry.path(), std::ios::binary};
    const Document document = read_yaml(std::string{std::istreambuf_iterator<char>{in}, {}});
    ASSERT_TRUE(document.findings.empty()) << entry.path() << document.findings.front().text;
    EXPECT_EQ(document.root.int_at("bashu"), 2);
    EXPECT_GT(document.at("services").line, 1);
    const std::string canonical = canonical_json(document.root);
    EXPECT_EQ(read(canonical), canonical) << entry.path();
    ++packs;
  }
  EXPECT_GE(packs, 5);
}

}  // namespace
}  // namespace bashu::packs
