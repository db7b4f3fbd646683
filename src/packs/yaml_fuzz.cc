// Fuzz target: the YAML reader never crashes, and what it accepts is the same data as its canonical
// JSON, for strict JSON and for itself.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/json.h"
#include "packs/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = bashu::packs::read_yaml({reinterpret_cast<const char*>(data), size});
  for (const bashu::Finding& finding : document.findings) BASHU_ASSERT(!finding.text.empty());
  if (!document.findings.empty()) return 0;
  const std::string canonical = bashu::canonical_json(document.root);
  const auto json = bashu::parse_json(canonical, {.depth = 64, .values = 500'000});
  BASHU_ASSERT(json && *json == document.root);
  if (!document.root.as_record()) return 0;
  const auto again = bashu::packs::read_yaml(canonical);
  BASHU_ASSERT(again.findings.empty() && again.root == document.root);
  return 0;
}
