#include "node/crash_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

namespace bashu::node {

namespace {

constexpr std::size_t kLineSize = 80;  // a party has at most 32 characters

}  // namespace

std::expected<CrashMark, Fault> CrashMark::open(const std::filesystem::path& file) {
  CrashMark mark{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (mark.file_ < 0) {
    return std::unexpected{Fault{.what = file.string() + ": " + std::strerror(errno)}};
  }
  std::array<char, kLineSize + 1> line{};
  if (::pread(mark.file_, line.data(), kLineSize, 0) > 0) {
    // `crashes from seq`; a blank line says that nothing was being decided.
    std::istringstream in{line.data()};
    if (!(in >> mark.crashes_ >> mark.from_ >> mark.seq_)) mark.crashes_ = 0;
  }
  return mark;
}

CrashMark::CrashMark(CrashMark&& other) noexcept
    : file_{std::exchange(other.file_, -1)},
      from_{std::move(other.from_)},
      seq_{other.seq_},
      crashes_{other.crashes_} {}
CrashMark& CrashMark::operator=(CrashMark&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(from_, other.from_);
  std::swap(seq_, other.seq_);
  std::swap(crashes_, other.crashes_);
  return *this;
}
CrashMark::~CrashMark() {
  if (file_ >= 0) ::close(file_);
}

int CrashMark::crashes(std::string_view from, std::int64_t seq) const {
  return from == from_ && seq == seq_ ? crashes_ : 0;
}

void CrashMark::begin(std::string_view from, std::int64_t seq) {
  std::string line = std::to_string(crashes(from, seq) + 1);
  line.append(" ").append(from).append(" ").append(std::to_string(seq));
  write(line);
}

void CrashMark::end() { write({}); }

void CrashMark::write(const std::string& line) const {
  std::string padded = line.substr(0, kLineSize - 1);
  padded.resize(kLineSize - 1, ' ');
  padded += '\n';
  // A mark that cannot be written costs a few more restarts, nothing else.
  [[maybe_unused]] const ssize_t wrote = ::pwrite(file_, padded.data(), padded.size(), 0);
}

}  // namespace bashu::node
