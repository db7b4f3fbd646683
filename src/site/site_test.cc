#include "site/site.h"

#include <gtest/gtest.h>

#include <set>

#include "views/test_journal.h"

namespace bashu::site {
namespace {

using views::test::data;
using views::test::day;
using views::test::Journal;

// Road works whose roads are public, and a register of crews that is not.
std::string public_roads() {
  std::string yaml = views::test::road_works();
  const std::string from = "  road:\n    title: {zh: 道路, en: Roads}\n";
  yaml.replace(yaml.find(from), from.size(), from + "    public: true\n");
  return yaml;
}

Value job(int number, int amount) {
  return Value{Value::Record{{"number", number},
                             {"amount", amount},
                             {"due", "2026-06-30"},
                             {"person", "t:somebody"},
                             {"owner", Value::Record{{"$sealed", "v1:secret"}}}}};
}

class SitePages : public testing::Test {
 protected:
  void SetUp() override {
    Journal journal;
    journal.today("2026-01-05");
    journal.adopt(public_roads());
    journal.put("road", "G5", data(R"({"code":"G5","length":30})"));
    journal.put("road", "G5", data(R"({"opened_on":"2026-01-05"})"), {"opened_on"}, "sichuan");
    journal.put("road", "G93", data(R"({"code":"G93","length":12,"row":"<b>"})"));
    journal.put("crew", "c1", data(R"({"code":"c1","chief":{"$sealed":"v1:secret"}})"));
    journal.open("sichuan-1", "job", job(7, 500), "open",
                 {{"asker", "sichuan"}, {"doer", "chongqing"}});
    journal.step("sichuan-1", "begin", data("{}"), "working", "2026-01-10");
    journal.step("sichuan-1", "finish", data("{}"), "done", "2026-02-01");
    views_ = views::test::in_memory(journal.steps());
    auto published = std::make_shared<figures::Published>();
    published->as_of = day("2026-03-01");
    published->rows.push_back({.id = "F1",
                               .section = "1",
                               .section_title = bilingual("Works", "工程"),
                               .title = bilingual("Jobs done", "完工数"),
                               .figure = "road-works/done_jobs",
                               .as_of = day("2026-03-01"),
                               .period = {},
                               .value = 1});
    published_ = std::move(published);
    article_ = *read_article(
        "circle: {zh: 圈, en: Circle}\n"
        "title: {zh: 概况, en: Overview}\n"
        "parties: {sichuan: {zh: 四川, en: Sichuan}}\n"
        "lead: {zh: \"完工{F1}项。\", en: \"{F1} job is done.\"}\n",
        "overview.yaml");
    site_ = std::make_unique<Site>(Site::Parts{.views = [this] { return views_; },
                                               .published = published_,
                                               .article = article_,
                                               .map = std::make_shared<const Map>(),
                                               .today = [] { return day("2026-03-01"); },
                                               .proof = {}});
  }

  http::Response get(const std::string& target, std::vector<http::Header> headers = {}) {
    http::Request request;
    request.target = target;
    request.headers = std::move(headers);
    return site_->answer(request);
  }
  static bool has(const http::Response& response, std::string_view text) {
    return response.body.find(text) != std::string::npos;
  }

  std::shared_ptr<views::Views> views_;
  std::shared_ptr<const figures::Published> published_;
  std::shared_ptr<const Article> article_;
  std::unique_ptr<Site> site_;
};

TEST_F(SitePages, TheReadersLanguageDecidesWhereToBegin) {
  EXPECT_EQ(get("/", {{"Accept-Language", "zh-CN,zh;q=0.9"}}).header("Location"), "/zh/");
  EXPECT_EQ(get("/", {{"Accept-Language", "fr"}}).header("Location"), "/en/");
}

TEST_F(SitePages, TheOverviewComputesTheNumbersOfItsSentences) {
  const auto page = get("/en/");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "\"/en/figures/road-works/done_jobs/?as_of=2026-03-01\">1</a>"));
  EXPECT_TRUE(has(page, "job is done."));
  EXPECT_TRUE(has(get("/zh/"), "完工"));
  EXPECT_TRUE(has(get("/en/?as_of=2026-01-20"), ">0</a>"));
}

TEST_F(SitePages, AFigureSaysItsValueOnTheDayAskedFor) {
  EXPECT_TRUE(has(get("/en/figures/road-works/done/?as_of=2026-02-01"), "5 yuan"));
  EXPECT_TRUE(has(get("/zh/figures/road-works/done/?as_of=2026-01-31"), "0元"));
  EXPECT_EQ(get("/en/figures/road-works/done/?as_of=soon").status, 404);
  EXPECT_EQ(get("/en/figures/road-works/none/").status, 404);
}

TEST_F(SitePages, OnlyPublicRegistersHavePages) {
  EXPECT_TRUE(has(get("/en/registers/"), "/en/registers/road-works/road/"));
  EXPECT_FALSE(has(get("/en/registers/"), "crew"));
  EXPECT_EQ(get("/en/registers/road-works/crew/").status, 404);
  EXPECT_EQ(get("/en/registers/road-works/crew/data.csv").status, 404);
}

TEST_F(SitePages, AListIsSearchedFilteredAndSorted) {
  EXPECT_TRUE(has(get("/en/registers/road-works/road/?q=G93"), "1 of 2"));
  EXPECT_TRUE(has(get("/en/registers/road-works/road/?length=30"), "1 of 2"));
  const std::string up = get("/en/registers/road-works/road/?sort=length").body;
  EXPECT_LT(up.find(">G93<"), up.find(">G5<"));
  const std::string down = get("/en/registers/road-works/road/?sort=-length").body;
  EXPECT_LT(down.find(">G5<"), down.find(">G93<"));
}

TEST_F(SitePages, ARecordShowsWhatEachSideSaysAndHowItCameAbout) {
  const auto page = get("/en/registers/road-works/road/records/G5/");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "Sichuan</span> 2026-01-05"));
  EXPECT_TRUE(has(page, "/en/journal/"));
}

TEST_F(SitePages, TextOfARecordIsNeverMarkup) {
  const auto page = get("/en/registers/road-works/road/records/G93/");
  EXPECT_FALSE(has(page, "<b>"));
  EXPECT_TRUE(has(page, "&lt;b&gt;"));
  EXPECT_FALSE(has(get("/en/registers/road-works/road/?q=%22%3E%3Cb%3E"), "<b>"));
}

TEST_F(SitePages, NoPersonalValueStandsOnAnyPageReachedByLinks) {
  std::vector<Target> open{{.language = "en"}};
  const Sources from{.views = views_,
                     .at = views_->entries() - 1,
                     .published = published_,
                     .article = article_,
                     .map = std::make_shared<const Map>(),
                     .packs = packs_of(*views_),
                     .today = day("2026-03-01"),
                     .edition = day("2026-03-01"),
                     .proof = {}};
  std::set<Target> seen{open.front()};
  while (!open.empty()) {
    const Target target = open.back();
    open.pop_back();
    const auto page = fixed_page(from, target);
    ASSERT_TRUE(page) << page.error().what;
    ASSERT_TRUE(*page) << address_of(target);
    EXPECT_EQ((*page)->answer.body.find("secret"), std::string::npos) << address_of(target);
    EXPECT_EQ((*page)->answer.body.find("t:somebody"), std::string::npos) << address_of(target);
    for (const Target& link : (*page)->links) {
      if (seen.insert(link).second) open.push_back(link);
    }
  }
  EXPECT_GT(seen.size(), 30U);
}

TEST_F(SitePages, WithoutCodesNoPaperIsChecked) {
  EXPECT_EQ(get("/en/check/").status, 404);
  EXPECT_FALSE(has(get("/en/"), "/en/check/"));
  EXPECT_EQ(get("/check/7K2M", {{"Accept-Language", "zh"}}).header("Location"), "/zh/check/7K2M");
}

TEST_F(SitePages, WhatTheReaderHasIsNotSentAgain) {
  const auto page = get("/en/figures/");
  const std::string tag{page.header("ETag")};
  ASSERT_FALSE(tag.empty());
  const auto again = get("/en/figures/", {{"If-None-Match", tag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
}

TEST_F(SitePages, NothingIsWrittenThroughTheSite) {
  http::Request request;
  request.method = "POST";
  request.target = "/en/";
  EXPECT_EQ(site_->answer(request).status, 405);
}

}  // namespace
}  // namespace bashu::site
