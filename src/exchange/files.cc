#include "exchange/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace bashu::exchange {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::unexpected<Fault> fault(const std::filesystem::path& path, int error) {
  return std::unexpected{Fault{path.string() + ": " + std::generic_category().message(error)}};
}

}  // namespace

std::expected<void, Fault> write_file(const std::filesystem::path& path, std::string_view bytes,
                                      Flush flush) {
  static std::atomic<unsigned> counter{0};
  const std::filesystem::path temporary =
      path.string() + "." + std::to_string(::getpid()) + "-" + std::to_string(++counter) + ".tmp";
  {
    const Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (file.get() < 0) return fault(temporary, errno);
    if (!write_all(file.get(), bytes) || (flush == Flush::yes && ::fsync(file.get()) != 0)) {
      const int error = errno;
      ::unlink(temporary.c_str());
      return fault(temporary, error);
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return fault(path, error);
  }
  if (flush == Flush::yes) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    const Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (directory.get() < 0 || ::fsync(directory.get()) != 0) return fault(folder, errno);
  }
  return {};
}

std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t size_max) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  if (static_cast<std::uint64_t>(status.st_size) > size_max) return std::nullopt;
  std::string bytes;
  std::string chunk(64u << 10, '\0');
  for (;;) {
    const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return bytes;
    bytes.append(chunk, 0, static_cast<std::size_t>(count));
    if (bytes.size() > size_max) return std::nullopt;
  }
}

}  // namespace bashu::exchange
