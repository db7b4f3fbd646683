// One member asks another for its part of pseudonyms: POST /pseudonyms (docs/formats/exchange.md).
// What is asked are blinded points: who answers learns how many, never of whom.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/alarms.h"
#include "exchange/shares.h"
#include "http/message.h"

namespace bashu::exchange {

inline constexpr std::size_t kPointsMax = 256;  // of one request

struct EvaluationAsk {
  std::int64_t generation = 0;
  std::string digest;  // hex; of what all members committed to, as who asks has it
  std::vector<oblivious::Point> points;
};
struct EvaluationAnswer {
  std::vector<oblivious::Point> points;  // in the same order
  oblivious::Proof proof;
};
[[nodiscard]] std::string ask_text(const EvaluationAsk& ask);
[[nodiscard]] std::optional<EvaluationAsk> read_ask(std::string_view text);
[[nodiscard]] std::string answer_text(const EvaluationAnswer& answer);
[[nodiscard]] std::optional<EvaluationAnswer> read_answer(std::string_view text);

// What members have asked of this node.
struct AskedOf {
  std::int64_t points = 0;   // answered since the start
  std::int64_t refused = 0;  // points above the limit
};

// Answers members, so many points each in an hour. Thread-safe.
class Evaluating {
 public:
  struct Parts {
    node::Node& node;  // all outlive it
    Shares& shares;
    Alarms& alarms;
    std::int64_t per_hour = 0;               // points a member may ask
    std::function<std::int64_t()> now_ms{};  // never falls; empty: the node's clock
    std::function<void(const std::string& party, std::int64_t points, bool refused)> note = {};
  };
  explicit Evaluating(Parts parts) : parts_{std::move(parts)} {}

  // 200; 400 malformed; 403 unknown-peer; 409 pseudonyms-forming (not all members have dealt),
  // pseudonyms-differ (they dealt us other things); 429 pseudonyms-limit, with Retry-After.
  [[nodiscard]] http::Response answer(const std::string& party, std::string_view request);
  [[nodiscard]] std::map<std::string, AskedOf> asked() const;

 private:
  // Seconds to wait; 0: it may.
  [[nodiscard]] std::int64_t admit(const std::string& party, std::int64_t points);

  Parts parts_;
  mutable std::mutex mutex_;
  struct Window {
    std::deque<std::pair<std::int64_t, std::int64_t>> lately;  // steady ms, points
    std::int64_t sum = 0;
  };
  std::map<std::string, Window, std::less<>> windows_;
  std::map<std::string, AskedOf> asked_;
};

}  // namespace bashu::exchange
