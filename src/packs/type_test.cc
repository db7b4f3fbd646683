#include "packs/type.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"

namespace bashu::packs {
namespace {

TypePtr type_of(Kind kind, auto change) {
  auto type = std::make_shared<Type>();
  type->kind = kind;
  type->cls = Class::open;
  change(*type);
  return type;
}
TypePtr type_of(Kind kind) {
  return type_of(kind, [](Type&) {});
}

// The path of the first error and its English reason, or empty; the value is written as JSON.
std::string wrong(const TypePtr& type, const std::string& json) {
  const auto error = check(*type, parse_json(json).value(), "with.x");
  if (!error) return "";
  EXPECT_TRUE(error->why.contains("zh")) << "every reason is given in both languages";
  return error->path + " " + error->why.at("en");
}
void accepts(const TypePtr& type, const std::vector<std::string>& values) {
  for (const std::string& json : values) EXPECT_EQ(wrong(type, json), "") << json;
}
void refuses(const TypePtr& type, const std::vector<std::string>& values) {
  for (const std::string& json : values) EXPECT_NE(wrong(type, json), "") << json;
}
std::string times(int n, const std::string& text) {
  std::string all;
  for (int i = 0; i < n; ++i) all += text;
  return all;
}

TEST(TypeCheck, NumbersAreIntegersWithinTheirLimits) {
  const TypePtr free = type_of(Kind::integer);
  accepts(free, {"0", "-9007199254740991", "9007199254740991"});
  refuses(free, {"true", "\"1\"", "null", "[]", "{}"});
  EXPECT_TRUE(check(*free, Value{std::int64_t{9'007'199'254'740'992}}, ""));
  const TypePtr mass = type_of(Kind::quantity, [](Type& type) {
    type.min = 1;
    type.max = 30'000;
    type.unit = "t";
    type.scale = 3;
  });
  accepts(mass, {"1", "30000"});
  EXPECT_EQ(wrong(mass, "30001"), "with.x must be at most 30.000 t");
  EXPECT_EQ(wrong(mass, "0"), "with.x must be at least 0.001 t");
  EXPECT_EQ(wrong(mass, "\"1\""),
            "with.x must be a whole number of the smallest unit, with 3 decimal places of t");
}

TEST(TypeCheck, TextsAreMeasuredInCharacters) {
  const TypePtr line = type_of(Kind::text, [](Type& type) {
    type.min = 2;
    type.max = 4;
  });
  accepts(line, {"\"川渝\"", "\"𠀀𠀀𠀀𠀀\""});
  EXPECT_EQ(wrong(line, "\"川\""), "with.x must have at least 2 characters");
  EXPECT_EQ(wrong(line, "\"川渝一家亲\""), "with.x must have at most 4 characters");
  EXPECT_EQ(wrong(line, "1"), "with.x must be a text");
  const TypePtr free = type_of(Kind::text);
  accepts(free, {"\"\"", "\"" + times(4000, "川") + "\""});
  refuses(free, {"\"" + times(4001, "x") + "\""});
  for (const Kind kind : {Kind::token, Kind::ref}) {
    accepts(type_of(kind), {"\"t:abc\"", "\"" + times(200, "x") + "\""});
    refuses(type_of(kind), {"\"" + times(201, "x") + "\"", "1", "null"});
  }
}

TEST(TypeCheck, PatternsMatchTheWholeText) {
  const TypePtr code = type_of(
      Kind::text, [](Type& type) { type.pattern = std::make_shared<re2::RE2>("[0-9]{3}|x"); });
  accepts(code, {"\"123\"", "\"x\""});
  refuses(code, {"\"1234\"", "\"xx\"", "\"123\\n\"", "\"\""});
  EXPECT_EQ(wrong(code, "\"y\""), "with.x must have the form [0-9]{3}|x");
}

TEST(TypeCheck, FormsOfTheBuiltInTexts) {
  accepts(type_of(Kind::date), {"\"2026-03-31\"", "\"2024-02-29\"", "\"0001-01-01\""});
  refuses(type_of(Kind::date),
          {"\"2026-02-29\"", "\"2026-3-31\"", "\"2026-03-31T00:00\"", "20260331", "\"\""});
  accepts(type_of(Kind::month), {"\"2026-12\""});
  refuses(type_of(Kind::month), {"\"2026-13\"", "\"2026-1\"", "\"2026-12-01\"", "202612"});
  accepts(type_of(Kind::place), {"\"500112\""});
  refuses(type_of(Kind::place),
          {"\"50011\"", "\"5001120\"", "\"50011a\"", "\"５00112\"", "500112"});
  accepts(type_of(Kind::digest),
          {"\"sha256:" + std::string(64, 'a') + "\"", "\"sha256:other\"", "\"sha256:0\""});
  refuses(type_of(Kind::digest),
          {"\"sha256:\"", "\"sha256:" + std::string(65, 'a') + "\"", "\"sha256:0F\"", "\"md5:0\""});
  accepts(type_of(Kind::party), {"\"sichuan\"", "\"SC\"", "\"a-1\""});
  refuses(type_of(Kind::party),
          {"\"\"", "\"1a\"", "\"-a\"", "\"四川\"", "\"a_b\"", "\"" + std::string(33, 'a') + "\""});
  accepts(type_of(Kind::boolean), {"true", "false"});
  refuses(type_of(Kind::boolean), {"1", "\"true\"", "null"});
}

TEST(TypeCheck, ChoicesAreTheirCodes) {
  const TypePtr choice = type_of(Kind::choice, [](Type& type) {
    type.choices = {{"house", {{"en", "House"}}}, {"job", {{"en", "Job"}}}};
  });
  accepts(choice, {"\"house\"", "\"job\""});
  EXPECT_EQ(wrong(choice, "\"House\""), "with.x must be one of house, job");
}

TypePtr load_record(Class cls = Class::open) {
  return type_of(Kind::record, [&](Type& type) {
    type.cls = cls;
    type.members = {{"mass", type_of(Kind::quantity)},
                    {"note", type_of(Kind::text, [](Type& note) { note.optional = true; })}};
  });
}

TEST(TypeCheck, RecordsSayWhichMemberIsWrong) {
  const TypePtr loads = type_of(Kind::list, [](Type& type) {
    type.element = load_record();
    type.min = 1;
    type.max = 3;
  });
  accepts(loads, {R"([{"mass":1}])", R"([{"mass":1,"note":"x"},{"mass":2}])"});
  EXPECT_EQ(wrong(loads, R"([{"mass":1},{"mass":1},{"mass":"2"}])"),
            "with.x[2].mass must be a whole number");
  EXPECT_EQ(wrong(loads, R"([{"note":"x"}])"), "with.x[0].mass is missing");
  EXPECT_EQ(wrong(loads, R"([{"mass":1,"mess":1}])"), "with.x[0].mess is not asked for: remove it");
  EXPECT_EQ(wrong(loads, R"([{"mass":1,"note":null}])"), "with.x[0].note must be a text");
  EXPECT_EQ(wrong(loads, "[]"), "with.x must have at least 1 entries");
  EXPECT_EQ(wrong(loads, R"([{"mass":1},{"mass":1},{"mass":1},{"mass":1}])"),
            "with.x must have at most 3 entries");
  EXPECT_EQ(wrong(loads, "{}"), "with.x must be a list");
  EXPECT_EQ(wrong(load_record(), "[]"), "with.x must be a record");
  const auto error = check(*load_record(), Value{Value::Record{}}, "");
  EXPECT_EQ(error->path, "mass");
  const TypePtr flags =
      type_of(Kind::list, [](Type& type) { type.element = type_of(Kind::boolean); });
  accepts(flags, {"[]", "[" + times(999, "true,") + "true]"});
  refuses(flags, {"[" + times(1000, "true,") + "true]"});
}

TEST(TypeCheck, DocumentsHaveADigestAndAName) {
  const TypePtr document = type_of(Kind::document);
  const std::string digest = R"("sha256":")" + std::string(64, 'a') + "\"";
  const std::string sealed = R"({"$sealed":"1","alg":"XC20P","dek":"k","nonce":"n","box":"b"})";
  accepts(
      document,
      {"{" + digest + R"(,"name":"x.pdf"})",
       "{" + digest + R"(,"name":"x.pdf","media":"application/pdf","size":0,"dek":"sichuan-k1"})",
       "{" + digest + R"(,"name":)" + sealed + "}"});
  refuses(document,
          {"{" + digest + "}", R"({"name":"x.pdf"})", R"({"sha256":"aa","name":"x.pdf"})",
           "{" + digest + R"(,"name":""})", "{" + digest + R"(,"name":"x","size":-1})",
           "{" + digest + R"(,"name":"x","size":"1"})", "{" + digest + R"(,"name":"x","media":1})",
           "{" + digest + R"(,"name":"x","other":1})",
           "{" + digest + R"(,"name":{"$sealed":true}})", "\"x.pdf\"", "null"});
  EXPECT_EQ(wrong(document, "{" + digest + R"(,"name":"x","other":1})"),
            "with.x.other is no part of a document: remove it");
}

TEST(TypeCheck, CiphertextStandsForPersonalValuesOnly) {
  const std::string sealed =
      R"({"$sealed":"1","aad":"a","alg":"XC20P","box":"b","dek":"k","nonce":"n"})";
  for (const Class cls : {Class::personal, Class::sensitive}) {
    for (const Kind kind : {Kind::text, Kind::integer, Kind::date, Kind::document}) {
      accepts(type_of(kind, [&](Type& type) { type.cls = cls; }), {sealed});
    }
    accepts(load_record(cls), {sealed});
  }
  for (const Class cls : {Class::open, Class::internal, Class::token}) {
    refuses(type_of(Kind::text, [&](Type& type) { type.cls = cls; }), {sealed});
    refuses(load_record(cls), {sealed});
  }
  const TypePtr name = type_of(Kind::text, [](Type& type) { type.cls = Class::personal; });
  refuses(name, {R"({"$sealed":true})", R"({"$sealed":"1"})", R"({"$sealed":"withheld"})",
                 R"({"$sealed":"1","alg":"XC20P","box":"b","dek":"k","nonce":1})",
                 R"({"$sealed":"1","alg":"XC20P","box":"b","dek":"k","nonce":"n","x":"y"})"});
  EXPECT_TRUE(is_sealed(parse_json(sealed).value()));
  EXPECT_TRUE(is_sealed(parse_json(R"({"$sealed":true})").value()));
  EXPECT_FALSE(is_sealed(parse_json(R"({"sealed":"1"})").value()));
  EXPECT_FALSE(is_sealed(Value{"$sealed"}));
}

TEST(DocumentsFromNames, ReachEveryDepth) {
  const TypePtr files = type_of(Kind::record, [](Type& type) {
    type.members = {
        {"all", type_of(Kind::list, [](Type& list) { list.element = type_of(Kind::document); })},
        {"name", type_of(Kind::text)}};
  });
  const Value written =
      parse_json(R"({"all":["a.pdf",{"sha256":"x"}],"name":"n","other":1})").value();
  const Value read = documents_from_names(*files, written);
  const Value& all = *read.find("all");
  EXPECT_EQ((*all.as_list())[0].text_at("name"), "a.pdf");
  EXPECT_EQ((*all.as_list())[0].text_at("sha256"), hex(sha256("a.pdf")));
  EXPECT_FALSE(check(*type_of(Kind::document), (*all.as_list())[0], ""));
  EXPECT_EQ((*all.as_list())[1], (*written.find("all")->as_list())[1]);
  EXPECT_EQ(read.text_at("name"), "n");
  EXPECT_EQ(read.int_at("other"), 1);
  EXPECT_EQ(documents_from_names(*files, Value{"text"}), Value{"text"});
}

}  // namespace
}  // namespace bashu::packs
