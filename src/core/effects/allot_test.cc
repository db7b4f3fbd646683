// Rounds: who is chosen, in which order, who is no candidate, and that all of it happens or
// nothing.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/core.h"
#include "core/draft.h"
#include "core/refusal.h"
#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 2
pack: homes
version: 1
title: {en: Homes}
types:
  points: {type: int, min: 0, max: 100, class: public, title: Points}
  count: {type: int, min: 0, max: 100000, class: public, title: Number}
books:
  flats: {title: Flats, type: count, accounts: {built: {floor: none}, free: {key: [estate]}, let: {key: [estate]}}}
services:
  home:
    title: Application
    parties: {city: {office: all}, other: {office: all}}
    fields:
      estate: code
      points: points
      refuses: mark
      place: {type: count, optional: true}
      of: {type: count, optional: true}
      round: {type: line, optional: true}
      after: {type: line, optional: true}
      turn: {type: count, optional: true}
    calc: {hardship: data.points >= 90}
    start: {owner: city, by: office, form: [estate, points, refuses], to: applied}
    states:
      applied: {title: Applied, owner: city, events: {admit: {title: Admit, by: office, to: admitted}, lend: {title: Lend, by: office, to: away}}}
      away: {title: Away, owner: other, events: {back: {title: Back, by: office, to: declined}}}
      admitted:
        title: Admitted
        owner: city
        events:
          offer:
            title: Offer
            by: system
            form: [round, place, of]
            when: "!data.refuses"
            why: The card has lapsed
            do: {move: 1, from: flats.free(data.estate), to: flats.let(data.estate)}
            to: offered
          wait: {title: Wait, by: system, form: [round, place, of], to: waiting}
          strike: {title: Strike, by: office, to: declined}
      waiting:
        title: Waiting
        owner: city
        events:
          move_up:
            title: Move up
            by: system
            form: [after, turn]
            do: {move: 1, from: flats.free(data.estate), to: flats.let(data.estate)}
            to: offered
      offered:
        title: Offered
        owner: city
        events:
          decline:
            title: Decline
            by: office
            do:
              - {move: 1, from: flats.let(data.estate), to: flats.free(data.estate)}
              - {allot: home, in: waiting, where: each.data.round == data.round, rank: {ascending: each.data.place}, places: 1, take: move_up,
                 with: {after: =case.id, turn: =each.rank}}
            to: declined
    ends: {declined: Declined}
  round:
    title: Round
    parties: {city: {office: all}}
    fields: {estate: code, homes: {type: count, title: Homes}, seed: line}
    start: {owner: city, by: office, form: [estate, homes, seed], to: announced}
    states:
      announced:
        title: Announced
        owner: city
        events:
          build: {title: Build, by: office, do: {move: =data.homes, from: flats.built, to: flats.free(data.estate)}}
          draw:
            title: Draw
            by: office
            do:
              allot: home
              in: admitted
              where: each.data.estate == data.estate
              rank: [{descending: each.calc.hardship}, {descending: each.data.points}, {ascending: each.case.opened}]
              places: flats.free(data.estate)
              take: offer
              rest: wait
              with: {round: =case.id, place: =each.rank, of: =each.of}
            to: drawn
          by_seed:
            title: By a seed
            by: office
            do: {allot: home, in: admitted, lot: data.seed, places: data.homes, take: offer, rest: wait,
                 with: {round: =case.id, place: =each.rank, of: =each.of}}
            to: drawn
          twice:
            title: Twice
            by: office
            do:
              - {allot: home, in: admitted, places: 1, take: offer, with: {round: =case.id, place: =each.rank}}
              - {allot: home, in: admitted, places: 1, take: offer, with: {round: =case.id, place: =each.rank}}
            to: drawn
          below: {title: Below, by: office, do: {allot: home, in: admitted, places: 0 - 1, take: offer, with: {round: =case.id, place: =each.rank}}, to: drawn}
    ends: {drawn: Drawn}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: homes, is: 0}]}
figures:
  homes: {title: Homes, of: home, concerns: parties, from: case.opened, count: true}
)pack";

struct Wanted {
  std::int64_t points = 0;
  std::string estate = "e1";
  bool refuses = false;
};

class Rounds : public testing::Test {
 public:
  Rounds() {
    static const packs::PackPtr kLoaded = [] {
      auto loaded = packs::load(kPack);
      for (const Finding& finding : loaded.findings) {
        if (!finding.note) ADD_FAILURE() << finding.path << ": " << finding.text;
      }
      return loaded.pack;
    }();
    pack_ = kLoaded;
    must(BeginDay{.day = today_});
    must(AdoptRecord{.record = {.what = "agreement", .edition = 1, .bytes = "{}"},
                     .parties = {{.party = "a"}, {.party = "b"}}});
    must(AdoptPack{.source = canonical_json(pack_->source), .from = today_});
    log_.push_back(
        PackAdopted{.party = "b", .digest = pack_->digest, .from = today_, .source = {}});
    state_->apply(log_.back());
  }

  std::expected<Decision, Reject> run(const Command& command) {
    auto decision =
        decide(*state_, command, {.now = {.unix_ms = 1'000}, .today = today_, .salt = "salt"});
    if (!decision) return decision;
    for (const Event& event : decision->events) {
      state_->apply(event);
      log_.push_back(event);
    }
    return decision;
  }
  Decision must(const Command& command) {
    auto decision = run(command);
    EXPECT_TRUE(decision) << (decision ? "" : describe(decision.error()));
    return decision ? *decision : Decision{};
  }
  Reject refused(const Command& command) {
    const auto decision = run(command);
    EXPECT_FALSE(decision);
    return decision ? Reject{} : decision.error();
  }

  CaseId open(const std::string& service, Value with) {
    StartCase start{.by = kOffice,
                    .pack = "homes",
                    .service = service,
                    .role = "office",
                    .parties = {{"city", "a"}},
                    .with = std::move(with)};
    if (service == "home") start.parties["other"] = "b";
    return CaseId{must(start).answer.text_at("case")};
  }
  FireEvent fire(const CaseId& id, const std::string& event) {
    return {.by = kOffice, .id = id, .event = event, .role = "office", .with = Value::Record{}};
  }
  CaseId applied(const Wanted& one) {
    return open(
        "home",
        Value::Record{{"estate", one.estate}, {"points", one.points}, {"refuses", one.refuses}});
  }
  CaseId admitted(const Wanted& one) {
    const CaseId id = applied(one);
    must(fire(id, "admit"));
    return id;
  }
  // A round of so many homes, not drawn yet.
  CaseId round(std::int64_t homes, const std::string& seed = "seed") {
    const CaseId id =
        open("round", Value::Record{{"estate", "e1"}, {"homes", homes}, {"seed", seed}});
    must(fire(id, "build"));
    return id;
  }
  const Case& at(const CaseId& id) { return *state_->find_case(id); }
  std::int64_t free() {
    return state_->balance({.book = "homes/flats", .kind = "free", .key = "e1"});
  }
  // Those in a state, in the order of their places.
  std::vector<CaseId> standing(const std::string& state) {
    auto ids = state_->standing_in({.pack = "homes", .service = "home", .state = state});
    std::ranges::sort(ids, {}, [&](const CaseId& id) {
      const Value* place = at(id).data.find("place");
      return place ? *place->as_int() : 0;
    });
    return ids;
  }

 protected:
  inline static const Asker kOffice{.principal = "anna", .roles = {"office"}};
  Date today_ = *Date::parse("2026-03-02");
  std::unique_ptr<State> state_ = std::make_unique<State>("a");
  std::vector<Event> log_;
  packs::PackPtr pack_;
};

std::vector<CaseId> by_lot(const std::string& seed, std::vector<CaseId> ids) {
  std::ranges::sort(ids, {}, [&](const CaseId& id) {
    return packs::digest_text(Value{Value::List{Value{seed}, Value{id}}});
  });
  return ids;
}

TEST_F(Rounds, TheHighestAreChosenAndTheOthersWaitEachToldItsPlace) {
  const CaseId low = admitted({.points = 10}), high = admitted({.points = 80}),
               hard = admitted({.points = 95}), middle = admitted({.points = 50});
  const CaseId drawn = round(2);
  must(fire(drawn, "draw"));
  EXPECT_EQ(standing("offered"), (std::vector{hard, high}));
  EXPECT_EQ(standing("waiting"), (std::vector{middle, low}));
  EXPECT_EQ(*at(middle).data.find("place")->as_int(), 3);
  EXPECT_EQ(*at(middle).data.find("of")->as_int(), 4);
  EXPECT_EQ(at(middle).data.text_at("round"), drawn);
  EXPECT_EQ(at(drawn).state, "drawn");
  EXPECT_EQ(free(), 0);
}

TEST_F(Rounds, WhoAppliedEarlierComesFirstAmongEqualPoints) {
  const CaseId first = applied({.points = 50});
  today_ = today_.plus_days(1);
  const CaseId second = admitted({.points = 50});
  must(fire(first, "admit"));
  must(fire(round(1), "draw"));
  EXPECT_EQ(standing("offered"), std::vector{first});
  EXPECT_EQ(standing("waiting"), std::vector{second});
}

TEST_F(Rounds, EqualsStandInTheOrderOfTheLot) {
  std::vector<CaseId> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(admitted({.points = 50}));
  const CaseId drawn = round(3);
  must(fire(drawn, "draw"));
  const std::vector<CaseId> order = by_lot(drawn, ids);
  EXPECT_EQ(standing("offered"), std::vector(order.begin(), order.begin() + 3));
  EXPECT_EQ(standing("waiting"), std::vector(order.begin() + 3, order.end()));
  EXPECT_NE(order, ids) << "or the lot would not be seen";
}

TEST_F(Rounds, ASeedOfTheCaseTakesThePlaceOfItsId) {
  std::vector<CaseId> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(admitted({.points = i}));
  must(fire(round(8, "both signed this"), "by_seed"));
  EXPECT_EQ(standing("offered"), by_lot("both signed this", ids));
}

TEST_F(Rounds, OnlyWhoStandsHereUndisputedIsACandidate) {
  const CaseId applied_only = applied({.points = 99});
  const CaseId elsewhere = admitted({.points = 99, .estate = "e2"});
  const CaseId disputed = admitted({.points = 99});
  const CaseId away = applied({.points = 99});
  must(fire(away, "lend"));
  const CaseId ended = admitted({.points = 99});
  must(fire(ended, "strike"));
  state_->apply(CaseDisputed{.id = disputed, .by = "b", .reason = "r", .content = "c"});
  const CaseId only = admitted({.points = 1});
  must(fire(round(9), "draw"));
  EXPECT_EQ(standing("offered"), std::vector{only});
  EXPECT_EQ(*at(only).data.find("of")->as_int(), 1);
  EXPECT_EQ(at(applied_only).state, "applied");
  EXPECT_EQ(at(elsewhere).state, "admitted");
  EXPECT_EQ(at(disputed).state, "admitted");
  EXPECT_EQ(at(away).state, "away");
}

TEST_F(Rounds, TheNextMovesUpWhenSomebodyDeclinesUntilNobodyWaits) {
  const CaseId first = admitted({.points = 30}), second = admitted({.points = 20}),
               third = admitted({.points = 10});
  must(fire(round(1), "draw"));
  must(fire(first, "decline"));
  EXPECT_EQ(at(second).state, "offered");
  EXPECT_EQ(at(second).data.text_at("after"), first);
  EXPECT_EQ(*at(second).data.find("place")->as_int(), 2) << "its place in the round stays";
  EXPECT_EQ(at(third).state, "waiting");
  must(fire(second, "decline"));
  EXPECT_EQ(at(third).state, "offered");
  EXPECT_EQ(free(), 0);
  must(fire(third, "decline"));
  EXPECT_EQ(free(), 1) << "nobody waits: the home is free again";
}

TEST_F(Rounds, WithoutPlacesEverybodyWaitsAndWithoutCandidatesNothingHappens) {
  const CaseId empty = round(0);
  must(fire(empty, "draw"));
  EXPECT_EQ(at(empty).state, "drawn");
  const CaseId only = admitted({.points = 1});
  must(fire(round(0), "draw"));
  EXPECT_EQ(at(only).state, "waiting");
}

TEST_F(Rounds, OneWhoCannotTakeItsPlaceRefusesTheWholeAndIsNamed) {
  const CaseId first = admitted({.points = 50}), lapsed = admitted({.points = 40, .refuses = true});
  const CaseId drawn = round(2);
  const std::size_t before = log_.size();
  const Reject refused = this->refused(fire(drawn, "draw"));
  EXPECT_EQ(refused.code, RejectCode::error);
  ASSERT_EQ(refused.why.size(), 2U);
  EXPECT_NE(in_language(refused.why[0], "en").find(lapsed), std::string::npos);
  EXPECT_EQ(in_language(refused.why[1], "en"), "The card has lapsed");
  EXPECT_EQ(log_.size(), before);
  EXPECT_EQ(at(first).state, "admitted");
  EXPECT_EQ(at(drawn).state, "announced");
  must(fire(lapsed, "strike"));
  must(fire(drawn, "draw"));
  EXPECT_EQ(standing("offered"), std::vector{first});
}

TEST_F(Rounds, TwoRoundsOfOneStepCannotChooseTheSameCase) {
  admitted({.points = 50});
  const Reject refused = this->refused(fire(round(2), "twice"));
  ASSERT_EQ(refused.why.size(), 1U);
  EXPECT_NE(in_language(refused.why[0], "en").find("no longer"), std::string::npos);
}

TEST_F(Rounds, FewerThanNoPlacesIsAnError) {
  const Reject refused = this->refused(fire(round(1), "below"));
  EXPECT_EQ(refused.code, RejectCode::error);
  EXPECT_EQ(refused.where, "do[0]");
}

TEST_F(Rounds, ACaseOfAnEarlierEditionIsACandidateToo) {
  const CaseId earlier = admitted({.points = 50});
  Value source = pack_->source;
  (*source.as_record())["version"] = 2;
  const packs::PackPtr second = packs::load(source).pack;
  ASSERT_TRUE(second);
  must(AdoptPack{.source = canonical_json(source), .from = today_});
  state_->apply(PackAdopted{.party = "b", .digest = second->digest, .from = today_, .source = {}});
  const CaseId later = admitted({.points = 40});
  ASSERT_NE(at(earlier).pack, at(later).pack);
  must(fire(round(1), "draw"));
  EXPECT_EQ(standing("offered"), std::vector{earlier});
  EXPECT_EQ(standing("waiting"), std::vector{later});
}

TEST_F(Rounds, TheJournalKeepsHowManyThereWereAndADigestOfTheOrder) {
  const CaseId low = admitted({.points = 10}), high = admitted({.points = 95});
  const CaseId drawn = round(1);
  must(fire(drawn, "draw"));
  const auto step = std::ranges::find_if(log_, [&](const Event& event) {
    const auto* changed = std::get_if<CaseChanged>(&event);
    return changed && changed->id == drawn && changed->event == "draw";
  });
  ASSERT_NE(step, log_.end());
  const auto row = [&](const CaseId& id, bool hardship, std::int64_t points) {
    const Value::List keys{Value{hardship}, Value{points}, Value{today_.text()}};
    return Value{Value::List{Value{id}, Value{keys}}};
  };
  const Value order{Value::List{row(high, true, 95), row(low, false, 10)}};
  const Value read{Value::Record{{"places", 1}, {"of", 2}, {"order", packs::digest_text(order)}}};
  const Value::List& reads = *std::get<CaseChanged>(*step).reads.as_list();
  EXPECT_EQ(std::ranges::count(reads, Value{Value::List{Value{"allot"}, Value{"home"}, read}}), 1);
}

TEST_F(Rounds, FiveThousandAreDrawnAtOnceAndOneMoreIsToldToNarrow) {
  constexpr int kMax = 5'000;
  for (int i = 0; i < kMax; ++i) {
    const CaseId id{"a-" + std::to_string(1'000'000 + i)};
    state_->apply(CaseOpened{.id = id,
                             .pack = pack_->digest,
                             .service = "home",
                             .parties = {{"city", "a"}, {"other", "b"}},
                             .on = today_});
    state_->apply(CaseChanged{
        .id = id,
        .version = 1,
        .to = "admitted",
        .input = Value::Record{{"estate", "e1"}, {"points", i % 90}, {"refuses", false}},
        .on = today_});
  }
  const CaseId drawn = round(kMax / 2);
  const CaseId one_more = admitted({.points = 1});
  const Reject refused = this->refused(fire(drawn, "draw"));
  ASSERT_EQ(refused.why.size(), 1U);
  EXPECT_NE(in_language(refused.why[0], "en").find("narrow"), std::string::npos);
  must(fire(one_more, "strike"));
  must(fire(drawn, "draw"));
  EXPECT_EQ(standing("offered").size(), kMax / 2U);
  EXPECT_EQ(standing("waiting").size(), kMax / 2U);
}

TEST_F(Rounds, ReplayingTheEventsGivesTheSameState) {
  for (int i = 0; i < 6; ++i) admitted({.points = i % 3});
  must(fire(round(2), "draw"));
  must(fire(standing("offered").front(), "decline"));
  State replayed{"a"};
  for (const Event& event : log_) replayed.apply(event);
  EXPECT_EQ(invariant(replayed), "");
  for (const char* state : {"admitted", "waiting", "offered", "declined"}) {
    const Store::Standing where{.pack = "homes", .service = "home", .state = state};
    // The index of the one was kept while cases moved, that of the other is made now.
    EXPECT_EQ(state_->standing_in(where), replayed.standing_in(where)) << state;
  }
  state_->each_case([&](const Case& c) { EXPECT_EQ(*replayed.find_case(c.id), c); });
}

// Those chosen and those who wait, of cases with these points that were admitted in this order.
using Outcome = std::pair<std::vector<CaseId>, std::vector<CaseId>>;
Outcome outcome(const std::vector<std::int64_t>& points, const std::vector<std::size_t>& order,
                std::int64_t places) {
  struct Open : Rounds {
    void TestBody() override {}
  } world;
  std::vector<CaseId> ids;
  for (const std::int64_t one : points) ids.push_back(world.applied({.points = one}));
  for (const std::size_t i : order) world.must(world.fire(ids[i], "admit"));
  world.must(world.fire(world.round(places), "draw"));
  return {world.standing("offered"), world.standing("waiting")};
}

RC_GTEST_PROP(RoundsAlways, NobodyBehindIsChosenAndTheOrderOfArrivalDoesNotMatter, ()) {
  const auto points = *rc::gen::resize(
      12, rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 4)));
  const auto places = *rc::gen::inRange<std::int64_t>(0, 8);
  std::vector<std::size_t> order(points.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto [chosen, others] = outcome(points, order, places);
  RC_ASSERT(std::cmp_less_equal(chosen.size(), places));
  RC_ASSERT(chosen.size() + others.size() == points.size());
  RC_ASSERT(others.empty() || std::cmp_equal(chosen.size(), places));
  const auto points_of = [&](const CaseId& id) {
    std::size_t i = 0;
    while (id != "a-" + std::to_string(i + 1)) ++i;
    return points.at(i);
  };
  for (const CaseId& in : chosen) {
    for (const CaseId& out : others) RC_ASSERT(points_of(in) >= points_of(out));
  }
  const auto keys = *rc::gen::container<std::vector<int>>(points.size(), rc::gen::arbitrary<int>());
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return keys[i]; });
  RC_ASSERT(outcome(points, order, places) == (Outcome{chosen, others}));
}

}  // namespace
}  // namespace bashu::core
