// Any bytes as the effect of an entry: refused, or a decision whose encoding is read back alike.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "node/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  if (const auto events = bashu::node::decode(bytes)) {
    const std::string once = bashu::node::encode(*events);
    const auto again = bashu::node::decode(once);
    BASHU_ASSERT(again && bashu::node::encode(*again) == once);
    BASHU_ASSERT(bashu::node::weigh(*events).bytes >= once.size());
  }
  if (const auto genesis = bashu::node::decode_genesis(bytes)) {
    BASHU_ASSERT(bashu::node::decode_genesis(bashu::node::encode(*genesis)) == *genesis);
  }
  return 0;
}
