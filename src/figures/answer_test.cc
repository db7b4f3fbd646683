// Figures: on two dates, by edition, by definition; and the same numbers as the plainest counting.
#include "figures/answer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "figures/words.h"
#include "views/test_journal.h"
#include "views/views.h"

namespace bashu::figures::test {

namespace {

using views::At;
using views::Page;
using views::Views;
using namespace views::test;

// On a session of its own.
std::optional<Answer> answer_at(Views& views, const Ask& ask, At known_at = {}) {
  auto found = views.read(known_at, [&](views::Session& session) { return answer(session, ask); });
  EXPECT_TRUE(found) << (found ? "" : found.error().what);
  return found ? std::move(*found) : std::nullopt;
}
views::Listed<Row> rows_at(Views& views, const Ask& ask, const Page& page = {}, At known_at = {}) {
  auto found =
      views.read(known_at, [&](views::Session& session) { return rows(session, ask, page); });
  EXPECT_TRUE(found) << (found ? "" : found.error().what);
  return found ? std::move(*found) : views::Listed<Row>{};
}

using Number = std::optional<std::int64_t>;

constexpr const char* kOwner = R"({"$sealed":"1","alg":"XC20P","box":"AAAA"})";

Value job(std::int64_t number, std::int64_t amount, std::string_view due = "2026-06-30",
          std::string_view person = "t:p1", bool urgent = false) {
  return Value::Record{{"number", number}, {"amount", amount},      {"due", due},
                       {"person", person}, {"owner", data(kOwner)}, {"urgent", urgent}};
}
const core::Parties kBoth{{"asker", "sichuan"}, {"doer", "chongqing"}};
const core::Parties kOurs{{"asker", "sichuan"}, {"doer", "sichuan"}};

Answer ask(Views& views, const std::string& name, std::string_view as_of, At known_at = {},
           std::optional<std::pair<Date, Date>> period = {}) {
  const auto found = answer_at(
      views, {.id = "road-works/" + name, .as_of = day(as_of), .period = period, .digest = true},
      known_at);
  if (!found) {
    ADD_FAILURE() << "no figure " << name;
    return {};
  }
  return *found;
}
Number number(Views& views, const std::string& name, std::string_view as_of, At known_at = {}) {
  return ask(views, name, as_of, known_at).value;
}
// `chongqing=5 sichuan=7`
std::string split_text(const Answer& answer, const std::string& name) {
  std::string text;
  for (const Split& split : answer.splits) {
    if (split.name != name) continue;
    for (const SplitValue& value : split.values) {
      const std::string key =
          value.key.as_text() ? *value.key.as_text() : canonical_json(value.key);
      text += (text.empty() ? "" : " ") + key + "=" +
              (value.value ? std::to_string(*value.value) : "none");
    }
  }
  return text;
}

}  // namespace

class Figures : public views::test::OverBoth {};
BASHU_OVER_BOTH(Figures);

TEST_P(Figures, AFactEnteredLateChangesWhatIsSaidOfThePastNotWhatWasSaid) {
  Journal journal;
  journal.adopt(road_works());
  journal.open("sichuan-1", "job", job(1, 500), "open", kBoth);
  journal.step("sichuan-1", "begin", data("{}"), "working");
  journal.today("2026-03-10");
  const auto before = journal.last();
  journal.step("sichuan-1", "finish", data(R"({"amount":700})"), "done", "2026-02-20");
  const auto views = in_memory(journal.steps());
  EXPECT_EQ(number(*views, "done", "2026-02-28", before), 0);
  EXPECT_EQ(number(*views, "done", "2026-02-28"), 700);
  EXPECT_EQ(number(*views, "done", "2026-02-19"), 0);
  EXPECT_EQ(number(*views, "going", "2026-02-28", before), 1);
  EXPECT_EQ(number(*views, "going", "2026-02-28"), 0);
  EXPECT_EQ(number(*views, "going", "2026-02-19"), 1);
  EXPECT_EQ(ask(*views, "done", "2026-02-28", before).known_at, before);
}

TEST_P(Figures, SplitsCountsMinimaAndDistinctThings) {
  Journal journal;
  journal.adopt(road_works());
  journal.open("sichuan-1", "job", job(1, 500, "2026-06-30", "t:a"), "open", kBoth);
  journal.open("sichuan-2", "job", job(2, 2000, "2026-06-30", "t:b"), "open", kOurs);
  journal.open("sichuan-3", "job", job(3, 300, "2026-06-30", "t:a"), "open", kOurs);
  for (const char* id : {"sichuan-1", "sichuan-2"}) {
    journal.step(id, "begin", data("{}"), "working");
    journal.step(id, "finish", data("{}"), "done");
  }
  const auto views = in_memory(journal.steps(), 3);
  const Answer done = ask(*views, "done", "2026-01-05");
  EXPECT_EQ(done.value, 2500);
  EXPECT_EQ(done.rows, 2);
  EXPECT_EQ(done.unit, "CNY");
  EXPECT_EQ(done.scale, 2);
  EXPECT_EQ(printed(done, "en"), "25 yuan");
  EXPECT_EQ(split_text(done, "doer"), "chongqing=500 sichuan=2000");
  EXPECT_EQ(split_text(done, "big"), "false=500 true=2000");
  const Answer persons = ask(*views, "persons", "2026-01-05");
  EXPECT_EQ(persons.value, 2);
  EXPECT_EQ(split_text(persons, "doer"), "chongqing=1 sichuan=2");
  EXPECT_EQ(number(*views, "least", "2026-01-05"), 600);
  EXPECT_EQ(number(*views, "least", "2026-01-04"), std::nullopt);
  EXPECT_EQ(number(*views, "share", "2026-01-05"), 667);
  EXPECT_EQ(number(*views, "share", "2026-01-04"), std::nullopt) << "a share of nothing";
}

TEST_P(Figures, EditionsAreThoseInForceOnTheDayAskedFor) {
  Journal journal;
  journal.adopt(road_works());
  const auto entry = [](std::int64_t number, std::int64_t planned, const char* kind) {
    return std::pair{
        std::to_string(number),
        Value{Value::Record{{"number", number}, {"kind", kind}, {"planned", planned}}}};
  };
  journal.publish("plan", "2026", 1, {entry(1, 100, "road"), entry(2, 200, "bridge")});
  journal.open("sichuan-1", "job", job(1, 10), "open", kBoth);
  journal.step("sichuan-1", "begin", data("{}"), "working");
  journal.step("sichuan-1", "finish", data("{}"), "done");
  const auto before = journal.last();
  journal.today("2026-03-01");
  journal.publish("plan", "2026", 2, {entry(2, 250, "bridge")});
  journal.publish("plan", "cq", 1, {entry(9, 7, "road")}, "chongqing");
  const auto views = in_memory(journal.steps());
  const Answer planned = ask(*views, "planned", "2026-03-01");
  EXPECT_EQ(planned.value, 257);
  EXPECT_EQ(split_text(planned, "kind"), "bridge=250 road=7");
  ASSERT_EQ(planned.editions.size(), 2U);
  EXPECT_EQ(planned.editions[1].number, 2);
  EXPECT_EQ(number(*views, "planned", "2026-02-28"), 300);
  EXPECT_EQ(number(*views, "planned", "2026-03-01", before), 300);
  EXPECT_EQ(number(*views, "planned", "2026-01-04"), 0);
  EXPECT_EQ(number(*views, "planned_done", "2026-02-28"), 1);
  EXPECT_EQ(number(*views, "planned_done", "2026-03-01"), 0) << "the second edition dropped it";
  EXPECT_EQ(number(*views, "planned_done", "2026-03-01", before), 1);
  EXPECT_EQ(ask(*views, "planned_done", "2026-02-28").editions.at(0).number, 1);
}

TEST_P(Figures, OfAccountsByDateYearAndMonth) {
  Journal journal;
  journal.adopt(road_works());
  journal.move("world", "spent:sichuan/1", 500, "2025-12-20");
  journal.move("world", "spent:sichuan/1", 40, "2026-01-20");
  journal.move("world", "spent:chongqing/2", 3, "2026-02-10");
  journal.move("spent:sichuan/1", "world", 10, "2026-02-11");
  const auto views = in_memory(journal.steps());
  EXPECT_EQ(number(*views, "spent", "2026-02-28"), 533);
  EXPECT_EQ(number(*views, "spent", "2026-01-31"), 540);
  EXPECT_EQ(number(*views, "spent", "2026-02-28", 1), 500);
  EXPECT_EQ(split_text(ask(*views, "spent", "2026-02-28"), "side"), "chongqing=3 sichuan=530");
  const Answer year = ask(*views, "spent_year", "2026-02-28");
  EXPECT_EQ(year.value, 33);
  EXPECT_EQ(split_text(year, "month"), "2026-01=40 2026-02=-7");
  EXPECT_EQ(
      ask(*views, "spent", "2026-02-28", {}, std::pair{day("2026-02-01"), day("2026-02-28")}).value,
      -7);
  const auto rows = rows_at(*views, {.id = "road-works/spent", .as_of = day("2026-02-28")});
  ASSERT_EQ(rows.rows.size(), 2U);
  EXPECT_EQ(rows.rows[1].subject, "sichuan/1");
  EXPECT_EQ(rows.rows[1].value, Value{530});
  EXPECT_EQ(rows.rows[1].positions, (std::vector<std::uint64_t>{4}));
}

TEST_P(Figures, APeriodTakesRowsThatBeganInIt) {
  Journal journal;
  journal.adopt(road_works());
  journal.open("sichuan-1", "job", job(1, 10), "open", kBoth);
  journal.today("2026-02-03");
  journal.open("sichuan-2", "job", job(2, 10), "open", kBoth);
  journal.today("2026-03-03");
  journal.open("sichuan-3", "job", job(3, 10), "open", kBoth);
  const auto views = in_memory(journal.steps());
  const auto in = [&](const char* from, const char* to) {
    return ask(*views, "opened", "2026-12-31", {}, std::pair{day(from), day(to)}).value;
  };
  EXPECT_EQ(in("2026-02-01", "2026-02-28"), 1);
  EXPECT_EQ(in("2026-01-05", "2026-03-03"), 3);
  EXPECT_EQ(in("2026-04-01", "2026-04-30"), 0);
}

TEST_P(Figures, PartsFollowTheirParent) {
  Journal journal;
  journal.adopt(road_works());
  journal.open("sichuan-1", "job", job(7, 10), "open", kBoth);
  journal.open("sichuan-1/part1", "part", data(R"({"share":4})"), "going", {{"doer", "sichuan"}},
               "sichuan-1");
  journal.step("sichuan-1/part1", "end", data("{}"), "ended");
  const auto before = journal.last();
  journal.step("sichuan-1", "amend", data(R"({"number":8})"));
  for (const std::size_t batch : {std::size_t{1}, std::size_t{100}}) {
    const auto views = in_memory(journal.steps(), batch);
    EXPECT_EQ(split_text(ask(*views, "parts", "2026-01-05", before), "number"), "7=4");
    EXPECT_EQ(split_text(ask(*views, "parts", "2026-01-05"), "number"), "8=4");
  }
}

TEST_P(Figures, RoadsOpenOnOneSideAndOnBoth) {
  Journal journal;
  journal.adopt(road_works());
  journal.put("road", "G5", data(R"({"code":"G5","length":30,"opened_on":"2026-01-05"})"),
              {"opened_on"});
  const auto half = journal.last();
  journal.put("road", "G5", data(R"({"opened_on":"2026-02-01"})"), {"opened_on"}, "chongqing");
  journal.put("road", "G93", data(R"({"code":"G93","length":12})"));
  const auto views = in_memory(journal.steps());
  EXPECT_EQ(number(*views, "roads_any", "2026-01-05"), 1);
  EXPECT_EQ(number(*views, "roads_any", "2026-01-04"), 0);
  EXPECT_EQ(number(*views, "roads_both", "2026-01-31"), 0);
  EXPECT_EQ(number(*views, "roads_both", "2026-02-01"), 30);
  EXPECT_EQ(number(*views, "roads_both", "2026-02-01", half), 0);
}

TEST_P(Figures, ARowThatCannotBeEvaluatedLeavesNoNumber) {
  Journal journal;
  journal.adopt(road_works());
  journal.open("sichuan-1", "job", job(1, 10, "2026-06-30", "t:a", true), "open", kBoth);
  const auto good = journal.last();
  Value silent = job(2, 10);
  silent.as_record()->erase("urgent");
  journal.open("sichuan-2", "job", silent, "open", kBoth);
  const auto bad = journal.last();
  journal.step("sichuan-2", "amend", data(R"({"urgent":true})"));
  const auto views = in_memory(journal.steps());
  EXPECT_EQ(number(*views, "urgent_done", "2026-01-05", good), 1);
  const Answer broken = ask(*views, "urgent_done", "2026-01-05", bad);
  EXPECT_EQ(broken.value, std::nullopt);
  EXPECT_EQ(broken.failed, 1);
  EXPECT_NE(broken.error.find("sichuan-2"), std::string::npos);
  EXPECT_EQ(number(*views, "urgent_done", "2026-01-05"), 2);
  const Answer period = ask(*views, "urgent_done", "2026-01-05", bad,
                            std::pair{day("2026-01-01"), day("2026-01-31")});
  EXPECT_EQ(period.failed, 1);
}

// Whoever claims what we keep takes no number from us; of two who claim what neither of us keeps we
// know nothing.
TEST_P(Figures, AClaimTakesNoNumberFromTheKeeper) {
  for (const core::PartyId keeper : {"sichuan", "guizhou"}) {
    Journal journal;
    journal.adopt(road_works());
    journal.add(
        core::RecordPut{.reg = "road-works/road",
                        .key = "G5",
                        .keeper = keeper,
                        .side = "sichuan",
                        .fields = data(R"({"code":"G5","length":30,"opened_on":"2026-01-05"})"),
                        .sided = {"opened_on"},
                        .on = day("2026-01-05"),
                        .id = {},
                        .sides = {"chongqing", "sichuan"}});
    const auto before = journal.last();
    journal.add(core::RecordContested{.reg = "road-works/road",
                                      .key = "G5",
                                      .keeper = "chongqing",
                                      .fields = data(R"({"code":"G5","length":31})"),
                                      .on = day("2026-01-05")});
    const auto views = in_memory(journal.steps());
    EXPECT_EQ(number(*views, "roads_any", "2026-01-05", before), 1);
    // Evaluated when the record changed, or when it is asked for.
    for (const char* figure : {"roads_any", "roads_today"}) {
      EXPECT_EQ(ask(*views, figure, "2026-01-05").failed, keeper == "guizhou" ? 1 : 0) << figure;
    }
    const auto claims = views->records({.reg = "road-works/road"})->rows.at(0).contested;
    ASSERT_EQ(claims.size(), 1U);
    EXPECT_EQ(claims.at("chongqing").fields.int_at("length"), 31);
    EXPECT_EQ(views->records({.reg = "road-works/road", .contested = true})->rows.size(), 1U);
    // What it is under the rows of each, and where they are.
    const Answer told = ask(*views, "roads_any", "2026-01-05");
    ASSERT_EQ(told.contested.size(), 1U);
    EXPECT_EQ(told.contested[0].key, "G5");
    EXPECT_EQ(told.under, (std::map<core::PartyId, std::int64_t>{{keeper, 1}, {"chongqing", 1}}));
    journal.add(core::RecordSettled{
        .reg = "road-works/road",
        .key = "G5",
        .keeper = "chongqing",
        .yields = keeper,
        .fields =
            data(R"({"code":"G5","length":31,"key":"G5","opened_on":{"sichuan":"2026-01-05"}})"),
        .on = day("2026-01-05")});
    const auto settled = in_memory(journal.steps());
    EXPECT_EQ(number(*settled, "roads_any", "2026-01-05"), 1);
    EXPECT_TRUE(ask(*settled, "roads_any", "2026-01-05").contested.empty());
    EXPECT_EQ(settled->records({.reg = "road-works/road"})->rows.at(0).keeper, "chongqing");
    EXPECT_TRUE(settled->records({.reg = "road-works/road", .contested = true})->rows.empty());
  }
}

TEST_P(Figures, ASumBeyondSixtyFourBitsIsToldNotWrapped) {
  Journal journal;
  journal.adopt(road_works());
  const std::int64_t huge = INT64_MAX / 2;
  for (int i = 1; i <= 3; ++i) {
    const core::CaseId id{"sichuan-" + std::to_string(i)};
    journal.open(id, "job", job(i, huge), "open", kBoth);
    journal.step(id, "begin", data("{}"), "working");
    journal.step(id, "finish", data("{}"), "done");
  }
  const auto views = in_memory(journal.steps());
  EXPECT_EQ(number(*views, "done", "2026-01-05", 6), huge * 2);
  const Answer answer = ask(*views, "done", "2026-01-05");
  EXPECT_EQ(answer.value, std::nullopt);
  EXPECT_FALSE(answer.error.empty());
}

TEST_P(Figures, ANewDefinitionCountsFromTheDayItIsInForce) {
  Journal journal;
  journal.adopt(road_works(1));
  for (int i = 1; i <= 2; ++i) {
    const core::CaseId id{"sichuan-" + std::to_string(i)};
    journal.open(id, "job", job(i, i == 1 ? 100 : 3000), "open", kBoth);
    journal.step(id, "begin", data("{}"), "working");
    journal.step(id, "finish", data("{}"), "done");
  }
  journal.today("2026-01-20");
  journal.adopt(road_works(2), "2026-02-01");
  const auto adopted = journal.last();
  journal.open("sichuan-3", "job", job(3, 50), "open", kBoth);
  journal.step("sichuan-3", "begin", data("{}"), "working");
  journal.today("2026-02-01");
  const auto in_force = journal.last();
  journal.step("sichuan-3", "finish", data(R"({"amount":2000})"), "done");
  for (const std::size_t batch : {std::size_t{1}, std::size_t{100}}) {
    const auto views = in_memory(journal.steps(), batch);
    const Answer old = ask(*views, "done", "2026-02-01", adopted);
    EXPECT_EQ(old.value, 3100) << "adopted, but not in force yet";
    const Answer fresh = ask(*views, "done", "2026-02-01", in_force);
    EXPECT_EQ(fresh.value, 3000);
    EXPECT_NE(old.definition, fresh.definition);
    EXPECT_NE(old.pack, fresh.pack);
    EXPECT_EQ(number(*views, "done", "2026-02-01"), 5000);
    EXPECT_EQ(number(*views, "opened", "2026-02-01"), 3);
  }
}

TEST_P(Figures, ThePeersAdoptionDoesNotChangeOurDefinition) {
  Journal journal;
  journal.adopt(road_works(1));
  journal.open("sichuan-1", "job", job(1, 100), "open", kBoth);
  journal.step("sichuan-1", "finish", data("{}"), "done");
  journal.adopt(road_works(2), {}, "chongqing");
  const auto views = in_memory(journal.steps());
  EXPECT_EQ(number(*views, "done", "2026-01-05"), 100);
}

TEST_P(Figures, AreUnknownBeforeTheirPack) {
  Journal journal;
  journal.today("2026-01-05");
  journal.adopt(road_works());
  const auto views = in_memory(journal.steps());
  EXPECT_FALSE(answer_at(*views, {.id = "road-works/none", .as_of = day("2026-01-05")}));
  EXPECT_FALSE(answer_at(*views, {.id = "road-works/done", .as_of = day("2026-01-05")}, 0));
  EXPECT_EQ(views->read({}, [](views::Session& session) { return ids(session); })->size(), 17U);
}

TEST_P(Figures, TheDrillDownLeadsToTheEntriesAndShowsPublicValuesOnly) {
  Journal journal;
  journal.adopt(road_works());
  std::vector<std::uint64_t> last;
  for (int i = 1; i <= 5; ++i) {
    const core::CaseId id{"sichuan-" + std::to_string(i)};
    journal.open(id, "job", job(i, 100 * i), "open", kBoth);
    journal.step(id, "begin", data(R"({"remark":"inside only"})"), "working");
    last.push_back(journal.step(id, "finish", data("{}"), "done"));
  }
  const auto views = in_memory(journal.steps());
  const Ask asked{.id = "road-works/done", .as_of = day("2026-01-05")};
  const auto page = rows_at(*views, asked, {.after = {}, .limit = 2});
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[0].subject, "sichuan-1");
  EXPECT_EQ(page.rows[0].version, 3);
  EXPECT_EQ(page.rows[0].value, Value{100});
  EXPECT_EQ(page.rows[0].split, data(R"({"big":false,"doer":"chongqing"})"));
  EXPECT_EQ(page.rows[0].from, day("2026-01-05"));
  EXPECT_EQ(page.rows[0].to, std::nullopt);
  EXPECT_EQ(page.rows[1].positions, (std::vector<std::uint64_t>{last[1]}));
  EXPECT_EQ(
      page.rows[0].shown,
      data(
          R"([["data.number",1],["data.remark",null],["case.opened","2026-01-05"],["calc.double",200]])"));
  std::int64_t sum = 0;
  std::size_t rows = 0;
  Page next{.after = {}, .limit = 2};
  do {
    const auto some = rows_at(*views, asked, next);
    for (const Row& row : some.rows) sum += *row.value.as_int();
    rows += some.rows.size();
    next.after = some.next;
  } while (!next.after.empty());
  EXPECT_EQ(rows, 5U);
  EXPECT_EQ(sum, number(*views, "done", "2026-01-05"));
  EXPECT_EQ(rows_at(*views, asked, {}, last[2]).rows.size(), 3U);
}

TEST_P(Figures, TheDigestOfTheRowsIsTheSameOnBothSides) {
  // The same cases at different positions of two journals.
  const auto story = [](Journal& journal, bool noisy) {
    journal.adopt(road_works());
    for (int i = 1; i <= 3; ++i) {
      const core::CaseId id{"sichuan-" + std::to_string(i)};
      if (noisy) journal.put("road", "G" + std::to_string(i), data(R"({"code":"G","length":1})"));
      journal.open(id, "job",
                   job(i, 100 * i, "2026-06-30", "t:" + std::to_string(noisy ? 4 - i : i)), "open",
                   kBoth);
      journal.step(id, "begin", data("{}"), "working");
    }
    for (int i = 3; i >= 1; --i)
      journal.step(core::CaseId{"sichuan-" + std::to_string(i)}, "finish", data("{}"), "done");
  };
  Journal one{"sichuan"}, two{"chongqing"};
  story(one, false);
  story(two, true);
  const auto here = in_memory(one.steps());
  const auto there = in_memory(two.steps(), 4, "chongqing");
  const Answer ours = ask(*here, "done", "2026-01-05");
  const Answer theirs = ask(*there, "done", "2026-01-05");
  EXPECT_EQ(ours.rows_digest, theirs.rows_digest);
  EXPECT_EQ(ours.rows_digest.size(), 71U);
  const Ask done{.id = "road-works/done", .as_of = day("2026-01-05")};
  EXPECT_EQ(rows_at(*here, done).rows.at(1).digest, rows_at(*there, done).rows.at(1).digest);
  EXPECT_EQ(ours.definition, theirs.definition);
  EXPECT_EQ(ours.side, "sichuan");
  EXPECT_NE(ask(*here, "persons", "2026-01-05").rows_digest,
            ask(*there, "persons", "2026-01-05").rows_digest)
      << "the same number of other persons";
  two.step("sichuan-1", "amend", data("{}"));
  EXPECT_NE(ours.rows_digest,
            ask(*in_memory(two.steps(), 1, "chongqing"), "done", "2026-01-05").rows_digest)
      << "another version of a case is another row";
}

static std::vector<views::ToldRow> told_at(Views& views, std::string_view id,
                                           std::optional<Date> as_of = {}, At known_at = {}) {
  return *views.read(known_at,
                     [&](views::Session& session) { return views::told(session, id, as_of); });
}

TEST_P(Figures, WhatAPeerToldIsKeptBesideOurs) {
  Journal journal;
  journal.adopt(road_works());
  journal.add(
      core::MessageQueued{.to = "chongqing", .seq = 4, .kind = "case.event", .stream = "c"});
  const auto before = journal.last();
  journal.add(core::FigureTold{
      .from = "chongqing",
      .pack = journal.pack(),
      .body = data(
          R"({"position":77,"sent":3,"taken":4,"items":[{"figure":"done","definition":"sha256:d",
              "as_of":"2026-01-05","value":12,"rows":2,"failed":0,"splits":{"doer":[["sichuan",12]]}},
              {"figure":"least","definition":"sha256:e","as_of":"2026-01-04","value":null,"rows":0,"failed":0,
              "period":["2026-01-01","2026-01-04"]}]})"),
      .on = day("2026-01-05")});
  const auto views = in_memory(journal.steps());
  const auto done = told_at(*views, "road-works/done");
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].from, "chongqing");
  EXPECT_EQ(done[0].value, 12);
  EXPECT_EQ(done[0].known_at, 77);
  EXPECT_EQ(done[0].taken, 4);
  EXPECT_EQ(*done[0].splits.find("doer"), data(R"([["sichuan",12]])"));
  const auto all = told_at(*views, "", day("2026-01-04"));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].value, std::nullopt);
  EXPECT_EQ(all[0].period, (std::pair{day("2026-01-01"), day("2026-01-04")}));
  EXPECT_TRUE(told_at(*views, "road-works/done", {}, before).empty());
  const auto channels =
      *views->read({}, [](views::Session& session) { return views::channels(session); });
  ASSERT_EQ(channels.size(), 1U);
  EXPECT_EQ(channels[0].sent, 4);
  EXPECT_EQ(channels[0].taken, 0);
}

TEST(Compare, MoreThanAndNearlyAreStrict) {
  packs::Figure figure;
  EXPECT_EQ(printed_bound(figure, 11), std::nullopt);
  figure.says = packs::Figure::Says::more_than;
  figure.step = 1000;
  EXPECT_EQ(printed_bound(figure, 11'350), 11'000);
  EXPECT_EQ(printed_bound(figure, 11'000), 10'000);
  EXPECT_EQ(printed_bound(figure, 0), -1'000);
  EXPECT_EQ(printed_bound(figure, -1), -1'000);
  EXPECT_EQ(printed_bound(figure, INT64_MIN), std::nullopt);
  figure.says = packs::Figure::Says::nearly;
  EXPECT_EQ(printed_bound(figure, 199), 1'000);
  EXPECT_EQ(printed_bound(figure, 1'000), 2'000);
  EXPECT_EQ(printed_bound(figure, -1), 0);
  EXPECT_EQ(printed_bound(figure, INT64_MAX), std::nullopt);
  EXPECT_EQ(number_text(11'000, 0), "11,000");
  EXPECT_EQ(number_text(-123'456, 2), "-1,234.56");
  EXPECT_EQ(number_text(5, 3), "0.005");
  EXPECT_EQ(number_text(2'500, 2), "25");
  EXPECT_EQ(number_text(INT64_MIN, 0), "-9,223,372,036,854,775,808");
}

TEST(Compare, IsPrintedInBothLanguages) {
  Journal journal;
  journal.adopt(road_works());
  for (int i = 1; i <= 12; ++i) {
    const core::CaseId id{"sichuan-" + std::to_string(i)};
    journal.open(id, "job", job(i, 1), "open", kBoth);
    journal.step(id, "finish", data("{}"), "done");
  }
  const auto views = in_memory(journal.steps());
  const Answer answer = ask(*views, "done_jobs", "2026-01-05");
  EXPECT_EQ(answer.value, 12);
  EXPECT_EQ(answer.bound, 10);
  EXPECT_EQ(printed(answer, "en"), "more than 10");
  EXPECT_EQ(printed(answer, "zh"), "超过10");
}

// The plainest counting there is: all events up to a position again, and a formula by hand for
// every figure. It shares no line with the views.
namespace {
namespace naive {

struct Case {
  std::string service, parent;
  core::Parties parties;
  Date opened;
  std::vector<std::pair<std::string, Date>> reached;
  Value::Record data;

  [[nodiscard]] std::optional<Date> first(const std::string& state) const {
    for (const auto& [name, on] : reached) {
      if (name == state) return on;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Date> left(const std::string& state) const {
    for (std::size_t i = 0; i < reached.size(); ++i) {
      if (reached[i].first != state) continue;
      for (std::size_t j = i + 1; j < reached.size(); ++j) {
        if (reached[j].first != state) return reached[j].second;
      }
      return std::nullopt;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::int64_t number(const char* field) const { return *data.at(field).as_int(); }
  [[nodiscard]] std::string text(const char* field) const { return *data.at(field).as_text(); }
};
struct World {
  std::map<std::string, Case> cases;
  std::map<std::string, std::pair<std::int64_t, std::map<std::string, Date>>>
      roads;  // length, opened
  std::vector<core::EditionPublished> editions;
  std::vector<core::Posted> postings;
};

World world(const std::vector<Step>& steps, std::uint64_t known_at) {
  World w;
  for (const Step& step : steps) {
    if (step.position > known_at) break;
    for (const core::Event& event : step.events) {
      if (const auto* opened = std::get_if<core::CaseOpened>(&event)) {
        Case& c = w.cases[opened->id];
        c.service = opened->service;
        c.parent = opened->parent;
        c.parties = opened->parties;
        c.opened = opened->on;
      } else if (const auto* changed = std::get_if<core::CaseChanged>(&event)) {
        Case& c = w.cases[changed->id];
        for (const auto& [name, value] : *changed->input.as_record()) c.data[name] = value;
        if (changed->to) c.reached.emplace_back(*changed->to, changed->on);
      } else if (const auto* put = std::get_if<core::RecordPut>(&event)) {
        auto& [length, opened_on] = w.roads[put->key];
        if (const Value* value = put->fields.find("length")) length = *value->as_int();
        if (const Value* value = put->fields.find("opened_on"))
          opened_on[put->side] = day(*value->as_text());
      } else if (const auto* edition = std::get_if<core::EditionPublished>(&event)) {
        w.editions.push_back(*edition);
      } else if (const auto* posted = std::get_if<core::Posted>(&event)) {
        w.postings.push_back(*posted);
      }
    }
  }
  return w;
}

using Splits = std::map<std::string, std::map<std::string, std::int64_t>>;
struct Answer {
  Number value;
  Splits splits;
};

Answer count(const World& w, const std::string& figure, Date as_of) {
  Answer answer{.value = 0, .splits = {}};
  std::map<std::string, const core::EditionPublished*> in_force;
  for (const auto& edition : w.editions) {
    if (edition.on <= as_of) in_force[edition.keeper + "/" + edition.name] = &edition;
  }
  std::map<std::string, Value> plan;
  for (const auto& [name, edition] : in_force) {
    for (const auto& [key, entry] : edition->entries) plan[key] = entry;
  }
  const auto by = [&](const std::optional<Date>& date) { return date && *date <= as_of; };
  std::set<std::string> persons;
  std::map<std::string, std::set<std::string>> persons_by_doer;
  Number least;
  std::int64_t opened = 0, done = 0;
  for (const auto& [id, c] : w.cases) {
    if (c.service == "part") {
      if (figure == "parts" && by(c.first("ended"))) {
        *answer.value += c.number("share");
        answer.splits["number"][std::to_string(w.cases.at(c.parent).number("number"))] +=
            c.number("share");
      }
      continue;
    }
    const std::string doer = c.parties.at("doer");
    const bool is_opened = c.opened <= as_of;
    const bool is_done = by(c.first("done"));
    opened += is_opened;
    done += is_done;
    if (is_opened) {
      persons.insert(c.text("person"));
      persons_by_doer[doer].insert(c.text("person"));
      least = std::min(least.value_or(INT64_MAX), 2 * c.number("amount"));
    }
    if (figure == "done" && is_done) {
      *answer.value += c.number("amount");
      answer.splits["doer"][doer] += c.number("amount");
      answer.splits["big"][c.number("amount") > 1000 ? "true" : "false"] += c.number("amount");
    }
    if (figure == "going") *answer.value += by(c.first("working")) && !by(c.left("working"));
    if (figure == "overdue") *answer.value += day(c.text("due")) < as_of && is_opened && !is_done;
    if (figure == "planned_done")
      *answer.value += is_done && plan.contains(std::to_string(c.number("number")));
    if (figure == "urgent_done") *answer.value += is_opened && *c.data.at("urgent").as_bool();
  }
  if (figure == "opened") answer.value = opened;
  if (figure == "done_jobs") answer.value = done;
  if (figure == "least") answer.value = least;
  if (figure == "persons") {
    answer.value = static_cast<std::int64_t>(persons.size());
    for (const auto& [doer, them] : persons_by_doer) {
      answer.splits["doer"][doer] = static_cast<std::int64_t>(them.size());
    }
  }
  if (figure == "share") {
    answer.value = opened == 0 ? Number{} : Number{(2 * done * 1000 + opened) / (2 * opened)};
  }
  if (figure == "planned") {
    for (const auto& [key, entry] : plan) {
      *answer.value += entry.int_at("planned");
      answer.splits["kind"][entry.text_at("kind")] += entry.int_at("planned");
    }
  }
  for (const auto& [code, road] : w.roads) {
    const auto& [length, opened_on] = road;
    Date first = Date::from_days(1'000'000), last = Date::from_days(-1'000'000);
    for (const auto& [side, on] : opened_on) {
      first = std::min(first, on);
      last = std::max(last, on);
    }
    if (figure == "roads_any" || figure == "roads_today")
      *answer.value += !opened_on.empty() && first <= as_of;
    if (figure == "roads_both" && opened_on.size() == 2 && last <= as_of) *answer.value += length;
  }
  for (const auto& posting : w.postings) {
    for (const auto& [to, amount] :
         {std::pair{posting.to, posting.amount}, std::pair{posting.from, -posting.amount}}) {
      if (to.kind != "spent" || posting.on > as_of) continue;
      if (figure == "spent") {
        *answer.value += amount;
        answer.splits["side"][to.key.substr(0, to.key.find('/'))] += amount;
      }
      if (figure == "spent_year" && posting.on.year() == as_of.year()) {
        *answer.value += amount;
        answer.splits["month"][posting.on.text().substr(0, 7)] += amount;
      }
    }
  }
  // An account that was posted to by then is told even if nothing of it counts.
  if (figure == "spent") {
    for (const auto& posting : w.postings) {
      for (const auto& account : {posting.to, posting.from}) {
        if (account.kind == "spent")
          answer.splits["side"].try_emplace(account.key.substr(0, account.key.find('/')));
      }
    }
  }
  return answer;
}

}  // namespace naive

template <typename T>
T one_of(const std::vector<T>& list) {
  return *rc::gen::elementOf(list);
}
int below(int n) { return *rc::gen::inRange(0, n); }

// A history of chances, with facts that come late and editions that replace each other.
Journal random_history() {
  Journal journal;
  journal.adopt(road_works());
  std::vector<core::CaseId> open, working, going;
  int cases = 0, parts = 0;
  std::map<std::string, std::int64_t> editions;
  Date today = day("2025-12-01");
  const auto past = [&] { return today.plus_days(-below(20)).text(); };
  const int entries = below(70);
  for (int i = 0; i < entries; ++i) {
    const auto take = [&](std::vector<core::CaseId>& from) {
      const auto at = static_cast<std::size_t>(below(static_cast<int>(from.size())));
      core::CaseId id = from[at];
      from.erase(from.begin() + static_cast<std::ptrdiff_t>(at));
      return id;
    };
    switch (below(12)) {
      case 0:
        today = today.plus_days(below(15));
        journal.today(today.text());
        break;
      case 1:
      case 2: {
        const core::CaseId id{"sichuan-" + std::to_string(++cases)};
        journal.open(id, "job",
                     job(below(6), below(3000), today.plus_days(below(40) - 10).text(),
                         "t:" + std::to_string(below(4)), below(2) == 1),
                     "open", below(2) ? kBoth : kOurs);
        open.push_back(id);
        break;
      }
      case 3:
        if (!open.empty()) {
          const core::CaseId id = take(open);
          journal.step(id, "begin", data(R"({"remark":"r"})"), "working", past());
          working.push_back(id);
        }
        break;
      case 4:
        if (!working.empty()) {
          journal.step(take(working), "finish", Value::Record{{"amount", below(3000)}}, "done",
                       past());
        }
        break;
      case 5:
        if (!working.empty()) {
          const core::CaseId id = take(working);
          journal.step(id, "stop", data("{}"), "open", past());
          open.push_back(id);
        }
        break;
      case 6:
        if (!open.empty()) {
          const Value changes = Value::Record{{"amount", below(3000)}, {"number", below(6)}};
          journal.step(one_of(open), "amend", changes);
        }
        break;
      case 7:
        if (!open.empty()) {
          const core::CaseId parent = one_of(open);
          const core::CaseId id{parent + "/part" + std::to_string(++parts)};
          journal.entry([&] {
            journal.open(id, "part", Value::Record{{"share", below(10)}}, "going",
                         {{"doer", "sichuan"}}, parent);
          });
          going.push_back(id);
        }
        break;
      case 8:
        if (!going.empty()) journal.step(take(going), "end", data("{}"), "ended", past());
        break;
      case 9: {
        const std::string code = "G" + std::to_string(below(4));
        journal.entry([&] {
          journal.put("road", code, Value::Record{{"code", code}, {"length", below(50)}});
          if (below(2)) {
            journal.put("road", code, Value::Record{{"opened_on", past()}}, {"opened_on"},
                        below(2) ? "sichuan" : "chongqing");
          }
        });
        break;
      }
      case 10: {
        const core::PartyId keeper = below(2) ? "sichuan" : "chongqing";
        const std::string name = below(2) ? "2026" : "south";
        const int base = (keeper == "sichuan" ? 0 : 100) + (name == "2026" ? 0 : 50);
        std::vector<std::pair<std::string, Value>> list;
        for (int n = 0; n < 6; ++n) {
          if (below(2) == 0) continue;
          const int number = base + n;
          list.emplace_back(std::to_string(number),
                            Value::Record{{"number", number},
                                          {"kind", below(2) ? "road" : "bridge"},
                                          {"planned", below(500)}});
        }
        journal.publish("plan", name, ++editions[keeper + name], list, keeper);
        break;
      }
      default: {
        const std::string to =
            "spent:" + std::string{below(2) ? "sichuan/" : "chongqing/"} + std::to_string(below(3));
        if (below(4)) {
          journal.move("world", to, 1 + below(900), past());
        } else {
          journal.move(to, "world", 1 + below(90), past());
        }
      }
    }
  }
  return journal;
}

const std::vector<std::string> kFigures{
    "opened",     "done",        "done_jobs",    "going",      "persons",    "least",
    "overdue",    "planned",     "planned_done", "share",      "parts",      "roads_any",
    "roads_both", "roads_today", "spent",        "spent_year", "urgent_done"};

naive::Splits told(const Answer& answer) {
  naive::Splits splits;
  for (const Split& split : answer.splits) {
    for (const SplitValue& value : split.values) {
      const std::string key =
          value.key.as_text() ? *value.key.as_text() : canonical_json(value.key);
      splits[split.name][key] = value.value.value_or(-1);
    }
  }
  return splits;
}

}  // namespace

RC_GTEST_PROP(FigureProperty, EveryFigureIsWhatCountingByHandGives, ()) {
  const Journal journal = random_history();
  const auto views = in_memory(journal.steps(), static_cast<std::size_t>(1 + below(20)));
  for (int probe = 0; probe < 6; ++probe) {
    const auto known_at =
        static_cast<std::uint64_t>(below(static_cast<int>(journal.steps().size())));
    const Date as_of = day("2025-11-20").plus_days(below(180));
    const naive::World world = naive::world(journal.steps(), known_at);
    for (const std::string& figure : kFigures) {
      const Answer answer = ask(*views, figure, as_of.text(), known_at);
      const naive::Answer expected = naive::count(world, figure, as_of);
      RC_LOG() << figure << " on " << as_of.text() << " at " << known_at << ": " << answer.error
               << '\n';
      RC_ASSERT(answer.error.empty());
      RC_ASSERT(answer.value == expected.value);
      RC_ASSERT(told(answer) == expected.splits);
      if (figure == "share") continue;
      const auto rows = rows_at(*views, {.id = "road-works/" + figure, .as_of = as_of},
                                {.after = {}, .limit = 1000}, known_at);
      RC_ASSERT(static_cast<std::int64_t>(rows.rows.size()) == answer.rows);
      if (figure == "done" || figure == "spent" || figure == "planned") {
        std::int64_t sum = 0;
        for (const Row& row : rows.rows) sum += *row.value.as_int();
        RC_ASSERT(Number{sum} == answer.value);
      }
    }
  }
}

RC_GTEST_PROP(FigureProperty, HowEntriesWereBatchedLeavesNoTrace, ()) {
  const Journal journal = random_history();
  const auto file = std::filesystem::temp_directory_path() /
                    ("figures-test-" + std::to_string(::getpid()) + ".db");
  std::filesystem::remove(file);
  const auto one = in_memory(journal.steps(), 1);
  {
    auto rebuilt = Views::open({.path = file.string(), .own = "sichuan", .rebuilding = true});
    RC_ASSERT(rebuilt.has_value());
    feed(**rebuilt, journal.steps(), 1'000);
    RC_ASSERT((*rebuilt)->finish().has_value());
  }
  auto other = Views::open({.path = file.string(), .own = "sichuan"});
  RC_ASSERT(other.has_value());
  RC_ASSERT((*other)->entries() == journal.steps().size());
  const auto known_at = static_cast<std::uint64_t>(below(static_cast<int>(journal.steps().size())));
  const std::string as_of = day("2025-11-20").plus_days(below(180)).text();
  for (const std::string& figure : kFigures) {
    const Answer a = ask(*one, figure, as_of, known_at);
    const Answer b = ask(**other, figure, as_of, known_at);
    RC_ASSERT(a.value == b.value);
    RC_ASSERT(a.rows_digest == b.rows_digest);
    RC_ASSERT(told(a) == told(b));
  }
  const auto ours = *one->list_cases({}, known_at);
  const auto theirs = *(*other)->list_cases({}, known_at);
  RC_ASSERT(ours.rows.size() == theirs.rows.size());
  for (std::size_t i = 0; i < ours.rows.size(); ++i) {
    RC_ASSERT(ours.rows[i].data == theirs.rows[i].data);
    RC_ASSERT(ours.rows[i].state == theirs.rows[i].state);
    RC_ASSERT(ours.rows[i].position == theirs.rows[i].position);
  }
  other->reset();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
}

// The tables themselves, and every answer made of them, are the same in both engines, however the
// entries came: followed in one, in batches and by a rebuild in the other.
TEST_P(Figures, AnyHistoryMakesTheSameTablesAsInMemory) {
  static int count = 0;
  EXPECT_TRUE(rc::check("any history", [this] {
    // A server makes sixty tables for each.
    constexpr int kHistories = 8;
    if (GetParam() == Engine::postgres && ++count > kHistories) return;
    const Journal journal = random_history();
    const auto dir = std::filesystem::temp_directory_path();
    const std::string path = (dir / ("both-" + std::to_string(::getpid()))).string();
    const auto expected = Views::open({.own = "sichuan"});
    RC_ASSERT(expected.has_value());
    feed(**expected, journal.steps(), 1);
    const bool rebuilding = *rc::gen::arbitrary<bool>();
    std::filesystem::remove(path);
    auto options = over({.path = path, .own = "sichuan", .rebuilding = rebuilding, .anew = true});
    {
      auto made = Views::open(options);
      RC_ASSERT(made.has_value());
      feed(**made, journal.steps(), static_cast<std::size_t>(1 + below(40)));
      if (rebuilding) RC_ASSERT((*made)->finish().has_value());
    }
    const auto views = Views::open_to_read(options);
    RC_ASSERT(views.has_value());
    const auto rows = all_rows(**views);
    for (const auto& [table, held] : all_rows(**expected)) {
      RC_LOG() << table << '\n';
      RC_ASSERT(rows.at(table) == held);
    }
    const auto known_at =
        static_cast<std::uint64_t>(below(static_cast<int>(journal.steps().size())));
    const std::string as_of = day("2025-11-20").plus_days(below(180)).text();
    for (const std::string& figure : kFigures) {
      const Answer ours = ask(**views, figure, as_of, known_at);
      const Answer theirs = ask(**expected, figure, as_of, known_at);
      RC_ASSERT(ours.value == theirs.value);
      RC_ASSERT(ours.rows_digest == theirs.rows_digest);
      RC_ASSERT(told(ours) == told(theirs));
    }
    TearDown();
    SetUp();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  }));
}

}  // namespace bashu::figures::test
