// What a node tells monitoring, in the text format of Prometheus: counts, times and states. No
// case, person or key is in it; the names of the parties are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/health.h"
#include "http/server.h"
#include "node/disk.h"

namespace bashu::cli {

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Of the API; from any thread.
  void answered(int status, std::int64_t ms);
  [[nodiscard]] std::string text(const api::HealthParts& parts, const node::DiskFloor& disk) const;

 private:
  struct Requests;
  std::unique_ptr<Requests> requests_;
};

// A listener of its own with `/metrics` and nothing else: who watches needs no key, and reaches no
// other door.
[[nodiscard]] std::expected<std::unique_ptr<http::Server>, Fault> serve_metrics(
    http::Server::Options options, std::function<std::string()> text);

}  // namespace bashu::cli
