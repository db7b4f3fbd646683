// Rows, targets and state of an import; the command itself is tested on nodes in tests/circle.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "main/import_rows.h"
#include "main/import_state.h"
#include "main/import_targets.h"
#include "main/lines_seen.h"
#include "packs/load.h"
#include "site/sheet.h"

namespace bashu::cli {

namespace {

class ImportFiles : public ::testing::Test {
 protected:
  ImportFiles()
      : dir_{std::filesystem::temp_directory_path() / ("import-" + std::to_string(::getpid()))} {
    std::filesystem::create_directories(dir_);
  }
  ~ImportFiles() override { std::filesystem::remove_all(dir_); }

  std::vector<Row> read(const std::string& content, RowFormat format) {
    const auto file = dir_ / "rows";
    std::ofstream{file, std::ios::binary} << content;
    return read_file(file, format);
  }
  static std::vector<Row> read_file(const std::filesystem::path& file, RowFormat format,
                                    const std::string& sheet = {}) {
    auto reader = RowReader::open(file, format, sheet);
    std::vector<Row> rows;
    while (reader) {
      auto row = reader->next();
      if (!row || !*row) break;
      rows.push_back(std::move(**row));
    }
    return rows;
  }
  std::filesystem::path dir_;
};

constexpr const char* kPack = R"(
bashu: 1
pack: sample
version: 1
title: {zh: 样例, en: Sample}
types:
  line: {type: text, min: 1, max: 20, class: public, title: {zh: 名称, en: Name}}
  yuan: {type: money, unit: CNY, scale: 2, min: 0, class: public, title: {zh: 金额, en: Amount}}
  mark: {type: bool, class: public, title: {zh: 是否, en: Whether}}
  kind: {type: choice, class: public, title: {zh: 类别, en: Kind}, of: {a: {zh: 甲, en: First}, b: {zh: 乙, en: Second}}}
registers:
  thing:
    title: {zh: 物, en: Things}
    kept: shared
    key: [name]
    fields: {name: line, amount: yuan, seen: {type: date, class: public, sided: true, optional: true, title: {zh: 日期, en: Seen}}}
  both: {title: {zh: 同名, en: Both}, kept: shared, key: [name], fields: {name: line}}
books:
  cash: {title: {zh: 账, en: Cash}, type: yuan, accounts: {source: {floor: none}, held: {key: [name]}}}
services:
  note:
    title: {zh: 记, en: Note}
    parties: {one: {office: all}, two: {office: all}}
    fields: {name: line}
    start: {owner: one, by: office, form: [name], to: done}
    states: {done: {title: {zh: 完, en: Done}, final: true}}
feeds:
  things:
    title: {zh: 登记物, en: Record things}
    by: office
    fields: {name: line, amount: yuan, good: {type: mark, optional: true}, kind: {type: kind, optional: true}, also: {type: list, of: line, class: public, optional: true, title: {zh: 其他, en: Also}}}
    key: [name]
    do: {put: thing, key: =line.name, fields: {name: =line.name, amount: =line.amount}}
  paid:
    title: {zh: 付款, en: Paid}
    by: office
    fields: {name: line, amount: yuan}
    key: [name]
    do: {move: =line.amount, from: cash.source, to: cash.held(line.name)}
  looked:
    title: {zh: 查, en: Looked}
    by: office
    fields: {name: line}
    key: [name]
    do: {put: both, key: "=thing[line.name].name", fields: {name: =line.name}}
  both: {title: {zh: 同名, en: Both}, by: office, fields: {name: line}, key: [name], do: {put: both, key: =line.name, fields: {name: =line.name}}}
scenarios:
  - title: {zh: 一例, en: one}
    today: 2026-01-05
    steps:
      - {at: sichuan, as: office, feed: things, lines: [{name: x, amount: 1}]}
)";

Targets sample_targets() {
  return Targets{[](const std::string& name) -> std::expected<packs::PackPtr, Why> {
    if (name == "sample") {
      const packs::Loaded loaded = packs::load(kPack);
      for (const Finding& finding : loaded.findings) {
        if (!finding.note) ADD_FAILURE() << finding.path << ": " << finding.text;
      }
      return loaded.pack;
    }
    return std::unexpected{Why{.code = "unknown_pack", .where = "to", .text = {}}};
  }};
}

Row row_of(Value::Record fields) {
  std::vector<std::string> heading;
  for (const auto& [name, value] : fields) heading.push_back(name);
  return {.line = 1,
          .text = {},
          .fields = std::move(fields),
          .wrong = {},
          .heading = std::make_shared<const std::vector<std::string>>(std::move(heading))};
}

TEST_F(ImportFiles, TwoColumnsOfOneHeadingAreRefusedOnEveryPath) {
  Targets targets = sample_targets();
  const Target* thing = targets.find("sample/registers/thing").value();
  const auto why = [&](const std::string& heading) {
    const auto rows = read(heading + "\nroad,1,2\n", RowFormat::csv);
    EXPECT_EQ(rows.size(), 1U);
    if (rows[0].wrong) return in_language(*rows[0].wrong, "en");
    const auto fields = thing->understand(rows[0], RowFormat::csv);
    return fields ? std::string{} : in_language(fields.error().front().text, "en");
  };
  EXPECT_EQ(why("name,amount,amount"), "Two columns have the heading `amount`");
  EXPECT_EQ(why("name,amount,金额"), "Two columns are the field amount: `amount` and `金额`");
  EXPECT_EQ(why("name,Amount,金额"), "Two columns are the field amount: `Amount` and `金额`");
  EXPECT_EQ(why("name,amount,seen"),
            "a day is expected, year first: 2026-03-31, 2026/3/31 or 2026年3月31日, not `2`");
  // Also where the second cell of a row is empty.
  const auto rows = read("name,amount,金额\nroad,1,\n", RowFormat::csv);
  EXPECT_FALSE(thing->understand(rows.at(0), RowFormat::csv));
}

TEST_F(ImportFiles, AQuoteThatIsNeverClosedNamesItsLine) {
  const auto rows = read("name,amount\nroad,1\n\"bridge,2\ntunnel,3\n", RowFormat::csv);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].line, 3U);
  EXPECT_EQ(in_language(*rows[1].wrong, "en"), "The quote that begins in line 3 is never closed");
}

TEST_F(ImportFiles, LinesMayEndWithCarriageReturnsAlone) {
  std::string content = "name,amount\r";
  for (int i = 0; i < 50'000; ++i) content += "road,1\r";
  const auto rows = read(content, RowFormat::csv);
  ASSERT_EQ(rows.size(), 50'000U);
  EXPECT_EQ(rows.back().line, 50'001U);
  EXPECT_FALSE(rows.back().wrong);

  // A cell of several lines has LF in such a file.
  const auto cells = read("name,note\rroad,\"one\ntwo\"\rrail,three\r", RowFormat::csv);
  ASSERT_EQ(cells.size(), 2U);
  EXPECT_EQ(cells[0].fields.at("note"), Value{"one\ntwo"});
  EXPECT_EQ(cells[1].fields.at("name"), Value{"rail"});
  const auto objects = read("{\"a\":\"\\\"\"}\r{\"a\":\"x\"}\r", RowFormat::ndjson);
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[1].fields.at("a"), Value{"x"});
}

// What a workbook's parts say; `sheet` is the rows of its first sheet.
struct Parts {
  std::string sheet;
  std::string more;  // rows of a second one
  std::string properties = "<workbookPr/>";
};

void write_workbook(const std::filesystem::path& file, const Parts& parts) {
  const auto sheet = [](const std::string& rows) {
    return "<x:worksheet xmlns:x='urn:x'><x:sheetData>" + rows + "</x:sheetData></x:worksheet>";
  };
  const std::vector<std::pair<std::string, std::string>> all{
      {"xl/workbook.xml", "<workbook>" + parts.properties +
                              "<sheets><sheet name='列表' r:id='r1'/><sheet name='说明' r:id='r2'/>"
                              "<sheet name='字典' state='hidden' r:id='r3'/></sheets></workbook>"},
      {"xl/_rels/workbook.xml.rels",
       "<Relationships><Relationship Id='r1' Type='a/worksheet' Target='worksheets/s1.xml'/>"
       "<Relationship Id='r2' Type='a/worksheet' Target='/xl/worksheets/s2.xml'/>"
       "<Relationship Id='r3' Type='a/worksheet' Target='worksheets/s3.xml'/>"
       "<Relationship Id='r4' Type='a/sharedStrings' Target='sharedStrings.xml'/></Relationships>"},
      {"xl/sharedStrings.xml",
       "<sst><si><t>name</t></si><si><r><t>br</t></r><r><t>idge</t></r><rPh><t>qiao</t></rPh></si>"
       "</sst>"},
      {"xl/worksheets/s1.xml", sheet(parts.sheet)},
      {"xl/worksheets/s2.xml", sheet(parts.more)},
      {"xl/worksheets/s3.xml", sheet("<row r='1'><c r='A1' t='str'><v>x</v></c></row>")}};
  std::filesystem::remove(file);
  zip_t* zip = zip_open(file.c_str(), ZIP_CREATE, nullptr);
  ASSERT_NE(zip, nullptr);
  for (const auto& [name, content] : all) {
    zip_source_t* source = zip_source_buffer(zip, content.data(), content.size(), 0);
    ASSERT_GE(zip_file_add(zip, name.c_str(), source, 0), 0);
  }
  ASSERT_EQ(zip_close(zip), 0);
}

constexpr const char* kHeading =
    "<row r='2'><c r='A2' t='s'><v>0</v></c><c r='B2' t='str'><v>金额</v></c>"
    "<c r='C2' t='inlineStr'><is><t>seen</t></is></c></row>";

TEST_F(ImportFiles, CellsOfAWorkbookAreReadByTheTypeOfTheirField) {
  const auto file = dir_ / "list.xlsx";
  write_workbook(file, {.sheet = std::string{kHeading} +
                                 "<row r='3'><c r='A3' t='s'><v>1</v></c>"
                                 "<c r='B3'><f>1+1</f><v>0.30000000000000004</v></c>"
                                 "<c r='C3' s='4'><v>46083</v></c></row>"
                                 "<row r='5'><c r='C5' t='d'><v>2026-03-02</v></c></row>",
                        .more = {}});
  const auto rows = read_file(file, RowFormat::xlsx);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].line, 3U);
  EXPECT_EQ(rows[0].fields.at("name"), Value{"bridge"});
  Targets targets = sample_targets();
  const auto fields =
      targets.find("sample/registers/thing").value()->understand(rows[0], RowFormat::xlsx);
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->at("amount"), Value{30});
  EXPECT_EQ(fields->at("seen"), Value{"2026-03-02"});
  EXPECT_EQ(rows[1].line, 5U);
  EXPECT_EQ(rows[1].fields, (Value::Record{{"seen", "2026-03-02"}}));
}

TEST_F(ImportFiles, AWorkbookToDownloadIsReadAgain) {
  const auto file = dir_ / "down.xlsx";
  const auto bytes = site::xlsx({.name = "roads",
                                 .columns = {{"name"}, {"金额", 2}},
                                 .rows = {{std::string{"=1+1"}, std::int64_t{123'456}},
                                          {std::string{"a <b> & 路"}, std::monostate{}}}});
  ASSERT_TRUE(bytes);
  std::ofstream{file, std::ios::binary} << *bytes;
  const auto rows = read_file(file, RowFormat::xlsx);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].fields, (Value::Record{{"name", "=1+1"}, {"金额", "1234.56"}}));
  EXPECT_EQ(rows[1].fields, (Value::Record{{"name", "a <b> & 路"}}));
}

TEST_F(ImportFiles, ACellNobodyCanReadIsAFaultOfItsRow) {
  const auto file = dir_ / "list.xlsx";
  write_workbook(
      file, {.sheet = std::string{kHeading} + "<row r='3'><c r='A3' t='e'><v>#N/A</v></c></row>"
                                              "<row r='4'><c r='A4'><f>B2</f></c></row>"
                                              "<row r='5'><c r='A5' t='s'><v>7</v></c></row>"
                                              "<row r='6'><c r='E6' t='b'><v>1</v></c></row>",
             .more = {}});
  const auto rows = read_file(file, RowFormat::xlsx);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(in_language(rows[0].wrong.value(), "en"), "Cell A3 holds an error, #N/A");
  EXPECT_TRUE(in_language(rows[1].wrong.value(), "en").starts_with("Cell A4 holds a formula"));
  EXPECT_TRUE(in_language(rows[2].wrong.value(), "en").starts_with("Cell A5 cannot be read"));
  EXPECT_EQ(in_language(rows[3].wrong.value(), "en"), "The row has 5 cells, the heading 3");
}

TEST_F(ImportFiles, WhatAWorkbookLeavesOpenIsAsked) {
  const auto file = dir_ / "list.xlsx";
  const auto why = [&](const std::string& sheet) {
    const auto reader = RowReader::open(file, RowFormat::xlsx, sheet);
    return reader ? std::string{} : in_language(reader.error(), "en");
  };
  write_workbook(file, {.sheet = kHeading, .more = kHeading});
  EXPECT_EQ(why(""), "Several sheets hold something: name one by --sheet, of 列表, 说明, 字典");
  EXPECT_EQ(why("说明"), "");
  EXPECT_EQ(why("x"), "There is no sheet `x`; the workbook has 列表, 说明, 字典");
  write_workbook(file, {.sheet = kHeading, .more = {}, .properties = "<workbookPr date1904='1'/>"});
  EXPECT_EQ(why(""), "The workbook counts days from 1904; save it with days from 1900, or as CSV");
  write_workbook(file, {.sheet = "<row r='1'>", .more = {}});
  EXPECT_TRUE(why("").starts_with("The workbook is damaged"));
  std::ofstream{file} << "name,amount\n";
  EXPECT_TRUE(why("").starts_with("This is no XLSX workbook"));
}

}  // namespace

TEST_F(ImportFiles, ALineOfJsonIsARowAndGarbageSaysWhyItIsNone) {
  const auto rows =
      read("\xEF\xBB\xBF{\"a\":1}\r\n\n[1]\n{\"a\":1.5}\n{\"a\":\n\xFF\xFE\nnull\n{\"b\":2}",
           RowFormat::ndjson);
  ASSERT_EQ(rows.size(), 7u);
  EXPECT_FALSE(rows[0].wrong);
  EXPECT_EQ(rows[0].line, 1u);
  for (const std::size_t i : {1u, 2u, 3u, 4u, 5u}) {
    EXPECT_TRUE(rows[i].wrong) << i;
    EXPECT_EQ(rows[i].line, i + 2) << "blank lines are counted";
    EXPECT_TRUE(is_json_text(rows[i].text));
  }
  EXPECT_FALSE(rows[6].wrong) << "a last line without an end";
}

TEST_F(ImportFiles, ALineWithoutEndIsBounded) {
  const auto rows =
      read("{\"a\":\"" + std::string(kRowMax * 3, 'x') + "\"}\n{\"b\":2}\n", RowFormat::ndjson);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_TRUE(rows[0].wrong);
  EXPECT_LE(rows[0].text.size(), 1'000u);
  EXPECT_FALSE(rows[1].wrong);
  EXPECT_EQ(rows[1].line, 2u);
}

TEST_F(ImportFiles, CsvIsReadAsTheStandardSaysIt) {
  const auto rows =
      read("name,amount,note\r\n\"a, b\",1.50,\"said \"\"so\"\"\r\nand more\"\r\nc,,\"\"\r\n",
           RowFormat::csv);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].line, 2u);
  EXPECT_EQ(rows[0].fields.at("name"), Value{"a, b"});
  EXPECT_EQ(rows[0].fields.at("note"), Value{"said \"so\"\nand more"});
  EXPECT_EQ(rows[1].line, 4u);
  EXPECT_FALSE(rows[1].fields.contains("amount")) << "empty and not quoted: absent";
  EXPECT_EQ(rows[1].fields.at("note"), Value{""});
}

TEST_F(ImportFiles, ABadRowOfCsvDoesNotSpoilTheNext) {
  const auto rows = read("a,b\n1,2,3\nx\"y,2\n1,2\n", RowFormat::csv);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_TRUE(rows[0].wrong);
  EXPECT_TRUE(rows[1].wrong);
  EXPECT_EQ(rows[1].line, 3u);
  EXPECT_FALSE(rows[2].wrong);
  EXPECT_EQ(rows[2].fields.at("b"), Value{"2"});
}

TEST_F(ImportFiles, AQuoteNeverClosedIsBounded) {
  std::string text = "a,b\n\"open,2\n";
  for (int i = 0; i < 60'000; ++i) text += "1,2 and more\n";
  const auto rows = read(text, RowFormat::csv);
  ASSERT_FALSE(rows.empty());
  EXPECT_TRUE(rows[0].wrong);
  EXPECT_EQ(rows[0].line, 2u);
  EXPECT_FALSE(rows.back().wrong) << "rows beyond the bound are read again";
}

RC_GTEST_FIXTURE_PROP(ImportFiles, NoFileOfAnyBytesIsMoreThanRefusedRows,
                      (const std::string& bytes)) {
  const auto format = *rc::gen::element(RowFormat::csv, RowFormat::ndjson, RowFormat::xlsx);
  for (const Row& row : read(bytes, format)) {
    RC_ASSERT(row.line > 0u);
    RC_ASSERT(is_json_text(row.text));
    if (!row.wrong) RC_ASSERT(is_json_text(canonical_json(row.fields)));
  }
}

TEST(ImportTargets, ATargetIsFoundByItsNameIfOnlyOneThingHasIt) {
  Targets targets = sample_targets();
  ASSERT_TRUE(targets.find("sample/things"));
  EXPECT_EQ((*targets.find("sample/things"))->path(), "/packs/sample/feeds/things");
  EXPECT_EQ((*targets.find("sample/thing"))->path(), "/packs/sample/registers/thing/records");
  EXPECT_EQ((*targets.find("sample/registers/both"))->reg != nullptr, true);
  for (const char* wrong : {"sample/both", "sample/none", "other/things", "things", "", "/",
                            "sample/", "sample/books/cash", "a/b/c/d"}) {
    EXPECT_FALSE(targets.find(wrong)) << wrong;
  }
}

TEST(ImportTargets, CellsAreReadByTheTypeOfTheirField) {
  Targets targets = sample_targets();
  const Target& target = **targets.find("sample/things");
  const auto fields = target.understand(
      row_of(
          {{"名称", "x"}, {"amount", "12.5"}, {"good", "是"}, {"kind", "Second"}, {"also", "p;q"}}),
      RowFormat::csv);
  ASSERT_TRUE(fields);
  EXPECT_EQ(canonical_json(Value{*fields}),
            R"({"also":["p","q"],"amount":1250,"good":true,"kind":"b","name":"x"})");
  for (const char* amount :
       {"1.234", "1,5", "", ".", "-", "1.", "x", "99999999999999999999", "1e3"}) {
    EXPECT_FALSE(target.understand(row_of({{"name", "x"}, {"amount", amount}}), RowFormat::csv))
        << amount;
  }
  EXPECT_FALSE(
      target.understand(row_of({{"name", "x"}, {"amount", "1"}, {"other", "1"}}), RowFormat::csv));
}

TEST(ImportTargets, ARowIsToldAllThatIsWrongWithIt) {
  Targets targets = sample_targets();
  const Target& target = **targets.find("sample/things");
  using Told = std::set<std::string>;
  const auto told = [&](const Row& row, RowFormat format) {
    Told out;
    const auto fields = target.understand(row, format);
    if (fields) return out;
    for (const Why& why : fields.error()) {
      out.insert(why.where + ": " + in_language(why.text, "en"));
    }
    return out;
  };
  EXPECT_EQ(told(row_of({{"amount", "x"}, {"good", "perhaps"}, {"other", "1"}}), RowFormat::csv),
            (Told{"amount: `x` is no number with at most 2 decimals",
                  "good: true or false is expected, not `perhaps`", "name: is missing",
                  "other: There is no such field"}));
  EXPECT_EQ(
      told(row_of({{"good", 1}, {"other", 1}, {"name", "x"}}), RowFormat::ndjson),
      (Told{"amount: is missing", "good: must be true or false", "other: There is no such field"}));
  EXPECT_EQ(told(row_of({{"name", "x"}, {"amount", "99999999999999999999"}}), RowFormat::csv),
            (Told{"amount: must be at most 90071992547409.91 CNY"}));
}

TEST(ImportTargets, ARowOfJsonIsTakenAsItStands) {
  Targets targets = sample_targets();
  const Target& feed = **targets.find("sample/things");
  EXPECT_TRUE(feed.understand(row_of({{"name", "x"}, {"amount", 5}}), RowFormat::ndjson));
  EXPECT_FALSE(feed.understand(row_of({{"name", "x"}}), RowFormat::ndjson)) << "a line is whole";
  EXPECT_FALSE(feed.understand(row_of({{"名称", "x"}, {"amount", 5}}), RowFormat::ndjson));
  const Target& reg = **targets.find("sample/thing");
  EXPECT_TRUE(reg.understand(row_of({{"name", "x"}}), RowFormat::ndjson))
      << "a record may be changed in part";
  EXPECT_TRUE(
      reg.understand(row_of({{"name", "x"}, {"seen", Value::Record{{"sichuan", "2020-01-01"}}}}),
                     RowFormat::ndjson));
  EXPECT_FALSE(reg.understand(row_of({{"name", "x"}, {"seen", "2020-13-01"}}), RowFormat::ndjson));
}

TEST(ImportTargets, ASecondLineOfOneKeyMaySayNothingElse) {
  Targets targets = sample_targets();
  const Target& things = *targets.find("sample/things").value();
  const Value first = Value::Record{{"name", "a/b"}, {"amount", 1}};
  const Value other = Value::Record{{"name", "a/b"}, {"amount", 2}};
  ASSERT_EQ(things.line_key(first), "a%2Fb");
  EXPECT_EQ(targets.find("sample/thing").value()->line_key(first), std::nullopt);
  LinesSeen seen;
  EXPECT_EQ(seen.other("x", "a%2Fb", first, 2), std::nullopt);
  EXPECT_EQ(seen.other("x", "a%2Fb", first, 3), std::nullopt);
  EXPECT_EQ(seen.other("x", "a%2Fb", other, 4), 2U);
  EXPECT_EQ(seen.other("y", "a%2Fb", other, 5), std::nullopt);
}

TEST(ImportTargets, WhatARowWritesIsKnownUnlessTheNodeMustLookItUp) {
  Targets targets = sample_targets();
  const Value row{Value::Record{{"name", "x"}, {"amount", 1}}};
  EXPECT_EQ((*targets.find("sample/things"))->writes(row), std::set<std::string>{"thing/x"});
  EXPECT_EQ((*targets.find("sample/thing"))->writes(row), std::set<std::string>{"x"});
  EXPECT_EQ((*targets.find("sample/paid"))->writes(row), std::set<std::string>{});
  EXPECT_EQ((*targets.find("sample/looked"))->writes(row), std::nullopt);
}

TEST_F(ImportFiles, WhatWasAnsweredIsKnownAgainUpToAHalfWrittenLine) {
  const auto file = dir_ / "rows.import-state";
  const Value::Record about{{"file", "d1"}, {"batch", 2}};
  std::string run;
  {
    auto state = ImportState::open(file, about);
    ASSERT_TRUE(state);
    EXPECT_FALSE(state->taken_up());
    run = state->run();
    BatchDone done{.number = 1,
                   .first = 1,
                   .last = 2,
                   .digest = "x",
                   .taken = 1,
                   .known = 0,
                   .refused = {{.line = 2, .code = "guard", .errors = {}, .title = "no"}},
                   .again = false};
    ASSERT_TRUE(state->add(done));
    done.number = 2;
    ASSERT_TRUE(state->add(done));
  }
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 5);
  auto again = ImportState::open(file, about);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->run(), run);
  ASSERT_TRUE(again->find(1, "x"));
  EXPECT_EQ(again->find(1, "x")->refused.at(0).line, 2u);
  EXPECT_EQ(again->find(1, "y"), nullptr) << "other rows";
  EXPECT_EQ(again->find(2, "x"), nullptr) << "half written";
  auto other = ImportState::open(file, {{"file", "d2"}, {"batch", 2}});
  ASSERT_TRUE(other);
  EXPECT_NE(other->run(), run);
  EXPECT_FALSE(other->taken_up());
}

}  // namespace bashu::cli
