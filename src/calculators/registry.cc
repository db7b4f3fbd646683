#include <algorithm>
#include <array>

#include "calculators/calculators.h"
#include "calculators/medical.h"

namespace bashu::calculators {
namespace {

struct Row {
  std::string_view name;
  std::int64_t version;
  Calculator run;
};
constexpr std::array<Row, 1> kRows = {{
    {"medical.settle", 1, medical_settle},
}};

}  // namespace

Calculator find(std::string_view name, std::int64_t version) {
  const auto* row = std::ranges::find_if(
      kRows, [&](const Row& one) { return one.name == name && one.version == version; });
  return row == kRows.end() ? nullptr : row->run;
}

}  // namespace bashu::calculators
