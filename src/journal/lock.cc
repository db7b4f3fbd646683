#include "journal/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace bashu::journal {

std::expected<Lock, Fault> Lock::take(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "lock";
  Lock lock{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (lock.file_ < 0) {
    return std::unexpected{Fault{.what = path.string() + ": " + std::strerror(errno)}};
  }
  if (::flock(lock.file_, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 24> holder{};
    const ssize_t size = ::pread(lock.file_, holder.data(), holder.size() - 1, 0);
    std::string what = directory.string() + " is in use by another writer";
    if (errno == EWOULDBLOCK && size > 0) {
      what += " (process " + std::string{holder.data(), std::strcspn(holder.data(), "\n")} + ")";
    }
    what += ": a node's directory has one writer at a time";
    return std::unexpected{Fault{.what = std::move(what)}};
  }
  const std::string own = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.file_, 0) != 0 ||
      ::pwrite(lock.file_, own.data(), own.size(), 0) != static_cast<ssize_t>(own.size())) {
    return std::unexpected{Fault{.what = path.string() + ": " + std::strerror(errno)}};
  }
  return lock;
}

Lock::Lock(Lock&& other) noexcept : file_{std::exchange(other.file_, -1)} {}
Lock& Lock::operator=(Lock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}
Lock::~Lock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace bashu::journal
