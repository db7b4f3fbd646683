#include "journal/tree_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/assert.h"

namespace bashu::journal {

namespace {

constexpr std::size_t kHashSize = sizeof(Hash);

std::unexpected<Fault> fault(const std::filesystem::path& path) {
  return std::unexpected{Fault{.what = path.string() + ": " + std::strerror(errno)}};
}

bool write_all(int file, const void* data, std::size_t size, std::uint64_t at) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t wrote = ::pwrite(file, bytes, size, static_cast<off_t>(at));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes += wrote;
    size -= static_cast<std::size_t>(wrote);
    at += static_cast<std::uint64_t>(wrote);
  }
  return true;
}

}  // namespace

std::expected<std::unique_ptr<TreeFile>, Fault> TreeFile::open(
    const std::filesystem::path& directory, std::uint64_t size_max) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return std::unexpected{Fault{.what = directory.string() + ": " + error.message()}};
  auto tree = std::make_unique<TreeFile>(directory);
  if (auto loaded = tree->load(size_max); !loaded) return std::unexpected{loaded.error()};
  return tree;
}

TreeFile::~TreeFile() {
  for (const Level& level : levels_) {
    if (level.file >= 0) ::close(level.file);
  }
}

std::expected<void, Fault> TreeFile::load(std::uint64_t size_max) {
  std::array<std::uint8_t, 8 + kHashSize> record{};
  const std::filesystem::path path = directory_ / "size";
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno != ENOENT) return fault(path);
  const bool whole = file >= 0 && ::pread(file, record.data(), record.size(), 0) ==
                                      static_cast<ssize_t>(record.size());
  if (file >= 0) ::close(file);
  std::uint64_t size = 0;
  for (std::size_t i = 0; whole && i < 8; ++i) size = size << 8 | record[i];
  bool sound = whole && size < std::uint64_t{1} << 48;
  for (std::size_t level = 0; sound && (size >> level) > 0; ++level) {
    if (auto opened = open_level(level); !opened) return opened;
    levels_[level].flushed = size >> level;
    const off_t end = ::lseek(levels_[level].file, 0, SEEK_END);
    sound = end >= 0 && static_cast<std::uint64_t>(end) >= (size >> level) * kHashSize;
  }
  Hash root{};
  std::memcpy(root.data(), record.data() + 8, kHashSize);
  if (!sound || evidence::root(*this, size) != root) return clear();
  if (size > size_max) return cut(size_max);
  return {};
}

std::expected<void, Fault> TreeFile::open_level(std::size_t level) {
  if (level >= levels_.size()) levels_.resize(level + 1);
  if (levels_[level].file >= 0) return {};
  const std::filesystem::path path = directory_ / std::to_string(level);
  levels_[level].file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  return levels_[level].file < 0 ? std::expected<void, Fault>{fault(path)}
                                 : std::expected<void, Fault>{};
}

std::expected<void, Fault> TreeFile::cut(std::uint64_t size) {
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    levels_[level].flushed = size >> level;
    levels_[level].tail.clear();
  }
  if (directory_.empty()) return {};
  return write_size(size, evidence::root(*this, size));
}

std::expected<void, Fault> TreeFile::clear() { return cut(0); }

// 40 bytes in place: no disk tears them, and if one did, the root would not agree.
std::expected<void, Fault> TreeFile::write_size(std::uint64_t size, const Hash& root) {
  std::array<std::uint8_t, 8 + kHashSize> record{};
  for (std::size_t i = 0; i < 8; ++i) {
    record[i] = static_cast<std::uint8_t>(size >> (56 - 8 * i));
  }
  std::memcpy(record.data() + 8, root.data(), kHashSize);
  const std::filesystem::path path = directory_ / "size";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return fault(path);
  const bool written = write_all(file, record.data(), record.size(), 0) && ::fdatasync(file) == 0;
  ::close(file);
  return written ? std::expected<void, Fault>{} : std::expected<void, Fault>{fault(path)};
}

Hash TreeFile::get(int level, std::uint64_t index) const {
  const std::shared_lock lock{guard_};
  return get_locked(level, index);
}

Hash TreeFile::get_locked(int level, std::uint64_t index) const {
  const auto at = static_cast<std::size_t>(level);
  BASHU_ASSERT(at < levels_.size());
  const Level& from = levels_[at];
  if (index >= from.flushed) {
    BASHU_ASSERT(index - from.flushed < from.tail.size());
    return from.tail[static_cast<std::size_t>(index - from.flushed)];
  }
  Hash hash{};
  const ssize_t got =
      ::pread(from.file, hash.data(), kHashSize, static_cast<off_t>(index * kHashSize));
  BASHU_ASSERT(got == static_cast<ssize_t>(kHashSize));
  return hash;
}

void TreeFile::put(int level, std::uint64_t index, const Hash& hash) {
  const std::unique_lock lock{guard_};
  const auto at = static_cast<std::size_t>(level);
  if (at >= levels_.size()) levels_.resize(at + 1);
  Level& to = levels_[at];
  BASHU_ASSERT(index == to.flushed + to.tail.size());
  to.tail.push_back(hash);
}

std::uint64_t TreeFile::size() const {
  const std::shared_lock lock{guard_};
  return levels_.empty() ? 0 : levels_[0].flushed + levels_[0].tail.size();
}

std::uint64_t TreeFile::unflushed() const {
  const std::shared_lock lock{guard_};
  return levels_.empty() ? 0 : levels_[0].tail.size();
}

std::expected<void, Fault> TreeFile::flush() {
  if (directory_.empty()) return {};
  const std::lock_guard alone{flushing_};
  // The tails may be ahead of the smallest of them by nodes of the leaf just being added; only
  // whole leaves count, and their nodes are all there.
  std::vector<std::vector<Hash>> tails;
  std::uint64_t size = 0;
  {
    const std::shared_lock lock{guard_};
    if (levels_.empty()) return {};
    size = levels_[0].flushed + levels_[0].tail.size();
    // The last leaf's upper nodes may still be missing; wait for the next flush with it.
    while (size > 0) {
      bool complete = true;
      for (std::size_t level = 0; (size >> level) > 0; ++level) {
        complete = complete && level < levels_.size() &&
                   levels_[level].flushed + levels_[level].tail.size() >= (size >> level);
      }
      if (complete) break;
      --size;
    }
    if (size <= levels_[0].flushed) return {};
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      const Level& from = levels_[level];
      const std::uint64_t wanted = size >> level;
      const std::size_t count =
          wanted > from.flushed ? static_cast<std::size_t>(wanted - from.flushed) : 0;
      tails.emplace_back(from.tail.begin(), from.tail.begin() + static_cast<std::ptrdiff_t>(count));
    }
  }
  for (std::size_t level = 0; level < tails.size(); ++level) {
    if (tails[level].empty()) continue;
    int file = -1;
    std::uint64_t at = 0;
    {
      const std::unique_lock lock{guard_};
      if (auto opened = open_level(level); !opened) return opened;
      file = levels_[level].file;
      at = levels_[level].flushed;
    }
    if (!write_all(file, tails[level].data(), tails[level].size() * kHashSize, at * kHashSize) ||
        ::fdatasync(file) != 0) {
      return fault(directory_ / std::to_string(level));
    }
  }
  if (auto written = write_size(size, evidence::root(*this, size)); !written) return written;
  const std::unique_lock lock{guard_};
  for (std::size_t level = 0; level < tails.size(); ++level) {
    Level& to = levels_[level];
    to.tail.erase(to.tail.begin(),
                  to.tail.begin() + static_cast<std::ptrdiff_t>(tails[level].size()));
    to.flushed += tails[level].size();
  }
  return {};
}

}  // namespace bashu::journal
