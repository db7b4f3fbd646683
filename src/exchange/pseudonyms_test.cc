#include "exchange/pseudonyms.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "base/bytes.h"
#include "exchange/test_node.h"

namespace bashu::exchange {
namespace {

using testing::eventually;
using testing::form;
using testing::TestNode;
using Why = Unnamed::Why;

const std::string kPerson = "510104198001010012";
const std::string kOther = "500101199002022345";

// A member as its exchange has it, with the others at hand instead of on the network.
struct Member {
  explicit Member(TestNode& of, std::int64_t per_hour = 10'000)
      : node{of}, alarms{of.node->storage().files()}, shares{*of.node} {
    evaluating = std::make_unique<Evaluating>(Evaluating::Parts{
        .node = *of.node,
        .shares = shares,
        .alarms = alarms,
        .per_hour = per_hour,
        .now_ms = [this] { return now_ms; },
        .note =
            [this](const std::string& party, std::int64_t points, bool refused) {
              noted.push_back(party + " " + std::to_string(points) + (refused ? " refused" : ""));
            }});
    pseudonyms = std::make_unique<Pseudonyms>(
        *of.node, shares, alarms, [this](const std::string& party, const std::string& request) {
          asked.push_back(request);
          const auto it = others.find(party);
          if (it == others.end()) return Pseudonyms::Answer{};
          const http::Response answer =
              it->second->evaluating->answer(node.identity.party, request);
          Pseudonyms::Answer told{.status = answer.status, .body = answer.body};
          if (change) change(party, told);
          return told;
        });
  }
  [[nodiscard]] std::string name(const std::string& number) const {
    const auto named = pseudonyms->of({number});
    return named ? named->begin()->second : "unnamed";
  }
  [[nodiscard]] std::optional<Why> refusal(const std::string& number) const {
    const auto named = pseudonyms->of({number});
    return named ? std::nullopt : std::optional{named.error().why};
  }
  [[nodiscard]] std::set<std::string> alarmed() const {
    std::set<std::string> codes;
    for (const Alarm& alarm : alarms.newest()) codes.insert(alarm.code);
    return codes;
  }

  TestNode& node;
  Alarms alarms;
  Shares shares;
  std::int64_t now_ms = 1'000;
  std::vector<std::string> noted, asked;
  std::map<std::string, Member*> others;
  std::function<void(const std::string& party, Pseudonyms::Answer&)> change;
  std::unique_ptr<Evaluating> evaluating;
  std::unique_ptr<Pseudonyms> pseudonyms;
};

void connect(const std::vector<Member*>& all) {
  for (Member* one : all) {
    for (Member* other : all) {
      if (one != other) one->others[other->node.identity.party] = other;
    }
  }
}
// Every member takes what every other dealt.
void deal(const std::vector<Member*>& all) {
  for (Member* one : all) one->shares.follow();
  for (Member* one : all) {
    for (Member* other : all) {
      const std::string& party = other->node.identity.party;
      const auto generation = one->shares.lacking(party);
      if (one == other || !generation) continue;
      const auto dealt = other->shares.dealt(*generation);
      ASSERT_TRUE(dealt);
      const auto taken = one->shares.take(party, *generation, *dealt);
      EXPECT_TRUE(taken) << taken.error().what;
    }
  }
}
void next_edition(const std::vector<TestNode*>& all, const std::vector<std::string>& cards,
                  bool new_pseudonyms) {
  const std::int64_t now = all[0]->identity.created;
  auto file = compose_edition(circle_held(*all[0]->node), cards, all[0]->identity,
                              {.name = {}, .effective = now, .new_pseudonyms = new_pseudonyms});
  ASSERT_TRUE(file) << file.error().what;
  for (std::size_t i = 1; i < all.size(); ++i) {
    file = co_sign(*file, all[i]->identity, now);
    ASSERT_TRUE(file) << file.error().what;
  }
  for (const TestNode* one : all) {
    const auto adopted = adopt(*one->node, *file);
    ASSERT_TRUE(adopted) << adopted.error().what;
  }
}

class PseudonymsTest : public testing::Nodes {
 protected:
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
};
// Of a circle whose members have dealt.
class SharedPseudonyms : public PseudonymsTest {
 protected:
  SharedPseudonyms() {
    form({&a, &b}, true, true);
    sichuan = std::make_unique<Member>(a);
    chongqing = std::make_unique<Member>(b);
    connect({sichuan.get(), chongqing.get()});
    deal({sichuan.get(), chongqing.get()});
  }
  std::unique_ptr<Member> sichuan, chongqing;
};

TEST_F(SharedPseudonyms, BothMembersMakeOneOfOnePerson) {
  const std::string name = sichuan->name(kPerson);
  EXPECT_TRUE(name.starts_with("t:"));
  EXPECT_EQ(from_base64url(name.substr(2)).value().size(), 32U);
  EXPECT_EQ(chongqing->name(kPerson), name);
  EXPECT_NE(chongqing->name(kOther), name);
  EXPECT_EQ(a.node->vault().token_key(), "") << "no key of the circle lies anywhere";
  EXPECT_EQ(b.node->vault().token_key(), "");
}

// The kind of fault: what one node's disk holds is enough to try all numbers of a county. Whoever
// adds a way to make pseudonyms adds it here.
TEST_F(SharedPseudonyms, OneNodesWholeDirectoryMakesNone) {
  const std::string name = chongqing->name(kPerson);
  sichuan.reset();
  a.close();
  a.open();
  Member thief{a};  // without the others
  ASSERT_EQ(thief.shares.whole().size(), 1U) << "the share is there";
  EXPECT_EQ(thief.refusal(kPerson), Why::away);
  EXPECT_FALSE(thief.pseudonyms->all_of(kPerson));
  node::Vault& vault = a.node->vault();
  std::set<std::string> tried{vault.token(kPerson), vault.own_token(kPerson)};
  // Its share, whatever it is multiplied by to stand for both.
  const auto shared = thief.shares.of(1);
  const oblivious::Scalar one = oblivious::scalar_of(1U);
  const oblivious::Point hashed = oblivious::blind(kPerson, one).value();
  for (const oblivious::Scalar& part : {one, oblivious::weight(1, 2), oblivious::weight(2, 1)}) {
    const auto point = multiply(multiply(shared->share, part), hashed);
    tried.insert("t:" + base64url(oblivious::finalized(kPerson, *point).substr(0, 32)));
  }
  // And what all committed to.
  for (const auto& [index, point] : shared->public_shares) {
    tried.insert("t:" + base64url(oblivious::finalized(kPerson, point).substr(0, 32)));
  }
  EXPECT_FALSE(tried.contains(name));
  EXPECT_EQ(vault.met(1, kPerson), std::nullopt) << "a person of the other side alone";
}

TEST_F(SharedPseudonyms, WhoIsAskedSeesNeitherNumberNorPseudonym) {
  std::set<std::string> seen;
  for (int i = 0; i < 5; ++i) {
    const std::string name = sichuan->name(kPerson);
    a.node->vault().forget_person(name);
  }
  ASSERT_EQ(sichuan->asked.size(), 5U);
  for (const std::string& request : sichuan->asked) seen.insert(request);
  EXPECT_EQ(seen.size(), 5U) << "the same person looks different every time";
}

TEST_F(SharedPseudonyms, APersonMetBeforeNeedsNobodyUntilForgotten) {
  const std::string name = sichuan->name(kPerson);
  sichuan->others.clear();
  EXPECT_EQ(sichuan->name(kPerson), name);
  EXPECT_EQ(sichuan->refusal(kOther), Why::away);
  a.node->vault().forget_person(name);
  EXPECT_EQ(sichuan->refusal(kPerson), Why::away);
  EXPECT_EQ(a.node->vault().met(1, kPerson), std::nullopt);
}

TEST_F(SharedPseudonyms, NobodyIsNamedByHalfWhenTheOtherIsAway) {
  sichuan->others.clear();
  const auto named = sichuan->pseudonyms->of({kPerson, kOther});
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().why, Why::away);
  EXPECT_EQ(named.error().parties, std::vector<std::string>{"chongqing"});
}

TEST_F(SharedPseudonyms, AMemberThatLiesIsNotBelieved) {
  std::string honest;
  sichuan->change = [&](const std::string&, Pseudonyms::Answer& told) {
    EvaluationAnswer answer = read_answer(told.body).value();
    answer.points[0] = multiply(oblivious::scalar_of(2U), answer.points[0]).value();
    honest = std::exchange(told.body, answer_text(answer));
  };
  EXPECT_EQ(sichuan->refusal(kPerson), Why::wrong);
  EXPECT_TRUE(sichuan->alarmed().contains("pseudonyms-wrong"));
  EXPECT_EQ(a.node->vault().met(1, kPerson), std::nullopt);
  // Nor is what it said of another person, proved as that is.
  sichuan->change = [&](const std::string&, Pseudonyms::Answer& told) { told.body = honest; };
  EXPECT_EQ(sichuan->refusal(kPerson), Why::wrong);
  sichuan->change = [](const std::string&, Pseudonyms::Answer& told) { told.body = "{}"; };
  EXPECT_EQ(sichuan->refusal(kPerson), Why::wrong);
  sichuan->change = {};
  EXPECT_EQ(sichuan->name(kPerson), chongqing->name(kPerson));
}

TEST_F(SharedPseudonyms, MembersAskSoManyInAnHourAndAreCounted) {
  Member asked{b, 3};
  sichuan->others["chongqing"] = &asked;
  std::vector<std::string> numbers;
  for (int i = 0; i < 4; ++i) numbers.push_back(std::to_string(510101199001010000 + i));
  EXPECT_TRUE(sichuan->pseudonyms->of({numbers[0], numbers[1]}));
  EXPECT_TRUE(asked.alarmed().contains("pseudonyms-many")) << "more than half";
  const auto more = sichuan->pseudonyms->of({numbers[2], numbers[3]});
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().why, Why::busy);
  EXPECT_TRUE(asked.alarmed().contains("pseudonyms-limit"));
  EXPECT_EQ(asked.noted, (std::vector<std::string>{"sichuan 2", "sichuan 2 refused"}));
  const AskedOf counted = asked.evaluating->asked().at("sichuan");
  EXPECT_EQ(counted.points, 2);
  EXPECT_EQ(counted.refused, 2);
  EXPECT_TRUE(sichuan->pseudonyms->of({numbers[0]})) << "who is met goes on";
  asked.now_ms += 3'600'001;
  EXPECT_TRUE(sichuan->pseudonyms->of({numbers[2], numbers[3]}));
}

TEST_F(SharedPseudonyms, ManyAtOnceAreAskedInParts) {
  std::vector<std::string> numbers;
  for (int i = 0; i < 300; ++i) numbers.push_back(std::to_string(510101199001010000 + i));
  const auto named = sichuan->pseudonyms->of(numbers);
  ASSERT_TRUE(named);
  EXPECT_EQ(named->size(), 300U);
  EXPECT_EQ(chongqing->noted, (std::vector<std::string>{"sichuan 256", "sichuan 44"}));
  EXPECT_EQ(chongqing->name(numbers[299]), named->at(numbers[299]));
}

TEST_F(SharedPseudonyms, ANewSecretIsSharedAndTheOldPseudonymsAreFound) {
  const std::string before = sichuan->name(kPerson);
  next_edition({&a, &b}, {}, true);
  EXPECT_EQ(sichuan->name(kPerson), before) << "until all have dealt";
  EXPECT_EQ(sichuan->name(kOther), chongqing->name(kOther));
  deal({sichuan.get(), chongqing.get()});
  const std::string now = sichuan->name(kPerson);
  EXPECT_NE(now, before);
  EXPECT_EQ(chongqing->name(kPerson), now);
  const std::vector<std::string> all{now, before};
  EXPECT_EQ(chongqing->pseudonyms->all_of(kPerson).value(), all);
  // Forgotten under one they are forgotten under all.
  a.node->vault().forget_person(before);
  EXPECT_EQ(a.node->vault().met(1, kPerson), std::nullopt);
  EXPECT_EQ(a.node->vault().met(2, kPerson), std::nullopt);
}

TEST_F(SharedPseudonyms, WhoJoinsMakesANewSecretAndAnyTwoMembersSuffice) {
  TestNode c{root, "guizhou"};
  next_edition({&a, &b, &c}, {party_card(c.identity).value()}, false);
  EXPECT_EQ(c.node->directory()->agreement.pseudonyms, 2);
  Member guizhou{c};
  const std::vector<Member*> all{sichuan.get(), chongqing.get(), &guizhou};
  connect(all);
  deal(all);
  std::set<std::string> names;
  for (Member* one : all) {
    for (Member* other : all) {
      if (one == other) continue;
      one->others = {{other->node.identity.party, other}};
      const std::string name = one->name(kPerson);
      names.insert(name);
      one->node.node->vault().forget_person(name);
    }
  }
  EXPECT_EQ(names.size(), 1U);
  EXPECT_FALSE(names.contains("unnamed"));
  // One that lies is passed over for one that does not.
  connect(all);
  sichuan->change = [](const std::string& party, Pseudonyms::Answer& told) {
    if (party == "chongqing") told.body = "{}";
  };
  EXPECT_EQ(sichuan->name(kPerson), *names.begin());
}

TEST_F(PseudonymsTest, WhatIsDealtMustFitWhatWasCommittedTo) {
  form({&a, &b}, true, true);
  Member sichuan{a}, chongqing{b};
  connect({&sichuan, &chongqing});
  sichuan.shares.follow();
  chongqing.shares.follow();
  EXPECT_EQ(sichuan.refusal(kPerson), Why::forming);
  const Dealing honest = read_dealing(parse_json(*chongqing.shares.dealt(1)).value()).value();
  const auto taken = [&](const std::function<void(Dealing&)>& change) {
    Dealing dealing = honest;
    change(dealing);
    return sichuan.shares.take("chongqing", 1, canonical_json(dealing_value(dealing))).has_value();
  };
  const auto g = oblivious::times_base(oblivious::scalar_of(7U)).value();
  EXPECT_FALSE(taken([&](Dealing& one) { one.commitment.a = g; })) << "it does not know it";
  EXPECT_FALSE(taken([&](Dealing& one) { one.commitment.b = g; })) << "our part is another's";
  EXPECT_FALSE(taken([&](Dealing& one) { one.boxes.clear(); }));
  EXPECT_FALSE(taken([&](Dealing& one) {
    one.boxes["sichuan"] =
        node::seal_to(a.identity.seal.public_key, as_bytes(oblivious::scalar_of(7U)));
  }));
  EXPECT_EQ(sichuan.refusal(kPerson), Why::forming);
  EXPECT_TRUE(taken([](Dealing&) {}));
  EXPECT_EQ(sichuan.shares.whole().size(), 1U);
  EXPECT_EQ(sichuan.refusal(kPerson), Why::forming) << "the other has nothing of us yet";
}

// A vault that came back from before it dealt deals again: nobody takes the one for the other.
TEST_F(SharedPseudonyms, MembersThatWereToldDifferentThingsSaySo) {
  TestNode c{root, "guizhou"};
  next_edition({&a, &b, &c}, {party_card(c.identity).value()}, false);
  Member guizhou{c};
  const std::vector<Member*> all{sichuan.get(), chongqing.get(), &guizhou};
  connect(all);
  for (Member* one : all) one->shares.follow();
  // Guizhou deals to Sichuan, forgets that it did, and deals anew to Chongqing.
  ASSERT_TRUE(sichuan->shares.take("guizhou", 2, *guizhou.shares.dealt(2)));
  c.node->vault().set_shared(2, "");
  Member again{c};
  again.shares.follow();
  ASSERT_TRUE(chongqing->shares.take("guizhou", 2, *again.shares.dealt(2)));
  ASSERT_TRUE(sichuan->shares.take("chongqing", 2, *chongqing->shares.dealt(2)));
  ASSERT_TRUE(chongqing->shares.take("sichuan", 2, *sichuan->shares.dealt(2)));
  sichuan->others.erase("guizhou");
  const auto refused = chongqing->evaluating->answer(
      "sichuan", ask_text({.generation = 2,
                           .digest = sichuan->shares.of(2)->digest,
                           .points = {oblivious::times_base(oblivious::scalar_of(2U)).value()}}));
  EXPECT_EQ(refused.status, 409);
  EXPECT_TRUE(chongqing->alarmed().contains("pseudonyms-differ"));
}

TEST_F(PseudonymsTest, ACircleWithOneKeyIsMovedAndItsRecordsAreFound) {
  form({&a, &b});
  a.node->vault().set_token_key(std::string(32, 'k'));
  b.node->vault().set_token_key(std::string(32, 'k'));
  Member sichuan{a}, chongqing{b};
  connect({&sichuan, &chongqing});
  const std::string old = sichuan.name(kPerson);
  EXPECT_EQ(old, b.node->vault().token(kPerson));
  EXPECT_TRUE(sichuan.asked.empty());
  next_edition({&a, &b}, {}, true);
  deal({&sichuan, &chongqing});
  const std::string now = chongqing.name(kPerson);
  EXPECT_NE(now, old);
  EXPECT_EQ(sichuan.name(kPerson), now);
  EXPECT_EQ(sichuan.pseudonyms->all_of(kPerson).value(), (std::vector<std::string>{now, old}));
}

TEST_F(PseudonymsTest, NobodyIsTalkedBackToAKeyThatItsPeerHasToo) {
  form({&a, &b});
  for (TestNode* one : {&a, &b}) one->node->vault().set_token_key(std::string(32, 'k'));
  next_edition({&a, &b}, {}, true);
  Member sichuan{a}, chongqing{b};
  connect({&sichuan, &chongqing});
  deal({&sichuan, &chongqing});
  const std::string name = sichuan.name(kPerson);
  for (const int status : {409, 404}) {
    sichuan.change = [&](const std::string&, Pseudonyms::Answer& told) { told = {status, {}, 0}; };
    EXPECT_EQ(sichuan.refusal(kOther), Why::forming) << status;
    Member again{a};  // after a restart too
    again.others = sichuan.others;
    again.change = sichuan.change;
    EXPECT_EQ(again.refusal(kOther), Why::forming) << status;
    EXPECT_EQ(again.name(kPerson), name);
  }
}

TEST_F(SharedPseudonyms, WhatIsAskedIsReadAsItWasWrittenOrNotAtAll) {
  const EvaluationAsk ask{.generation = 3,
                          .digest = std::string(64, 'a'),
                          .points = {oblivious::times_base(oblivious::scalar_of(2U)).value()}};
  EXPECT_EQ(ask_text(read_ask(ask_text(ask)).value()), ask_text(ask));
  EvaluationAsk odd = ask;
  odd.points.clear();
  EXPECT_FALSE(read_ask(ask_text(odd)));
  odd.points.assign(kPointsMax + 1, ask.points[0]);
  EXPECT_FALSE(read_ask(ask_text(odd)));
  odd = ask;
  odd.points[0] = {};
  EXPECT_FALSE(read_ask(ask_text(odd))) << "the identity";
  odd = ask;
  odd.digest = "x";
  EXPECT_FALSE(read_ask(ask_text(odd)));
  EXPECT_EQ(chongqing->evaluating->answer("sichuan", "{}").status, 400);
  EXPECT_EQ(chongqing->evaluating->answer("sichuan", ask_text(ask)).status, 409);
  const std::string digest = chongqing->shares.of(1)->digest;
  const std::string sound = ask_text({.generation = 1, .digest = digest, .points = ask.points});
  EXPECT_EQ(chongqing->evaluating->answer("guizhou", sound).status, 403);
  EXPECT_EQ(chongqing->evaluating->answer("sichuan", sound).status, 200);
}

// Over the exchange itself: two processes' worth of nodes, mutual TLS between them.
TEST_F(PseudonymsTest, RealNodesDealAndNameOverTheExchange) {
  form({&a, &b}, true, true);
  a.connect();
  b.connect();
  const auto name = [](TestNode& of, const std::string& number) {
    const auto named = of.exchange->pseudonyms().of({number});
    return named ? named->begin()->second : std::string{};
  };
  ASSERT_TRUE(eventually([&] { return !name(a, kPerson).empty(); }));
  EXPECT_EQ(name(b, kPerson), name(a, kPerson));
  EXPECT_EQ(b.exchange->asked_pseudonyms().at("sichuan").points, 1);
  b.close();
  EXPECT_FALSE(name(a, kPerson).empty());
  const auto begun = std::chrono::steady_clock::now();
  const auto away = a.exchange->pseudonyms().of({kOther});
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().why, Why::away);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{10});
  b.open();
  b.connect();
  ASSERT_TRUE(eventually([&] { return !name(a, kOther).empty(); }));
  EXPECT_EQ(name(b, kOther), name(a, kOther));
  EXPECT_TRUE(a.exchange->alarms().empty());
}

}  // namespace
}  // namespace bashu::exchange
