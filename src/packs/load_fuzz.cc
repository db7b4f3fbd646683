// Any bytes as a pack: refused with reasons, or loaded alike from the text and from its data.
#include <cstdlib>

#include "packs/load.h"
#include "packs/show.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const bashu::packs::Loaded loaded = bashu::packs::load(text);
  if (!loaded.pack) {
    if (loaded.findings.empty()) std::abort();
    return 0;
  }
  const bashu::packs::Loaded again = bashu::packs::load(loaded.pack->source);
  if (!again.pack || again.pack->digest != loaded.pack->digest) std::abort();
  if (bashu::packs::show(*loaded.pack, "zh").empty()) std::abort();
  if (bashu::packs::dot(*loaded.pack, "en").empty()) std::abort();
  return 0;
}
