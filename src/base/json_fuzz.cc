// Fuzz target: strict JSON never crashes, and what it accepts has one canonical text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = bashu::parse_json({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const std::string canonical = bashu::canonical_json(*value);
  const auto again = bashu::parse_json(canonical);
  BASHU_ASSERT(again && *again == *value && bashu::canonical_json(*again) == canonical);
  const auto pretty = bashu::parse_json(bashu::pretty_json(*value));
  BASHU_ASSERT(pretty && *pretty == *value);
  return 0;
}
