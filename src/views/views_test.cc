// Tables: what they hold, at any position.
#include "views/views.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "views/read/open_disputes.h"
#include "views/test_journal.h"

namespace bashu::views::test {

namespace {

constexpr const char* kSealed =
    R"({"$sealed":"1","aad":"job/owner","alg":"XC20P","box":"AAAA","dek":"sichuan-k1","nonce":"BBBB"})";

Value job(int number, int amount, std::string_view due = "2026-06-30",
          std::string_view person = "t:p1") {
  return Value::Record{{"number", number},
                       {"amount", amount},
                       {"due", due},
                       {"person", person},
                       {"owner", data(kSealed)}};
}
const core::Parties kBoth{{"asker", "sichuan"}, {"doer", "chongqing"}};
const core::Parties kOurs{{"asker", "sichuan"}, {"doer", "sichuan"}};

class TempDir {
 public:
  TempDir() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("views-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    std::filesystem::create_directories(path_);
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::vector<std::string> ids(const Listed<CaseRow>& listed) {
  std::vector<std::string> list;
  for (const CaseRow& row : listed.rows) list.push_back(row.id);
  return list;
}

std::set<std::string> columns_of(Views& views, std::string_view table) {
  const auto names = views.read({}, [&](Session& session) {
    std::set<std::string> list;
    Statement& query = session.db.prepared(
        "SELECT c.name FROM view_column c JOIN view_table t ON t.id = c.table_id "
        "WHERE t.table_name = ?");
    query.bind(0, table);
    while (query.step()) list.emplace(query.text(0));
    // They are there: a question that names them is answered.
    for (const std::string& name : list) {
      Statement& asked =
          session.db.prepared("SELECT count(" + sql::quoted(name) + ") FROM " + sql::quoted(table));
      EXPECT_TRUE(asked.step()) << name;
      asked.reset();
    }
    return list;
  });
  EXPECT_TRUE(names);
  return names.value_or(std::set<std::string>{});
}

// Of `pack/service` or `pack/register`; empty if there is none.
std::string table_of(Views& views, std::string_view thing) {
  const auto name = views.read({}, [&](Session& session) -> std::string {
    Statement& query =
        session.db.prepared("SELECT table_name FROM view_table WHERE pack || '/' || name = ?");
    std::string found = query.bind(0, thing).step() ? std::string{query.text(0)} : std::string{};
    query.reset();
    return found;
  });
  EXPECT_TRUE(name);
  return name.value_or("");
}

using Texts = std::vector<std::string>;

}  // namespace

// Each over SQLite and over a real PostgreSQL.
class Tables : public OverBoth {};
BASHU_OVER_BOTH(Tables);
class Cases : public OverBoth {};
BASHU_OVER_BOTH(Cases);
class Records : public OverBoth {};
BASHU_OVER_BOTH(Records);
class Accounts : public OverBoth {};
BASHU_OVER_BOTH(Accounts);
class Tasks : public OverBoth {};
BASHU_OVER_BOTH(Tasks);
class Messages : public OverBoth {};
BASHU_OVER_BOTH(Messages);
class Disputes : public OverBoth {};
BASHU_OVER_BOTH(Disputes);
class Privacy : public OverBoth {};
BASHU_OVER_BOTH(Privacy);
class Positions : public OverBoth {};
BASHU_OVER_BOTH(Positions);
class Reads : public OverBoth {};
BASHU_OVER_BOTH(Reads);

TEST_P(Tables, AreNamedAfterTheirPackAndThing) {
  TempDir dir;
  Journal journal;
  journal.adopt(road_works());
  auto views = Views::open(over({.path = dir.file("v.db"), .own = "sichuan"}));
  ASSERT_TRUE(views);
  feed(**views, journal.steps());
  EXPECT_EQ(table_of(**views, "road-works/job"), "road_works_job");
  EXPECT_EQ(table_of(**views, "road-works/plan"), "road_works_plan");
  EXPECT_EQ(table_of(**views, "road-works/nothing"), "");
  const auto columns = columns_of(**views, "road_works_job");
  EXPECT_TRUE(columns.contains("amount"));
  EXPECT_TRUE(columns.contains("party_doer"));
  EXPECT_TRUE(columns.contains("state_2")) << "a field called like a fixed column gives way";
  EXPECT_FALSE(columns.contains("colour"));
}

TEST_P(Tables, NamesThatMeetAreKeptApart) {
  const auto pack = [](const std::string& name, const std::string& reg) {
    return "bashu: 1\npack: " + name + "\nversion: 1\ntitle: {en: T}\nregisters:\n  " + reg +
           ":\n    title: {en: R}\n    kept: own\n    key: [code]\n    fields: {code: {type: text, "
           "class: public, title: {en: Code}}}\nscenarios:\n  - title: {en: S}\n    today: "
           "\"2026-01-05\"\n"
           "    steps: [{advance: \"2026-01-06\"}]\n";
  };
  Journal journal;
  journal.adopt(pack("a-b", "c"));
  journal.adopt(pack("a", "b_c"));
  journal.adopt(pack("case", "step"));
  const std::string longest(40, 'x');
  journal.adopt(pack(longest, longest));
  const auto views = in_memory(journal.steps());
  EXPECT_EQ(table_of(*views, "a-b/c"), "a_b_c");
  EXPECT_EQ(table_of(*views, "a/b_c"), "a_b_c_2");
  EXPECT_EQ(table_of(*views, "case/step"), "case_step_2");
  EXPECT_LE(table_of(*views, longest + "/" + longest).size(), 60U);
}

TEST_P(Tables, ALaterVersionOfAPackAddsColumnsAndKeepsItsRowsInOneTable) {
  TempDir dir;
  Journal journal;
  journal.adopt(road_works(1));
  journal.open("sichuan-1", "job", job(1, 100), "open", kBoth);
  journal.adopt(road_works(2));
  Value coloured = job(2, 5000);
  (*coloured.as_record())["colour"] = "red";
  journal.open("sichuan-2", "job", coloured, "open", kBoth);
  auto views = Views::open(over({.path = dir.file("v.db"), .own = "sichuan"}));
  ASSERT_TRUE(views);
  feed(**views, journal.steps());
  EXPECT_TRUE(columns_of(**views, "road_works_job").contains("colour"));
  EXPECT_EQ(ids(*(*views)->list_cases({.pack = "road-works", .service = "job"})),
            (Texts{"sichuan-2", "sichuan-1"}));
  EXPECT_EQ(ids(*(*views)->list_cases({.equal = {{"colour", "red"}}})), (Texts{"sichuan-2"}));
  EXPECT_NE((*(*views)->case_at("sichuan-1"))->pack, (*(*views)->case_at("sichuan-2"))->pack);
}

TEST_P(Cases, ReadAsTheyStoodAtAnyPosition) {
  Journal journal;
  journal.adopt(road_works());
  const auto opened = journal.open("sichuan-1", "job", job(7, 100), "open", kBoth);
  journal.today("2026-01-08");
  const auto begun =
      journal.step("sichuan-1", "begin", data(R"({"remark":"wet ground"})"), "working");
  const auto amended = journal.step("sichuan-1", "amend", data(R"({"amount":250})"));
  const auto views = in_memory(journal.steps());

  EXPECT_FALSE(*views->case_at("sichuan-1", opened - 1));
  const CaseRow first = **views->case_at("sichuan-1", opened);
  EXPECT_EQ(first.state, "open");
  EXPECT_EQ(first.version, 1);
  EXPECT_EQ(first.parties, kBoth);
  EXPECT_EQ(first.opened_by, "key:clerk");
  EXPECT_EQ(first.data, job(7, 100));
  EXPECT_EQ(first.position, opened);
  const CaseRow second = **views->case_at("sichuan-1", begun);
  EXPECT_EQ(second.state, "working");
  EXPECT_EQ(second.since, day("2026-01-08"));
  EXPECT_EQ(second.data.text_at("remark"), "wet ground");
  EXPECT_EQ(second.data.int_at("amount"), 100);
  const CaseRow now = **views->case_at("sichuan-1");
  EXPECT_EQ(now.data.int_at("amount"), 250);
  EXPECT_EQ(now.version, 3);
  EXPECT_EQ(now.reached, (std::vector<core::Visit>{{"open", day("2026-01-05")},
                                                   {"working", day("2026-01-08")}}));
  EXPECT_EQ(*views->positions("sichuan-1"), (std::vector<std::uint64_t>{opened, begun, amended}));
  EXPECT_EQ(*views->positions("sichuan-1", begun), (std::vector<std::uint64_t>{opened, begun}));
  EXPECT_FALSE(*views->case_at("sichuan-2"));
}

TEST_P(Cases, HistoryTellsEveryStepUpToAPosition) {
  Journal journal;
  journal.adopt(road_works());
  journal.open("sichuan-1", "job", job(7, 100), "open", kBoth);
  const auto begun = journal.step("sichuan-1", "begin", data(R"({"remark":"r"})"), "working");
  journal.step("sichuan-1", "finish", data(R"({"amount":90})"), "done");
  const auto views = in_memory(journal.steps());
  const auto all = *views->history("sichuan-1");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].event, "begin");
  EXPECT_EQ(all[1].from, "open");
  EXPECT_EQ(all[1].to, "working");
  EXPECT_EQ(all[1].position, begun);
  EXPECT_EQ(all[2].input, data(R"({"amount":90})"));
  EXPECT_EQ(views->history("sichuan-1", begun)->size(), 2U);
}

TEST_P(Cases, SeveralStepsOfOneEntryAreOneRow) {
  Journal journal;
  journal.adopt(road_works());
  const auto position = journal.entry([&] {
    journal.open("sichuan-1", "job", job(1, 100), "open", kBoth);
    journal.step("sichuan-1", "begin", data("{}"), "working");
  });
  const auto views = in_memory(journal.steps());
  EXPECT_EQ((*views->case_at("sichuan-1"))->version, 2);
  EXPECT_EQ(*views->positions("sichuan-1"), (std::vector<std::uint64_t>{position}));
  EXPECT_EQ(views->history("sichuan-1")->size(), 2U);
}

TEST_P(Cases, ListsFilterPageAndLookBack) {
  Journal journal;
  journal.adopt(road_works());
  std::vector<std::uint64_t> opened;
  for (int i = 1; i <= 7; ++i) {
    opened.push_back(journal.open(core::CaseId{"sichuan-" + std::to_string(i)}, "job",
                                  job(i, 100 * i), "open", i % 2 ? kBoth : kOurs));
  }
  const auto before = journal.last();
  journal.step("sichuan-3", "begin", data(R"({"remark":"a 50% slope"})"), "working");
  journal.step("sichuan-1", "drop", data("{}"), "dropped");
  const auto views = in_memory(journal.steps());

  EXPECT_EQ(ids(*views->list_cases({.state = "open"})),
            (Texts{"sichuan-7", "sichuan-6", "sichuan-5", "sichuan-4", "sichuan-2"}));
  EXPECT_EQ(views->list_cases({.state = "open"}, before)->rows.size(), 7U);
  EXPECT_EQ(views->list_cases({.state = "working"}, before)->rows.size(), 0U);
  EXPECT_EQ(views->list_cases({}, opened[2])->rows.size(), 3U);
  EXPECT_EQ(views->list_cases({.pack = "other"})->rows.size(), 0U);
  EXPECT_EQ(ids(*views->list_cases({.party = "chongqing"})),
            (Texts{"sichuan-7", "sichuan-5", "sichuan-3", "sichuan-1"}));
  EXPECT_EQ(views->list_cases({.party = "sichuan", .plays = "doer"})->rows.size(), 3U);
  EXPECT_EQ(views->list_cases({.party = "sichuan", .plays = "nobody"})->rows.size(), 0U);
  EXPECT_EQ(ids(*views->list_cases({.equal = {{"amount", 400}}})), (Texts{"sichuan-4"}));
  EXPECT_EQ(views->list_cases({.equal = {{"amount", "400"}}})->rows.size(), 0U);
  EXPECT_EQ(views->list_cases({.equal = {{"nothing", 1}}})->rows.size(), 0U);
  EXPECT_EQ(ids(*views->list_cases({.text = "50%"})), (Texts{"sichuan-3"}));
  EXPECT_EQ(views->list_cases({.text = "5_%"})->rows.size(), 0U) << "wildcards are text";
  EXPECT_EQ(ids(*views->list_cases({.changed_since = before})), (Texts{"sichuan-3", "sichuan-1"}));

  Texts paged;
  CaseFilter filter{.page = {.after = {}, .limit = 3}};
  do {
    const auto page = *views->list_cases(filter);
    for (const CaseRow& row : page.rows) paged.push_back(row.id);
    filter.page.after = page.next;
  } while (!filter.page.after.empty());
  EXPECT_EQ(paged, (Texts{"sichuan-7", "sichuan-6", "sichuan-5", "sichuan-4", "sichuan-3",
                          "sichuan-2", "sichuan-1"}));
  paged.clear();
  filter = {.changed_since = 0, .page = {.after = {}, .limit = 2}};
  do {
    const auto page = *views->list_cases(filter);
    for (const CaseRow& row : page.rows) paged.push_back(row.id);
    filter.page.after = page.next;
  } while (!filter.page.after.empty());
  EXPECT_EQ(paged, (Texts{"sichuan-2", "sichuan-4", "sichuan-5", "sichuan-6", "sichuan-7",
                          "sichuan-3", "sichuan-1"}));
}

TEST_P(Cases, AnUnknownPackOrCaseIsPassedOver) {
  Journal journal;
  journal.adopt(road_works());
  journal.add(core::CaseOpened{.id = "x-1", .pack = "sha256:none", .service = "job"});
  journal.step("x-1", "begin", data("{}"), "working");
  journal.step("x-2", "begin", data("{}"), "working");
  const auto views = in_memory(journal.steps());
  EXPECT_EQ(views->entries(), journal.steps().size());
  EXPECT_FALSE(*views->case_at("x-1"));
}

TEST_P(Records, KeepEverySideAndEveryVersion) {
  Journal journal;
  journal.adopt(road_works());
  const auto made = journal.put("road", "G5", data(R"({"code":"G5","length":30})"));
  journal.put("road", "G5", data(R"({"opened_on":"2026-01-05"})"), {"opened_on"});
  journal.today("2026-02-01");
  journal.put("road", "G5", data(R"({"opened_on":"2026-02-01"})"), {"opened_on"}, "chongqing");
  journal.put("road", "G93", data(R"({"code":"G93","length":12,"row":"x"})"));
  const auto views = in_memory(journal.steps());
  const auto first = *views->records({.reg = "road-works/road"}, made);
  ASSERT_EQ(first.rows.size(), 1U);
  EXPECT_EQ(first.rows[0].fields, data(R"({"code":"G5","key":"G5","length":30})"));
  const auto now = *views->records({.reg = "road-works/road"});
  ASSERT_EQ(now.rows.size(), 2U);
  EXPECT_EQ(now.rows[0].version, 3);
  EXPECT_EQ(*now.rows[0].fields.find("opened_on"),
            data(R"({"chongqing":"2026-02-01","sichuan":"2026-01-05"})"));
  EXPECT_EQ(now.rows[1].fields.text_at("row"), "x");
  EXPECT_EQ(views->records({.reg = "road-works/road", .prefix = "G9"})->rows.size(), 1U);
  EXPECT_EQ(views->records({.reg = "road-works/road", .key = "G5"})->rows.size(), 1U);
  const auto page = *views->records({.reg = "road-works/road", .page = {.after = {}, .limit = 1}});
  ASSERT_EQ(page.rows.size(), 1U);
  const auto rest =
      *views->records({.reg = "road-works/road", .page = {.after = page.next, .limit = 1}});
  ASSERT_EQ(rest.rows.size(), 1U);
  EXPECT_EQ(rest.rows[0].key, "G93");
  EXPECT_EQ(rest.next, "");
}

TEST_P(Records, EditionsAreReadOnADayAndAtAPosition) {
  Journal journal;
  journal.adopt(road_works());
  const auto entry = [](int number, int planned) {
    return std::pair{
        std::to_string(number),
        Value{Value::Record{{"number", number}, {"kind", "bridge"}, {"planned", planned}}}};
  };
  const auto first = journal.publish("plan", "2026", 1, {entry(1, 100), entry(2, 200)});
  journal.today("2026-03-01");
  journal.publish("plan", "2026", 2, {entry(2, 250), entry(3, 300)});
  journal.publish("plan", "south", 1, {entry(9, 900)}, "chongqing");
  const auto views = in_memory(journal.steps());
  const auto keys = [&](std::optional<Date> as_of, At at) {
    Texts list;
    const auto listed = *views->records({.reg = "road-works/plan", .as_of = as_of}, at);
    for (const RecordRow& row : listed.rows) {
      list.push_back(row.key + "=" + std::to_string(row.fields.int_at("planned")) + "/" +
                     std::to_string(row.number));
    }
    return list;
  };
  EXPECT_EQ(keys(std::nullopt, {}), (Texts{"2=250/2", "3=300/2", "9=900/1"}));
  EXPECT_EQ(keys(day("2026-02-28"), {}), (Texts{"1=100/1", "2=200/1"}));
  EXPECT_EQ(keys(day("2025-12-31"), {}), Texts{});
  EXPECT_EQ(keys(day("2026-03-01"), first), (Texts{"1=100/1", "2=200/1"}))
      << "what was known then knew no second edition";
  const auto editions = *views->editions("road-works/plan");
  ASSERT_EQ(editions.size(), 3U);
  EXPECT_EQ(editions[1].number, 2);
  EXPECT_EQ(editions[1].entries, 2);
  EXPECT_EQ(editions[2].keeper, "chongqing");
}

TEST_P(Accounts, BalancesOnADayAndAtAPosition) {
  Journal journal;
  journal.adopt(road_works());
  const auto first = journal.move("world", "spent:sichuan/1", 500, "2026-01-10");
  journal.move("world", "spent:chongqing/1", 70, "2026-01-20");
  journal.move("spent:sichuan/1", "world", 100, "2026-02-10");
  const auto late = journal.move("world", "spent:sichuan/1", 9, "2026-01-11", "sichuan-1");
  const auto views = in_memory(journal.steps());
  const auto balance = [&](std::string_view text, std::optional<Date> as_of, At at) {
    const core::Account wanted = account(text);
    const auto listed =
        *views->accounts({.book = wanted.book, .kind = wanted.kind, .as_of = as_of}, at);
    for (const AccountRow& row : listed.rows) {
      if (row.account == wanted) return row.balance;
    }
    return std::int64_t{-1};
  };
  EXPECT_EQ(balance("spent:sichuan/1", std::nullopt, {}), 409);
  EXPECT_EQ(balance("spent:sichuan/1", std::nullopt, first), 500);
  EXPECT_EQ(balance("spent:sichuan/1", day("2026-01-31"), {}), 509);
  EXPECT_EQ(balance("spent:sichuan/1", day("2026-01-31"), late - 1), 500);
  EXPECT_EQ(balance("spent:chongqing/1", std::nullopt, first), -1) << "not an account yet";
  EXPECT_EQ(balance("world", std::nullopt, {}), -479);
  EXPECT_EQ(views->accounts({.book = "road-works/money"})->rows.size(), 3U);
  EXPECT_EQ(views->accounts({.book = "road-works/money", .prefix = "sichuan/"})->rows.size(), 1U);
  Texts paged;
  AccountFilter filter{.book = "road-works/money", .page = {.after = {}, .limit = 1}};
  do {
    const auto page = *views->accounts(filter);
    for (const AccountRow& row : page.rows)
      paged.push_back(row.account.kind + ":" + row.account.key);
    filter.page.after = page.next;
  } while (!filter.page.after.empty());
  EXPECT_EQ(paged, (Texts{"spent:chongqing/1", "spent:sichuan/1", "world:"}));

  const auto page = *views->postings(account("spent:sichuan/1"), {}, {.after = {}, .limit = 2});
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[1].on, day("2026-01-11"));
  EXPECT_EQ(page.rows[1].position, late);
  EXPECT_EQ(page.rows[1].id, "sichuan-1");
  EXPECT_EQ(page.rows[1].counter, account("world"));
  const auto rest =
      *views->postings(account("spent:sichuan/1"), {}, {.after = page.next, .limit = 2});
  ASSERT_EQ(rest.rows.size(), 1U);
  EXPECT_EQ(rest.rows[0].amount, -100);

  // The statement of each month begins where the one before ended.
  const auto months = *views->months(account("spent:sichuan/1"));
  ASSERT_EQ(months.size(), 2U);
  EXPECT_EQ(months[0].month, "2026-01");
  EXPECT_EQ(months[0].into, 509);
  EXPECT_EQ(months[0].postings, 2);
  EXPECT_EQ(months[1].opening, 509);
  EXPECT_EQ(months[1].out_of, -100);
  EXPECT_EQ(months[1].closing, 409);
  EXPECT_EQ(views->months(account("spent:sichuan/1"), first)->size(), 1U);
  EXPECT_TRUE(views->months(account("spent:nobody"))->empty());
  const auto of_february = *views->postings(account("spent:sichuan/1"), "2026-02", {});
  ASSERT_EQ(of_february.rows.size(), 1U);
  EXPECT_EQ(of_february.rows[0].amount, -100);
}

TEST_P(Accounts, AFeedPostsAndPutsItsLines) {
  Journal journal;
  journal.adopt(road_works());
  core::FeedTaken feed{.feed = "road-works/bills", .lines = {}};
  for (int i = 0; i < 3; ++i) {
    feed.lines.push_back({.key = std::to_string(i),
                          .postings = {{.id = {},
                                        .from = account("world"),
                                        .to = account("spent:sichuan/1"),
                                        .amount = 10,
                                        .on = day("2026-01-05")}},
                          .records = {{.reg = "road-works/road",
                                       .key = "G" + std::to_string(i),
                                       .keeper = "sichuan",
                                       .side = "sichuan",
                                       .fields = data(R"({"code":"G","length":1})"),
                                       .sided = {},
                                       .on = day("2026-01-05"),
                                       .id = {},
                                       .sides = {}}}});
  }
  journal.add(feed);
  const auto views = in_memory(journal.steps());
  EXPECT_EQ(views->postings(account("spent:sichuan/1"), {}, {})->rows.size(), 3U);
  EXPECT_EQ(views->records({.reg = "road-works/road"})->rows.size(), 3U);
}

TEST_P(Accounts, PostingsAreInTheOrderOfTheirDaysThenAsTheyCame) {
  Journal journal;
  journal.adopt(road_works());
  const auto line = [](std::string key, const std::string& to, std::int64_t amount,
                       const char* on) {
    return core::FeedLine{.key = std::move(key),
                          .postings = {{.id = {},
                                        .from = account("world"),
                                        .to = account(to),
                                        .amount = amount,
                                        .on = day(on)}},
                          .records = {}};
  };
  // Accounts and days by turns, the later entry with the earlier days.
  const std::string one = "spent:sichuan/1", other = "spent:chongqing/1";
  journal.add(
      core::FeedTaken{.feed = "road-works/bills",
                      .lines = {line("a", one, 1, "2026-02-03"), line("b", other, 2, "2026-02-03"),
                                line("c", one, 3, "2026-01-20"), line("d", one, 4, "2026-02-03"),
                                line("e", other, 5, "2026-01-20")}});
  journal.add(
      core::FeedTaken{.feed = "road-works/bills",
                      .lines = {line("f", one, 6, "2026-01-19"), line("g", other, 7, "2026-02-03"),
                                line("h", one, 8, "2026-02-03")}});
  const auto views = in_memory(journal.steps());
  const auto posted = [&](const std::string& to) {
    std::vector<std::pair<std::string, std::int64_t>> rows;
    const auto listed = *views->postings(account(to), {}, {});
    for (const PostingRow& row : listed.rows) {
      rows.emplace_back(row.on.text(), row.amount);
    }
    return rows;
  };
  using Rows = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(posted(one), (Rows{{"2026-01-19", 6},
                               {"2026-01-20", 3},
                               {"2026-02-03", 1},
                               {"2026-02-03", 4},
                               {"2026-02-03", 8}}));
  EXPECT_EQ(posted(other), (Rows{{"2026-01-20", 5}, {"2026-02-03", 2}, {"2026-02-03", 7}}));
}

TEST_P(Tasks, OpenAndAllAtAnyPosition) {
  Journal journal;
  const auto raise = [&](std::int64_t number, std::vector<std::string> roles) {
    return journal.add(core::TaskRaised{.number = number,
                                        .kind = core::TaskKind::work,
                                        .id = "c",
                                        .roles = std::move(roles),
                                        .title = {{"en", "Look"}},
                                        .detail = "d",
                                        .on = day("2026-01-05")});
  };
  raise(1, {"office"});
  const auto two = raise(2, {"chief", "office"});
  const auto closed = journal.add(core::TaskClosed{.number = 1});
  raise(3, {"chief"});
  const auto views = in_memory(journal.steps());
  const auto numbers = [&](const TaskFilter& filter, At at) {
    std::vector<std::int64_t> list;
    const auto listed = *views->tasks(filter, at);
    for (const TaskRow& row : listed.rows) list.push_back(row.number);
    return list;
  };
  using Numbers = std::vector<std::int64_t>;
  EXPECT_EQ(numbers({}, {}), (Numbers{2, 3}));
  EXPECT_EQ(numbers({.open = false}, {}), (Numbers{1, 2, 3}));
  EXPECT_EQ(numbers({}, two), (Numbers{1, 2}));
  EXPECT_EQ(numbers({.roles = {"chief"}}, {}), (Numbers{2, 3}));
  EXPECT_EQ(numbers({.roles = {"nobody"}}, {}), Numbers{});
  const auto all = *views->tasks({.open = false, .page = {.after = {}, .limit = 2}});
  EXPECT_EQ(all.rows[0].closed, At{closed});
  EXPECT_EQ(all.rows[0].title.at("en"), "Look");
  EXPECT_EQ(views->tasks({.open = false, .page = {.after = all.next, .limit = 2}})->rows.size(),
            1U);
  EXPECT_FALSE(views->tasks({.open = false}, two)->rows[0].closed);
}

TEST_P(Messages, TellWhatWasSentTakenAnsweredAndHeld) {
  Journal journal;
  const auto sent = journal.add(
      core::MessageQueued{.to = "chongqing", .seq = 1, .kind = "case.event", .stream = "c"});
  const auto acked = journal.add(
      core::MessageAcked{.to = "chongqing", .seq = 1, .outcome = "applied", .reason = {}});
  const auto held = journal.entry([&] {
    journal.add(core::MessageTaken{.from = "chongqing",
                                   .seq = 5,
                                   .id = "abcd",
                                   .kind = "case.start",
                                   .stream = "c",
                                   .outcome = "held",
                                   .reason = "unknown_pack"});
    journal.add(core::MessageHeld{.from = "chongqing",
                                  .seq = 5,
                                  .kind = "case.start",
                                  .stream = "c",
                                  .pack = {},
                                  .reason = "unknown_pack",
                                  .body = {}});
  });
  journal.add(
      core::MessageResolved{.from = "chongqing", .seq = 5, .outcome = "applied", .reason = {}});
  const auto views = in_memory(journal.steps());
  const auto at_first = *views->messages({}, sent);
  ASSERT_EQ(at_first.rows.size(), 1U);
  EXPECT_EQ(at_first.rows[0].outcome, "");
  const auto ours = *views->messages({.sent = true});
  EXPECT_EQ(ours.rows[0].outcome, "applied");
  EXPECT_EQ(ours.rows[0].answered, At{acked});
  EXPECT_EQ(views->messages({.open = true}, held)->rows.size(), 1U);
  EXPECT_EQ(views->messages({.sent = false}, held)->rows[0].outcome, "held");
  EXPECT_EQ(views->messages({.sent = false}, held)->rows[0].message_id, "abcd");
  EXPECT_EQ(views->messages({.sent = false})->rows[0].outcome, "applied");
  EXPECT_EQ(views->messages({.open = true})->rows.size(), 0U);
  const auto page = *views->messages({.stream = "c", .page = {.after = {}, .limit = 1}});
  EXPECT_FALSE(page.rows[0].sent);
  EXPECT_TRUE(
      views->messages({.stream = "c", .page = {.after = page.next, .limit = 1}})->rows[0].sent);
}

TEST_P(Disputes, AreToldWithTheirSignatures) {
  Journal journal;
  journal.adopt(road_works());
  journal.open("sichuan-1", "job", job(1, 1), "open", kBoth);
  const auto raised = journal.add(core::CaseDisputed{.id = "sichuan-1",
                                                     .by = "chongqing",
                                                     .reason = "chain",
                                                     .detail = "d",
                                                     .content = "sha256:x"});
  journal.add(core::SettlementSigned{
      .id = "sichuan-1", .by = "sichuan", .content = "sha256:x", .note = "n"});
  const auto ended = journal.entry([&] {
    journal.add(core::SettlementSigned{
        .id = "sichuan-1", .by = "chongqing", .content = "sha256:x", .note = "m"});
    journal.add(core::DisputeEnded{.id = "sichuan-1"});
  });
  const auto views = in_memory(journal.steps());
  const auto now = *views->disputes("sichuan-1");
  ASSERT_EQ(now.size(), 1U);
  EXPECT_EQ(now[0].ended, At{ended});
  EXPECT_EQ(now[0].signatures.size(), 2U);
  EXPECT_EQ(views->disputes("sichuan-1", ended - 1)->at(0).signatures.size(), 1U);
  EXPECT_FALSE((*views->case_at("sichuan-1"))->disputed);
  EXPECT_TRUE((*views->case_at("sichuan-1", raised))->disputed);
}

TEST_P(Disputes, AreFoundByWhatIsOpenOfThem) {
  Journal journal;
  journal.adopt(road_works());
  const auto asked = [&](const char* id, const char* reason) {
    journal.add(core::CaseDisputed{.id = core::CaseId{id},
                                   .by = "chongqing",
                                   .reason = reason,
                                   .detail = "d",
                                   .content = "sha256:x"});
  };
  for (const char* id : {"sichuan-1", "sichuan-2", "sichuan-3", "sichuan-4"}) {
    journal.open(id, "job", job(1, 1), "open", kBoth);
  }
  asked("sichuan-4", "asked.claims");
  asked("sichuan-1", "question.claims");
  asked("sichuan-2", "question.holds");
  asked("sichuan-3", "asked.claims");
  journal.add(core::DisputeEnded{.id = "sichuan-3"});
  const auto views = in_memory(journal.steps());
  const auto open = views->read({}, [](Session& session) { return open_with(session, "claims"); });
  ASSERT_TRUE(open);
  EXPECT_EQ(*open, (std::vector<core::CaseId>{"sichuan-1", "sichuan-4"}));
}

// The watch over claims looks whenever the journal has grown, and what is over only grows.
TEST(OpenDisputes, AreReadWithoutThoseThatAreOver) {
  Journal journal;
  const auto views = in_memory(journal.steps());
  const auto plan = views->read({}, [](Session& session) {
    std::string text;
    Statement& query = session.db.prepared("EXPLAIN QUERY PLAN " + std::string{kOpenWith});
    query.bind(0, std::string_view{"%.claims"});
    while (query.step()) text += std::string{query.text(3)} + "; ";
    return text;
  });
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->contains("SEARCH d USING COVERING INDEX dispute_open")) << *plan;
}

TEST_P(Disputes, ThatOnlyAskAreToldAndStopNothing) {
  Journal journal;
  journal.adopt(road_works());
  journal.open("sichuan-1", "job", job(1, 1), "open", kBoth);
  journal.add(core::CaseDisputed{.id = "sichuan-1",
                                 .by = "chongqing",
                                 .reason = "question.holds",
                                 .detail = "d",
                                 .content = "sha256:x"});
  const auto views = in_memory(journal.steps());
  ASSERT_EQ(views->disputes("sichuan-1")->size(), 1U);
  EXPECT_FALSE((*views->case_at("sichuan-1"))->disputed);
}

TEST_P(Privacy, PersonalValuesAreKeptSealedOrNotAtAll) {
  TempDir dir;
  Journal journal;
  journal.adopt(road_works());
  Value plain = job(1, 100);
  (*plain.as_record())["owner"] = "ZHANG SAN PLAIN";
  (*plain.as_record())["helpers"] = Value::List{"LI SI PLAIN", data(kSealed)};
  journal.open("sichuan-1", "job", plain, "open", kBoth);
  journal.open("sichuan-2", "job", job(2, 100), "open", kBoth);
  journal.put("crew", "c1", data(R"({"code":"c1","chief":"WANG WU PLAIN"})"));
  std::string bytes;
  {
    auto views = Views::open(over({.path = dir.file("v.db"), .own = "sichuan"}));
    ASSERT_TRUE(views);
    feed(**views, journal.steps());
    for (const auto& [table, rows] : all_rows(**views)) {
      for (const std::string& row : rows) bytes += row;
    }
    EXPECT_EQ(*(*(*views)->case_at("sichuan-2"))->data.find("owner"), data(kSealed));
    const CaseRow row = **(*views)->case_at("sichuan-1");
    EXPECT_EQ(*row.data.find("owner"), data(R"({"$sealed":"withheld"})"));
    EXPECT_EQ((*row.data.find("helpers")->as_list())[1], data(kSealed));
  }
  for (const auto& item : std::filesystem::directory_iterator(dir.path())) {
    std::ifstream file{item.path(), std::ios::binary};
    bytes.append(std::istreambuf_iterator<char>{file}, {});
  }
  EXPECT_NE(bytes.find("sichuan-k1"), std::string::npos) << "the sealed value is there";
  EXPECT_EQ(bytes.find("PLAIN"), std::string::npos);
}

TEST_P(Positions, OfATime) {
  Journal journal;
  journal.adopt(road_works());
  journal.today("2026-01-06");
  journal.today("2026-01-07");
  const auto views = in_memory(journal.steps());
  const auto& steps = journal.steps();
  EXPECT_EQ(*views->at_position(steps[1].time_ms), At{1});
  EXPECT_EQ(*views->at_position(steps[1].time_ms + 1), At{1});
  EXPECT_EQ(*views->at_position(steps[0].time_ms - 1), At{});
  EXPECT_EQ(*views->at_position(steps.back().time_ms + 99), At{2});
}

TEST(Files, ContinueWhereTheyWereAndAreEmptiedIfTheyAreNotOurs) {
  TempDir dir;
  Journal journal;
  journal.adopt(road_works());
  journal.open("sichuan-1", "job", job(1, 100), "open", kBoth);
  journal.put("road", "G5", data(R"({"code":"G5","length":30})"));
  journal.move("world", "spent:sichuan/1", 5, "2026-01-10");
  const auto half = journal.steps();
  journal.step("sichuan-1", "begin", data(R"({"remark":"r"})"), "working");
  journal.put("road", "G5", data(R"({"length":31})"));
  journal.move("world", "spent:sichuan/1", 6, "2026-01-10");
  const std::vector<Step> rest{journal.steps().begin() + static_cast<std::ptrdiff_t>(half.size()),
                               journal.steps().end()};
  const Views::Options options{.path = dir.file("v.db"), .own = "sichuan"};
  {
    auto views = Views::open(options);
    ASSERT_TRUE(views);
    feed(**views, half);
  }
  {
    auto views = Views::open(options);
    ASSERT_TRUE(views);
    EXPECT_EQ((*views)->entries(), half.size());
    feed(**views, rest);
    EXPECT_EQ((*(*views)->case_at("sichuan-1"))->version, 2);
    EXPECT_EQ((*views)->positions("sichuan-1")->size(), 2U);
    EXPECT_EQ((*views)->records({.reg = "road-works/road"})->rows.at(0).version, 2);
    EXPECT_EQ((*views)->accounts({.book = "road-works/money", .kind = "spent"})->rows.at(0).balance,
              11);
  }
  {
    auto views = Views::open({.path = dir.file("v.db"), .own = "chongqing"});
    ASSERT_TRUE(views);
    EXPECT_EQ((*views)->entries(), 0U);
  }
  {
    std::ofstream{dir.file("v.db"), std::ios::binary | std::ios::trunc} << std::string(10'000, 'x');
    auto views = Views::open(options);
    ASSERT_TRUE(views);
    EXPECT_EQ((*views)->entries(), 0U);
  }
}

// A later pack makes a rebuild forget what it had in memory, and look it up from then on.
TEST(Files, ARebuildGivesWhatFollowingGives) {
  TempDir dir;
  Journal journal;
  journal.adopt(road_works());
  const auto work = [&](int round) {
    for (int i = 1; i <= 8; ++i) {
      const core::CaseId id{"sichuan-" + std::to_string(i)};
      const std::string road = "G" + std::to_string(i);
      if (round == 0) {
        journal.open(id, "job", job(i, 100 * i), "open", i % 2 ? kBoth : kOurs);
        journal.open(core::CaseId{id + ".1"}, "part", Value::Record{{"share", i}}, "going", kOurs,
                     id);
      } else if (i % 3 == 0) {
        journal.step(id, "amend", Value::Record{{"amount", i + round}});
      } else {
        journal.step(id, round % 2 ? "begin" : "stop", data("{}"), round % 2 ? "working" : "open");
      }
      journal.put("road", road, Value::Record{{"code", road}, {"length", i + round}});
      journal.move("world", "spent:sichuan/" + std::to_string(i), i,
                   "2026-01-1" + std::to_string(i));
    }
    journal.publish(
        "plan", "2026", round + 1,
        {{std::to_string(round),
          Value{Value::Record{{"number", round}, {"kind", "bridge"}, {"planned", 5}}}}});
  };
  work(0);
  work(1);
  journal.adopt(road_works(2));
  work(2);
  work(3);
  const auto one = in_memory(journal.steps());
  for (const std::size_t batch : {std::size_t{1}, std::size_t{7}, journal.steps().size()}) {
    auto other = Views::open(
        {.path = dir.file("r" + std::to_string(batch)), .own = "sichuan", .rebuilding = true});
    ASSERT_TRUE(other);
    feed(**other, journal.steps(), batch);
    ASSERT_TRUE((*other)->finish());
    const auto changed_ids = [&](Views& views, At at) {
      Texts list;
      CaseFilter filter;
      filter.changed_since = 20;
      filter.page.limit = 3;
      do {
        const auto page = *views.list_cases(filter, at);
        for (const CaseRow& row : page.rows) {
          list.push_back(row.id + "/" + std::to_string(row.version) + "/" +
                         canonical_json(row.data) + std::to_string(row.position));
        }
        filter.page.after = page.next;
      } while (!filter.page.after.empty());
      return list;
    };
    for (std::uint64_t at = 0; at <= journal.last(); at += 5) {
      EXPECT_EQ(changed_ids(**other, at), changed_ids(*one, at)) << at;
      EXPECT_EQ(ids(*(*other)->list_cases({}, at)), ids(*one->list_cases({}, at))) << at;
      EXPECT_EQ(*(*other)->positions("sichuan-3", at), *one->positions("sichuan-3", at)) << at;
      EXPECT_EQ((*other)->history("sichuan-3", at)->size(), one->history("sichuan-3", at)->size());
      const auto roads = *(*other)->records({.reg = "road-works/road"}, at);
      const auto theirs = *one->records({.reg = "road-works/road"}, at);
      ASSERT_EQ(roads.rows.size(), theirs.rows.size()) << at;
      for (std::size_t i = 0; i < roads.rows.size(); ++i) {
        EXPECT_EQ(roads.rows[i].fields, theirs.rows[i].fields) << at;
        EXPECT_EQ(roads.rows[i].version, theirs.rows[i].version) << at;
      }
    }
    // What was rebuilt goes on as it is, and others may read the file.
    auto next = journal;
    const auto last = next.step("sichuan-3", "amend", Value::Record{{"amount", 77}});
    ASSERT_TRUE((*other)->apply(last, next.steps().back().time_ms, next.steps().back().events));
    ASSERT_TRUE((*other)->flush());
    const auto reader = Views::open_to_read(dir.file("r" + std::to_string(batch)));
    ASSERT_TRUE(reader) << reader.error().what;
    EXPECT_EQ((*(*reader)->case_at("sichuan-3"))->data.int_at("amount"), 77);
    EXPECT_EQ((*(*reader)->case_at("sichuan-3", last - 1))->data.int_at("amount"), 6);
  }
}

TEST_P(Reads, SeeOnlyWhatWasFlushed) {
  TempDir dir;
  Journal journal;
  journal.adopt(road_works());
  journal.open("sichuan-1", "job", job(1, 100), "open", kBoth);
  auto views = Views::open(over({.path = dir.file("v.db"), .own = "sichuan"}));
  ASSERT_TRUE(views);
  for (const Step& step : journal.steps()) {
    ASSERT_TRUE((*views)->apply(step.position, step.time_ms, step.events));
  }
  EXPECT_EQ((*views)->entries(), 0U);
  EXPECT_FALSE(*(*views)->case_at("sichuan-1"));
  ASSERT_TRUE((*views)->flush("mark"));
  EXPECT_EQ((*views)->mark(), "mark");
  EXPECT_TRUE(*(*views)->case_at("sichuan-1"));
}

}  // namespace bashu::views::test
