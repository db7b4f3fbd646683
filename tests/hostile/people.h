// The people of the two honest nodes: what they do is drawn from the seed alone and from how their
// own cases stand, so that a game without the hostile member has the same honest acts in it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/command.h"
#include "house.h"
#include "packs/pack.h"
#include "sim/random.h"
#include "sim/shadow.h"

namespace bashu::hostile {

class People {
 public:
  People(std::uint64_t seed, packs::PackPtr pack, House& one, House& other);

  // Acts of one round. Each case is acted on by one side at most, so that how the messages of a
  // round overtake each other changes nothing.
  void act();
  // Everybody has been answered.
  [[nodiscard]] bool satisfied() const { return waiting_ == 0; }
  [[nodiscard]] std::int64_t acts() const { return static_cast<std::int64_t>(acts_.size()); }
  [[nodiscard]] const std::set<std::string>& cases() const { return cases_; }
  [[nodiscard]] const std::set<std::string>& roads() const { return roads_; }

  // Of every act: answered, and carried out once if it was acknowledged.
  [[nodiscard]] std::optional<sim::Broken> check(const House& house,
                                                 const sim::Shadow& shadow) const;
  // How everything of theirs stands at that node, as text.
  [[nodiscard]] std::string ended(House& house) const;

 private:
  struct Act {
    House* at = nullptr;
    std::string evidence;
    std::string answer;  // empty: none yet
    bool acknowledged = false;
  };

  void ask(House& at, const std::string& what, core::Command command, bool opens = false);
  void start(House& at);
  void act_on(const std::string& id);
  void feed(House& at);
  void put_road(House& at);
  [[nodiscard]] core::Asker asker(const char* role);
  [[nodiscard]] House& other(const House& house) {
    return &house == houses_[0] ? *houses_[1] : *houses_[0];
  }

  sim::Random random_;
  packs::PackPtr pack_;
  std::vector<House*> houses_;
  std::deque<Act> acts_;
  std::int64_t waiting_ = 0, fed_ = 0, codes_ = 0;
  std::set<std::string> cases_, roads_;
};

}  // namespace bashu::hostile
