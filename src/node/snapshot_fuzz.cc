// Any bytes as a snapshot, and as the rows of one that has its digests: refused, or a state whose
// own snapshot is read back alike.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/bytes.h"
#include "node/snapshot.h"
#include "node/storage/memory.h"

namespace {

using namespace bashu::node;

void read(std::string_view bytes) {
  MemoryFiles files;
  BASHU_ASSERT(files.write("given", bytes, 0600));
  static_cast<void>(read_snapshot_label(files, "given"));
  const auto snapshot = read_snapshot(files, "given");
  if (!snapshot) return;
  const auto digest = write_snapshot(files, "written", *snapshot->state, snapshot->at);
  BASHU_ASSERT(digest);
  const auto again = read_snapshot(files, "written");
  BASHU_ASSERT(again && again->digest == *digest && state_digest(*again->state) == *digest);
  BASHU_ASSERT(levels_digest(*again->state) == levels_digest(*snapshot->state));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  read(bytes);
  // BSHSNP03, entries, root, "sichuan", rows, their end, no levels, two digests.
  std::string whole{"BSHSNP03"};
  whole.append(8 + 32, '\0').append(std::string_view{"\0\7sichuan", 9}).append(bytes);
  whole.append(4 + 4 + 7, '\0').push_back('\4');
  whole += bashu::as_bytes(bashu::sha256(bytes));
  whole += bashu::as_bytes(bashu::sha256(whole));
  read(whole);
  return 0;
}
