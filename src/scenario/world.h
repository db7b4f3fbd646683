// The nodes a scenario plays on. In memory, or real ones; a scenario cannot tell.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "core/core.h"
#include "figures/ask.h"
#include "views/views.h"

namespace bashu::scenario {

struct FigureValue {
  std::optional<std::int64_t> value;
  std::vector<figures::Split> splits;
  std::vector<std::string> added;  // figures::Answer::added
  bool by_pairs = false;           // figures::Answer::by_pairs
};

// What has been raised at a node since the beginning.
struct Raised {
  std::vector<core::TaskRaised> tasks;
  std::vector<core::AskAnswered> asks;  // answers to what its people asked of others
};

class World {
 public:
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  virtual ~World() = default;

  // In the order in which they were named. The first nodes act; others only belong to the circle.
  [[nodiscard]] virtual const std::vector<core::PartyId>& parties() const = 0;
  virtual std::expected<core::Decision, Reject> run(const core::PartyId& at,
                                                    const core::Command& command) = 0;
  // Returns when nothing is on its way any more but what waits at a cut link. Empty, or what went
  // wrong on the way.
  virtual std::string settle() = 0;
  // One day passes at every node; clocks fire.
  virtual std::string begin_day(Date day) = 0;
  virtual void link(const core::PartyId& party, bool up) = 0;
  virtual void query(const core::PartyId& at,
                     const std::function<void(const core::State&)>& read) = 0;
  virtual std::expected<FigureValue, std::string> figure(const core::PartyId& at,
                                                         const figures::Ask& ask) = 0;
  virtual const Raised& raised(const core::PartyId& at) = 0;
  [[nodiscard]] virtual core::Moment moment() const = 0;
};

}  // namespace bashu::scenario
