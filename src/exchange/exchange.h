// The exchange of one node with its peers: listens for them, sends to them, and looks after what
// both need: TLS contexts, key lists, documents, the restore guard.
//
//     peers ──► http::Server ─► Service ─► Receiver ─► Node
//     peers ◄── http::Client ◄─ pump ◄─ Sender (one each) ◄─ Node
//
// Threads: the server's, the client's, the pump (drives the senders), a watcher of the journal, and
// a clerk for requests that may wait for the core. Whoever needs a pseudonym waits on its own.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "exchange/alarms.h"
#include "exchange/blobs.h"
#include "exchange/guard.h"
#include "exchange/pseudonyms.h"
#include "node/node.h"

namespace bashu::exchange {

struct PeerStatus {
  std::string party;
  std::string endpoint;
  bool up = false;                   // the last call to it was answered
  std::string phase;                 // guard resume push-keys pull-keys receipts running
  std::int64_t last_contact_s = -1;  // ago; -1: not since we began
  bool away = false;                 // silent for `Options::away_after_s`, also if never heard
  std::int64_t sent = 0, acked = 0;  // highest numbers of our channel
  std::int64_t backlog = 0;          // messages without a receipt
  std::int64_t received = 0;         // highest number answered of theirs
  std::size_t held = 0;              // messages of theirs that wait for a decision
  std::string stopped;               // why the channel is stopped; empty: it runs
  std::string trouble;               // why it waits or failed last; empty: nothing
  std::string unproven;              // what of ours it says it holds and does not show
  int life_used_percent = 0;         // of the oldest message without a receipt
};

class Exchange {
 public:
  struct Options {
    std::string listen;                         // address:port; empty: as the identity says
    std::int64_t away_after_s = 120;            // a peer that does not answer for so long is away
    std::int64_t pseudonyms_per_hour = 10'000;  // that a member may ask our part of
    // Who asked for how many.
    std::function<void(const std::string& party, std::int64_t points, bool refused)> asked = {};
    // Whose handshake of TLS failed, or who is no party of the circle.
    std::function<void(const std::string& address, std::string_view why)> turned_away = {};
  };
  // Listens at once; peers are heard and called as soon as an agreement is adopted, and as it
  // changes. `node` must outlive it.
  [[nodiscard]] static std::expected<std::unique_ptr<Exchange>, Fault> start(node::Node& node,
                                                                             Options options);
  [[nodiscard]] static std::expected<std::unique_ptr<Exchange>, Fault> start(node::Node& node) {
    return start(node, {});
  }
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange() = default;

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual std::vector<PeerStatus> status() = 0;
  // If there is any nothing leaves, and the node must not go on writing.
  [[nodiscard]] virtual std::optional<Trouble> trouble() const = 0;
  [[nodiscard]] virtual std::vector<Alarm> alarms() const = 0;
  // One more of them, by whoever works beside the exchange.
  virtual void raise(Alarm alarm, std::string_view proof) = 0;
  [[nodiscard]] virtual Blobs& blobs() = 0;
  [[nodiscard]] virtual Pseudonyms& pseudonyms() = 0;
  // Pseudonyms members asked our part of, by party.
  [[nodiscard]] virtual std::map<std::string, AskedOf> asked_pseudonyms() const = 0;
};

}  // namespace bashu::exchange
