// Messages of peers, from bytes to the node (docs/formats/evidence.md 8.2 to 8.6), without sockets.
//
//     checks 1-9 ─► answered before? ─► same receipt
//                 ─► ahead? keep a while, 202
//                 ─► due: keys to the vault, submit ─► (durable) receipt ─► what waited behind it
//
// Messages of one channel are submitted in order without waiting for each other to be durable, so
// that they share commits; if one is not taken, those behind it are refused by the core and sent
// again. Thread-safe; message() must be called by one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/receive.h"
#include "exchange/alarms.h"
#include "exchange/blobs.h"
#include "exchange/guard.h"
#include "http/message.h"
#include "http/server.h"
#include "node/node.h"

namespace bashu::exchange {

// All outlive the receiver; `now_ms` is a clock that never falls.
struct ReceiverParts {
  node::Node& node;
  Guard& guard;
  Alarms& alarms;
  Blobs& blobs;
  std::function<std::int64_t()> now_ms;
};

class Receiver {
 public:
  explicit Receiver(ReceiverParts parts);
  ~Receiver();

  // `party` is the TLS peer, a party of the agreement; `channel` comes from the URL.
  void message(const std::string& party, const std::string& channel, const http::Request& request,
               http::Reply reply);
  // Answers what waited two seconds for a gap to close; ask about every 200 ms.
  void tick();
  // A peer's channel to us as the journal has it.
  struct ChannelState {
    std::int64_t next = 1;
    std::size_t held_bytes = 0;  // of messages that wait for a decision, about
    bool distrusted = false;     // the peer contradicted itself: it is not listened to
  };
  // To be told at the start and about once a second.
  void refresh(const std::string& party, const ChannelState& channel);

 private:
  struct State;
  std::shared_ptr<State> state_;  // the node may answer after the receiver is gone
};

}  // namespace bashu::exchange
