// Seeds of the simulator, that a seed is a whole run, and that every check can fail.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "checks.h"
#include "evidence/entry.h"
#include "world.h"

namespace bashu::sim {
namespace {

std::string words(const Result& result) {
  return result.broken
             ? "seed " + std::to_string(result.seed) + ", step " + std::to_string(result.step) +
                   ": " + result.broken->check + ": " + result.broken->detail
             : std::string{};
}

// In four parts, so that tests run beside each other.
class Seeds : public testing::TestWithParam<int> {};

TEST_P(Seeds, KeepEveryPromise) {
  constexpr std::uint64_t kEach = 55;
  const std::uint64_t from = 1 + kEach * static_cast<std::uint64_t>(GetParam());
  std::map<std::string, std::int64_t> counts;
  for (std::uint64_t seed = from; seed < from + kEach; ++seed) {
    const Result result = simulate({.seed = seed, .steps = 700});
    ASSERT_FALSE(result.broken) << words(result) << "\nreplay: bashu-sim --seeds " << seed
                                << " --steps 700 --verbose";
    for (const auto& [what, number] : result.counts) counts[what] += number;
  }
  // A fault that never happened shows nothing.
  for (const char* what : {"crashes",
                           "partitions",
                           "lost calls",
                           "lost answers",
                           "doubled calls",
                           "snapshots",
                           "days",
                           "torn records cut off",
                           "died after its commit, before anybody hears",
                           "died before its commit is on the disk",
                           "lost tree",
                           "lost index.db",
                           "lost snapshots",
                           "lost published",
                           "skewed clocks",
                           "rotated keys",
                           "acknowledged",
                           "answers 202",
                           "reached move.settled",
                           "reached move.restored",
                           "reached permit.approved",
                           "reached list.published"}) {
    EXPECT_GT(counts[what], 0) << what;
  }
}
INSTANTIATE_TEST_SUITE_P(Parts, Seeds, testing::Range(0, 4));

TEST(Simulation, ASeedIsAWholeRun) {
  for (const std::uint64_t seed : {std::uint64_t{5}, std::uint64_t{8}}) {
    const Result one = simulate({.seed = seed});
    const Result other = simulate({.seed = seed});
    EXPECT_EQ(one.trace, other.trace);
    EXPECT_EQ(one.digests, other.digests);
    EXPECT_EQ(one.counts, other.counts);
    EXPECT_NE(one.trace, simulate({.seed = seed + 100}).trace);
  }
}

// A fault, the check that finds it, and others that may be first.
struct Found {
  Plant plant;
  std::string check;
  std::set<std::string> or_first = {};
};
void PrintTo(const Found& found, std::ostream* out) {
  *out << found.check << " (" << static_cast<int>(found.plant) << ')';
}
class Planted : public testing::TestWithParam<Found> {};

TEST_P(Planted, FaultIsFound) {
  const auto& [plant, check, or_first] = GetParam();
  for (std::uint64_t seed = 1; seed < 80; ++seed) {
    const Result result = simulate({.seed = seed, .steps = 500, .plant = plant});
    if (!result.broken) continue;
    if (result.broken->check == check) return;
    EXPECT_TRUE(or_first.contains(result.broken->check)) << words(result);
  }
  FAIL() << "no seed found the planted fault";
}
INSTANTIATE_TEST_SUITE_P(
    Kinds, Planted,
    testing::Values(Found{Plant::early_answer, "acknowledged"},
                    Found{Plant::lying_disk, "start", {"durable"}},
                    Found{Plant::lying_disk, "durable", {"start"}},
                    Found{Plant::deaf_to_repeats, "journal", {"alarm"}},
                    Found{Plant::keyless, "twice", {"acknowledged"}}, Found{Plant::leak, "leak"},
                    Found{Plant::tampering, "start"}, Found{Plant::deaf_link, "heal"},
                    Found{Plant::drift, "digest"}, Found{Plant::lost_keys, "keys"}));

// The checks by themselves: a sound circle at rest, one change, and the name of what breaks.
class Checks : public testing::Test {
 protected:
  Checks() {
    (void)world_.prepare();
    for (const auto& machine : world_.machines()) shadows_.push_back(&machine->shadow());
    for (const auto& [digest, row] : state(0).circle().packs) {
      if (row.pack->name == "household-migration") moves_ = digest;
    }
    state(0).each_record(
        [&](const core::RegisterId& reg, const std::string& key, const core::Record&) {
          if (reg == kPopulation) person_ = key;
        });
    EXPECT_FALSE(moves_.empty());
    EXPECT_FALSE(person_.empty());
    EXPECT_EQ(broken(), "");
    EXPECT_EQ(broken_at_rest(), "");
  }

  // 0 is Sichuan, the origin; 1 is Chongqing, the destination.
  core::State& state(std::size_t i) { return world_.machines()[i]->shadow().state(); }
  std::string broken() {
    for (const Shadow* shadow : shadows_) {
      if (auto found = check_alone(*shadow)) return found->check;
    }
    auto found = check_together(shadows_);
    return found ? found->check : std::string{};
  }
  std::string broken_at_rest() {
    auto found = check_at_rest(shadows_);
    return found ? found->check : std::string{};
  }
  void open_case(std::size_t i) {
    state(i).apply(
        core::CaseOpened{.id = "chongqing-1",
                         .pack = moves_,
                         .service = "move",
                         .parties = {{"origin", "sichuan"}, {"destination", "chongqing"}},
                         .parent = {},
                         .opened_by = {},
                         .on = world_.day(),
                         .number = 1});
    step(i, 1, "applied");
  }
  void step(std::size_t i, std::int64_t version, const std::string& to,
            Value set = Value::Record{}) {
    state(i).apply(core::CaseChanged{.id = "chongqing-1",
                                     .version = version,
                                     .digest = "digest-" + std::to_string(version),
                                     .decided_by = "chongqing",
                                     .event = "event",
                                     .role = "clerk",
                                     .from = {},
                                     .to = to,
                                     .branch = 0,
                                     .input = Value::Record{},
                                     .set = std::move(set),
                                     .on = world_.day(),
                                     .principal = {},
                                     .reads = {},
                                     .salt = {}});
  }
  void stand(std::size_t i, const std::string& standing) {
    state(i).apply(
        core::RecordPut{.reg = core::RegisterId{kPopulation},
                        .key = person_,
                        .keeper = state(i).circle().own,
                        .side = state(i).circle().own,
                        .fields = Value::Record{{"person", person_}, {"standing", standing}},
                        .sided = {},
                        .on = world_.day(),
                        .id = {},
                        .sides = {}});
  }

  static constexpr std::string_view kPopulation = "household-migration/population";
  World world_{Options{}, nullptr};
  Shadows shadows_;
  std::string moves_, person_;
};

TEST_F(Checks, ABookThatDoesNotSumToZero) {
  state(1).set_balance({.book = "hazardous-waste/tonnes", .kind = "consented", .key = {}},
                       core::Balance{{{.day = Date{}, .sum = 5}}});
  EXPECT_EQ(broken(), "invariant");
}

TEST_F(Checks, ADispute) {
  open_case(0);
  open_case(1);
  EXPECT_EQ(broken(), "");
  state(0).apply(core::CaseDisputed{
      .id = "chongqing-1", .by = "sichuan", .reason = "r", .detail = {}, .content = {}});
  EXPECT_EQ(broken(), "dispute");
}

TEST_F(Checks, AMessageHeldAmongHonestNodes) {
  core::MessageHeld held{.from = "sichuan",
                         .seq = 1,
                         .kind = "case.event",
                         .stream = "x",
                         .pack = {},
                         .reason = "pack",
                         .body = {}};
  state(1).apply(held);
  EXPECT_EQ(broken(), "") << "an adoption may be on its way";
  EXPECT_EQ(broken_at_rest(), "rest");
  held.reason = "clocks";
  state(1).apply(held);
  EXPECT_EQ(broken(), "held");
}

TEST_F(Checks, TwoHolders) {
  open_case(1);
  open_case(0);
  step(0, 2, "permitted");
  EXPECT_EQ(broken(), "holder");
}

TEST_F(Checks, NoHolder) {
  open_case(0);  // Chongqing holds it, does not know it, and nothing was sent
  EXPECT_EQ(broken(), "holder");
}

TEST_F(Checks, CopiesOfOneVersionThatDiffer) {
  core::CaseChanged changed;
  changed.id = "chongqing-1";
  changed.version = 3;
  changed.digest = "one";
  auto& machines = world_.machines();
  EXPECT_TRUE(machines[0]->shadow().note_step(changed));
  EXPECT_FALSE(machines[0]->shadow().note_step(changed));
  changed.digest = "other";
  EXPECT_TRUE(machines[1]->shadow().note_step(changed));
  EXPECT_EQ(broken(), "steps");
}

TEST_F(Checks, MoreTakenThanSentAndMoreAcknowledgedThanTaken) {
  state(1).edit_inbox("sichuan").next += 3;
  EXPECT_EQ(broken(), "channel");
  state(1).edit_inbox("sichuan").next -= 6;
  EXPECT_EQ(broken(), "channel");
  state(1).edit_inbox("sichuan").next += 3;
  EXPECT_EQ(broken(), "");
  state(0).apply(core::ChannelStopped{.peer = "chongqing", .reason = "receipt"});
  EXPECT_EQ(broken(), "channel");
}

TEST_F(Checks, APersonRegisteredTwiceOrNowhere) {
  stand(1, "active");
  EXPECT_EQ(broken(), "person");
  stand(1, "moved");
  EXPECT_EQ(broken(), "");
  stand(0, "leaving");
  EXPECT_EQ(broken(), "person");
  open_case(0);
  open_case(1);
  step(0, 2, "on_the_way", Value::Record{{"person", person_}});
  step(1, 2, "on_the_way", Value::Record{{"person", person_}});
  EXPECT_EQ(broken(), "") << "on the way with this case";
  stand(1, "active");
  EXPECT_EQ(broken(), "person");
}

TEST_F(Checks, CopiesAndSharedRegistersThatDifferAtRest) {
  state(0).apply(core::RecordPut{.reg = "hazardous-waste/carrier",
                                 .key = "planted",
                                 .keeper = "sichuan",
                                 .side = "sichuan",
                                 .fields = Value::Record{{"carrier", "planted"}},
                                 .sided = {},
                                 .on = world_.day(),
                                 .id = {},
                                 .sides = {}});
  EXPECT_EQ(broken(), "");
  EXPECT_EQ(broken_at_rest(), "registers");
  open_case(0);
  open_case(1);
  step(1, 2, "waiting");
  EXPECT_EQ(broken_at_rest(), "copies");
}

}  // namespace
}  // namespace bashu::sim
