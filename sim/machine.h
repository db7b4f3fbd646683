// One simulated node: the real kernel, receiver, sender and service over a simulated disk, clock
// and network. What threads do in a running node are events of the timeline here: a step of the
// core, a write, a pass of the pump.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "disk.h"
#include "exchange/receiver.h"
#include "exchange/sender.h"
#include "exchange/service.h"
#include "node/kernel.h"
#include "random.h"
#include "shadow.h"

namespace bashu::sim {

class World;

class Machine {
 public:
  Machine(World& world, core::PartyId party, core::PartyId peer, std::filesystem::path dir,
          std::uint64_t seed);
  ~Machine();

  // Starts the node from what its disk holds. A Fault: it refuses to.
  [[nodiscard]] std::expected<void, Fault> start();
  // Memory is gone; what was on its way to the disk with it.
  void crash();
  [[nodiscard]] bool up() const { return kernel_ != nullptr; }
  // The disk said that the machine dies now; the world crashes it after the step.
  [[nodiscard]] bool dying() const { return dying_; }

  [[nodiscard]] bool submit(node::Request request, std::function<void(node::Outcome)> done);
  // Nothing to decide, to write or to call.
  [[nodiscard]] bool idle() const;
  // A request of the peer arrived.
  void handle(http::Request request, http::Reply reply);
  // The answer to a call of the sender, if it is still the one that called.
  void answer(std::uint64_t life, std::uint64_t call, exchange::PeerAnswer answer);

  [[nodiscard]] const core::PartyId& party() const { return party_; }
  [[nodiscard]] const core::PartyId& peer() const { return peer_; }
  [[nodiscard]] const std::filesystem::path& dir() const { return dir_; }
  // Counts starts: what belongs to an earlier life is ignored.
  [[nodiscard]] std::uint64_t life() const { return life_; }
  [[nodiscard]] Disk& disk() { return disk_; }
  [[nodiscard]] Shadow& shadow() { return *shadow_; }
  [[nodiscard]] const Shadow& shadow() const { return *shadow_; }
  void set_shadow(std::unique_ptr<Shadow> shadow) { shadow_ = std::move(shadow); }
  [[nodiscard]] node::Kernel& kernel() { return *kernel_; }
  [[nodiscard]] node::Node& node() { return *node_; }
  [[nodiscard]] exchange::Sender* sender();
  // The first alarm of the exchange, if any was raised since the start.
  [[nodiscard]] std::string alarm() const;

  void set_today(Date today) { today_ = today; }
  [[nodiscard]] Date today() const { return today_; }
  // The clock differs from the world's by so much.
  void set_skew(std::int64_t skew_ms) { skew_ms_ = skew_ms; }

  // Passes of the threads, planned by the world or by each other.
  void wake();

 private:
  class SimClock;
  class SimChance;
  class SimStorage;
  class SimNode;
  struct Exchanging;
  struct Work {
    node::Request request;
    std::function<void(node::Outcome)> done;
  };

  void core_step();
  void plan_core();
  void plan_write();
  void write();
  void pump();
  void plan_pump(std::int64_t delay_ms);
  void begin_exchange();
  node::Outcome run(node::Request request);

  World& world_;
  core::PartyId party_, peer_;
  std::filesystem::path dir_;
  Disk disk_;
  std::unique_ptr<Shadow> shadow_;
  std::unique_ptr<SimClock> clock_;
  std::unique_ptr<SimChance> chance_;
  Random random_;
  Date today_;
  std::int64_t skew_ms_ = 0;

  std::uint64_t life_ = 0;
  bool dying_ = false;
  std::unique_ptr<node::Kernel> kernel_;
  std::unique_ptr<node::Node> node_;
  std::unique_ptr<Exchanging> exchanging_;
  std::deque<Work> queue_;
  node::Batch filling_;
  std::optional<node::Batch> writing_;
  bool core_planned_ = false;
  std::int64_t pump_at_ = -1;  // when the next pass is planned; -1: none
  std::int64_t refreshed_ms_ = -1'000'000;
  std::shared_ptr<const node::Directory> directory_;
};

}  // namespace bashu::sim
