// Any bytes as a snapshot, and as the rows of one that has its digests: refused, or a state whose
// own snapshot is read back alike.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/bytes.h"
#include "node/snapshot.h"

namespace {

using namespace bashu::node;

std::filesystem::path file(const char* name) {
  std::error_code ignored;
  const std::filesystem::path memory{"/dev/shm"};
  static const std::filesystem::path kFolder =
      (std::filesystem::is_directory(memory, ignored) ? memory
                                                      : std::filesystem::temp_directory_path()) /
      ("bashu-snapshot-fuzz-" + std::to_string(::getpid()));
  static const struct Folder {
    Folder() { std::filesystem::create_directories(kFolder); }
    ~Folder() {
      std::error_code gone;
      std::filesystem::remove_all(kFolder, gone);
    }
  } kMade;
  return kFolder / name;
}

void read(std::string_view bytes) {
  const std::filesystem::path given = file("given");
  std::ofstream{given, std::ios::binary}.write(bytes.data(),
                                               static_cast<std::streamsize>(bytes.size()));
  static_cast<void>(read_snapshot_label(given));
  const auto snapshot = read_snapshot(given);
  if (!snapshot) return;
  const std::filesystem::path written = file("written");
  const auto digest = write_snapshot(written, *snapshot->state, snapshot->at);
  BASHU_ASSERT(digest);
  const auto again = read_snapshot(written);
  BASHU_ASSERT(again && again->digest == *digest && state_digest(*again->state) == *digest);
  BASHU_ASSERT(levels_digest(*again->state) == levels_digest(*snapshot->state));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  read(bytes);
  // BSHSNP02, entries, root, "sichuan", rows, their end, no levels, two digests.
  std::string whole{"BSHSNP02"};
  whole.append(8 + 32, '\0').append(std::string_view{"\0\7sichuan", 9}).append(bytes);
  whole.append(4 + 4 + 7, '\0').push_back('\4');
  whole += bashu::as_bytes(bashu::sha256(bytes));
  whole += bashu::as_bytes(bashu::sha256(whole));
  read(whole);
  return 0;
}
