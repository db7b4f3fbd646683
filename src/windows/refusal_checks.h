// What a row of refused claims must keep when it is taken, beyond what reading asks: a misspelt one
// would say something else than was meant. What was taken is read as it was.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/value.h"
#include "windows/refusals.h"

namespace bashu::windows {

// A key of the texts, and its `{what}`.
struct WrongRefusal {
  std::string key, what;
};

// One batch, row by row.
class RefusalChecks {
 public:
  // Of a row that refusal_of() reads as `refusal`: a member that is not known; a correction's line
  // (`~n`) instead of its claim; another row with the same claim and version that says something
  // else.
  [[nodiscard]] std::optional<WrongRefusal> wrong_with(const Value::Record& row,
                                                       const Refusal& refusal);

 private:
  struct Said {
    std::string note;
    bool cancelled = false;
    friend bool operator==(const Said&, const Said&) = default;
  };
  std::map<std::pair<std::string, std::int64_t>, Said> said_;  // by claim and version
};

}  // namespace bashu::windows
