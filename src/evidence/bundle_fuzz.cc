// Verifies any bytes as a dispute bundle, and as a file of a bundle that is soundly packed.
#include "evidence/bundle.h"
#include "evidence/fuzz.h"

using namespace bashu::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::input(data, size);
  const std::string id(64, '0');
  static_cast<void>(verify_bundle(bytes, id));
  const std::string packed = make_bundle({{bundle_agreement(1), std::string{bytes}}});
  fuzz::require(!verify_bundle(packed, id));
  fuzz::require(make_bundle({{bundle_agreement(1), std::string{bytes}}}) == packed);
  return 0;
}
