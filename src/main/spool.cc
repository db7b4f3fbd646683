#include "main/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace bashu::cli {

namespace {

Fault fault(int error) { return Fault{std::string{"temporary file: "} + std::strerror(error)}; }

// In TMPDIR, or where temporary files usually are.
std::expected<int, Fault> nameless_file() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) return std::unexpected{fault(error.value())};
  std::string name = (folder / "bashu-XXXXXX").string();
  const int file = mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) return std::unexpected{fault(errno)};
  unlink(name.c_str());
  return file;
}

}  // namespace

Spool::~Spool() {
  if (file_ >= 0) close(file_);
}

std::expected<void, Fault> Spool::add(std::string_view bytes) {
  held_ += bytes;
  return held_.size() < kHeld ? std::expected<void, Fault>{} : flush();
}

std::expected<void, Fault> Spool::flush() {
  if (file_ < 0) {
    const auto made = nameless_file();
    if (!made) return std::unexpected{made.error()};
    file_ = *made;
  }
  std::string_view left = held_;
  while (!left.empty()) {
    const ssize_t done = write(file_, left.data(), left.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return std::unexpected{fault(errno)};
    left.remove_prefix(static_cast<std::size_t>(done));
  }
  held_.clear();
  return {};
}

std::expected<void, Fault> Spool::read(const std::function<void(std::string_view)>& take) const {
  std::array<char, kHeld> piece;
  for (off_t at = 0; file_ >= 0;) {
    const ssize_t done = pread(file_, piece.data(), piece.size(), at);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return std::unexpected{fault(errno)};
    if (done == 0) break;
    take({piece.data(), static_cast<std::size_t>(done)});
    at += done;
  }
  take(held_);
  return {};
}

}  // namespace bashu::cli
