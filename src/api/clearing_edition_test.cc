// A further edition of a book's tariff: what both sides read of it before they agree, and why it is
// refused.
#include "api/clearing_fixture.h"
#include "fares/tap_rows.h"

namespace bashu::api {
namespace {

std::string tariff(const std::string& editions = {}, const std::string& flat = "300") {
  return "tariff: rides\nrules: 2\nversion: 1\nfrom: '2021-01-01'\ngroups:\n"
         "  m: {party: sichuan, flat: " +
         flat +
         ", operators: [{name: metro}]}\n"
         "  b: {party: sichuan, flat: 200, operators: [{name: bus}]}\n" +
         (editions.empty() ? "" : "editions:\n" + editions);
}
std::string edition(const std::string& from, const std::string& says = "fee: 1000",
                    const std::string& version = "2") {
  return "- {version: " + version + ", from: '" + from + "', " + says + "}\n";
}
// So many of them, each a day after the other.
std::string editions(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    const Date from = Date::from_days(Date::parse("2021-04-01")->days() + i);
    out += edition(from.text(), "fee: " + std::to_string(i), std::to_string(i + 2));
  }
  return out;
}
std::string dearer(const std::string& flat = "350", const std::string& of = "metro",
                   const std::string& party = "sichuan") {
  return "groups: {m: {party: " + party + ", flat: " + flat + ", operators: [{name: " + of + "}]}}";
}

// A rider of chongqing by metro late on the fourth of March, and by bus on the fifth.
constexpr const char* kTaps =
    R"({"id":"1","token":"t","at":"2021-03-04 23:50:00","device":"g","kind":"single","group":"m","place":"a","medium":"card","issuer":"chongqing"}
{"id":"2","token":"t","at":"2021-03-05 00:10:00","device":"g","kind":"single","group":"b","place":"b","medium":"card","issuer":"chongqing"}
)";

class Editions : public ClearingOfTwo {
 protected:
  Editions() {
    rides = book_with(tariff());
    at_sichuan("agree", Value::Record{});
  }

  void at_sichuan(const std::string& event, const Value& with) {
    const Answer answer = fire(event, with);
    ASSERT_EQ(answer.status, 200) << answer.raw;
    circle.settle();
  }
  Answer fire(const std::string& event, const Value& with) {
    return post("/cases/" + rides + "/events/" + event,
                canonical_json(Value::Record{{"role", "finance"}, {"with", with}}));
  }
  void at_chongqing(const std::string& event, const Value& with) {
    chongqing.must(core::FireEvent{.by = kFinance,
                                   .id = rides,
                                   .event = event,
                                   .role = "finance",
                                   .version = {},
                                   .with = with});
    circle.settle();
  }
  Value shown(const std::string& more = {}) {
    const Answer answer =
        get("finance", "/clearing/" + http::percent_encode(rides) + "/tariff" + more);
    EXPECT_EQ(answer.status, 200) << answer.raw;
    return answer.body;
  }
  core::CaseId book_with(const std::string& text) {
    core::StartCase start{.by = kFinance,
                          .pack = "clearing",
                          .service = "book",
                          .role = "finance",
                          .parties = {{"first", "chongqing"}, {"second", "sichuan"}}};
    start.with = Value::Record{{"name", "rides"}, {"kind", "taps"}, {"tariff", document(text)}};
    core::CaseId made{chongqing.must(std::move(start)).decision.answer.text_at("case")};
    circle.settle();
    return made;
  }
  static const Value& at(const Value& list, std::size_t i) { return list.as_list()->at(i); }

  // Why this text may not be agreed to: as the page reads it, and as the step is refused.
  std::string refused(const std::string& text) {
    const Value kept = deposit(text);
    const Value trial = shown("?proposal=" + kept.text_at("sha256"));
    const std::string why = trial.find("next")->text_at("refused");
    const Answer asked = fire("ask_to_amend", Value::Record{{"proposal", kept}});
    if (!why.empty()) {
      EXPECT_EQ(asked.status, 422) << asked.raw;
      const Value* errors = asked.body.find("errors");
      EXPECT_EQ(errors ? at(*errors, 0).text_at("why") : "", why);
    }
    return why;
  }

  // Both have the taps, and close what was before the fifth of March.
  void close_a_window() {
    hand_in(rides, kTaps, "taps");
    windows::Ledger ledger{{.first = "chongqing",
                            .second = "sichuan",
                            .own_is_first = true,
                            .tariff = *tariff_in(tariff(), "")}};
    ledger.take(windows::read_rows("taps", kTaps).value());
    const auto drawn = ledger.draw(*Date::parse("2021-03-05"), 1);
    ClearingBook of;
    of.row.parties = {{"first", "chongqing"}, {"second", "sichuan"}};
    core::StartCase start{
        .by = kFinance, .pack = "clearing", .service = "window", .role = "finance"};
    start.parent = rides;
    start.with =
        Value::Record{{"until", "2021-03-05"},
                      {"first", statement_field(drawn, of, 1)},
                      {"first_sketch", document(clearing::sketch_of(ledger.lines().tree))}};
    window.assign(chongqing.must(std::move(start)).decision.answer.text_at("case"));
    circle.settle();
    must_step("state");
    ASSERT_EQ(get("finance", "/clearing/" + http::percent_encode(window) + "/split").status, 200);
  }

  core::CaseId rides;
};

TEST_F(Editions, AreShownWithWhoAgreedAndWhatIsProposedWithWhatItChanges) {
  const Value first = shown();
  EXPECT_EQ(first.text_at("tariff"), "rides");
  EXPECT_EQ(first.int_at("rules"), 2);
  EXPECT_EQ(first.find("editions")->as_list()->size(), 1U);
  EXPECT_EQ(first.find("next"), nullptr);
  const Value& held = at(*first.find("editions"), 0);
  EXPECT_EQ(held.text_at("proposed_by"), "chongqing");
  EXPECT_EQ(held.text_at("agreed_by"), "sichuan");

  at_chongqing("amend",
               Value::Record{{"proposal", document(tariff(edition("2021-04-01", dearer())))}});
  const Value proposed = shown();
  EXPECT_EQ(proposed.find("editions")->as_list()->size(), 1U);
  const Value* next = proposed.find("next");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->text_at("by"), "chongqing");
  EXPECT_EQ(next->find("refused"), nullptr);
  const Value& change = at(*next->find("editions"), 0);
  EXPECT_EQ(change.int_at("version"), 2);
  EXPECT_EQ(change.text_at("from"), "2021-04-01");
  EXPECT_EQ(canonical_json(*change.find("prices")),
            R"([{"from":"","group":"m","next":350,"now":300,"to":""}])");

  at_sichuan("decline_edition", Value::Record{{"note", "too dear"}});
  EXPECT_EQ(shown().find("next"), nullptr);
  at_chongqing("amend", Value::Record{{"proposal", document(tariff(edition("2021-04-01")))}});
  at_sichuan("agree_edition", Value::Record{});
  const Value agreed = shown();
  EXPECT_EQ(agreed.find("next"), nullptr);
  ASSERT_EQ(agreed.find("editions")->as_list()->size(), 2U);
  EXPECT_EQ(at(*agreed.find("editions"), 0).text_at("to"), "2021-03-31");
  EXPECT_EQ(at(*agreed.find("editions"), 1).text_at("agreed_by"), "sichuan");
}

TEST_F(Editions, SayWhyTheyMayNotFollow) {
  EXPECT_EQ(refused(tariff()).substr(0, 37), "It has no edition that the book does ");
  EXPECT_TRUE(refused(tariff(edition("2021-04-01"), "301")).contains("must stay as it is"));
  EXPECT_TRUE(refused(tariff(edition("2021-04-01", dearer("350", "tram")))).contains("operators"));
  EXPECT_TRUE(refused(tariff(edition("2021-04-01", dearer("350", "metro", "chongqing"))))
                  .contains("sides"));
  // What a new book is asked is asked of a new group too.
  EXPECT_TRUE(refused(tariff(edition("2021-04-01",
                                     "groups: {x: {party: sichuan, flat: 1, operators: [{name: "
                                     "a~}]}}")))
                  .contains("without ~"));
  close_a_window();
  EXPECT_TRUE(refused(tariff(edition("2021-03-04"))).contains("before the end of a closed window"));
  EXPECT_EQ(refused(tariff(edition("2021-03-05"))), "");
}

// By a rule that shares a chain, a ride of the new edition's days gives to one that is closed.
TEST_F(Editions, ThatChangeWhatIsClosedAreRefused) {
  close_a_window();
  const std::string shared =
      "transfers: [{name: t, from: [m], to: [b], window: 3600, counts_from: first_tap, takes_off: "
      "difference, another_vehicle: false, shared: true}]";
  EXPECT_TRUE(refused(tariff(edition("2021-03-05", shared))).contains(window));
  EXPECT_EQ(refused(tariff(edition("2021-03-06", shared))), "");
}

// A short file with many would be gigabytes: it is refused before any of them is read, also when
// the other side's node sent it.
TEST_F(Editions, AreNotMoreThanANodeReads) {
  const std::string many = tariff(editions(51));
  EXPECT_EQ(refused(many), "The tariff cannot be used: editions has 51: at most 50");
  EXPECT_EQ(refused(tariff(editions(50))), "");
  at_chongqing("amend", Value::Record{{"proposal", document(many)}});
  const Value sent = shown();
  const Value* next = sent.find("next");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->text_at("refused"), "The tariff cannot be used: editions has 51: at most 50");
  EXPECT_TRUE(next->find("editions")->as_list()->empty());
  const Answer answer = fire("agree_edition", Value::Record{});
  EXPECT_EQ(answer.status, 422) << answer.raw;
  EXPECT_TRUE(answer.raw.contains("at most 50")) << answer.raw;
  at_sichuan("decline_edition", Value::Record{{"note", "too many"}});
}

TEST_F(Editions, OfABookThatTheOtherSideOpensAreNotMoreEither) {
  rides = book_with(tariff(editions(51)));
  const Answer page = get("finance", "/clearing/" + http::percent_encode(rides) + "/tariff");
  EXPECT_EQ(page.status, 422) << page.raw;
  EXPECT_TRUE(page.raw.contains("at most 50")) << page.raw;
  const Answer agreed = fire("agree", Value::Record{});
  EXPECT_EQ(agreed.status, 422) << agreed.raw;
  EXPECT_TRUE(agreed.raw.contains("at most 50")) << agreed.raw;
  at_sichuan("decline", Value::Record{{"note", "too many"}});
}

// The other side's node may have signed without looking: this one looks before it agrees.
TEST_F(Editions, AreLookedAtAgainByWhoAgrees) {
  at_chongqing("amend",
               Value::Record{{"proposal", document(tariff(edition("2021-04-01"), "301"))}});
  const Answer answer = fire("agree_edition", Value::Record{});
  EXPECT_EQ(answer.status, 422) << answer.raw;
  const Value after = shown();
  ASSERT_TRUE(after.find("next"));
  EXPECT_TRUE(after.find("next")->text_at("refused").contains("must stay as it is"));
}

}  // namespace
}  // namespace bashu::api
