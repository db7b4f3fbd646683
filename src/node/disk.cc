#include "node/disk.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "texts/texts.h"

namespace bashu::node {

namespace {

// What must be free beyond the floor before writes begin again, so that it does not flutter.
constexpr std::uint64_t kBeyondMax = 64U << 20;

}  // namespace

std::expected<std::uint64_t, Fault> disk_free(const std::filesystem::path& dir) {
  struct ::statvfs disk{};
  if (::statvfs(dir.c_str(), &disk) != 0) {
    return std::unexpected{Fault{.what = dir.string() + ": " + std::strerror(errno)}};
  }
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

bool DiskFloor::look() {
  const auto free = disk_free(dir_);
  if (!free) return false;
  const bool shut = gate_.is_shut(Gate::Why::disk);
  if (!shut && *free < floor_) {
    gate_.shut(Gate::Why::disk, texts::title("gate.disk"));
    return true;
  }
  if (shut && *free >= floor_ + std::min(floor_ / 8, kBeyondMax)) {
    gate_.open(Gate::Why::disk);
    return true;
  }
  return false;
}

}  // namespace bashu::node
