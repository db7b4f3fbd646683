#include "exchange/exchange.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <map>
#include <mutex>

#include "base/bytes.h"
#include "exchange/test_node.h"
#include "http/client.h"
#include "http/tls.h"
#include "http/turned_away.h"
#include "node/certificates.h"
#include "node/files.h"
#include "node/storage/directory_files.h"

namespace bashu::exchange {
namespace {

using testing::eventually;
using testing::form;
using testing::free_port;
using testing::TestNode;

class ExchangeTest : public testing::Nodes {};

// A cable between two ports of this machine that can be cut.
class Cable {
 public:
  Cable(std::uint16_t from, std::uint16_t to)
      : to_{to}, listener_{::socket(AF_INET, SOCK_STREAM, 0)} {
    const int one = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    const sockaddr_in address = loopback(from);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 64), 0);
    thread_ = std::thread{[this] { run(); }};
  }
  Cable(const Cable&) = delete;
  Cable& operator=(const Cable&) = delete;
  ~Cable() {
    ending_ = true;
    thread_.join();
    ::close(listener_);
  }
  void cut(bool now) { cut_ = now; }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  void run() {
    std::map<int, int> other;
    const auto drop = [&](int fd) {
      const int peer = other.at(fd);
      other.erase(fd);
      other.erase(peer);
      ::close(fd);
      ::close(peer);
    };
    while (!ending_) {
      while (cut_ && !other.empty()) drop(other.begin()->first);
      std::vector<pollfd> fds{{listener_, POLLIN, 0}};
      for (const auto& [fd, peer] : other) fds.push_back({fd, POLLIN, 0});
      ::poll(fds.data(), fds.size(), 5);
      if ((fds[0].revents & POLLIN) != 0) {
        const int near = ::accept(listener_, nullptr, nullptr);
        const int far = ::socket(AF_INET, SOCK_STREAM, 0);
        const sockaddr_in address = loopback(to_);
        if (cut_ ||
            ::connect(far, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
          ::close(near);
          ::close(far);
        } else {
          other[near] = far;
          other[far] = near;
        }
      }
      for (std::size_t i = 1; i < fds.size(); ++i) {
        if (fds[i].revents == 0 || !other.contains(fds[i].fd)) continue;
        char buffer[65'536];
        const auto count = ::recv(fds[i].fd, buffer, sizeof buffer, 0);
        const auto want = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        if (count <= 0 || ::send(other.at(fds[i].fd), buffer, want, MSG_NOSIGNAL) != count) {
          drop(fds[i].fd);
        }
      }
    }
    while (!other.empty()) drop(other.begin()->first);
  }
  std::uint16_t to_;
  int listener_;
  std::atomic<bool> ending_{false}, cut_{false};
  std::thread thread_;
};

bool settled(const TestNode& from, const TestNode& to, std::int64_t count) {
  const auto out = from.outbox(to.identity.party);
  return out.last == count && out.acked == count && to.inbox(from.identity.party).next == count + 1;
}

TEST_F(ExchangeTest, MessagesArriveOnceInOrderAndAreReceipted) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  a.connect();
  b.connect();
  for (int i = 0; i < 30; ++i) a.say(i);
  for (int i = 0; i < 10; ++i) b.say(100 + i);
  EXPECT_TRUE(eventually([&] { return settled(a, b, 30) && settled(b, a, 10); }))
      << a.exchange->status()[0].trouble << " / " << b.exchange->status()[0].trouble;
  EXPECT_TRUE(a.exchange->alarms().empty());
  EXPECT_TRUE(b.exchange->alarms().empty());
  // The receipt rebuilt on demand is the one that was acknowledged.
  const auto entries = a.node->entries(0, 64u << 20);
  ASSERT_TRUE(entries.has_value());
  int acks = 0;
  for (const node::Entry& entry : *entries) {
    if (entry.kind != "ack") continue;
    ++acks;
    const auto answered = b.node->answered("sichuan", entry.seq);
    ASSERT_TRUE(answered.has_value());
    EXPECT_EQ(b.node->receipt(answered->entry), entry.evidence);
  }
  EXPECT_EQ(acks, 30);
}

TEST_F(ExchangeTest, PeerThatWasAwayIsCaughtUpAndRestartsLoseNothing) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  a.connect();
  for (int i = 0; i < 20; ++i) a.say(i);
  b.connect();
  ASSERT_TRUE(eventually([&] { return settled(a, b, 20); }));
  b.close();
  for (int i = 20; i < 30; ++i) a.say(i);
  a.close();
  b.open();
  b.connect();
  a.open();
  a.connect();
  for (int i = 30; i < 40; ++i) a.say(i);
  EXPECT_TRUE(eventually([&] { return settled(a, b, 40); }));
}

TEST_F(ExchangeTest, CutLinksLoseNothingAndDoubleNothing) {
  const std::uint16_t port_a = free_port(), port_b = free_port();
  TestNode a{root, "sichuan", port_a}, b{root, "chongqing", port_b};
  form({&a, &b});
  const std::uint16_t inner_a = free_port(), inner_b = free_port();
  Cable to_a{port_a, inner_a}, to_b{port_b, inner_b};
  a.connect("127.0.0.1:" + std::to_string(inner_a));
  b.connect("127.0.0.1:" + std::to_string(inner_b));
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 10; ++i) a.say(round * 10 + i);
    std::this_thread::sleep_for(std::chrono::milliseconds{round * 7});
    to_b.cut(true);
    std::this_thread::sleep_for(std::chrono::milliseconds{150});
    to_b.cut(false);
  }
  EXPECT_TRUE(eventually([&] { return settled(a, b, 40); }, 60)) << a.exchange->status()[0].trouble;
  EXPECT_TRUE(a.exchange->alarms().empty());
}

TEST_F(ExchangeTest, NewKeyListReachesThePeerBeforeAnythingSignedWithIt) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  a.connect();
  b.connect();
  a.say(1);
  ASSERT_TRUE(eventually([&] { return settled(a, b, 1); }));
  ASSERT_TRUE(rotate_keys(*a.node).has_value());
  EXPECT_TRUE(eventually([&] { return b.node->directory()->keys_edition.at("sichuan") == 2; }));
  b.close();
  a.close();
  ASSERT_TRUE(activate_keys(a.dir).value());
  a.open();
  a.say(2);
  a.connect();
  b.open();
  b.connect();
  EXPECT_TRUE(eventually([&] { return settled(a, b, 2); }));
  EXPECT_TRUE(a.exchange->alarms().empty());
}

TEST_F(ExchangeTest, TokenKeyReachesTheOtherMember) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  a.connect();
  b.connect();
  EXPECT_TRUE(eventually([&] {
    const std::string key = a.node->vault().token_key();
    return key.size() == 32 && key == b.node->vault().token_key();
  }));
}

TEST_F(ExchangeTest, DocumentIsPulledFromItsSender) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  a.connect();
  b.connect();
  const std::string content =
      encrypt_document(std::string(3u << 20, 'd'), std::string(32, 'k'), std::string(24, 'n'));
  const std::string name = a.exchange->blobs().put(content).value();
  ASSERT_TRUE(b.exchange->blobs().want(name, "sichuan").has_value());
  EXPECT_TRUE(eventually([&] { return b.exchange->blobs().get(name) == content; }));
  EXPECT_TRUE(b.exchange->blobs().wanted().empty());
}

TEST_F(ExchangeTest, ThirdPartyThatJoinsExchangesWithBoth) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"}, c{root, "guizhou"};
  form({&a, &b});
  a.connect();
  b.connect();
  a.say(1);
  ASSERT_TRUE(eventually([&] { return settled(a, b, 1); }));
  std::string file = compose_edition(circle_held(*a.node), {party_card(c.identity).value()},
                                     a.identity, {.name = {}, .effective = c.identity.created})
                         .value();
  file = co_sign(file, c.identity, c.identity.created).value();
  file = co_sign(file, b.identity, b.identity.created).value();
  // The peers run on: contexts and senders follow the edition without a restart.
  for (const TestNode* one : {&c, &b, &a}) ASSERT_TRUE(adopt(*one->node, file).has_value());
  c.connect();
  c.say(2);
  EXPECT_TRUE(eventually([&] {
    return c.outbox("sichuan").acked > 0 && c.outbox("chongqing").acked > 0 &&
           a.outbox("guizhou").acked > 0;
  }));
}

TEST_F(ExchangeTest, RestoredNodeIsStoppedByItsPeer) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  a.close();
  std::filesystem::copy(a.dir, root / "backup", std::filesystem::copy_options::recursive);
  a.open();
  a.connect();
  b.connect();
  // What b says makes a answer with checkpoints of its log; b remembers them.
  for (int i = 0; i < 3; ++i) b.say(i);
  ASSERT_TRUE(eventually([&] { return settled(b, a, 3); }));
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(b.dir / "seen" / "sichuan"); }));
  a.close();
  std::filesystem::remove_all(a.dir);
  std::filesystem::copy(root / "backup", a.dir, std::filesystem::copy_options::recursive);
  // As if the disk with the high-water mark had been restored too.
  a.open();
  a.connect();
  EXPECT_TRUE(eventually([&] {
    const auto trouble = a.exchange->trouble();
    return trouble && trouble->standing == evidence::Standing::rollback;
  }));
  b.say(4);
  std::this_thread::sleep_for(std::chrono::milliseconds{500});
  EXPECT_EQ(b.outbox("sichuan").acked, 3);
}

TEST_F(ExchangeTest, PeerThatWasRestoredIsNoticed) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  b.close();
  std::filesystem::copy(b.dir, root / "backup", std::filesystem::copy_options::recursive);
  b.open();
  a.connect();
  b.connect();
  for (int i = 0; i < 3; ++i) a.say(i);
  ASSERT_TRUE(eventually([&] { return settled(a, b, 3); }));
  b.close();
  std::filesystem::remove_all(b.dir);
  std::filesystem::copy(root / "backup", b.dir, std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(a.dir / "seen" /
                              "chongqing");  // a has forgotten, the journal has not
  a.close();
  std::filesystem::remove_all(a.dir / "seen" / "chongqing");
  b.open();
  b.connect();
  a.open();
  a.connect();
  EXPECT_TRUE(eventually([&] { return a.outbox("chongqing").stopped == "peer-rollback"; }));
}

TEST_F(ExchangeTest, StoppedChannelStartsAgainByCommand) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  a.connect();
  b.connect();
  a.node->run(
      {.command = core::StopChannel{.peer = "chongqing", .reason = "by hand"}, .evidence = "{}"});
  ASSERT_TRUE(eventually([&] { return a.exchange->status()[0].stopped == "by hand"; }));
  a.say(1);
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  EXPECT_EQ(b.inbox("sichuan").next, 1);
  a.node->run({.command = core::StopChannel{.peer = "chongqing", .reason = {}}, .evidence = "{}"});
  EXPECT_TRUE(eventually([&] { return settled(a, b, 1); }));
}

TEST_F(ExchangeTest, StrangersAreTold) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"}, c{root, "guizhou"};
  form({&a, &b});
  http::TurnedAway away;
  auto started = Exchange::start(
      *a.node,
      {.listen = a.listen, .turned_away = [&](const std::string& address, std::string_view why) {
         away.note(address, why);
       }});
  ASSERT_TRUE(started.has_value()) << started.error().what;
  a.exchange = std::move(*started);
  const auto ca = node::load_ca(node::DirectoryFiles{c.dir});
  ASSERT_TRUE(ca.has_value()) << ca.error().what;
  const auto leaf = node::issue_certificate(*ca, "127.0.0.1", c.clock.now(), 7);
  ASSERT_TRUE(leaf.has_value()) << leaf.error().what;
  const auto client = http::peer_client({leaf->certificate_pem, leaf->key_pem},
                                        {node::read_file(a.dir / "keys" / "ca.crt").value()});
  ASSERT_TRUE(client.has_value()) << client.error().what;
  EXPECT_FALSE(http::fetch("https://" + a.listen + "/bashu/v1/keys", {}, *client, 5'000));
  a.exchange.reset();
  const auto counts = away.take();
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts[0].address, "127.0.0.1");
  EXPECT_EQ(counts[0].times, 1);
}

}  // namespace
}  // namespace bashu::exchange
