#include "http/tls.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "http/client.h"
#include "http/server.h"
#include "http/turned_away.h"
#include "node/certificates.h"

namespace bashu::exchange {
namespace {

using http::Answer, http::Reply, http::Request, http::Server, http::TlsContext, http::TlsOwn;
using http::fetch, http::open_client, http::open_server, http::peer_client, http::peer_server;
using http::text_response, http::TurnedAway;

Instant now() {
  return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count()};
}

struct Side {
  explicit Side(const std::string& party, const std::string& host = "127.0.0.1",
                int days = node::kLeafDaysMax, Instant from = now())
      : ca{node::make_ca(party, from).value()},
        leaf{node::issue_certificate(ca, host, from, days).value()} {}
  [[nodiscard]] TlsOwn own() const { return {leaf.certificate_pem, leaf.key_pem}; }
  [[nodiscard]] std::string authority() const { return ca.certificate_pem; }
  node::Certificate ca, leaf;
};

// What the client got, when `client` calls `server`, who trust these authorities.
Answer call(const Side& server, const std::vector<std::string>& trusted_by_server,
            TlsContext client) {
  const TlsContext context = peer_server(server.own(), trusted_by_server).value();
  Server::Options options;
  options.tls = [&] { return context; };
  auto running = Server::start(std::move(options), [](const Request& request, const Reply& reply) {
    std::string chain;
    for (const std::string& hash : request.chain ? *request.chain : std::vector<std::string>{}) {
      chain += hash + "\n";
    }
    reply(text_response(200, "text/plain", chain));
  });
  EXPECT_TRUE(running.has_value());
  return fetch("https://127.0.0.1:" + std::to_string((*running)->port()) + "/", {},
               std::move(client), 5'000);
}

TEST(Tls, BothSidesProveThemselvesAndTheChainIsTold) {
  const Side a{"sichuan"}, b{"chongqing"};
  const auto answer = call(a, {b.authority()}, peer_client(b.own(), {a.authority()}).value());
  ASSERT_TRUE(answer.has_value()) << answer.error().what;
  EXPECT_EQ(answer->body, node::certificate_digest(b.leaf.certificate_pem).value() + "\n" +
                              node::certificate_digest(b.ca.certificate_pem).value() + "\n");
}

TEST(Tls, ClientOfAnotherAuthorityIsRefused) {
  const Side a{"sichuan"}, b{"chongqing"}, stranger{"chongqing"};
  EXPECT_FALSE(call(a, {b.authority()}, peer_client(stranger.own(), {a.authority()}).value()));
  EXPECT_FALSE(call(a, {b.authority()}, open_client({a.authority()}).value()));
  EXPECT_TRUE(call(a, {b.authority(), stranger.authority()},
                   peer_client(stranger.own(), {a.authority()}).value()));
}

TEST(Tls, ServerOfAnotherAuthorityOrNameIsRefused) {
  const Side a{"sichuan"}, b{"chongqing"}, other{"sichuan"}, elsewhere{"sichuan", "127.0.0.2"};
  EXPECT_FALSE(call(a, {b.authority()}, peer_client(b.own(), {other.authority()}).value()));
  EXPECT_FALSE(
      call(elsewhere, {b.authority()}, peer_client(b.own(), {elsewhere.authority()}).value()));
}

TEST(Tls, ExpiredAndLongLivedLeavesAreRefused) {
  const Side a{"sichuan"};
  const Instant month_ago{now().unix_ms - std::int64_t{30} * 86'400'000};
  const Side expired{"chongqing", "127.0.0.1", 7, month_ago};
  EXPECT_FALSE(call(a, {expired.authority()}, peer_client(expired.own(), {a.authority()}).value()));
}

TEST(Tls, OlderVersionsAreRefused) {
  const Side a{"sichuan"}, b{"chongqing"};
  const TlsContext old = peer_client(b.own(), {a.authority()}).value();
  ASSERT_EQ(SSL_CTX_set_min_proto_version(old.get(), TLS1_2_VERSION), 1);
  ASSERT_EQ(SSL_CTX_set_max_proto_version(old.get(), TLS1_2_VERSION), 1);
  EXPECT_FALSE(call(a, {b.authority()}, old));
}

TEST(Tls, PlainTextAndGarbageAreRefusedAndTheServerGoesOn) {
  const Side a{"sichuan"}, b{"chongqing"};
  const TlsContext context = peer_server(a.own(), {b.authority()}).value();
  Server::Options options;
  options.tls = [&] { return context; };
  auto server = Server::start(std::move(options),
                              [](const Request&, const Reply& reply) { reply({.status = 204}); });
  ASSERT_TRUE(server.has_value());
  const std::string port = std::to_string((*server)->port());
  EXPECT_FALSE(fetch("http://127.0.0.1:" + port + "/", {}, {}, 2'000));
  EXPECT_TRUE(fetch("https://127.0.0.1:" + port + "/", {},
                    peer_client(b.own(), {a.authority()}).value(), 5'000));
}

TEST(Tls, WhoseHandshakeFailsIsTold) {
  const Side a{"sichuan"}, b{"chongqing"}, stranger{"chongqing"};
  const TlsContext context = peer_server(a.own(), {b.authority()}).value();
  TurnedAway away;
  Server::Options options;
  options.tls = [&] { return context; };
  options.turned_away = [&](const std::string& address, std::string_view why) {
    away.note(address, why);
  };
  auto server = Server::start(std::move(options),
                              [](const Request&, const Reply& reply) { reply({.status = 204}); });
  ASSERT_TRUE(server.has_value());
  const std::string to = "//127.0.0.1:" + std::to_string((*server)->port()) + "/";
  ASSERT_TRUE(
      fetch("https:" + to, {}, peer_client(b.own(), {a.authority()}).value(), 5'000).has_value());
  EXPECT_TRUE(away.take().empty());
  EXPECT_FALSE(fetch("https:" + to, {}, peer_client(stranger.own(), {a.authority()}).value(), 5'000)
                   .has_value());
  EXPECT_FALSE(fetch("http:" + to, {}, {}, 2'000).has_value());
  server->reset();
  const auto counts = away.take();
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts[0].address, "127.0.0.1");
  EXPECT_EQ(counts[0].times, 2);
  EXPECT_FALSE(counts[0].why.empty());
}

// Connections that never end their handshake, from this address.
class HalfOpen {
 public:
  HalfOpen(std::uint16_t port, const std::string& from) : fd_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::inet_addr(from.c_str());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    // A record of a handshake that is never whole.
    EXPECT_EQ(::send(fd_, "\x16\x03\x01\x02\x00", 5, MSG_NOSIGNAL), 5);
  }
  HalfOpen(const HalfOpen&) = delete;
  HalfOpen& operator=(const HalfOpen&) = delete;
  ~HalfOpen() { ::close(fd_); }
  // Nothing has come, not even the end.
  [[nodiscard]] bool is_open() const {
    char byte = 0;
    return ::recv(fd_, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

 private:
  int fd_;
};
using Crowd = std::vector<std::unique_ptr<HalfOpen>>;
std::size_t open_of(const Crowd& crowd) {
  return static_cast<std::size_t>(
      std::ranges::count_if(crowd, [](const auto& one) { return one->is_open(); }));
}

// As a node listens to its peers, with the limits it has.
class Door : public ::testing::Test {
 protected:
  void SetUp() override {
    ::rlimit files{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = std::min<::rlim_t>(files.rlim_max, 8'192);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
    ASSERT_GE(files.rlim_cur, 4'096U) << "this machine allows too few open files";
    Server::Options options;
    options.tls = [this] { return context_; };
    auto running = Server::start(
        std::move(options), [](const Request&, const Reply& reply) { reply({.status = 204}); });
    ASSERT_TRUE(running.has_value());
    server_ = std::move(*running);
  }
  [[nodiscard]] Crowd crowd(int count, int addresses) const {
    Crowd all;
    for (int i = 0; i < count; ++i) {
      const int from = i % addresses;
      all.push_back(std::make_unique<HalfOpen>(
          server_->port(),
          "127.0." + std::to_string(1 + from / 200) + "." + std::to_string(1 + from % 200)));
    }
    return all;
  }
  [[nodiscard]] bool peer_gets_through() const {
    const auto answer = fetch("https://127.0.0.1:" + std::to_string(server_->port()) + "/", {},
                              peer_client(b_.own(), {a_.authority()}).value(), 5'000);
    return answer && answer->status == 204;
  }

  const Side a_{"sichuan"}, b_{"chongqing"};
  const TlsContext context_ = peer_server(a_.own(), {b_.authority()}).value();
  std::unique_ptr<Server> server_;
};

TEST_F(Door, ThousandsOfHalfOpenConnectionsKeepNoPeerOut) {
  const Crowd before = crowd(1'500, 1'000);
  EXPECT_TRUE(peer_gets_through());  // whom nobody knew
  const Crowd after = crowd(1'500, 1'000);
  EXPECT_TRUE(peer_gets_through());
  EXPECT_LE(open_of(before) + open_of(after), 256U);
  EXPECT_GT(open_of(after), 200U);
  // Their time is short, whatever they send.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (open_of(after) > 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  EXPECT_EQ(open_of(after), 0U);
}

TEST_F(Door, OneAddressHasFewHandshakesAndCostsOthersNone) {
  const Crowd others = crowd(100, 100);
  Crowd greedy;
  for (int i = 0; i < 1'000; ++i) {
    greedy.push_back(std::make_unique<HalfOpen>(server_->port(), "127.0.9.9"));
  }
  EXPECT_TRUE(peer_gets_through());
  EXPECT_EQ(open_of(greedy), 64U);
  EXPECT_EQ(open_of(others), 100U);
}

TEST_F(Door, AnAddressWhereAPeerWasHasPlacesThatNobodyTakes) {
  ASSERT_TRUE(peer_gets_through());
  Crowd known;  // its next connections, whose handshakes are slow
  for (int i = 0; i < 32; ++i) {
    known.push_back(std::make_unique<HalfOpen>(server_->port(), "127.0.0.1"));
  }
  const Crowd strangers = crowd(1'500, 1'000);
  EXPECT_EQ(open_of(known), 32U);
  EXPECT_TRUE(peer_gets_through());
  EXPECT_EQ(open_of(known), 32U);
}

TEST(Tls, ContextsOfGarbageAreRefused) {
  const Side a{"sichuan"}, b{"chongqing"};
  EXPECT_FALSE(peer_server({"", ""}, {}).has_value());
  EXPECT_FALSE(peer_server({a.leaf.certificate_pem, b.leaf.key_pem}, {}).has_value());
  EXPECT_FALSE(peer_server(a.own(), {"garbage"}).has_value());
}

}  // namespace
}  // namespace bashu::exchange
