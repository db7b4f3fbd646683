// A node's directory worked on without its API: the node at rest, with the writer's lock taken.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <utility>

#include "base/value.h"
#include "core/command.h"
#include "main/console.h"
#include "node/node.h"

namespace bashu::cli {

class AtRest {
 public:
  AtRest(std::unique_ptr<node::Clock> clock, std::unique_ptr<node::Chance> chance,
         std::unique_ptr<node::Node> node)
      : clock_{std::move(clock)}, chance_{std::move(chance)}, node_{std::move(node)} {}
  [[nodiscard]] node::Node& operator*() const { return *node_; }
  [[nodiscard]] node::Node* operator->() const { return node_.get(); }

 private:
  std::unique_ptr<node::Clock> clock_;
  std::unique_ptr<node::Chance> chance_;
  std::unique_ptr<node::Node> node_;  // goes first: it uses the others
};

// The clock of a directory: that of its rehearsal, if it was ever served as one.
[[nodiscard]] std::expected<std::unique_ptr<node::Clock>, Fault> clock_of(
    const std::filesystem::path& dir, int offset_minutes);
// Tells what to do instead if the node is running.
[[nodiscard]] std::expected<AtRest, Exit> open_at_rest(const Console& console,
                                                       const std::string& dir);
// Whoever holds the directory may do what an administrator and a registrar may.
[[nodiscard]] core::Asker local_officer();
// Decides a command; tells a refusal. `request` is kept as evidence.
[[nodiscard]] std::expected<node::Done, Exit> run_at_rest(const Console& console, node::Node& node,
                                                          core::Command command,
                                                          const Value& request);

}  // namespace bashu::cli
