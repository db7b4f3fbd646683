#include "machine.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/assert.h"
#include "exchange/circle.h"
#include "kernel_node.h"
#include "node/snapshot.h"
#include "node/storage/directory.h"
#include "world.h"

namespace bashu::sim {

namespace {

constexpr std::size_t kQueueMax = 64;
constexpr std::int64_t kRefreshMs = 1'000;

}  // namespace

class Machine::SimClock final : public node::Clock {
 public:
  explicit SimClock(Machine& machine) : machine_{machine} {}
  Instant now() override {
    return {.unix_ms = kEpochMs + machine_.world_.now() + machine_.skew_ms_};
  }
  Date today() override { return machine_.today_; }

 private:
  Machine& machine_;
};

class Machine::SimChance final : public node::Chance {
 public:
  explicit SimChance(std::uint64_t seed) : random_{seed} {}
  std::string bytes(std::size_t count) override { return random_.bytes(count); }

 private:
  Random random_;
};

// Its journal is on the simulated disk, all else in a directory.
class Machine::SimStorage final : public node::DirectoryStorage {
 public:
  explicit SimStorage(Machine& machine) : DirectoryStorage{machine.dir_}, machine_{machine} {}
  std::expected<std::unique_ptr<journal::Journal>, Fault> journal() override {
    bool cut = false;
    auto journal = machine_.disk_.open(&cut);
    if (cut) machine_.world_.count("torn records cut off");
    return journal;
  }

 private:
  Machine& machine_;
};

// What the threaded node does for its callers, by the simulation's clock.
class Machine::SimNode final : public KernelNode {
 public:
  explicit SimNode(Machine& machine) : KernelNode{*machine.kernel_}, machine_{machine} {}
  bool submit(node::Request request, std::function<void(node::Outcome)> done) override {
    return machine_.submit(std::move(request), std::move(done));
  }
  node::Outcome run(node::Request request) override { return machine_.run(std::move(request)); }
  // What is durable: a query is answered when what it saw is.
  void query(const std::function<void(const core::State&)>& read) override {
    read(machine_.shadow().state());
  }

 private:
  Machine& machine_;
};

// The exchange with the one peer, as exchange.cc puts it together around sockets.
struct Machine::Exchanging {
  explicit Exchanging(Machine& machine)
      : alarms{machine.node_->storage().files()},
        blobs{machine.node_->storage().files()},
        seen{machine.node_->storage().files(), "seen/" + machine.peer_},
        receiver{{.node = *machine.node_,
                  .guard = guard,
                  .alarms = alarms,
                  .blobs = blobs,
                  .now_ms = [&machine] { return machine.world_.now(); }}},
        shares{*machine.node_},
        evaluating{{.node = *machine.node_,
                    .shares = shares,
                    .alarms = alarms,
                    .now_ms = [&machine] { return machine.world_.now(); }}},
        service{{.node = *machine.node_,
                 .receiver = receiver,
                 .guard = guard,
                 .alarms = alarms,
                 .blobs = blobs,
                 .shares = shares,
                 .evaluating = evaluating,
                 .seen_note =
                     [this, &machine](const std::string& party) {
                       return party == machine.peer_ ? seen.note() : std::string{};
                     },
                 .later =
                     [&machine, life = machine.life_](const std::function<void()>& task) {
                       machine.world_.in(machine.random_.below(3), [&machine, life, task] {
                         if (machine.up() && machine.life_ == life) task();
                       });
                       return true;
                     }}},
        sender{{.node = *machine.node_,
                .guard = guard,
                .seen = seen,
                .alarms = alarms,
                .blobs = blobs},
               machine.peer_} {}

  exchange::Alarms alarms;
  exchange::Blobs blobs;
  exchange::Guard guard;
  exchange::SeenLog seen;
  exchange::Receiver receiver;
  exchange::Shares shares;
  exchange::Evaluating evaluating;
  exchange::Service service;
  exchange::Sender sender;
  std::int64_t nudged_ms = 0;
};

Machine::Machine(World& world, core::PartyId party, core::PartyId peer, std::filesystem::path dir,
                 std::uint64_t seed)
    : world_{world},
      party_{std::move(party)},
      peer_{std::move(peer)},
      dir_{std::move(dir)},
      clock_{std::make_unique<SimClock>(*this)},
      chance_{std::make_unique<SimChance>(seed)},
      random_{seed + 1} {
  disk_.fate = [this] { return world_.fate(*this); };
  disk_.reached = [this] {
    if (auto broken = shadow_->follow(disk_)) world_.fail(*broken);
  };
}

Machine::~Machine() { crash(); }

std::expected<void, Fault> Machine::start() {
  BASHU_ASSERT(!up());
  ++life_;
  dying_ = false;
  if (auto activated = exchange::activate_keys(dir_); !activated) {
    return std::unexpected{activated.error()};
  }
  auto kernel = node::Kernel::open({.storage = std::make_shared<SimStorage>(*this),
                                    .clock = clock_.get(),
                                    .chance = chance_.get()});
  if (!kernel) return std::unexpected{kernel.error()};
  kernel_ = std::move(*kernel);
  node_ = std::make_unique<SimNode>(*this);
  filling_ = kernel_->batch();
  refreshed_ms_ = -1'000'000;
  pump_at_ = -1;
  core_planned_ = false;
  wake();
  return {};
}

void Machine::crash() {
  // Answers that come too late must find nobody.
  ++life_;
  exchanging_.reset();
  queue_.clear();
  filling_ = {};
  writing_.reset();
  node_.reset();
  kernel_.reset();
  directory_.reset();
  disk_.crash();
  dying_ = false;
}

exchange::Sender* Machine::sender() { return exchanging_ ? &exchanging_->sender : nullptr; }

std::string Machine::alarm() const {
  if (!exchanging_) return {};
  if (const auto trouble = exchanging_->guard.trouble()) return trouble->text();
  const auto alarms = exchanging_->alarms.newest();
  return alarms.empty() ? std::string{} : alarms.front().code + ": " + alarms.front().text;
}

bool Machine::submit(node::Request request, std::function<void(node::Outcome)> done) {
  if (!up() || queue_.size() >= kQueueMax) return false;
  queue_.push_back({std::move(request), std::move(done)});
  plan_core();
  return true;
}

bool Machine::idle() const { return queue_.empty() && filling_.empty() && !writing_; }

void Machine::wake() {
  plan_core();
  plan_pump(0);
}

void Machine::plan_core() {
  if (core_planned_) return;
  core_planned_ = true;
  world_.in(random_.below(3), [this, life = life_] {
    if (life != life_ || !up()) return;
    core_planned_ = false;
    core_step();
  });
}

void Machine::core_step() {
  if (filling_.full()) return;  // the writer plans us again
  node::Batch batch = kernel_->batch();
  kernel_->tick(batch);
  for (std::int64_t n = random_.between(1, 4); n > 0 && !queue_.empty(); --n) {
    Work work = std::move(queue_.front());
    queue_.pop_front();
    const std::size_t before = batch.items.size();
    kernel_->handle(batch, std::move(work.request), work.done);
    if (world_.planted() == Plant::early_answer && batch.items.size() > before) {
      node::Item& item = batch.items.back();
      if (auto done = std::exchange(item.done, nullptr)) done(item.answer);
    }
  }
  if (!batch.empty()) {
    if (filling_.empty()) {
      filling_ = std::move(batch);
    } else {
      filling_.merge(std::move(batch));
    }
    plan_write();
  }
  if (!queue_.empty()) plan_core();
}

void Machine::plan_write() {
  if (writing_ || filling_.empty()) return;
  writing_ = std::exchange(filling_, kernel_->batch());
  world_.in(world_.flush_ms(), [this, life = life_] {
    if (life == life_ && writing_) write();  // run() may have been first
  });
}

void Machine::write() {
  node::Batch batch = std::move(*writing_);
  writing_.reset();
  if (const auto written = kernel_->write(std::move(batch)); !written) {
    dying_ = true;
    return;
  }
  plan_write();
  if (!queue_.empty()) plan_core();
  plan_pump(1);
}

// On the caller's own time: everything before it is decided and written first.
node::Outcome Machine::run(node::Request request) {
  std::optional<node::Outcome> outcome;
  queue_.push_back(
      {std::move(request), [&outcome](node::Outcome told) { outcome.emplace(std::move(told)); }});
  while (!outcome && !dying_) {
    if (writing_) {
      write();
    } else {
      core_step();
    }
  }
  return outcome ? std::move(*outcome) : node::Outcome{Fault{.what = "the machine died"}};
}

void Machine::plan_pump(std::int64_t delay_ms) {
  const std::int64_t at = world_.now() + delay_ms;
  if (pump_at_ >= 0 && pump_at_ <= at) return;
  pump_at_ = at;
  world_.in(delay_ms, [this, at, life = life_] {
    if (life != life_ || !up() || pump_at_ != at) return;
    pump_at_ = -1;
    pump();
  });
}

void Machine::begin_exchange() {
  const auto directory = kernel_->directory();
  if (directory == directory_ || !directory->formed) return;
  if (!exchanging_) {
    std::error_code ignored;
    std::filesystem::create_directories(dir_ / "seen", ignored);
    exchanging_ = std::make_unique<Exchanging>(*this);
    exchanging_->sender.set_notify([this] { plan_pump(1); });
  }
  const evidence::PartyRecord* party = directory->agreement.party(peer_);
  const auto log_keys = directory->log_keys(peer_);
  if (party && !log_keys.empty() && !exchanging_->seen.load(party->origin, log_keys)) {
    world_.fail({"alarm", party_ + ": the checkpoint remembered of " + peer_ + " does not verify"});
  }
  directory_ = directory;
}

void Machine::pump() {
  begin_exchange();
  const std::int64_t now = world_.now();
  std::int64_t wake = now + kRefreshMs;
  if (exchanging_) {
    exchanging_->receiver.tick();
    if (now - refreshed_ms_ >= kRefreshMs) {
      refreshed_ms_ = now;
      const core::Outbox& outbox = shadow_->state().outbox(peer_);
      exchanging_->sender.refresh({.last = outbox.last,
                                   .acked = outbox.acked,
                                   .beyond = outbox.beyond,
                                   .stopped = outbox.stopped});
      exchanging_->receiver.refresh(peer_, {.next = shadow_->state().inbox(peer_).next});
      plan_core();  // the core looks at its clock now and then
    }
    for (exchange::PeerCall& call : exchanging_->sender.calls(now)) {
      world_.send(*this, std::move(call));
    }
    wake = std::min(wake, exchanging_->sender.wake_ms());
  }
  plan_pump(std::max<std::int64_t>(wake - now, 1));
}

void Machine::handle(http::Request request, http::Reply reply) {
  if (!exchanging_) return reply(http::problem(503, "not-ready"));
  if (world_.now() - exchanging_->nudged_ms >= kRefreshMs) {
    exchanging_->nudged_ms = world_.now();
    if (!exchanging_->sender.status().trouble.empty()) exchanging_->sender.nudge();
  }
  exchanging_->service.handle(peer_, std::move(request), std::move(reply));
}

void Machine::answer(std::uint64_t life, std::uint64_t call, exchange::PeerAnswer answer) {
  if (life == life_ && exchanging_) exchanging_->sender.answer(call, std::move(answer));
}

}  // namespace bashu::sim
