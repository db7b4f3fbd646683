// Documents of erased keys, as they go or stay. End to end: tests/e2e/test_objects.py.
#include "exchange/erased.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/json.h"
#include "node/snapshot.h"
#include "node/storage/memory.h"

namespace bashu::exchange {
namespace {

class ErasedDocumentsTest : public ::testing::Test {
 protected:
  void SetUp() override { state_.apply(core::DayBegun{.day = *Date::parse("2026-03-02")}); }
  std::string put(std::string_view blob) { return blobs_.put(blob).value(); }
  void in_case(const std::string& id, const std::string& document, const std::string& key,
               int size = 3) {
    core::Case& c = state_.edit_case(id);
    c.id = core::CaseId{id};
    c.data = *parse_json(R"({"file":{"sha256":")" + document + R"(","media":"","size":)" +
                         std::to_string(size) + R"(,"dek":")" + key + R"("}})");
  }
  // A step, by which the field names this document.
  void step(const std::string& id, const std::string& document, const std::string& key) {
    core::CaseChanged one;
    one.id = core::CaseId{id};
    if (!state_.find_case(id)) state_.apply(core::CaseOpened{.id = one.id, .on = {}});
    one.version = state_.find_case(id)->version + 1;
    one.input = *parse_json(R"({"file":{"sha256":")" + document +
                            R"(","media":"","size":3,"dek":")" + key + R"("}})");
    state_.apply(one);
  }
  // By whoever made them.
  void erase(std::int64_t number, const std::string& id, const std::string& key) {
    core::PrivacyOrdered order;
    order.number = number;
    order.kind = "erase";
    order.subject = id;
    order.cases = {core::CaseId{id}};
    order.keys = {key};
    state_.apply(order);
    state_.apply(core::PrivacyOrderEnded{.number = number, .outcome = "done", .by = {}, .on = {}});
  }
  // Of a process that was started for it.
  void tick() { made().tick(); }
  ErasedDocuments made() {
    return {[this](const auto& read) { read(state_); }, files_, blobs_};
  }

  core::State state_{"a"};
  node::MemoryFiles files_;
  Blobs blobs_{files_};
};

TEST_F(ErasedDocumentsTest, AMembersOwnOrderLeavesWhatAnotherCaseNames) {
  const std::string theirs = put("of another case"), own = put("of the member alone");
  in_case("a-1", theirs, "a-k1");
  in_case("b-1", theirs, "b-k1");
  in_case("b-2", own, "b-k2");
  erase(1, "b-1", "b-k1");
  erase(2, "b-2", "b-k2");
  tick();
  EXPECT_TRUE(blobs_.has(theirs));
  EXPECT_FALSE(blobs_.has(own));
  erase(3, "a-1", "a-k1");
  tick();
  EXPECT_FALSE(blobs_.has(theirs)) << "when its own case is erased it goes";
}

TEST_F(ErasedDocumentsTest, WhatALaterStepReplacedStaysUntilItsOwnKeyIsErased) {
  const std::string first = put("handed in first"), second = put("handed in later");
  step("a-1", first, "a-k1");
  step("a-1", second, "a-k2");
  in_case("b-1", first, "b-k1");
  erase(1, "b-1", "b-k1");
  tick();
  EXPECT_TRUE(blobs_.has(first)) << "the history of a-1 names it";
  erase(2, "a-1", "a-k1");
  tick();
  EXPECT_FALSE(blobs_.has(first));
  EXPECT_TRUE(blobs_.has(second));
}

TEST_F(ErasedDocumentsTest, WhoReplacedItsOwnTakesNothingFromOthersEither) {
  const std::string theirs = put("of another case");
  step("a-1", theirs, "a-k1");
  step("b-1", theirs, "b-k1");
  step("b-1", put("anything"), "b-k2");
  erase(1, "b-1", "b-k1");
  tick();
  EXPECT_TRUE(blobs_.has(theirs));
  erase(2, "a-1", "a-k1");
  tick();
  EXPECT_FALSE(blobs_.has(theirs));
}

TEST_F(ErasedDocumentsTest, WhatALaterStepReplacedWaitsForTheEndOfAHold) {
  const std::string first = put("handed in first");
  step("a-1", first, "a-k1");
  step("a-1", put("handed in later"), "a-k2");
  state_.apply(core::PrivacyOrdered{.number = 1, .kind = "hold", .subject = "a-1"});
  erase(2, "a-1", "a-k1");
  tick();
  EXPECT_TRUE(blobs_.has(first));
  state_.apply(core::PrivacyOrderEnded{.number = 1, .outcome = "lifted", .by = {}, .on = {}});
  tick();
  EXPECT_FALSE(blobs_.has(first));
}

// A start reads the state from a snapshot, which knows what the history names as the journal does.
TEST_F(ErasedDocumentsTest, ASnapshotKnowsWhatALaterStepReplaced) {
  const std::string first = put("handed in first");
  step("a-1", first, "a-k1");
  step("a-1", put("handed in later"), "a-k2");
  in_case("b-1", first, "b-k1");
  ASSERT_TRUE(node::write_snapshot(files_, "snapshots/1.snap", state_, {.size = 1, .root = {}}));
  auto snapshot = node::read_snapshot(files_, "snapshots/1.snap");
  ASSERT_TRUE(snapshot) << snapshot.error().what;
  core::PrivacyOrdered order{.number = 1, .kind = "erase", .subject = "b-1"};
  order.cases = {"b-1"};
  order.keys = {"b-k1"};
  snapshot->state->apply(order);
  snapshot->state->apply(
      core::PrivacyOrderEnded{.number = 1, .outcome = "done", .by = {}, .on = {}});
  ErasedDocuments after{[&](const auto& read) { read(*snapshot->state); }, files_, blobs_};
  after.tick();
  EXPECT_TRUE(blobs_.has(first));
}

TEST_F(ErasedDocumentsTest, PartsGoWithTheirListUnlessOthersNameThem) {
  const std::string first = put("first part"), second = put("second part");
  const std::string list = put(list_of_parts({{first, 10}, {second, 11}}));
  const std::string of_liar = put(list_of_parts({{second, 11}, {first, 10}}));
  in_case("a-1", list, "a-k1", 2 << 20);
  in_case("b-1", of_liar, "b-k1", 2 << 20);
  in_case("b-2", first, "b-k1");
  erase(1, "b-1", "b-k1");
  erase(2, "b-2", "b-k1");
  tick();
  EXPECT_FALSE(blobs_.has(of_liar));
  EXPECT_TRUE(blobs_.has(list) && blobs_.has(first) && blobs_.has(second));
  erase(3, "a-1", "a-k1");
  tick();
  EXPECT_FALSE(blobs_.has(list) || blobs_.has(first) || blobs_.has(second));
}

TEST_F(ErasedDocumentsTest, UnderAHoldTheyWaitForItsEnd) {
  const std::string held = put("held");
  in_case("b-1", held, "b-k1");
  core::PrivacyOrdered hold;
  hold.number = 1;
  hold.kind = "hold";
  hold.subject = "court 12";
  hold.cases = {"b-1"};
  state_.apply(hold);
  erase(2, "b-1", "b-k1");
  tick();
  EXPECT_TRUE(blobs_.has(held));
  EXPECT_EQ(files_.read("erased-documents").value_or(""), "2\n" + held + "\n");
  ErasedDocuments same = made();
  same.tick();
  EXPECT_TRUE(blobs_.has(held));
  state_.apply(core::PrivacyOrderEnded{.number = 1, .outcome = "lifted", .by = {}, .on = {}});
  same.tick();
  EXPECT_FALSE(blobs_.has(held));
  EXPECT_EQ(files_.read("erased-documents").value_or(""), "2\n");
}

}  // namespace
}  // namespace bashu::exchange
