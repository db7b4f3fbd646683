// Nodes in memory: the core and its views, with messages in a queue. No journal, no keys, no clock.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scenario/world.h"
#include "views/views.h"

namespace bashu::scenario {

class MemoryWorld final : public World {
 public:
  // Forms a circle of `parties`, whose nodes begin on `today`.
  MemoryWorld(std::vector<core::PartyId> parties, Date today);
  ~MemoryWorld() override;

  [[nodiscard]] const std::vector<core::PartyId>& parties() const override { return parties_; }
  std::expected<core::Decision, Reject> run(const core::PartyId& at,
                                            const core::Command& command) override;
  std::string settle() override;
  std::string begin_day(Date day) override;
  void link(const core::PartyId& party, bool up) override;
  void query(const core::PartyId& at, const std::function<void(const core::State&)>& read) override;
  std::expected<FigureValue, std::string> figure(const core::PartyId& at,
                                                 const figures::Ask& ask) override;
  const Raised& raised(const core::PartyId& at) override;
  [[nodiscard]] core::Moment moment() const override;

 private:
  struct Node {
    std::unique_ptr<core::State> state;
    std::unique_ptr<views::Views> views;
    Raised raised;
    std::uint64_t position = 0;
  };
  void take(const core::PartyId& at, const std::vector<core::Event>& events);

  std::vector<core::PartyId> parties_;
  Date today_;
  std::map<core::PartyId, Node> nodes_;
  std::map<std::pair<core::PartyId, core::PartyId>, std::deque<core::MessageQueued>> channels_;
  std::set<core::PartyId> down_;
};

}  // namespace bashu::scenario
