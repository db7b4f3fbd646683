// How a node is, in one word and its reasons: asked by load balancers, monitoring and `bashu
// health`.
//
//     ready     it reads and writes, and nothing waits for a person
//     standby   it reads what another machine writes; `why` may say that something is wrong
//     degraded  it answers, and something is wrong: `why` says what, each with a page in
//     docs/alarms
//     down      it cannot answer
//     ending    it was told to end: it answers what was begun and takes nothing more
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/shelf.h"
#include "exchange/exchange.h"
#include "http/message.h"
#include "node/node.h"

namespace bashu::views {
class Follower;
class ServerFollower;
}  // namespace bashu::views
namespace bashu::people {
class Entrance;
}

namespace bashu::exchange {
class OutsideWitnesses;
class TimeStamps;
}  // namespace bashu::exchange

namespace bashu::api {

struct Health {
  std::string_view state;
  // guarded disk rollback quorum commit_waits standby_behind standby_stopped beside_missing
  // views_stopped server_views_behind keys_unreadable clock documents_away rollback_unproven
  // peer_away channel_stopped held erasure_late backup_old timestamp_late witness_late; in this
  // order, each once.
  std::vector<std::string_view> why;
};
struct HealthParts {
  node::Node& node;
  views::Follower& follower;
  exchange::Exchange* exchange = nullptr;  // null: the node runs alone
  people::Entrance& entrance;
  Shelves& shelves;
  const exchange::TimeStamps* timestamps = nullptr;       // null: nobody stamps
  const exchange::OutsideWitnesses* witnesses = nullptr;  // null: nobody outside cosigns
  views::ServerFollower* server_views = nullptr;          // null: no tables on a server
};
[[nodiscard]] Health health_of(const HealthParts& parts);
// What /health answers of a node that was told to end: 503.
struct Context;
[[nodiscard]] http::Response ending_health(Context& context);
// Files that this machine needs and does not have (exchange/beside.h); without a shelf it is not
// known whether anybody needs passwords.
[[nodiscard]] std::vector<std::string> beside_missing(node::Node& node,
                                                      const std::shared_ptr<const Shelf>& shelf);
// All there is to find in `why`.
[[nodiscard]] const std::vector<std::string_view>& health_reasons();

}  // namespace bashu::api
