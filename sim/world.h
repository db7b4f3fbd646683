// Two nodes in virtual time with everything that can go wrong between and below them. A run is a
// function of its seed: one thread, one source of chance, no clock but the timeline.
//
//     faults     clients act; messages are lost, delayed, doubled, reordered; links are cut; nodes
//                die between any two steps and in the middle of a write, and come back
//     healing    no more faults: everything must arrive, be answered and be equal
//
// After every step that made something durable the checks of checks.h are asked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "checks.h"
#include "circle.h"
#include "machine.h"
#include "random.h"
#include "timeline.h"

namespace bashu::sim {

// Faults that no node may survive unnoticed: each shows that a check can fail.
enum class Plant : std::uint8_t {
  none,
  early_answer,     // clients hear before it is durable
  lying_disk,       // the disk says durable and forgets
  deaf_to_repeats,  // a repeated message is given to the core as if it were the next
  keyless,          // clients repeat requests without an Idempotency-Key
  leak,             // an envelope leaves that no journal holds
  tampering,        // a byte of an old commit changes on the disk
  deaf_link,        // a link stays cut when all faults are over
  drift,            // a row of the state changes without an entry
  lost_keys,        // a key of sealed values is gone
};

struct Options {
  std::uint64_t seed = 0;
  int steps = 1'000;
  bool verbose = false;
  Plant plant = Plant::none;
};

struct Result {
  std::uint64_t seed = 0;
  std::optional<Broken> broken;
  int step = 0;                      // at which it broke; of a sound run: how many there were
  std::int64_t at_ms = 0;            // virtual
  std::uint64_t trace = 0;           // digest of everything that happened
  std::vector<std::string> digests;  // of the nodes' states at the end, hex
  std::map<std::string, std::int64_t> counts;
};

[[nodiscard]] Result simulate(const Options& options);

class Clients;

class World {
 public:
  // What a node's directory and disk hold.
  struct Stored {
    std::vector<journal::Commit> commits;
    std::map<std::string, std::string> files;
  };
  using Prepared = std::map<std::string, Stored>;  // by party

  // With `prepared`, the circle goes on from there; without, it begins with nothing but an
  // agreement and its keys.
  World(const Options& options, const Prepared* prepared);
  ~World();

  [[nodiscard]] Result run();
  // Fills registers and adopts packs without any fault, and gives what the disks hold then.
  [[nodiscard]] Prepared prepare();

  // For machines and clients.
  [[nodiscard]] std::int64_t now() const { return timeline_.now(); }
  void in(std::int64_t delay_ms, std::function<void()> happen) {
    timeline_.in(delay_ms, std::move(happen));
  }
  void fail(Broken broken);
  void trace(std::string_view what);
  void count(std::string_view what) { ++counts_[std::string{what}]; }
  [[nodiscard]] Plant planted() const { return options_.plant; }
  [[nodiscard]] bool faulty() const { return faulty_; }
  [[nodiscard]] std::int64_t flush_ms();
  [[nodiscard]] Fate fate(const Machine& machine);
  void send(Machine& from, exchange::PeerCall call);
  [[nodiscard]] std::vector<std::unique_ptr<Machine>>& machines() { return machines_; }
  [[nodiscard]] Machine& other(const Machine& machine);
  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] Date day() const { return day_; }

 private:
  // How bad it is, drawn from the seed.
  struct Weather {
    std::int64_t loss = 0, twice = 0, late = 0;  // per thousand calls
    std::int64_t die_in_write = 0;               // per thousand writes
    std::int64_t fault_every_ms = 0, delay_ms = 0, flush_ms = 0;
    std::int64_t day_every_ms = 0;
  };

  void found();
  void restore(const Prepared& prepared);
  void start(Machine& machine);
  void crash(Machine& machine);
  void damage(Machine& machine);
  void after_step();
  void check();
  void plan_fault();
  void make_fault();
  void plan_day();
  void begin_day();
  [[nodiscard]] bool quiet() const;
  [[nodiscard]] std::string unrest() const;
  void settle();
  void heal();
  void compare_states();
  void compare_after_rebuilding();
  void deliver(Machine& from, Machine& to, std::uint64_t life, const exchange::PeerCall& call);
  void check_leak(const Machine& from, const exchange::PeerCall& call);
  [[nodiscard]] bool cut(const Machine& from, const Machine& to) const;
  [[nodiscard]] std::int64_t delay();

  Options options_;
  Random random_;
  Timeline timeline_;
  Weather weather_;
  std::filesystem::path dir_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::unique_ptr<Clients> clients_;
  std::map<std::string, std::int64_t> cut_until_;  // by sender
  Date day_;
  bool faulty_ = false;
  int step_ = 0;
  std::int64_t on_the_way_ = 0;         // calls without an answer
  std::vector<std::uint64_t> checked_;  // durable entries of each when last checked
  std::optional<Broken> broken_;
  std::uint64_t trace_ = 0xcbf29ce484222325U;
  std::map<std::string, std::int64_t> counts_;
};

}  // namespace bashu::sim
