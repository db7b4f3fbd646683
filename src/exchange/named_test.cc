#include "exchange/named.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/event.h"

namespace bashu::exchange {
namespace {

std::string name(char c) { return std::string(64, c); }

std::string document(const std::string& sha256, const std::string& key, int size = 3) {
  return R"({"sha256":")" + sha256 + R"(","media":"","size":)" + std::to_string(size) +
         R"(,"name":{"$sealed":"1","dek":")" + key + R"("}})";
}
Value one_file(const std::string& sha256, const std::string& key, int size = 3) {
  return *parse_json(R"({"file":)" + document(sha256, key, size) + "}");
}

TEST(KeyedDocuments, EachHasItsOwnKey) {
  const std::string a = name('a'), b = name('b'), c = name('c');
  const auto value = parse_json(
      R"({"x":[{"sha256":")" + a + R"(","media":"","size":3,"dek":"k1"},{"sha256":")" + b +
      R"(","media":"","size":3,"name":{"$sealed":"v1","dek":"k2"}}],"y":{"sha256":")" + c +
      R"(","media":"","size":0},"other":{"$sealed":"v1","dek":"k3"}})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(keyed_documents(*value),
            (std::vector<KeyedDocument>{{a, "k1", 3}, {b, "k2", 3}, {c, "", 0}}));
  EXPECT_TRUE(keyed_documents(Value{"text"}).empty());
}

// A case `b-9` of the member b names document a under a key of b that is destroyed.
class DocumentsToBeRemoved : public ::testing::Test {
 protected:
  void SetUp() override {
    state_.apply(core::DayBegun{.day = *Date::parse("2026-03-02")});
    in_case("b-9", one_file(name('a'), "b-k1"));
    order({.number = 1, .kind = "erase", .subject = "b-9", .cases = {"b-9"}, .keys = {"b-k1"}});
  }
  void order(core::PrivacyOrdered order) {
    order.on = state_.circle().today;
    state_.apply(order);
  }
  void in_case(const std::string& id, Value data) {
    core::Case& c = state_.edit_case(id);
    c.id = core::CaseId{id};
    c.data = std::move(data);
  }
  NamedDocuments looked(std::set<std::string, std::less<>> names, std::size_t at_once = 1'000) {
    NamedDocuments named{std::move(names)};
    while (named.look(state_, at_once)) {
      for (const std::string& large : named.take_large()) {
        if (const auto it = lists_.find(large); it != lists_.end()) {
          named.take_parts(large, it->second);
        }
      }
    }
    return named;
  }
  bool kept(const std::string& document) { return looked({document}).is_kept(document); }

  core::State state_{"a"};
  std::map<std::string, std::vector<Part>> lists_;
};

TEST_F(DocumentsToBeRemoved, GoIfOnlyWhatIsErasedNamesThem) {
  EXPECT_FALSE(kept(name('a')));
  in_case("b-8", one_file(name('a'), "b-k1"));
  EXPECT_FALSE(kept(name('a'))) << "under the same key nobody can read it there either";
}

TEST_F(DocumentsToBeRemoved, StayWhereAnotherCaseNamesThem) {
  in_case("a-1", one_file(name('a'), "a-k1"));
  EXPECT_TRUE(kept(name('a')));
  EXPECT_FALSE(looked({name('a')}).is_held(name('a')));
  order({.number = 2, .kind = "erase", .subject = "a-1", .cases = {"a-1"}, .keys = {"a-k1"}});
  EXPECT_FALSE(kept(name('a')));
  in_case("a-2", one_file(name('a'), ""));
  EXPECT_TRUE(kept(name('a'))) << "one that says no key has lost none";
}

TEST_F(DocumentsToBeRemoved, StayWhereARecordOrAClaimNamesThem) {
  state_.edit_record("p/people", "1").fields = one_file(name('a'), "a-k1");
  state_.edit_record("p/people", "2").contested["c"].fields = one_file(name('d'), "c-k1");
  EXPECT_TRUE(kept(name('a')) && kept(name('d')));
  EXPECT_FALSE(kept(name('e')));
}

TEST_F(DocumentsToBeRemoved, StayWhereAMessageThatWaitsNamesThem) {
  in_case("c-1", Value::Record{});
  core::MessageHeld held;
  held.from = "c";
  held.seq = 1;
  held.body = one_file(name('a'), "c-k1");
  state_.apply(held);
  core::StepParked parked;
  parked.from = "c";
  parked.id = "c-1";
  parked.version = 3;
  parked.body = one_file(name('d'), "c-k1");
  state_.apply(parked);
  EXPECT_TRUE(kept(name('a')) && kept(name('d')));
}

TEST_F(DocumentsToBeRemoved, StayUnderAHoldAlsoWithoutAKeyUntilItIsOver) {
  core::PrivacyOrdered hold{.number = 2, .kind = "hold", .subject = "court", .cases = {"b-9"}};
  hold.until = *Date::parse("2026-04-02");
  order(hold);
  EXPECT_TRUE(looked({name('a')}).is_held(name('a')));
  state_.apply(core::DayBegun{.day = *Date::parse("2026-04-03")});
  EXPECT_FALSE(kept(name('a')));
  in_case("b-9", *parse_json(R"({"who":"t:x","file":)" + document(name('a'), "b-k1") + "}"));
  order({.number = 3, .kind = "hold", .subject = "t:x"});
  EXPECT_TRUE(kept(name('a'))) << "of the person that a hold names";
  state_.apply(core::PrivacyOrderEnded{.number = 3, .outcome = "lifted", .by = {}, .on = {}});
  EXPECT_FALSE(kept(name('a')));
}

TEST_F(DocumentsToBeRemoved, StayAsPartsOfALargeOneThatIsNamed) {
  lists_[name('f')] = {{.name = name('a'), .size = 9}, {.name = name('d'), .size = 9}};
  in_case("a-1", one_file(name('f'), "a-k1", 2 << 20));
  EXPECT_TRUE(kept(name('a')) && kept(name('d')));
  order({.number = 2, .kind = "erase", .subject = "a-1", .cases = {"a-1"}, .keys = {"a-k1"}});
  EXPECT_FALSE(kept(name('a')) || kept(name('d')));
  order({.number = 3, .kind = "hold", .subject = "a-1"});
  EXPECT_TRUE(looked({name('d')}).is_held(name('d')));
}

TEST_F(DocumentsToBeRemoved, StayAsPartsOfALargeOneThatALaterStepReplaced) {
  lists_[name('f')] = {{.name = name('a'), .size = 9}};
  state_.apply(core::CaseOpened{.id = "a-1", .on = state_.circle().today});
  for (int i = 0; i < 20; ++i) {
    core::CaseChanged step;
    step.id = "a-1";
    step.version = i + 1;
    step.input = one_file(i == 9 ? name('f') : std::string(60, '0') + std::to_string(1'000 + i),
                          "a-k" + std::to_string(i), 2 << 20);
    state_.apply(step);
  }
  EXPECT_TRUE(looked({name('a')}, 3).is_kept(name('a')));
  order({.number = 2, .kind = "erase", .subject = "a-1", .cases = {"a-1"}, .keys = {"a-k9"}});
  EXPECT_FALSE(kept(name('a')));
}

TEST_F(DocumentsToBeRemoved, AreLookedForAPartAtATime) {
  for (int i = 0; i < 200; ++i) in_case("a-" + std::to_string(i), Value::Record{});
  in_case("a-200", one_file(name('a'), "a-k1"));
  EXPECT_TRUE(looked({name('a')}, 7).is_kept(name('a')));
}

}  // namespace
}  // namespace bashu::exchange
