// Real nodes in one process: journals on disk, signed envelopes over TLS on loopback, each with its
// own keys. Days pass by hand.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exchange/exchange.h"
#include "node/node.h"
#include "node/system_environment.h"
#include "scenario/runner.h"
#include "scenario/world.h"
#include "views/views.h"

namespace bashu::scenario {

class RealWorld final : public World {
 public:
  // Makes the nodes in folders of `root`, which must not exist, and removes them at the end.
  RealWorld(std::filesystem::path root, std::vector<core::PartyId> parties, Date today);
  ~RealWorld() override;

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

  // Ends the processes' part of a node and opens it again from its folder.
  void restart(const core::PartyId& party);
  // Closes all nodes; their folders stay until the end, for checks of the journals.
  void close();
  [[nodiscard]] std::filesystem::path folder(const core::PartyId& party) const;

 private:
  struct One {
    std::filesystem::path dir;
    std::string listen;
    node::Identity identity;
    std::unique_ptr<node::RehearsalClock> clock;
    std::unique_ptr<node::SystemChance> chance;
    std::unique_ptr<node::Node> node;
    std::unique_ptr<exchange::Exchange> exchange;
    std::unique_ptr<views::Views> views;
    std::uint64_t read = 0;  // entries taken into views and raised
    Raised raised;
    bool down = false;
  };
  void open(One& one);
  void follow(One& one);

  std::filesystem::path root_;
  std::vector<core::PartyId> parties_;
  Date today_;
  std::map<core::PartyId, One> nodes_;
};

}  // namespace bashu::scenario
