// Who uses the nodes: citizens, companies and officers who act plausibly and at random, remember
// what was acknowledged, and ask again with the same Idempotency-Key when they heard nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/command.h"
#include "machine.h"
#include "packs/pack.h"

namespace bashu::sim {

class World;

class Clients {
 public:
  explicit Clients(World& world);

  // What a circle needs before anybody can act: packs, registers, residents.
  void found();
  // The circle was prepared before: what found() brought is there.
  void go_on();
  // New actions from now on, until stop().
  void begin();
  void stop() { acting_ = false; }
  // Everybody has heard.
  [[nodiscard]] bool satisfied() const { return waiting_ == 0; }
  // The day on which the oldest question still open was first asked.
  [[nodiscard]] Date oldest() const;
  // Of every action ever taken: at most one entry, and one if it was acknowledged.
  void check();

 private:
  struct Action {
    Machine* at = nullptr;
    std::string label;
    node::Request request;
    Date on;
    int tries = 0;
    bool done = false;
    bool acknowledged = false;
    bool repeats = false;  // asks once more after the answer
    std::string answer;
  };

  void act();
  void ask(Machine& at, std::string label, core::Command command);
  void attempt(std::size_t number);
  void hear(std::size_t number, int attempt, const node::Outcome& outcome);
  void check(const Action& action);

  void start_case(Machine& at);
  void fire_event(Machine& at);
  void post_feed(Machine& at);
  void close_task(Machine& at);
  void set_calendar(Machine& at);

  [[nodiscard]] std::vector<const core::Case*> open_cases(const Machine& at) const;
  [[nodiscard]] core::Asker asker(std::string principal) const;
  [[nodiscard]] Value form(Machine& at, const packs::Pack& pack, const packs::Service& service,
                           const std::vector<std::string>& fields, const core::Case* c);
  [[nodiscard]] Value field(Machine& at, const packs::Pack& pack, const std::string& name,
                            const packs::Type& type, const core::Case* c);
  [[nodiscard]] Value sealed(Machine& at, const std::vector<packs::Member>& fields,
                             const Value& form);
  [[nodiscard]] packs::PackPtr pack(const Machine& at, std::string_view name) const;
  [[nodiscard]] std::string receiver(const std::string& party);

  World& world_;
  bool acting_ = false;
  std::string lot_ = "first-";  // in the names of requests
  std::deque<Action> actions_;
  int waiting_ = 0;
  std::map<std::string, int> residents_;  // by party: how many were imported
  std::map<std::string, int> calendars_;  // by party: the newest version asked for
};

}  // namespace bashu::sim
