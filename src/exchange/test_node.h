// Real nodes in a temporary folder, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "exchange/circle.h"
#include "exchange/exchange.h"
#include "node/files.h"
#include "node/node.h"
#include "node/system_environment.h"
#include "packs/expand.h"
#include "packs/yaml.h"
#include "testing/checkout.h"

namespace bashu::exchange::testing {

// Below those the system hands out by itself, and never the same twice: what was free stays so
// until it is listened at.
inline std::uint16_t free_port() {
  static int next = 10'000 + ::getpid() * 37 % 20'000;
  for (;;) {
    const int port = 10'000 + next++ % 22'000;
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool free = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (free) return static_cast<std::uint16_t>(port);
  }
}

class TestNode {
 public:
  TestNode(const std::filesystem::path& root, const std::string& party,
           std::uint16_t port = free_port())
      : dir{root / party}, listen{"127.0.0.1:" + std::to_string(port)} {
    const auto made = node::create_identity(dir, {.party = core::PartyId{party},
                                                  .name = party,
                                                  .host = "127.0.0.1",
                                                  .peer_listen = listen,
                                                  .api_listen = "127.0.0.1:0"});
    EXPECT_TRUE(made.has_value()) << made.error().what;
    identity = *made;
    open();
  }
  void open() {
    auto opened = node::Node::open(
        {.storage = node::open_directory(dir), .clock = &clock, .chance = &chance});
    ASSERT_TRUE(opened.has_value()) << opened.error().what;
    node = std::move(*opened);
  }
  void connect(const std::string& at = {}) {
    auto started = Exchange::start(*node, {.listen = at.empty() ? listen : at});
    ASSERT_TRUE(started.has_value()) << started.error().what;
    exchange = std::move(*started);
  }
  void close() {
    exchange.reset();
    node.reset();
  }
  // A message to every peer: the adoption of a pack.
  void say(int number) const {
    static const Value pack = [] {
      const auto text = node::read_file(checkout("packs/ecology.yaml"));
      EXPECT_TRUE(text.has_value());
      return packs::expand(packs::read_yaml(*text)).root;
    }();
    Value source = pack;
    source.as_record()->insert_or_assign("version", Value{1'000 + number});
    const node::Outcome outcome =
        node->run({.command = core::AdoptPack{.by = {.principal = "key:test",
                                                     .roles = {},
                                                     .divisions = {},
                                                     .idempotency_key = {},
                                                     .request_digest = {}},
                                              .source = canonical_json(source),
                                              .from = *Date::parse("2026-01-01")},
                   .evidence = "{}"});
    const auto* refused = std::get_if<Reject>(&outcome);
    ASSERT_TRUE(std::holds_alternative<node::Done>(outcome))
        << (refused ? reject_name(refused->code) + refused->where +
                          (refused->why.empty() ? "" : in_language(refused->why[0], "en"))
                    : "");
  }
  [[nodiscard]] core::Outbox outbox(const std::string& to) const {
    core::Outbox box;
    node->query([&](const core::State& state) { box = state.outbox(to); });
    return box;
  }
  [[nodiscard]] core::Inbox inbox(const std::string& from) const {
    core::Inbox box;
    node->query([&](const core::State& state) { box = state.inbox(from); });
    return box;
  }

  std::filesystem::path dir;
  std::string listen;
  node::Identity identity;
  node::SystemClock clock{480};
  node::SystemChance chance;
  std::unique_ptr<node::Node> node;
  std::unique_ptr<Exchange> exchange;
};

class Nodes : public ::testing::Test {
 protected:
  Nodes() {
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root);
  }
  ~Nodes() override { std::filesystem::remove_all(root); }

  const std::filesystem::path root =
      std::filesystem::temp_directory_path() / ("bashu-exchange-" + std::to_string(::getpid()));
};

// One composes, the others sign, all adopt. `first` may belong to a circle already.
inline std::string form(const std::vector<TestNode*>& all, bool adopt_too = true,
                        bool new_pseudonyms = false) {
  std::vector<std::string> cards;
  for (std::size_t i = 1; i < all.size(); ++i)
    cards.push_back(party_card(all[i]->identity).value());
  const std::int64_t now = all[0]->identity.created;
  auto file =
      compose_edition(circle_held(*all[0]->node), cards, all[0]->identity,
                      {.name = "Test circle", .effective = now, .new_pseudonyms = new_pseudonyms});
  EXPECT_TRUE(file.has_value()) << file.error().what;
  for (std::size_t i = 1; i < all.size(); ++i) {
    file = co_sign(*file, all[i]->identity, now);
    EXPECT_TRUE(file.has_value()) << file.error().what;
  }
  if (adopt_too) {
    for (const TestNode* one : all) {
      const auto adopted = adopt(*one->node, *file);
      EXPECT_TRUE(adopted.has_value()) << adopted.error().what;
    }
  }
  return *file;
}

inline bool eventually(const std::function<bool()>& fact, int seconds = 20) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{seconds};
  while (std::chrono::steady_clock::now() < end) {
    if (fact()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return false;
}

}  // namespace bashu::exchange::testing
