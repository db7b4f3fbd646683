// Reads any bytes as what members ask of each other to name persons, and as what they dealt.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/json.h"
#include "exchange/evaluation.h"
#include "exchange/shares.h"

using namespace bashu::exchange;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  if (const auto ask = read_ask(bytes)) {
    BASHU_ASSERT(!ask->points.empty() && ask->points.size() <= kPointsMax);
    const auto again = read_ask(ask_text(*ask));
    BASHU_ASSERT(again && again->points == ask->points);
  }
  if (const auto answer = read_answer(bytes)) {
    const auto again = read_answer(answer_text(*answer));
    BASHU_ASSERT(again && again->points == answer->points && again->proof == answer->proof);
  }
  const auto value = bashu::parse_json(bytes);
  if (const auto dealing = value ? read_dealing(*value) : std::nullopt) {
    const auto again = read_dealing(dealing_value(*dealing));
    BASHU_ASSERT(again && again->boxes == dealing->boxes);
    static_cast<void>(sound(dealing->commitment, "fuzz"));
  }
  return 0;
}
