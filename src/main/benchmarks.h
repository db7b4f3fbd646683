#pragma once

#include <string_view>
#include <vector>

#include "main/console.h"

namespace bashu::cli {

struct Benchmark {
  std::string_view name;
  std::string_view what;
  Exit (*run)(const Console&);
};
[[nodiscard]] const std::vector<Benchmark>& benchmarks();

}  // namespace bashu::cli
