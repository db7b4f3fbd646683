// Papers as they are drawn, read by programs that are not ours; what makes them provable; their
// codes and what is said of them.

#include <gtest/gtest.h>
#include <sodium.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <set>

#include "base/json.h"
#include "evidence/checkpoint.h"
#include "evidence/signing.h"
#include "node/files.h"
#include "papers/codes.h"
#include "papers/draw.h"
#include "papers/evidence.h"
#include "papers/standing.h"
#include "views/test_journal.h"

namespace bashu::papers {
namespace {

namespace fs = std::filesystem;
using views::test::data;
using views::test::day;

constexpr std::string_view kOrigin = "sichuan.example/bashu/1";

struct Keys {
  std::string open = std::string(crypto_sign_PUBLICKEYBYTES, '\0');
  std::string secret = std::string(crypto_sign_SECRETKEYBYTES, '\0');
  explicit Keys(char seed) {
    EXPECT_GE(::sodium_init(), 0);
    const std::string bytes(crypto_sign_SEEDBYTES, seed);
    ::crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(open.data()),
                               reinterpret_cast<unsigned char*>(secret.data()),
                               reinterpret_cast<const unsigned char*>(bytes.data()));
  }
};

class PapersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::temp_directory_path() / ("bashu-papers-" + std::to_string(::getpid()));
    fs::remove_all(dir_);
    fs::create_directories(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }

  // What a program of the machine writes to its output.
  static std::string said_by(const std::string& command) {
    std::string said;
    FILE* pipe = ::popen(command.c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    char buffer[4'096];
    while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) {
      said.append(buffer, size);
    }
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return said;
  }
  [[nodiscard]] std::string kept(std::string_view bytes) const {
    const fs::path file = dir_ / "paper.pdf";
    EXPECT_TRUE(node::write_file(file, bytes));
    return file.string();
  }

  fs::path dir_;
};

Sheet permission() {
  return {.language = "zh",
          .title = "准予迁入证明",
          .issuer = "重庆市",
          .number = "渝2026-000123",
          .text = "兹准予某某由四川省迁入重庆市：渝中区解放碑𠮷祥街一号。",
          .warning = "",
          .groups = {{.title = "迁移信息", .rows = {{"姓名", "某某"}, {"理由", "工作调动"}}}},
          .foot = {{"签发日期", "2026-03-02"}, {"办件编号", "chongqing-12"}},
          .link = "https://chongqing.example/check/7K2M9QXA7K2M9QXA7K2M9QXA",
          .code = "7K2M-9QXA-7K2M-9QXA-7K2M-9QXA",
          .how = "扫描二维码，或在网站输入编码核验。",
          .remark = "合成数据。",
          .printed = day("2026-03-02")};
}

TEST_F(PapersTest, OtherProgramsReadTextAndSquare) {
  const auto pdf = drawn(permission());
  ASSERT_TRUE(pdf) << pdf.error().what;
  const std::string file = kept(*pdf);
  const std::string text = said_by("pdftotext -raw " + file + " -");
  for (const char* word : {"准予迁入证明", "重庆市", "某某", "𠮷祥街", "7K2M-9QXA", "2026-03-02"}) {
    EXPECT_NE(text.find(word), std::string::npos) << word << "\n" << text;
  }
  said_by("pdftoppm -r 150 -png " + file + " " + (dir_ / "page").string());
  EXPECT_EQ(said_by("zbarimg -q --raw " + (dir_ / "page-1.png").string() + " 2>/dev/null"),
            permission().link + "\n");
}

TEST_F(PapersTest, TheSameSheetGivesTheSameBytes) {
  EXPECT_EQ(*drawn(permission()), *drawn(permission()));
}

TEST_F(PapersTest, ALongPaperGoesOnOverThePageAndLosesNothing) {
  Sheet sheet = permission();
  std::string names;
  for (int i = 1; i <= 900; ++i) names += "第" + std::to_string(i) + "人、";
  sheet.groups.front().rows.emplace_back("名单", names);
  for (int i = 0; i < 60; ++i) sheet.groups.front().rows.emplace_back("项", std::to_string(i));
  const auto pdf = drawn(sheet);
  ASSERT_TRUE(pdf) << pdf.error().what;
  const std::string text = said_by("pdftotext -raw " + kept(*pdf) + " - | tr -d '\\n\\f'");
  for (int i = 1; i <= 900; ++i) {
    EXPECT_NE(text.find("第" + std::to_string(i) + "人"), std::string::npos) << i;
  }
  EXPECT_NE(text.find("7K2M-9QXA"), std::string::npos);
}

TEST_F(PapersTest, WhatIsAttachedIsReadAgainAlsoByOthers) {
  const auto pdf =
      with_files(*drawn(permission()), {{"paper.json", "{}"}, {"entry.txt", "x"}}, "zh");
  ASSERT_TRUE(pdf) << pdf.error().what;
  const Files expected{{"paper.json", "{}"}, {"entry.txt", "x"}};
  EXPECT_EQ(*files_of(*pdf), expected);
  const std::string listed = said_by("pdfdetach -list " + kept(*pdf));
  EXPECT_NE(listed.find("2 embedded files"), std::string::npos) << listed;
  EXPECT_FALSE(files_of("no PDF"));
  EXPECT_FALSE(files_of(pdf->substr(0, pdf->size() / 2)));
}

TEST_F(PapersTest, OneByteChangedOrAddedIsFound) {
  const Keys ours{'a'}, other{'b'};
  const std::string pdf = *with_files(*drawn(permission()), {{"paper.json", "{}"}}, "zh");
  const std::string good = signed_paper(pdf, kOrigin, ours.secret);
  const std::vector<std::string> keys{ours.open};
  const auto code = [&](const std::string& file) {
    const auto opened = open_paper(file, kOrigin, keys);
    return opened ? std::string{"good"} : opened.error().code;
  };
  ASSERT_EQ(code(good), "good");
  EXPECT_EQ(*open_paper(good, kOrigin, keys), pdf);
  std::string changed = good;
  changed[pdf.size() / 2] = static_cast<char>(changed[pdf.size() / 2] ^ 1);
  EXPECT_EQ(code(changed), "paper-changed");
  EXPECT_EQ(code(good + "1 0 obj\n"), "paper-unsigned");
  EXPECT_EQ(code(pdf), "paper-unsigned");
  EXPECT_EQ(code(signed_paper(pdf, kOrigin, other.secret)), "note-unsigned");
  EXPECT_EQ(code(signed_paper(pdf, "chongqing.example/bashu/1", ours.secret)), "note-unsigned");
  // A reader that is not ours opens it as it did before.
  EXPECT_NE(said_by("pdftotext -raw " + kept(good) + " -").find("重庆市"), std::string::npos);
}

TEST_F(PapersTest, ACodeIsReadHoweverItIsWritten) {
  const Codes codes{dir_ / "papers.key"};
  const std::string code = codes.of(7, "sichuan-1", "permit");
  EXPECT_EQ(code.size(), 24U);
  EXPECT_EQ(opened_at(code), 7U);
  EXPECT_EQ(spelled(grouped(code)), code);
  EXPECT_EQ(spelled("oil0-7k2m 9qxa7k2m9qxa7k2m"),
            "0110"
            "7K2M9QXA7K2M9QXA7K2M");
  EXPECT_FALSE(spelled(""));
  EXPECT_FALSE(spelled(code.substr(1)));
  EXPECT_FALSE(spelled(code + "0"));
  EXPECT_FALSE(spelled("U" + code.substr(1)));
  EXPECT_FALSE(spelled(std::string(1'000'000, '0')));
  // The same after a restart; another node gives another.
  EXPECT_EQ(Codes{dir_ / "papers.key"}.of(7, "sichuan-1", "permit"), code);
  EXPECT_NE(Codes{dir_ / "other.key"}.of(7, "sichuan-1", "permit"), code);
  std::set<std::string> all{code, codes.of(8, "sichuan-1", "permit"),
                            codes.of(7, "sichuan-2", "permit"), codes.of(7, "sichuan-1", "other")};
  EXPECT_EQ(all.size(), 4U);
}

// Jobs with a paper that ends, one that is withdrawn, and a receipt.
std::string with_papers() {
  std::string yaml = views::test::road_works();
  const std::string from = "  job:\n";
  const std::size_t at = yaml.find(from, yaml.find("services:"));
  yaml.insert(
      at + from.size(),
      "    prints:\n"
      "      receipt: {title: {zh: 回执, en: Receipt}, text: {zh: '{case}', en: '{case}'}}\n"
      "      permit: {title: {zh: 许可, en: Permit}, after: [working], void_in: [done], "
      "until: due, text: {zh: '{person}', en: '{person}'}}\n");
  return yaml;
}

class PaperStanding : public PapersTest {
 protected:
  void SetUp() override {
    PapersTest::SetUp();
    codes_.emplace(dir_ / "papers.key");
    journal_.today("2026-01-05");
    journal_.adopt(with_papers());
    const Value job = data(R"({"number":7,"amount":500,"due":"2026-06-30","person":"t:somebody"})");
    const core::Parties parties{{"asker", "sichuan"}, {"doer", "chongqing"}};
    opened_ = journal_.entry([&] {
      journal_.open("sichuan-1", "job", job, "open", parties);
      journal_.open("sichuan-2", "job", job, "open", parties);
    });
    begun_ = journal_.step("sichuan-2", "begin", data("{}"), "working", "2026-01-10");
  }
  std::optional<Paper> found(const std::string& id, const std::string& paper,
                             std::string_view today) {
    const auto views = views::test::in_memory(journal_.steps());
    auto held = find(*views, *codes_, codes_->of(opened_, id, paper), day(today));
    EXPECT_TRUE(held);
    return *held;
  }

  views::test::Journal journal_;
  std::uint64_t opened_ = 0, begun_ = 0;
  std::optional<Codes> codes_;
};

TEST_F(PaperStanding, ACodeLeadsToItsPaperAmongAllOfItsEntry) {
  const auto permit = found("sichuan-2", "permit", "2026-02-01");
  ASSERT_TRUE(permit);
  EXPECT_EQ(permit->row.id, "sichuan-2");
  EXPECT_EQ(permit->standing, Standing::valid);
  EXPECT_EQ(permit->since, day("2026-01-10"));
  EXPECT_EQ(permit->entry, begun_);
  const auto receipt = found("sichuan-1", "receipt", "2026-02-01");
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->entry, opened_);
  EXPECT_EQ(receipt->number, "sichuan-1");
}

TEST_F(PaperStanding, APaperEndsWithItsDayOrItsState) {
  EXPECT_EQ(found("sichuan-2", "permit", "2026-06-30")->standing, Standing::valid);
  EXPECT_EQ(found("sichuan-2", "permit", "2026-07-01")->standing, Standing::expired);
  journal_.step("sichuan-2", "finish", data("{}"), "done", "2026-02-01");
  EXPECT_EQ(found("sichuan-2", "permit", "2026-02-02")->standing, Standing::withdrawn);
}

TEST_F(PaperStanding, WhatWasNeverPrintedIsNotFound) {
  EXPECT_FALSE(found("sichuan-1", "permit", "2026-02-01"));  // not permitted yet
  EXPECT_FALSE(found("sichuan-3", "permit", "2026-02-01"));
  EXPECT_FALSE(found("sichuan-2", "other", "2026-02-01"));
  const auto views = views::test::in_memory(journal_.steps());
  EXPECT_FALSE(*find(*views, *codes_, std::string(24, 'Z'), day("2026-02-01")));
}

}  // namespace
}  // namespace bashu::papers
