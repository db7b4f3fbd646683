#include "http/tls.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <chrono>

#include "http/client.h"
#include "http/server.h"
#include "node/certificates.h"

namespace bashu::exchange {
namespace {

using http::Answer, http::Reply, http::Request, http::Server, http::TlsContext, http::TlsOwn;
using http::fetch, http::open_client, http::open_server, http::peer_client, http::peer_server;
using http::text_response;

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

TEST(Tls, ContextsOfGarbageAreRefused) {
  const Side a{"sichuan"}, b{"chongqing"};
  EXPECT_FALSE(peer_server({"", ""}, {}).has_value());
  EXPECT_FALSE(peer_server({a.leaf.certificate_pem, b.leaf.key_pem}, {}).has_value());
  EXPECT_FALSE(peer_server(a.own(), {"garbage"}).has_value());
}

}  // namespace
}  // namespace bashu::exchange
