// The lines of feeds in one file by their key. A node knows a line by its key alone, so that a
// second row with the same key and other content would be lost as known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/value.h"

namespace bashu::cli {

// Looks after the first million lines, at some 64 bytes each.
class LinesSeen {
 public:
  // The line that has the key already and says something else, if any.
  std::optional<std::uint64_t> other(const std::string& target, const std::string& key,
                                     const Value& fields, std::uint64_t line);

 private:
  struct Line {
    std::uint64_t number = 0;
    std::size_t content = 0;
  };
  std::unordered_map<std::size_t, Line> lines_;
};

}  // namespace bashu::cli
