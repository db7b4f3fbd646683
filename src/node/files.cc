#include "node/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace bashu::node {

namespace {

std::unexpected<Fault> fault(const std::filesystem::path& path) {
  return std::unexpected{Fault{.what = path.string() + ": " + std::strerror(errno)}};
}

}  // namespace

std::expected<std::string, Fault> read_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return fault(path);
  std::string content;
  std::array<char, 65'536> buffer{};
  for (;;) {
    const ssize_t got = ::read(file, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      auto failed = fault(path);
      ::close(file);
      return failed;
    }
    if (got == 0) break;
    content.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(file);
  return content;
}

std::expected<void, Fault> write_file(const std::filesystem::path& path, std::string_view content,
                                      unsigned mode) {
  const std::filesystem::path fresh = path.string() + ".part";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return fault(fresh);
  bool written = ::fchmod(file, static_cast<mode_t>(mode)) == 0;
  for (std::size_t at = 0; written && at < content.size();) {
    const ssize_t wrote = ::write(file, content.data() + at, content.size() - at);
    if (wrote < 0 && errno == EINTR) continue;
    written = wrote > 0;
    if (written) at += static_cast<std::size_t>(wrote);
  }
  written = written && ::fsync(file) == 0;
  written = ::close(file) == 0 && written;
  if (!written || std::rename(fresh.c_str(), path.c_str()) != 0) return fault(path);
  return sync_directory(path.parent_path());
}

std::expected<void, Fault> sync_directory(const std::filesystem::path& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return fault(directory);
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  return synced ? std::expected<void, Fault>{} : std::expected<void, Fault>{fault(directory)};
}

}  // namespace bashu::node
