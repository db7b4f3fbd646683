// Claims that a side no longer stands by, though its rows say them: both sides found that nobody
// owes them, or the side gives one up. What is refused by both is nobody's claim any more, and what
// a closed statement had of it the next one takes back, exactly as it was booked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/value.h"

namespace bashu::windows {

// A row: {claim, note, version, cancelled}. `claim` is a line's id without the number of a
// correction; `version` (1) and `cancelled` (false) may be absent, and may be text.
struct Refusal {
  std::string claim, note;
  std::int64_t version = 1;
  bool cancelled = false;  // it is stood by again
};
// nullopt: no claim or no reason is named, or a member is not what it must be.
[[nodiscard]] std::optional<Refusal> refusal_of(const Value::Record& row);

// By batches. Of a claim its highest version counts; of two of one version that which refuses.
class Refusals {
 public:
  void add(std::size_t batch, std::vector<Refusal> refusals);
  // Whether the first `batches` batches leave the claim refused.
  [[nodiscard]] bool refuses(const std::string& claim, std::size_t batches) const;
  // The claims that batches from..to (excluded) name.
  [[nodiscard]] std::vector<std::string> named(std::size_t from, std::size_t to) const;

 private:
  std::map<std::string, std::vector<std::pair<std::size_t, Refusal>>, std::less<>> by_claim_;
  std::map<std::size_t, std::vector<std::string>> by_batch_;
};

}  // namespace bashu::windows
