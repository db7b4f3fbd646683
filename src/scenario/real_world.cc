#include "scenario/real_world.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "exchange/circle.h"
#include "exchange/vouching.h"
#include "figures/answer.h"

namespace bashu::scenario {

namespace {

constexpr int kSettleSeconds = 60;

// A port nobody listens on. Another process could take it before we do; then the test fails.
std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  BASHU_ASSERT(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  BASHU_ASSERT(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

template <typename T, typename Wrong>
T must(std::expected<T, Wrong> got) {
  if (!got) std::cerr << "scenario: " << got.error().what << std::endl;
  BASHU_ASSERT(got);
  return std::move(*got);
}

}  // namespace

RealWorld::RealWorld(std::filesystem::path root, std::vector<core::PartyId> parties, Date today)
    : root_{std::move(root)}, parties_{std::move(parties)}, today_{today} {
  std::filesystem::create_directories(root_);
  for (const core::PartyId& party : parties_) {
    One& one = nodes_[party];
    one.dir = root_ / party.text();
    one.listen = "127.0.0.1:" + std::to_string(free_port());
    one.identity = must(node::create_identity(one.dir, {.party = party,
                                                        .name = party,
                                                        .host = "127.0.0.1",
                                                        .peer_listen = one.listen,
                                                        .api_listen = "127.0.0.1:0"}));
    one.clock = std::make_unique<node::RehearsalClock>(one.dir / "rehearsal-day", today_);
    one.chance = std::make_unique<node::SystemChance>();
    one.views = must(views::Views::open({.path = ":memory:", .own = party}));
    open(one);
  }
  std::vector<std::string> cards;
  for (std::size_t i = 1; i < parties_.size(); ++i) {
    cards.push_back(must(exchange::party_card(nodes_[parties_[i]].identity)));
  }
  const One& first = nodes_[parties_[0]];
  std::string file =
      must(exchange::compose_edition(exchange::circle_held(*first.node), cards, first.identity,
                                     {.name = "Scenario", .effective = first.identity.created}));
  for (std::size_t i = 1; i < parties_.size(); ++i) {
    const One& one = nodes_[parties_[i]];
    file = must(exchange::co_sign(file, one.identity, one.identity.created));
  }
  for (auto& [party, one] : nodes_) BASHU_ASSERT(exchange::adopt(*one.node, file));
  for (auto& [party, one] : nodes_) {
    one.exchange = must(exchange::Exchange::start(*one.node, {.listen = one.listen}));
  }
}

RealWorld::~RealWorld() {
  close();
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

void RealWorld::close() {
  for (auto& [party, one] : nodes_) one.exchange.reset();
  for (auto& [party, one] : nodes_) one.node.reset();
}

std::filesystem::path RealWorld::folder(const core::PartyId& party) const {
  return root_ / party.text();
}

void RealWorld::open(One& one) {
  one.node = must(node::Node::open({.storage = node::open_directory(one.dir),
                                    .clock = one.clock.get(),
                                    .chance = one.chance.get()}));
}

void RealWorld::restart(const core::PartyId& party) {
  One& one = nodes_.at(party);
  one.exchange.reset();
  one.node.reset();
  open(one);
  if (!one.down) {
    one.exchange = must(exchange::Exchange::start(*one.node, {.listen = one.listen}));
  }
}

core::Moment RealWorld::moment() const {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return {.now = {.unix_ms = now.count()}, .today = today_, .salt = {}};
}

std::expected<core::Decision, Reject> RealWorld::run(const core::PartyId& at,
                                                     const core::Command& command) {
  core::Command vouched = command;
  node::Node& node = *nodes_.at(at).node;
  // The key was made just now: it does not end within a scenario.
  static_cast<void>(exchange::vouch(node, vouched, {.how = "key", .session = {}}));
  const auto outcome =
      node.run({.command = std::move(vouched), .evidence = R"({"scenario":true})"});
  if (const auto* done = std::get_if<node::Done>(&outcome)) return done->decision;
  if (const auto* refused = std::get_if<Reject>(&outcome)) return std::unexpected{*refused};
  return std::unexpected{reject(RejectCode::not_ready, {}, std::get<Fault>(outcome).what)};
}

std::string RealWorld::settle() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{kSettleSeconds};
  std::string waiting = "nothing";
  while (std::chrono::steady_clock::now() < end) {
    waiting.clear();
    std::map<core::PartyId, std::map<core::PartyId, core::Outbox>> boxes;
    for (auto& [party, one] : nodes_) {
      one.node->query([&, &from = party](const core::State& state) {
        state.each_outbox(
            [&](const core::PartyId& to, const core::Outbox& box) { boxes[from][to] = box; });
      });
    }
    for (const auto& [from, outboxes] : boxes) {
      for (const auto& [to, box] : outboxes) {
        if (nodes_.at(from).down || nodes_.at(to).down) continue;
        if (box.acked < box.last) waiting = from + " waits for " + to;
        if (!box.stopped.empty())
          return "the channel from " + from + " to " + to + " stopped: " + box.stopped;
      }
    }
    if (waiting.empty()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  if (!waiting.empty()) return waiting + " for more than a minute";
  std::string broken;
  for (auto& [party, one] : nodes_) {
    follow(one);
    one.node->query([&](const core::State& state) {
      if (broken.empty()) broken = core::invariant(state);
    });
  }
  return broken;
}

std::string RealWorld::begin_day(Date day) {
  today_ = day;
  for (auto& [party, one] : nodes_) {
    BASHU_ASSERT(one.clock->set_today(day));
    // The node looks at its day before each command and then fires what is due.
    BASHU_ASSERT(run(party, core::BeginDay{.day = day}));
    bool due = true;
    for (int i = 0; due && i < 1'000; ++i) {
      one.node->query([&](const core::State& state) { due = !state.due(day).empty(); });
      if (due) std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
  }
  return settle();
}

void RealWorld::link(const core::PartyId& party, bool up) {
  One& one = nodes_.at(party);
  one.down = !up;
  one.exchange.reset();
  if (up) one.exchange = must(exchange::Exchange::start(*one.node, {.listen = one.listen}));
}

void RealWorld::query(const core::PartyId& at,
                      const std::function<void(const core::State&)>& read) {
  nodes_.at(at).node->query(read);
}

void RealWorld::follow(One& one) {
  while (one.read < one.node->durable()) {
    for (const node::Entry& entry : must(one.node->entries(one.read))) {
      BASHU_ASSERT(one.views->apply(entry.index, entry.time_ms, entry.events));
      one.read = entry.index + 1;
      for (const core::Event& event : entry.events) {
        if (const auto* task = std::get_if<core::TaskRaised>(&event)) {
          one.raised.tasks.push_back(*task);
        } else if (const auto* answer = std::get_if<core::AskAnswered>(&event)) {
          one.raised.asks.push_back(*answer);
        }
      }
    }
  }
}

std::expected<FigureValue, std::string> RealWorld::figure(const core::PartyId& at,
                                                          const figures::Ask& ask) {
  One& one = nodes_.at(at);
  follow(one);
  if (auto ok = one.views->flush(); !ok) return std::unexpected{ok.error().what};
  auto answer =
      one.views->read({}, [&](views::Session& session) { return figures::answer(session, ask); });
  if (!answer) return std::unexpected{answer.error().what};
  if (!*answer) return std::unexpected{"no figure " + ask.id};
  if (!(*answer)->error.empty()) return std::unexpected{(*answer)->error};
  return FigureValue{.value = (*answer)->value,
                     .splits = std::move((*answer)->splits),
                     .added = std::move((*answer)->added),
                     .by_pairs = (*answer)->by_pairs};
}

const Raised& RealWorld::raised(const core::PartyId& at) {
  One& one = nodes_.at(at);
  follow(one);
  return one.raised;
}

}  // namespace bashu::scenario
