// What a restored node believes of what its peers say about the end that it lost: as much as they
// show.
#include "exchange/succession.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/json.h"
#include "exchange/key_lists.h"
#include "exchange/revocation.h"
#include "exchange/test_sides.h"

namespace bashu::exchange {
namespace {

using testing::ask;
using testing::drive;
using testing::form;
using testing::honest_only;
using testing::Side;
using testing::TestNode;

class LostEnds : public testing::Nodes {
 protected:
  LostEnds() {
    form({&a, &b});
    b.close();
    b.open();
    far = std::make_unique<Side>(b, "sichuan");
    far->guard.pass("sichuan");
    say_and_deliver(0);
  }
  void say_and_deliver(int number) {
    a.say(number);
    Side near{a, "chongqing"};
    const std::int64_t last = a.outbox("chongqing").last;
    drive(near, *far, honest_only, [&] { return a.outbox("chongqing").acked == last; });
    ASSERT_EQ(a.outbox("chongqing").acked, last) << near.sender.status().trouble;
  }
  void back_up() {
    a.close();
    std::filesystem::copy(a.dir, root / "restored", std::filesystem::copy_options::recursive);
    a.open();
  }
  // What is in the backup, read as the commands do.
  [[nodiscard]] JournalHeld restored() const {
    auto held = read_journal(root / "restored");
    EXPECT_TRUE(held.has_value()) << held.error().what;
    return std::move(*held);
  }
  using Answer = std::function<http::Response(const std::string& target)>;
  [[nodiscard]] http::Response honest(const std::string& target) const {
    PeerAnswer answer = ask(*far, "sichuan", {.target = target});
    http::Response response;
    response.status = answer.status;
    response.body = std::move(answer.body);
    return response;
  }
  Questions asking(const Answer& answer) {
    return {.ask =
                [this, answer](const evidence::PartyRecord&, const std::string& target) {
                  ++asked;
                  return answer(target);
                },
            .progress = [this](const std::string&, std::int64_t done,
                               std::int64_t) { progress = done; }};
  }
  Questions asking_honest() {
    return asking([this](const std::string& target) { return honest(target); });
  }
  // Says of a channel that it stands at `next`, and is honest otherwise.
  Questions asking_who_says(const std::string& channel, std::int64_t next) {
    return asking([this, channel, next](const std::string& target) {
      http::Response response = honest(target);
      if (target == "/channels/" + channel) {
        response.body = canonical_json(Value{Value::Record{{"next", next}}});
      }
      return response;
    });
  }

  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  std::unique_ptr<Side> far;
  int asked = 0;
  std::int64_t progress = -1;
};

constexpr std::int64_t kFarAway = 1'000'000'000'000;

TEST_F(LostEnds, AreListedAsTheyAreShown) {
  back_up();
  for (int i = 1; i < 4; ++i) say_and_deliver(i);
  const JournalHeld held = restored();
  const auto lost = lost_messages(held, asking_honest());
  ASSERT_TRUE(lost.has_value()) << lost.error().what;
  ASSERT_EQ(lost->messages.size(), 3U);
  EXPECT_EQ(lost->messages.back().seq, 4);
  EXPECT_FALSE(lost->messages.back().revoked);
  EXPECT_TRUE(lost->more.empty());
  EXPECT_EQ(progress, 2);
  const auto peers = ask_peers(held, asking_honest());
  ASSERT_TRUE(peers.has_value()) << peers.error().what;
  EXPECT_EQ(peers->front().answered, 4);
}

TEST_F(LostEnds, ANumberOfOursCountsOnlyIfItsMessageIsShown) {
  back_up();
  say_and_deliver(1);
  const JournalHeld held = restored();
  const Questions liar = asking_who_says("sichuan.chongqing.main", kFarAway);
  const auto peers = ask_peers(held, liar);
  ASSERT_FALSE(peers.has_value()) << "an edition would begin at a number nobody has seen";
  EXPECT_NE(peers.error().what.find("nothing proves it"), std::string::npos) << peers.error().what;
  asked = 0;
  const auto lost = lost_messages(held, liar);
  ASSERT_FALSE(lost.has_value());
  EXPECT_NE(lost.error().what.find("nothing proves it"), std::string::npos) << lost.error().what;
  EXPECT_LT(asked, 10);
}

TEST_F(LostEnds, AnotherMessageOfOursProvesNoNumber) {
  back_up();
  say_and_deliver(1);
  const JournalHeld held = restored();
  const auto lost =
      lost_messages(held, asking([this](const std::string& target) {
                      const bool state = target == "/channels/sichuan.chongqing.main";
                      if (!state && target.find("/sichuan.chongqing.main/") == std::string::npos) {
                        return honest(target);
                      }
                      http::Response response =
                          honest(state ? target : "/channels/sichuan.chongqing.main/messages/2");
                      if (state)
                        response.body = canonical_json(Value{Value::Record{{"next", kFarAway}}});
                      return response;
                    }));
  ASSERT_FALSE(lost.has_value());
  EXPECT_NE(lost.error().what.find("nothing proves it"), std::string::npos) << lost.error().what;
}

TEST_F(LostEnds, OfWhatAPartySaysItHasSentSoManyAreAskedFor) {
  back_up();
  const JournalHeld held = restored();
  const auto lost = lost_messages(held, asking([this](const std::string& target) {
                                    http::Response response;
                                    response.status = 404;
                                    if (!target.starts_with("/channels/chongqing.sichuan.main")) {
                                      return honest(target);
                                    }
                                    if (target.ends_with(".main")) {
                                      response.status = 200;
                                      response.body =
                                          canonical_json(Value{Value::Record{{"next", kFarAway}}});
                                    }
                                    return response;
                                  }));
  ASSERT_TRUE(lost.has_value()) << lost.error().what;
  EXPECT_TRUE(lost->messages.empty());
  EXPECT_LE(asked, kUntakenMax + 10);
  EXPECT_EQ(lost->more.at("chongqing"), kFarAway - 1 - kUntakenMax);
}

TEST_F(LostEnds, OnlyKeyListsThatOurRootSignedAreTaken) {
  back_up();
  const JournalHeld held = restored();
  // It shows the first one again, for ever.
  const auto lost =
      lost_messages(held, asking([this](const std::string& target) {
                      return honest(target.starts_with("/keys/") ? "/keys/sichuan/1" : target);
                    }));
  ASSERT_FALSE(lost.has_value());
  EXPECT_NE(lost.error().what.find("is none of ours"), std::string::npos) << lost.error().what;
  EXPECT_LT(asked, 10);
}

// The key was revoked in the end that was lost: the list that says so is only with the peer.
TEST_F(LostEnds, WhatARevokedKeySignedIsMarked) {
  back_up();
  say_and_deliver(1);
  ASSERT_TRUE(revoke_keys(*a.node, {.kids = {"sichuan/envelope/1"}}).has_value());
  a.close();
  ASSERT_TRUE(activate_keys(a.dir).has_value());
  a.open();
  say_and_deliver(2);
  const JournalHeld held = restored();
  const auto lost = lost_messages(held, asking_honest());
  ASSERT_TRUE(lost.has_value()) << lost.error().what;
  ASSERT_EQ(lost->messages.size(), 2U);
  EXPECT_TRUE(lost->messages[0].revoked);
  EXPECT_FALSE(lost->messages[1].revoked);
}

TEST(LostMessages, UnderARevokedKeyAreNotRecalled) {
  LostMessage one{.ours = true, .forgot = true, .here = "unknown"};
  EXPECT_TRUE(can_be_recalled(one));
  EXPECT_FALSE(is_doubtful(one));
  one.revoked = true;
  EXPECT_FALSE(can_be_recalled(one));
  EXPECT_TRUE(is_doubtful(one));
}

}  // namespace
}  // namespace bashu::exchange
