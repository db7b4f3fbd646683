// What a node answers to its peers (docs/formats/evidence.md section 12), without sockets.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/evaluation.h"
#include "exchange/receiver.h"
#include "exchange/shares.h"

namespace bashu::exchange {

inline constexpr std::string_view kPrefix = "/bashu/v1";

// The party one of whose authorities ends the chain; empty if there is none.
[[nodiscard]] std::string party_of(const node::Directory& directory,
                                   const std::vector<std::string>* chain);

// All outlive the service.
struct ServiceParts {
  node::Node& node;
  Receiver& receiver;
  Guard& guard;
  Alarms& alarms;
  Blobs& blobs;
  Shares& shares;
  Evaluating& evaluating;
  // The largest checkpoint of a party's log that is held here; empty: none.
  std::function<std::string(const std::string& party)> seen_note;
  // The largest checkpoint of the party's log that was cosigned here; empty: this node is no
  // witness.
  std::function<std::string(const std::string& party)> witnessed = {};
  // Cosigns a checkpoint of the party's log; empty: this node is no witness.
  std::function<http::Response(const std::string& party, std::string_view request)> cosign = {};
  // Runs what may wait for the core away from the caller; false if there is too much already.
  std::function<bool(std::function<void()>)> later;
};

class Service {
 public:
  explicit Service(ServiceParts parts) : parts_{std::move(parts)} {}
  // `party` is the TLS peer; empty: none of the agreement. Called by one thread at a time.
  void handle(const std::string& party, http::Request request, http::Reply reply);

 private:
  http::Response get(const std::string& party, const std::vector<std::string>& path);
  http::Response get_channel(const std::string& party, const std::vector<std::string>& path);
  http::Response channel_state(const std::string& party, const std::string& channel, bool inward);
  http::Response receipt(const std::string& party, std::int64_t seq);
  http::Response message(const std::string& party, std::int64_t seq, bool inward);
  http::Response resolution(const std::string& party, std::int64_t seq);
  http::Response get_log(const std::vector<std::string>& path);
  http::Response get_record(const std::string& folder, const std::string& edition);
  void take_keys(const http::Request& request, const http::Reply& reply);
  http::Response evaluate(const std::string& party, const http::Request& request);
  http::Response take_token(const std::string& party, const http::Request& request);

  ServiceParts parts_;
};

}  // namespace bashu::exchange
