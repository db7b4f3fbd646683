// Opens any bytes as the answer of an authority, with a root that has certified nobody.
#include "evidence/fuzz.h"
#include "evidence/timestamp.h"

using namespace bashu::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::input(data, size);
  fuzz::require(!open_timestamp(bytes, "some bytes", {}, {}));
  static_cast<void>(open_timestamp(bytes, bytes, bytes, bytes));
  return 0;
}
