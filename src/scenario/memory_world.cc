#include "scenario/memory_world.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "figures/answer.h"

namespace bashu::scenario {

namespace {

// A fixed moment per day: the core reads the day, evidence is not made here.
constexpr std::int64_t kNoonMs = 43'200'000;

}  // namespace

MemoryWorld::MemoryWorld(std::vector<core::PartyId> parties, Date today)
    : parties_{std::move(parties)}, today_{today} {
  for (const core::PartyId& party : parties_) {
    Node node;
    node.state = std::make_unique<core::State>(party);
    auto views = views::Views::open({.path = ":memory:", .own = party});
    BASHU_ASSERT(views);
    node.views = std::move(*views);
    nodes_.emplace(party, std::move(node));
  }
  core::AdoptRecord circle{
      .record = {.what = "agreement", .party = {}, .edition = 1, .bytes = "{}"}, .parties = {}};
  for (const core::PartyId& party : parties_) circle.parties.push_back({.party = party});
  for (const core::PartyId& party : parties_) {
    BASHU_ASSERT(run(party, core::BeginDay{.day = today}));
    BASHU_ASSERT(run(party, circle));
  }
}

MemoryWorld::~MemoryWorld() = default;

core::Moment MemoryWorld::moment() const {
  return {.now = {.unix_ms = std::int64_t{today_.days()} * 86'400'000 + kNoonMs},
          .today = today_,
          .salt = "0123456789abcdef"};
}

void MemoryWorld::take(const core::PartyId& at, const std::vector<core::Event>& events) {
  Node& node = nodes_.at(at);
  for (const core::Event& event : events) {
    node.state->apply(event);
    if (const auto* message = std::get_if<core::MessageQueued>(&event)) {
      channels_[{at, message->to}].push_back(*message);
    } else if (const auto* task = std::get_if<core::TaskRaised>(&event)) {
      node.raised.tasks.push_back(*task);
    } else if (const auto* answer = std::get_if<core::AskAnswered>(&event)) {
      node.raised.asks.push_back(*answer);
    }
  }
  BASHU_ASSERT(node.views->apply(node.position++, moment().now.unix_ms, events));
}

std::expected<core::Decision, Reject> MemoryWorld::run(const core::PartyId& at,
                                                       const core::Command& command) {
  auto decision = core::decide(*nodes_.at(at).state, command, moment());
  if (decision) take(at, decision->events);
  return decision;
}

std::string MemoryWorld::settle() {
  bool moved = true;
  while (moved) {
    moved = false;
    for (auto& [ends, waiting] : channels_) {
      const auto& [from, to] = ends;
      if (waiting.empty() || down_.contains(from) || down_.contains(to)) continue;
      const core::MessageQueued message = std::move(waiting.front());
      waiting.pop_front();
      moved = true;
      const std::string id = hex(sha256(from + "/" + to + "/" + std::to_string(message.seq)));
      const auto taken = run(to, core::TakeMessage{.from = from,
                                                   .seq = message.seq,
                                                   .message_id = id,
                                                   .kind = message.kind,
                                                   .stream = message.stream,
                                                   .pack = message.pack,
                                                   .body = message.body});
      if (!taken) return to + " could not take message " + std::to_string(message.seq);
      const auto acked = run(
          from,
          core::AckMessage{
              .to = to, .seq = message.seq, .outcome = taken->outcome, .reason = taken->reason});
      if (!acked) return from + " could not take the answer to " + std::to_string(message.seq);
    }
  }
  for (const core::PartyId& party : parties_) {
    if (std::string broken = core::invariant(*nodes_.at(party).state); !broken.empty()) {
      return party + ": " + broken;
    }
  }
  return {};
}

std::string MemoryWorld::begin_day(Date day) {
  today_ = day;
  for (const core::PartyId& party : parties_) {
    BASHU_ASSERT(run(party, core::BeginDay{.day = day}));
    for (const auto& due : nodes_.at(party).state->due(day)) {
      // One breach may end what made another due.
      (void)run(party, core::FireClock{.id = due.id, .clock = due.clock});
    }
  }
  return settle();
}

void MemoryWorld::link(const core::PartyId& party, bool up) {
  if (up) {
    down_.erase(party);
  } else {
    down_.insert(party);
  }
}

void MemoryWorld::query(const core::PartyId& at,
                        const std::function<void(const core::State&)>& read) {
  read(*nodes_.at(at).state);
}

std::expected<FigureValue, std::string> MemoryWorld::figure(const core::PartyId& at,
                                                            const figures::Ask& ask) {
  views::Views& views = *nodes_.at(at).views;
  if (auto ok = views.flush(); !ok) return std::unexpected{ok.error().what};
  auto answer =
      views.read({}, [&](views::Session& session) { return figures::answer(session, ask); });
  if (!answer) return std::unexpected{answer.error().what};
  if (!*answer) return std::unexpected{"no figure " + ask.id};
  if (!(*answer)->error.empty()) return std::unexpected{(*answer)->error};
  return FigureValue{.value = (*answer)->value,
                     .splits = std::move((*answer)->splits),
                     .added = std::move((*answer)->added),
                     .by_pairs = (*answer)->by_pairs};
}

const Raised& MemoryWorld::raised(const core::PartyId& at) { return nodes_.at(at).raised; }

}  // namespace bashu::scenario
