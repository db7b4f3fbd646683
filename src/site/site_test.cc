#include "site/site.h"

#include <gtest/gtest.h>

#include <set>

#include "network/circle_files.h"
#include "travel/network.h"
#include "travel/test_pack.h"
#include "views/test_journal.h"

namespace bashu::site {
namespace {

using network::read_circle;
using views::test::data;
using views::test::day;
using views::test::Journal;

// Road works whose roads are public, and a register of crews that is not.
std::string public_roads() {
  std::string yaml = views::test::road_works();
  const std::string from = "  road:\n    title: {zh: 道路, en: Roads}\n";
  yaml.replace(yaml.find(from), from.size(), from + "    public: true\n");
  const std::string row = "      row: {type: word, optional: true}\n";
  yaml.replace(
      yaml.find(row), row.size(),
      row +
          "      state: {type: choice, class: public, optional: true, title: {zh: 状态, en: "
          "State}, of: {built: {zh: 已建, en: Built}, begun: {zh: 在建, en: Begun}}}\n");
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
    journal.put("road", "G5", data(R"({"code":"G5","length":30,"state":"begun"})"));
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
                                               .map = travelled(),
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

  // Two counties, a train, and a road whose opening the register `corridor` may tell.
  static std::shared_ptr<const Map> travelled() {
    const std::map<std::string, std::string, std::less<>> files{
        {"timetable.csv", "of\n2026-01-30\n"},
        {"stations.csv", "station,division,lon,lat\nA,510104,104,30\nB,500103,106,30\n"},
        {"calls.csv", "number,station,arrives,departs\nG1,A,,10:00\nG1,B,11:02,\n"},
        {"places.csv",
         "code,name,english,lon,lat,population,core,basis\n510104,锦江区,Jinjiang,104,30,900,yes,\n"
         "500103,渝中区,Yuzhong,106,30,600,,shared\n"},
        {"roads.csv",
         "road,section,a,b,km,speed_kmh,since,plan\nG5,,510104,500103,100,100,,2030-01-01\n"},
        {"buses.csv",
         "line,name,english,station,towards,towards_english,walk_min,last,since,closed,basis\n"
         "B1,一路,First bus,B,山村,Village,5,11:00,2026-02-01,2029-01-01,\n"
         "B2,二路,Second bus,B,河村,Riverside,5,11:30,2026-02-01,,published\n"},
        {"scenarios.csv", "scenario,name,english,line,change,value\nlate,晚,Late,G5,shift,24\n"}};
    auto circle = read_circle([&](std::string_view name) -> std::optional<std::string> {
      const auto it = files.find(name);
      return it == files.end() ? std::nullopt : std::optional{it->second};
    });
    EXPECT_TRUE(circle.notices.empty());
    Map map = **read_map(
        "9\t9\n500103\t渝中区\tYuzhong\t1\t2\tM0 0l1 1z\n"
        "510104\t锦江区\tJinjiang\t5\t6\tM4 4l1 1z\n",
        "map.tsv");
    map.computed = std::make_shared<travel::Computed>(
        std::make_shared<const network::Circle>(std::move(circle.circle)),
        travel::RideFares{
            {*fares::read_tariff(*parse_json(
                R"({"tariff":"fares","version":3,"from":"2026-02-01","groups":{)"
                R"("rail":{"party":"sichuan","table":[["A","B",15400]],"operators":[{"name":"r"}]},)"
                R"("bus":{"party":"sichuan","flat":200,"operators":[{"name":"b"}]}}})"))},
            {{.line = "G1", .tariff = "fares", .group = "rail"},
             {.line = "B1", .tariff = "fares", .group = "bus"}}});
    return std::make_shared<const Map>(std::move(map));
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

TEST_F(SitePages, AMapOfMinutesIsOfADayAndAScenario) {
  const std::string row = ">Yuzhong</a></th><td class=\"num\">600 (assumed)";
  const auto minutes = [&](const std::string& query) {
    const std::string body = get("/en/network/" + query).body;
    const auto at = body.find(row);
    if (at == std::string::npos) return std::string{};
    const auto begin = body.find("num\">", at + row.size()) + 5;
    return body.substr(begin, body.find('<', begin) - begin);
  };
  EXPECT_EQ(minutes(""), "72");  // ten minutes at the station, then the train
  EXPECT_EQ(minutes("?as_of=2030-01-01"), "60");
  EXPECT_EQ(minutes("?as_of=2030-01-01&scenario=late"), "72");
  EXPECT_TRUE(has(get("/en/network/?as_of=2030-01-01"), "<path class=\"m3\""));
  EXPECT_TRUE(has(get("/en/network/"), "held to run every day"));
  EXPECT_TRUE(has(get("/zh/network/?from=500103"), "自渝中区出发"));
  for (const char* query : {"?as_of=soon", "?from=510999", "?scenario=none"}) {
    EXPECT_EQ(get(std::string{"/en/network/"} + query).status, 404) << query;
  }
}

// The road of the map opens when both sides say so, and not because its plan has come.
TEST_F(SitePages, WhatARoadHasOpenedFollowsTheRecord) {
  Journal journal;
  journal.today("2026-01-05");
  journal.adopt(travel::test::kTransport);
  const auto put = [&](const char* fields, std::vector<std::string> sided, const char* side) {
    journal.add(core::RecordPut{.reg = "transport/corridor",
                                .key = "G5",
                                .keeper = side,
                                .side = side,
                                .fields = data(fields),
                                .sided = std::move(sided),
                                .on = journal.today(),
                                .id = {},
                                .sides = {"chongqing", "sichuan"}});
  };
  const auto read = [&](const std::string& target) {
    views_ = views::test::in_memory(journal.steps());
    Site site{{.views = [this] { return views_; },
               .published = published_,
               .article = article_,
               .map = travelled(),
               .today = [] { return day("2031-03-01"); },
               .proof = {}}};
    http::Request request;
    request.target = target;
    return site.answer(request).body;
  };
  const auto best = [&](const char* as_of) {
    const std::string body = read(std::string{"/en/network/data.csv?as_of="} + as_of);
    return body.substr(body.find("Yuzhong,600,") + 12, 2);
  };
  EXPECT_EQ(best("2031-03-01"), "60");  // as planned: nothing is on record
  put(R"({"code":"G5","crosses":true})", {}, "sichuan");
  EXPECT_EQ(best("2031-03-01"), "72");
  put(R"({"opened_on":"2026-01-01"})", {"opened_on"}, "sichuan");
  EXPECT_EQ(best("2031-03-01"), "72");
  put(R"({"opened_on":"2026-02-01"})", {"opened_on"}, "chongqing");
  EXPECT_EQ(best("2026-01-31"), "72");
  EXPECT_EQ(best("2026-02-01"), "60");
  // The map of lines says the same, as its table and its files do,
  const auto line = [&](const char* as_of) {
    const std::string body = read(std::string{"/en/map/lines/?as_of="} + as_of);
    EXPECT_NE(body.find("points=\"5,6 1,2\""), std::string::npos);
    const std::size_t way = body.find("class=\"way ");
    return way == std::string::npos ? "" : body.substr(way + 11, 4);
  };
  EXPECT_EQ(line("2026-01-31"), "plan");
  EXPECT_EQ(line("2026-02-01"), "open");
  EXPECT_NE(read("/en/map/lines/?as_of=2026-01-31").find("0 of 1 lines"), std::string::npos);
  EXPECT_NE(read("/en/map/lines/data.csv?as_of=2026-02-01")
                .find("G5,G5,open,\"chongqing: open, Sichuan: open\",2026-02-01"),
            std::string::npos);
  // by each half, of one status or of all,
  put(R"({"trial_on":"2025-11-01"})", {"trial_on"}, "chongqing");
  put(R"({"closed_on":"2027-01-01"})", {"closed_on"}, "sichuan");
  EXPECT_NE(
      read("/en/map/lines/data.csv?as_of=2026-01-01").find("\"chongqing: trial, Sichuan: open\""),
      std::string::npos);
  EXPECT_EQ(best("2026-12-31"), "60");
  EXPECT_EQ(best("2027-01-01"), "72");
  EXPECT_NE(read("/en/map/lines/data.csv?as_of=2027-01-01&status=closed").find("G5,G5,closed"),
            std::string::npos);
  EXPECT_EQ(read("/en/map/lines/data.csv?as_of=2027-01-01&status=open").find("G5,G5"),
            std::string::npos);
  EXPECT_NE(read("/zh/map/lines/?as_of=2027-01-01").find("已停运：1"), std::string::npos);
  EXPECT_EQ(read("/en/map/lines/?status=shut").find("data.csv"), std::string::npos);
  // and it leads back to the record.
  EXPECT_NE(read("/en/network/").find("\"/en/registers/transport/corridor/records/G5/\""),
            std::string::npos);
}

// A fare is told with whose tariff it is; before there is one, nothing is said to be free or cheap.
TEST_F(SitePages, AJourneyTellsWhatItCostsAndByWhoseTariff) {
  const auto page = get("/en/network/journey/?from=510104&to=500103&as_of=2026-03-01");
  EXPECT_TRUE(has(page,
                  "<td>G1</td><td>154.00 yuan <span class=\"quiet\">tariff fares, version 3 "
                  "(Sichuan)</span></td>"));
  EXPECT_TRUE(has(page, "<h3>Cheapest: 09:50 to 11:02: 72 minutes, 0 changes</h3>"));
  EXPECT_TRUE(has(page, "<p>Fare: 154.00 yuan</p>"));
  EXPECT_TRUE(has(get("/zh/network/journey/?to=500103"), "154.00元"));
  const auto before = get("/en/network/journey/?from=510104&to=500103&as_of=2026-01-31");
  EXPECT_TRUE(has(before, "<td>G1</td><td>no tariff known</td>"));
  EXPECT_TRUE(has(before, "<p>Fare: no tariff known</p>"));
  EXPECT_FALSE(has(before, "Cheapest"));
}

// The train comes at 11:02, and it takes the change and five minutes to get to the bus.
TEST_F(SitePages, LastConnectionsMissedAreToldWithTheirTrains) {
  const auto page = get("/en/network/missed/?as_of=2026-03-01");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "<th scope=\"row\">B1 First bus</th><td>B</td><td>Village</td><td>11:00"));
  EXPECT_TRUE(
      has(page, "<td class=\"num\">1</td><td class=\"num\">1</td><td>assumed</td><td>2.00 yuan "));
  EXPECT_TRUE(has(
      page, "<td class=\"num\">1</td><td class=\"num\">0</td><td></td><td>no tariff known</td>"));
  EXPECT_TRUE(has(page, "<th scope=\"row\">G1</th><td>B</td><td>11:02</td>"));
  EXPECT_TRUE(has(get("/zh/network/missed/"), "B2 二路</th><td>B</td><td>河村</td>"));
  EXPECT_TRUE(has(get("/zh/network/missed/"), texts::text("zh", "site.trains_too_late")));
  const auto csv = get("/en/network/missed/data.csv?as_of=2026-03-01");
  EXPECT_TRUE(has(csv, "B1 First bus,B,Village,11:00,assumed,2.00,1,G1,B,11:02,"));
  EXPECT_TRUE(has(csv, "B2 Second bus,B,Riverside,11:30,,,1,,,,"));
  EXPECT_FALSE(has(get("/en/network/missed/?as_of=2029-01-01"), "B1 First bus"));
  const auto before = get("/en/network/missed/?as_of=2026-01-31");
  EXPECT_TRUE(has(before, texts::text("en", "network.no_feeder")));
  EXPECT_FALSE(has(before, "<table>"));
  EXPECT_EQ(get("/en/network/missed/?as_of=soon").status, 404);
  EXPECT_EQ(get("/en/network/missed/data.txt").status, 404);
  for (const char* from : {"/en/network/?as_of=2026-03-01", "/en/map/lines/?as_of=2026-03-01"}) {
    EXPECT_TRUE(has(get(from), "\"/en/network/missed/?as_of=2026-03-01\"")) << from;
  }
}

TEST_F(SitePages, TwoPlacesGiveTheJourneyTheDayAndTheRoad) {
  const auto page = get("/en/network/journey/?from=510104&to=500103&as_of=2030-01-01");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "09:50 to 11:02: 72 minutes, 0 changes"));
  EXPECT_TRUE(
      has(page,
          "<td class=\"num\">10</td><td>10:00</td><td>A</td><td>11:02</td><td>B</td><td>G1</td>"));
  EXPECT_TRUE(has(page, "best 72 minutes, by 1 of 1 journeys; median 72, worst 72"));
  EXPECT_TRUE(has(page, "By road alone: 60 minutes, 100 km."));
  EXPECT_FALSE(has(get("/en/network/journey/?as_of=2026-03-01&to=500103"), "By road alone"));
  EXPECT_TRUE(has(get("/zh/network/journey/?from=500103&to=510104"),
                  "<p>" + texts::text("zh", "network.no_way") + "</p>"));
  const auto line = get("/en/network/journey/data.geojson?from=510104&to=500103&as_of=2030-01-01");
  EXPECT_EQ(line.header("Content-Type"), "application/geo+json");
  EXPECT_TRUE(has(line, R"("departs":"09:50","arrives":"11:02","minutes":72,"changes":0)"));
  EXPECT_TRUE(has(get("/en/network/journey/data.csv?to=500103"), "09:50,11:02,72"));
  for (const char* query : {"?to=5", "?departs=25:99", "?from=5", "?scenario=none"}) {
    EXPECT_EQ(get(std::string{"/en/network/journey/"} + query).status, 404) << query;
  }
  // So is the region, of which one pair is beyond the hour until the road is there.
  const auto region = get("/en/network/region/?as_of=2029-12-31");
  EXPECT_TRUE(has(region, "<td class=\"num\">1500</td>"));
  EXPECT_TRUE(has(region,
                  "<th scope=\"row\">pairs of counties beyond the limit</th><td "
                  "class=\"num\">1</td><td class=\"num\">1</td>"));
  EXPECT_TRUE(has(get("/en/network/region/?as_of=2030-01-01"),
                  "beyond the limit</th><td class=\"num\">1</td><td class=\"num\">0</td>"));
  EXPECT_TRUE(has(get("/zh/network/region/data.csv?as_of=2029-12-31"),
                  "500103,渝中区,510104,锦江区,1500,"));
  EXPECT_EQ(get("/en/network/region/?within=61").status, 404);
  EXPECT_EQ(get("/en/network/region/?within=x").status, 404);
  // The map of minutes leads there, by a click and by the table.
  const auto minutes = get("/en/network/");
  const std::string to = "/en/network/journey/?as_of=2026-03-01&amp;to=500103\" rel=\"nofollow\"";
  EXPECT_TRUE(has(minutes, to + " tabindex=\"-1\" aria-label=\"Yuzhong"));
  EXPECT_TRUE(has(minutes, to + ">Yuzhong</a>"));
}

TEST_F(SitePages, MinutesAreFilesToo) {
  const auto points = get("/en/network/data.geojson?as_of=2030-01-01");
  EXPECT_EQ(points.header("Content-Type"), "application/geo+json");
  EXPECT_TRUE(has(points, R"("best_min":60,"median_min":60)"));
  EXPECT_TRUE(has(get("/en/network/data.csv"), "500103,Yuzhong,600,72,"));
  EXPECT_EQ(get("/en/network/data.txt").status, 404);
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
  // How many there are of each state, drawn and as a table.
  const auto all = get("/en/registers/road-works/road/");
  EXPECT_TRUE(has(all, "By: State"));
  EXPECT_TRUE(has(all, "1 March 2026: 2 records; most often Begun (1)."));
  EXPECT_TRUE(has(all, "<text x=\"0\" y=\"16\">Begun: 1</text>"));
  EXPECT_TRUE(has(all, "<th scope=\"row\">not said</th><td class=\"num\">1</td>"));
  EXPECT_FALSE(has(get("/en/registers/road-works/road/?q=G93"), "By: State"));
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
