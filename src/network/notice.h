// What was wrong in a file of times or stations, and where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace bashu::network {

struct Notice {
  bool error = true;  // else a warning: taken as it can be
  std::string code;   // foreign_key_violation, invalid_time, ... as the canonical validator's
  std::string file, field;
  std::uint64_t line = 0;  // 0: of the file as a whole
  std::string value;
  std::string what;         // English, for the engineer
  std::uint64_t count = 1;  // how many times the same code, file and field
};

// Notices of one reading: the first of each kind, the others counted.
class Notices {
 public:
  void tell(Notice notice);
  [[nodiscard]] bool any(std::string_view code_prefix) const;
  // Errors first, each kind in the order it came.
  [[nodiscard]] std::vector<Notice> take();

 private:
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> told_;
  std::vector<Notice> notices_;
};

}  // namespace bashu::network
