// How a node is, in one word and its reasons: asked by load balancers, monitoring and `bashu
// health`.
//
//     ready     it reads and writes, and nothing waits for a person
//     standby   it reads what another machine writes; `why` may say that something is wrong
//     degraded  it answers, and something is wrong: `why` says what, each with a page in
//     docs/alarms down      it cannot answer
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/shelf.h"
#include "exchange/exchange.h"
#include "node/node.h"

namespace bashu::views {
class Follower;
class ServerFollower;
}  // namespace bashu::views
namespace bashu::people {
class Entrance;
}

namespace bashu::exchange {
class TimeStamps;
}

namespace bashu::api {

struct Health {
  std::string_view state;
  // guarded disk rollback standby_behind standby_stopped views_stopped server_views_behind
  // keys_unreadable clock documents_away peer_away channel_stopped held erasure_late backup_old
  // timestamp_late; in this order, each once.
  std::vector<std::string_view> why;
};
struct HealthParts {
  node::Node& node;
  views::Follower& follower;
  exchange::Exchange* exchange = nullptr;  // null: the node runs alone
  people::Entrance& entrance;
  Shelves& shelves;
  const exchange::TimeStamps* timestamps = nullptr;  // null: nobody stamps
  views::ServerFollower* server_views = nullptr;     // null: no tables on a server
};
[[nodiscard]] Health health_of(const HealthParts& parts);
// All there is to find in `why`.
[[nodiscard]] const std::vector<std::string_view>& health_reasons();

}  // namespace bashu::api
