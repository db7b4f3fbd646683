// The sender against a scripted transport: what comes back is made by hand, or by a real second
// node through its Service, with losses, repeats and lies between.
#include "exchange/sender.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <map>
#include <random>

#include "base/json.h"
#include "exchange/own_words.h"
#include "exchange/records.h"
#include "exchange/test_sides.h"

namespace bashu::exchange {
namespace {

using testing::ask;
using testing::drive;
using testing::eventually;
using testing::fake_now;
using testing::form;
using testing::honest_only;
using testing::is_message;
using testing::refusal;
using testing::Script;
using testing::Side;
using testing::TestNode;

class SenderTest : public testing::Nodes {
 protected:
  SenderTest() {
    form({&a, &b});
    near = std::make_unique<Side>(a, "chongqing");
    far = std::make_unique<Side>(b, "sichuan");
    far->guard.pass("sichuan");
  }
  [[nodiscard]] std::int64_t acked() const { return a.outbox("chongqing").acked; }
  // Our node comes back as it was before `lost`.
  void taken_back(const std::function<void()>& lost) {
    constexpr auto kAll = std::filesystem::copy_options::recursive;
    const auto again = [&](const std::function<void()>& meanwhile) {
      near.reset();
      a.close();
      meanwhile();
      a.open();
      near = std::make_unique<Side>(a, "chongqing");
    };
    again([&] { std::filesystem::copy(a.dir, root / "before", kAll); });
    lost();
    again([&] {
      std::filesystem::remove_all(a.dir);
      std::filesystem::copy(root / "before", a.dir, kAll);
    });
  }
  [[nodiscard]] static std::string record(const TestNode& node, const std::string& name) {
    return held_record(*node.node, name).value();
  }
  // People were told once of what the peer says and does not show, and it is over.
  void unproven_was_told() const {
    EXPECT_FALSE(near->guard.trouble());
    EXPECT_EQ(near->sender.status().unproven, "");
    const auto alarms = near->alarms.newest();
    EXPECT_EQ(std::ranges::count(alarms, "rollback-unproven", &Alarm::code), 1);
  }
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  std::unique_ptr<Side> near, far;
};

TEST_F(SenderTest, HonestPeerReceivesEverything) {
  for (int i = 0; i < 10; ++i) a.say(i);
  drive(*near, *far, honest_only, [&] { return acked() == 10; });
  EXPECT_EQ(acked(), 10);
  EXPECT_EQ(b.inbox("sichuan").next, 11);
  EXPECT_TRUE(near->alarms.newest().empty());
  EXPECT_EQ(near->sender.status().phase, Phase::running);
}

TEST_F(SenderTest, LossAndRepetitionInBothDirectionsLoseNothingAndDoubleNothing) {
  std::minstd_rand luck{7};
  for (int i = 0; i < 25; ++i) a.say(i);
  std::vector<PeerCall> old;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (is_message(call)) old.push_back(call);
        if (luck() % 4 == 0) return {};  // lost on the way there
        const PeerAnswer answer = honest();
        if (!old.empty() && luck() % 3 == 0) {
          static_cast<void>(ask(*far, "sichuan", old[luck() % old.size()]));  // repeated by the net
        }
        if (luck() % 4 == 0) return {};  // lost on the way back
        return answer;
      },
      [&] { return acked() == 25; }, 4'000);
  EXPECT_EQ(acked(), 25);
  EXPECT_EQ(b.inbox("sichuan").next, 26);
  const auto entries = b.node->entries(0, 64u << 20);
  ASSERT_TRUE(entries.has_value());
  std::int64_t expected = 1;
  for (const node::Entry& entry : *entries) {
    if (entry.kind != "recv") continue;
    EXPECT_EQ(entry.seq, expected);
    ++expected;
  }
  EXPECT_EQ(expected, 26);
  EXPECT_TRUE(near->alarms.newest().empty());
}

TEST_F(SenderTest, NothingLeavesBeforeTheGuardPassed) {
  a.say(1);
  bool asked = false;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>&) -> PeerAnswer {
        EXPECT_EQ(call.target, "/seen");
        asked = true;
        return {};
      },
      [] { return false; }, 60);
  EXPECT_TRUE(asked);
}

TEST_F(SenderTest, PeerThatHoldsMoreOfOurLogThanWeDoShowsARollback) {
  const std::string note = [&] {
    // A checkpoint of a longer log, signed by our own key.
    return evidence::sign_checkpoint(a.identity.origin, 1'000'000, Hash{},
                                     a.identity.log.secret_key);
  }();
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (call.target == "/seen") return {.status = 200, .body = note};
        ADD_FAILURE() << call.target;
        return honest();
      },
      [&] { return near->guard.trouble().has_value(); }, 50);
  EXPECT_EQ(near->guard.trouble()->standing, evidence::Standing::rollback);
}

TEST_F(SenderTest, PeerThatHoldsAnotherRootShowsAFork) {
  const std::string note =
      evidence::sign_checkpoint(a.identity.origin, 1, Hash{}, a.identity.log.secret_key);
  drive(
      *near, *far,
      [&](const PeerCall&, const std::function<PeerAnswer()>&) -> PeerAnswer {
        return {.status = 200, .body = note};
      },
      [&] { return near->guard.trouble().has_value(); }, 50);
  EXPECT_EQ(near->guard.trouble()->standing, evidence::Standing::fork);
}

TEST_F(SenderTest, CheckpointThatWeNeverSignedBlocksNobodyForEver) {
  std::string note =
      evidence::sign_checkpoint(a.identity.origin, 1'000'000, Hash{}, b.identity.log.secret_key);
  int lies = 0;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (call.target == "/seen" && ++lies < 3) return {.status = 200, .body = note};
        return honest();
      },
      [&] { return near->sender.status().phase == Phase::running; });
  EXPECT_EQ(near->sender.status().phase, Phase::running);
  EXPECT_FALSE(near->guard.trouble());
}

// What it holds is signed by a log key that replaced ours after what was restored.
TEST_F(SenderTest, PeerThatHoldsAKeyListWeForgotShowsARollback) {
  taken_back([&] {
    ASSERT_TRUE(rotate_keys(*a.node));
    drive(*near, *far, honest_only,
          [&] { return b.node->directory()->keys_edition.at("sichuan") == 2; });
  });
  const std::string note =
      evidence::sign_checkpoint(a.identity.origin, 1'000'000, Hash{}, b.identity.log.secret_key);
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (call.target == "/seen") return {.status = 200, .body = note};
        return honest();
      },
      [&] { return near->guard.trouble().has_value(); }, 50);
  ASSERT_TRUE(near->guard.trouble());
  EXPECT_EQ(near->guard.trouble()->standing, evidence::Standing::rollback);
  EXPECT_NE(near->guard.trouble()->why.find("key list 2"), std::string::npos);
}

TEST_F(SenderTest, AKeyListThatIsNotShownStopsNobody) {
  const std::string note =
      evidence::sign_checkpoint(a.identity.origin, 1'000'000, Hash{}, b.identity.log.secret_key);
  const std::vector<PeerAnswer> lies{refusal(404, "not-found"),
                                     {.status = 200, .body = record(b, "keys/sichuan/1")},
                                     {.status = 200, .body = record(b, "keys/chongqing/1")},
                                     {.status = 200, .body = "{}"},
                                     {}};
  std::size_t told = 0;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (told == lies.size()) return honest();
        if (call.target == "/seen") return {.status = 200, .body = note};
        if (call.target.starts_with("/keys/")) {
          EXPECT_EQ(call.target, "/keys/sichuan/2");
          return lies[told++];
        }
        return {.status = 200, .body = R"({"next":1,"keys_edition":5,"token":true})"};
      },
      [&] { return near->sender.status().phase == Phase::running; }, 4'000);
  EXPECT_EQ(told, lies.size());
  EXPECT_EQ(near->sender.status().phase, Phase::running);
  unproven_was_told();
}

TEST_F(SenderTest, PeerThatForgotOurMessagesIsStoppedWithAnAlarm) {
  for (int i = 0; i < 3; ++i) a.say(i);
  drive(*near, *far, honest_only, [&] { return acked() == 3; });
  // After a restart the channel is asked for again.
  near = std::make_unique<Side>(a, "chongqing");
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (call.target.ends_with(".main")) {
          return {.status = 200, .body = R"({"next":2,"keys_edition":1,"token":true})"};
        }
        return honest();
      },
      [&] { return a.outbox("chongqing").stopped == "peer-rollback"; });
  EXPECT_EQ(a.outbox("chongqing").stopped, "peer-rollback");
  ASSERT_EQ(near->alarms.newest().size(), 1U);
  EXPECT_EQ(near->alarms.newest()[0].code, "peer-rollback");
}

TEST_F(SenderTest, PeerThatShowsAMessageOfOursThatIsNotHereShowsThatWeWereRolledBack) {
  taken_back([&] {
    for (int i = 0; i < 3; ++i) a.say(i);
    drive(*near, *far, honest_only, [&] { return acked() == 3; });
  });
  far->guard.hold("sichuan");  // one that is guarded itself gives us our own words, too
  drive(*near, *far, honest_only, [&] { return near->guard.trouble().has_value(); });
  ASSERT_TRUE(near->guard.trouble());
  EXPECT_EQ(near->guard.trouble()->standing, evidence::Standing::rollback);
  EXPECT_NE(near->guard.trouble()->why.find("our message 3"), std::string::npos);
}

TEST_F(SenderTest, AMessageThatIsNotShownStopsNobodyAndIsAskedForAtTheBackOff) {
  a.say(1);
  drive(*near, *far, honest_only, [&] { return acked() == 1; });
  near = std::make_unique<Side>(a, "chongqing");
  const PeerCall first{.target = "/channels/sichuan.chongqing.main/messages/1"};
  const std::vector<PeerAnswer> lies{refusal(404, "not-found"),
                                     ask(*far, "sichuan", first),
                                     {.status = 200, .body = "{}"},
                                     refusal(503, "not-ready"),
                                     {}};
  ASSERT_EQ(lies[1].status, 200);
  bool lying = true;
  std::size_t told = 0;
  const std::int64_t began = fake_now;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (call.target.ends_with("/messages/8")) return lies[told++ % lies.size()];
        if (lying && call.target.ends_with(".main")) {
          return {.status = 200, .body = R"({"next":9,"keys_edition":1,"token":true})"};
        }
        return honest();
      },
      [&] { return fake_now > began + 120'000; }, 2'000);
  EXPECT_FALSE(near->guard.may_leave("chongqing")) << "it may be true all the same";
  EXPECT_GE(told, lies.size());
  EXPECT_LE(told, 12U);
  EXPECT_NE(near->sender.status().unproven.find("our message 8"), std::string::npos);
  lying = false;
  a.say(2);
  drive(*near, *far, honest_only, [&] { return acked() == 2; }, 2'000);
  EXPECT_EQ(acked(), 2);
  EXPECT_TRUE(near->guard.may_leave("chongqing"));
  unproven_was_told();
}

TEST_F(SenderTest, AWitnessThatShowsMoreOfOurLogOrAnotherStopsUs) {
  const auto shows = [&](std::uint64_t size) {
    near = std::make_unique<Side>(a, "chongqing", true);
    drive(
        *near, *far,
        [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
          if (call.target == "/witness/add-checkpoint") return {.status = 409, .body = "1000000\n"};
          if (call.target != "/witness/checkpoint") return honest();
          return {.status = 200,
                  .body = evidence::sign_checkpoint(a.identity.origin, size, Hash{},
                                                    a.identity.log.secret_key)};
        },
        [&] { return near->guard.trouble().has_value(); });
    return near->guard.trouble() ? near->guard.trouble()->standing : evidence::Standing::ok;
  };
  EXPECT_EQ(shows(1'000'000), evidence::Standing::rollback);
  EXPECT_EQ(shows(1), evidence::Standing::fork);
}

// Each of its answers would have it asked again at once.
TEST_F(SenderTest, AWitnessThatSaysAnotherLengthEachTimeIsAskedAFewTimesAndWaits) {
  near = std::make_unique<Side>(a, "chongqing", true);
  far = std::make_unique<Side>(b, "sichuan", true);
  far->guard.pass("sichuan");
  int asked = 0;
  bool lying = true;
  const Script script = [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) {
    if (call.target != "/witness/add-checkpoint" || !lying) return honest();
    return PeerAnswer{.status = 409, .body = std::to_string(1 + ++asked % 2) + "\n"};
  };
  const auto alarms = [&] {
    return std::ranges::count_if(near->alarms.newest(), [](const Alarm& one) {
      return one.text.find("another length") != std::string::npos;
    });
  };
  drive(*near, *far, script, [&] { return alarms() > 0; });
  EXPECT_EQ(asked, 1 + kCorrectionsMax);
  drive(*near, *far, script, [] { return false; }, 200);
  EXPECT_EQ(asked, 1 + kCorrectionsMax) << "it waits";
  a.say(1);
  drive(*near, *far, script, [&] { return acked() == 1; }, 2'000);
  EXPECT_EQ(acked(), 1) << "and nothing else does";
  lying = false;
  drive(
      *near, *far, script,
      [&] {
        fake_now += 10'000;
        return near->cosigned.state().size > 0;
      },
      1'000);
  EXPECT_GT(near->cosigned.state().size, 0U) << "it comes to itself";
}

TEST_F(SenderTest, AWitnessThatDoesNotShowMoreOfOurLogStopsNobody) {
  near = std::make_unique<Side>(a, "chongqing", true);
  far = std::make_unique<Side>(b, "sichuan", true);
  far->guard.pass("sichuan");
  const std::vector<PeerAnswer> lies{
      refusal(404, "not-found"),
      {.status = 200,
       .body = evidence::sign_checkpoint(a.identity.origin, 1'000'000, Hash{},
                                         b.identity.log.secret_key)},
      {.status = 200, .body = a.node->checkpoint()},
      {}};
  std::size_t told = 0;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        const bool lying = told < lies.size();
        if (lying && call.target == "/witness/add-checkpoint") {
          return {.status = 409, .body = "1000000\n"};
        }
        if (!lying || call.target != "/witness/checkpoint") return honest();
        return lies[told++];
      },
      [&] {
        fake_now += 10'000;
        return near->cosigned.state().size > 0;
      },
      1'000);
  EXPECT_EQ(told, lies.size());
  EXPECT_EQ(near->cosigned.state().size, a.node->durable());
  // What it has recorded it shows to whom it is about.
  const PeerAnswer recorded = ask(*far, "sichuan", {.target = "/witness/checkpoint"});
  const auto shown = own_checkpoint(*a.node, recorded.body);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->checkpoint.size, near->cosigned.state().size);
  EXPECT_EQ(shown->standing, evidence::Standing::ok);
  EXPECT_EQ(ask(*near, "chongqing", {.target = "/witness/checkpoint"}).status, 404);
  // And messages never waited.
  a.say(1);
  drive(*near, *far, honest_only, [&] { return acked() == 1; });
  EXPECT_EQ(acked(), 1);
  unproven_was_told();
}

TEST_F(SenderTest, WrongReceiptIsAskedForOnceMoreAndThenStopsTheChannel) {
  a.say(1);
  int receipts = 0;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        PeerAnswer answer = honest();
        if (answer.status == 200 && (is_message(call) || call.target.contains("/receipts/"))) {
          ++receipts;
          answer.body[answer.body.size() / 2] ^= 1;
        }
        return answer;
      },
      [&] { return !a.outbox("chongqing").stopped.empty(); });
  EXPECT_EQ(a.outbox("chongqing").stopped, "receipt");
  EXPECT_EQ(receipts, 2);
  EXPECT_EQ(acked(), 0);
}

TEST_F(SenderTest, ReceiptOfAnotherMessageIsNotTaken) {
  for (int i = 0; i < 2; ++i) a.say(i);
  std::string first;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        PeerAnswer answer = honest();
        if (answer.status == 200 && (is_message(call) || call.target.contains("/receipts/"))) {
          if (first.empty()) first = answer.body;
          answer.body = first;
        }
        return answer;
      },
      [&] { return !a.outbox("chongqing").stopped.empty(); });
  EXPECT_EQ(a.outbox("chongqing").stopped, "receipt");
  EXPECT_EQ(acked(), 1);
}

TEST_F(SenderTest, BusyPeerIsWaitedForAndOthersRefusalsStop) {
  for (int i = 0; i < 3; ++i) a.say(i);
  int busy = 0;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (is_message(call) && ++busy <= 6) {
          PeerAnswer answer = refusal(busy % 2 == 0 ? 429 : 503, "slow-down");
          answer.retry_after_s = 1;
          return answer;
        }
        return honest();
      },
      [&] { return acked() == 3; }, 1'000);
  EXPECT_EQ(acked(), 3);
  a.say(4);
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        return is_message(call) ? refusal(403, "wrong-channel") : honest();
      },
      [&] { return !a.outbox("chongqing").stopped.empty(); });
  EXPECT_EQ(a.outbox("chongqing").stopped, "wrong-channel");
  // Started again by hand it goes on where it was.
  a.node->run({.command = core::StopChannel{.peer = "chongqing", .reason = {}}, .evidence = "{}"});
  drive(*near, *far, honest_only, [&] { return acked() == 4; });
  EXPECT_EQ(acked(), 4);
}

TEST_F(SenderTest, AWrongClockAndAnEditionAdoptedEarlierStopNoChannel) {
  std::int64_t sent = 0;
  for (const auto& [code, alarm] : std::map<std::string, std::string>{
           {"future", "clock"}, {"wrong-agreement", "wrong-agreement"}}) {
    a.say(static_cast<int>(++sent));
    int refused = 0;
    drive(
        *near, *far,
        [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
          return is_message(call) && ++refused <= 5 ? refusal(403, code) : honest();
        },
        [&] { return acked() == sent; }, 3'000);
    EXPECT_EQ(acked(), sent) << code;
    EXPECT_GT(refused, 5);
    EXPECT_EQ(a.outbox("chongqing").stopped, "");
    EXPECT_TRUE(std::ranges::any_of(near->alarms.newest(),
                                    [&](const Alarm& one) { return one.code == alarm; }));
  }
}

TEST_F(SenderTest, GapSendsItBackToAsk) {
  for (int i = 0; i < 3; ++i) a.say(i);
  int gaps = 0, asked = 0;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (call.target.ends_with(".main")) ++asked;
        if (is_message(call) && ++gaps <= 1) return refusal(409, "gap", 1);
        return honest();
      },
      [&] { return acked() == 3; }, 1'000);
  EXPECT_EQ(acked(), 3);
  EXPECT_GE(asked, 2);
}

TEST_F(SenderTest, ReceiptsMissedAreFetchedInsteadOfSendingAgain) {
  for (int i = 0; i < 5; ++i) a.say(i);
  int sent = 0;
  bool lossy = true;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (is_message(call)) ++sent;
        PeerAnswer answer = honest();
        if (is_message(call) && lossy) return {};
        return answer;
      },
      [&] { return b.inbox("sichuan").next == 6; });
  lossy = false;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        if (is_message(call)) ++sent;
        return honest();
      },
      [&] { return acked() == 5; });
  EXPECT_EQ(acked(), 5);
  EXPECT_EQ(sent, 5);
}

TEST_F(SenderTest, ForkedLogIsFoundByTheBatchOfProofs) {
  for (int i = 0; i < 3; ++i) a.say(i);
  drive(*near, *far, honest_only, [&] { return acked() == 3; });
  a.say(3);
  drive(*near, *far, honest_only, [&] { return acked() == 4; });
  fake_now += 20'000;
  bool proved = false;
  drive(
      *near, *far,
      [&](const PeerCall& call, const std::function<PeerAnswer()>& honest) -> PeerAnswer {
        PeerAnswer answer = honest();
        if (call.target.starts_with("/log/consistency/")) {
          proved = true;
          const auto at = answer.body.find('\n') + 1;
          if (answer.body[at] != '\n') answer.body.replace(at, 8, "AAAAAAAA");
        }
        return answer;
      },
      [&] { return !a.outbox("chongqing").stopped.empty(); }, 100);
  EXPECT_TRUE(proved);
  EXPECT_EQ(a.outbox("chongqing").stopped, "fork");
}

TEST_F(SenderTest, HonestProofsAdvanceWhatWasSeen) {
  a.say(0);
  drive(*near, *far, honest_only, [&] { return acked() == 1; });
  const std::uint64_t before = near->seen.size();
  for (int i = 1; i < 6; ++i) {
    a.say(i);
    drive(*near, *far, honest_only, [&] { return acked() == i + 1; });
  }
  fake_now += 20'000;
  drive(*near, *far, honest_only, [&] { return near->seen.size() > before; }, 200);
  drive(*near, *far, honest_only, [] { return false; }, 30);
  EXPECT_GT(near->seen.size(), before);
  EXPECT_TRUE(near->alarms.newest().empty());
  SeenLog again{a.node->storage().files(), "seen/chongqing"};
  EXPECT_TRUE(again.load(b.identity.origin, std::vector<std::string>{b.identity.log.public_key}));
  EXPECT_EQ(again.size(), near->seen.size());
}

}  // namespace
}  // namespace bashu::exchange
