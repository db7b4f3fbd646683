// The HTTP API of a node (docs/formats/api.md): who asks, what for, and what comes of it.
//
//     http::Server ─► handle: key, route ─► [waiting, bounded] ─► workers: read ─► reply
//                               └─ small write ────────────────────┴─ prepare ─► node ─► reply
//
// A write is answered from the node's thread, so that many of them share a commit without each
// holding a worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/log_lines.h"
#include "base/date.h"
#include "base/error.h"
#include "figures/published.h"
#include "http/message.h"
#include "http/server.h"
#include "node/node.h"
#include "packs/pack.h"
#include "people/entrance.h"

namespace bashu::views {
class Follower;
}
namespace bashu::notices {
class Notices;
}
namespace bashu::papers {
class Codes;
}
namespace bashu::travel {
class Computed;
}
namespace bashu::exchange {
class Exchange;
class OutsideWitnesses;
class TimeStamps;
}  // namespace bashu::exchange

namespace bashu::api {

inline constexpr std::string_view kPrefix = "/api/v1";

class Api {
 public:
  struct Parts {
    node::Node* node = nullptr;
    views::Follower* views = nullptr;
    exchange::Exchange* exchange = nullptr;                 // null: the node runs alone
    const exchange::TimeStamps* timestamps = nullptr;       // null: nobody stamps
    const exchange::OutsideWitnesses* witnesses = nullptr;  // null: nobody outside cosigns
    people::Entrance* entrance = nullptr;
    std::function<std::expected<void, Fault>(Date)> set_today;  // of a rehearsal; else empty
    // Runs a pack's scenarios before it is adopted; the findings that forbid it.
    std::function<std::vector<Finding>(const packs::PackPtr&)> try_pack;
    // Once per answer.
    std::function<void(const Answered&)> log;
    // What went wrong elsewhere, for the log: a provider that does not answer.
    std::function<void(std::string_view what, const std::string& error)> note{};
    // Once per sign-in, good or not.
    std::function<void(const SignIn&)> signed_in{};
    std::shared_ptr<const figures::Published> published{};  // null: nothing was
    // How papers name the governments, and their codes; null: of a key of the node's own.
    std::map<std::string, Title, std::less<>> party_names{};
    std::shared_ptr<const papers::Codes> codes{};
    std::shared_ptr<travel::Computed> computed{};  // null: how long one travels is not known
    notices::Notices* notices = nullptr;           // null: no mail is sent
    int workers = 8;
    std::size_t waiting_max = 1'024;
    std::int64_t reads_per_minute = 0;  // of one principal; 0: any number
  };
  // All parts must outlive it.
  explicit Api(Parts parts);
  // Answers what was begun, then ends.
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Never blocks; for http::Server, which must be gone before this is destroyed.
  void handle(http::Request request, http::Reply reply);
  // The node is to end: whatever comes from now on is answered 503 `ending`, and /health says so.
  // What was begun before is answered. Thread-safe, as is all_answered().
  void end_taking();
  [[nodiscard]] bool all_answered() const;
  // How long a body may be: a little from anybody, `body_max` from who is known. Thread-safe.
  [[nodiscard]] http::Admission admit(const http::Request& head, std::size_t body_max) const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace bashu::api
