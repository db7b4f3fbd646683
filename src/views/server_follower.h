// Keeps views on a PostgreSQL server behind a node: for those who ask in SQL, for replicas, and for
// the node's own answers if it is told so (docs/guide/postgres-views.md).
//
//     the server is away      tried again until it is there; nothing else of the node waits
//     its tables are others'  they are made anew in a schema beside, which then takes their name
//     it has lost its end     what is missing is read from the journal again
//
// Each batch of entries is one transaction with the position after it: whatever ends in between, an
// entry is in the tables once.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "node/node.h"
#include "views/follower.h"

namespace bashu::views {

class ServerFollower : public Follower {
 public:
  // `options.path`: the URL. `node` must outlive the follower. A server that does not answer is no
  // fault here: views() is null until it has answered once, and fault() says what is wrong.
  [[nodiscard]] static std::expected<std::unique_ptr<ServerFollower>, Fault> start(
      node::Node& node, const std::filesystem::path& dir, Views::Options options);

  struct Lag {
    std::uint64_t entries = 0;  // durable and not in the tables
    std::int64_t ms = 0;        // for how long there have been such
  };
  [[nodiscard]] virtual Lag lag() = 0;
};

}  // namespace bashu::views
