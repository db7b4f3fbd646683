#include "node/high_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "node/files.h"

namespace bashu::node {

namespace {

// `<size, 20 digits> <root, hex>`, always of one length, so that writing in place never tears.
std::string line_of(const HighMark::Mark& mark) {
  const std::string number = std::to_string(mark.size);
  return std::string(20 - number.size(), '0') + number + " " + hex(mark.root) + "\n";
}

std::optional<HighMark::Mark> read_line(std::string_view line) {
  if (line.size() != 20 + 1 + 64 + 1) return std::nullopt;
  HighMark::Mark mark;
  const auto [end, code] = std::from_chars(line.data(), line.data() + 20, mark.size);
  const auto root = hash_from_hex(line.substr(21, 64));
  if (code != std::errc{} || end != line.data() + 20 || !root) return std::nullopt;
  mark.root = *root;
  return mark;
}

}  // namespace

std::expected<HighMark, Fault> HighMark::open(const std::filesystem::path& file) {
  Mark mark;
  if (!std::filesystem::exists(file)) {
    if (auto written = write_file(file, line_of(mark)); !written) {
      return std::unexpected{written.error()};
    }
  } else {
    const auto text = read_file(file);
    if (!text) return std::unexpected{text.error()};
    const auto read = read_line(*text);
    if (!read) {
      return std::unexpected{
          Fault{.what = file.string() +
                        ": unreadable; it says which checkpoint left last, ask the peers what "
                        "they hold before removing it"}};
    }
    mark = *read;
  }
  const int handle = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (handle < 0) {
    return std::unexpected{Fault{.what = file.string() + ": " + std::strerror(errno)}};
  }
  return HighMark{file, handle, mark};
}

HighMark::HighMark(HighMark&& other) noexcept
    : path_{std::move(other.path_)}, file_{std::exchange(other.file_, -1)}, mark_{other.mark_} {}
HighMark& HighMark::operator=(HighMark&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(file_, other.file_);
  std::swap(mark_, other.mark_);
  return *this;
}
HighMark::~HighMark() {
  if (file_ >= 0) ::close(file_);
}

std::expected<void, Fault> HighMark::raise(const Mark& mark) {
  const std::string line = line_of(mark);
  if (::pwrite(file_, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size())) {
    return std::unexpected{Fault{.what = path_.string() + ": " + std::strerror(errno)}};
  }
  mark_ = mark;
  return {};
}

}  // namespace bashu::node
