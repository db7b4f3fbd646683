#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/try.h"
#include "changes/sink.h"

namespace bashu::changes {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kPerFile = 10'000;
constexpr const char* kColumns = "position,number,time_ms,kind,event,key,json\n";

std::unexpected<Fault> fault(const fs::path& path, const std::string& why) {
  return std::unexpected{Fault{.what = path.string() + ": " + why}};
}

std::string name_of(std::uint64_t first, FileFormat format) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%012llu", static_cast<unsigned long long>(first));
  return std::string{digits} + (format == FileFormat::csv ? ".csv" : ".ndjson");
}

// Quoted as RFC 4180 has it; the texts hold no line ends.
std::string cell(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

// Which entry a line is of.
std::optional<std::uint64_t> position_of(std::string_view line, FileFormat format) {
  if (format == FileFormat::csv) {
    std::uint64_t position = 0;
    const auto read = std::from_chars(line.data(), line.data() + line.size(), position);
    if (read.ec != std::errc{} || read.ptr == line.data() + line.size() || *read.ptr != ',') {
      return std::nullopt;
    }
    return position;
  }
  const auto entry = parse_json(line, {.depth = 64, .values = 10'000'000});
  const Value* position = entry ? entry->find("position") : nullptr;
  const std::int64_t* number = position ? position->as_int() : nullptr;
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

// How much of a file stands, and the position after it. A row of an entry may lack its others, so
// the rows of the last entry are given up with whatever follows the last line end.
struct Standing {
  std::uint64_t bytes = 0;
  std::uint64_t next = 0;
};
std::expected<Standing, Fault> standing_of(const fs::path& path, std::uint64_t first,
                                           FileFormat format) {
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in) return fault(path, "cannot be read");
  const std::uint64_t head = format == FileFormat::csv ? std::strlen(kColumns) : 0;
  Standing standing{.bytes = 0, .next = first};
  std::size_t end = text.rfind('\n') + 1;  // 0 if there is none
  std::optional<std::uint64_t> given_up;
  while (end > head) {
    const std::size_t before = end >= 2 ? text.rfind('\n', end - 2) : std::string::npos;
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    const auto position =
        position_of(std::string_view{text}.substr(begin, end - begin - 1), format);
    if (!position || *position < first || *position >= first + kPerFile) {
      return fault(path,
                   "holds a line that is not of this feed, ending at byte " + std::to_string(end));
    }
    if (format == FileFormat::csv && (!given_up || *given_up == *position)) {
      given_up = position;
      end = begin;
      continue;
    }
    standing.next = *position + 1;
    break;
  }
  standing.bytes = end;
  return standing;
}

class Files final : public Sink {
 public:
  Files(fs::path folder, FileFormat format) : folder_{std::move(folder)}, format_{format} {}
  ~Files() override {
    if (file_ >= 0) ::close(file_);
  }

  std::expected<void, Fault> begin(const std::string& origin) {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) return fault(folder_, error.message());
    BASHU_TRY_OK(claim(origin));
    std::optional<std::uint64_t> newest;
    for (const auto& item : fs::directory_iterator{folder_, error}) {
      const std::string name = item.path().filename().string();
      std::uint64_t first = 0;
      const auto read = std::from_chars(name.data(), name.data() + name.size(), first);
      if (read.ec != std::errc{} || name != name_of(first, format_)) continue;
      newest = std::max(newest.value_or(0), first);
    }
    if (error) return fault(folder_, error.message());
    if (!newest) return {};
    const fs::path path = folder_ / name_of(*newest, format_);
    const auto standing = standing_of(path, *newest, format_);
    if (!standing) return std::unexpected{standing.error()};
    next_ = standing->next;
    fs::resize_file(path, standing->bytes, error);
    if (error) return fault(path, error.message());
    return {};
  }

  [[nodiscard]] std::uint64_t next() const override { return next_; }

  std::expected<void, Fault> put(const Change& change) override {
    if (change.position != next_) {
      return fault(folder_, "entry " + std::to_string(change.position) + " came in place of " +
                                std::to_string(next_));
    }
    if (file_ >= 0 && change.position % kPerFile == 0) {
      BASHU_TRY_OK(keep());
      ::close(std::exchange(file_, -1));
    }
    if (format_ == FileFormat::ndjson) {
      waiting_ += change.json + "\n";
    } else {
      std::size_t number = 0;
      for (const Change::Event& event : change.events) {
        waiting_ += std::to_string(change.position) + ',' + std::to_string(number++) + ',' +
                    std::to_string(change.time_ms) + ',' + cell(change.kind) + ',' +
                    cell(event.name) + ',' + cell(event.key) + ',' + cell(event.json) + '\n';
      }
    }
    ++next_;
    return file_ >= 0 ? std::expected<void, Fault>{} : open(change.position);
  }

  std::expected<void, Fault> keep() override {
    if (file_ < 0) return {};
    for (std::size_t at = 0; at < waiting_.size();) {
      const ssize_t wrote = ::write(file_, waiting_.data() + at, waiting_.size() - at);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return fault(folder_, std::strerror(errno));
      at += static_cast<std::size_t>(wrote);
    }
    waiting_.clear();
    if (::fdatasync(file_) != 0) return fault(folder_, std::strerror(errno));
    return {};
  }

 private:
  // The folder is this journal's from now on, or was before.
  std::expected<void, Fault> claim(const std::string& origin) const {
    const fs::path path = folder_ / "journal.json";
    const std::string text = canonical_json(Value::Record{{"origin", origin}}) + "\n";
    if (std::ifstream in{path, std::ios::binary}; in) {
      const std::string held{std::istreambuf_iterator<char>{in}, {}};
      if (held == text) return {};
      return fault(path, "this folder holds the feed of another journal");
    }
    // Whole or not at all, whenever it ends.
    const fs::path fresh = folder_ / "journal.json.new";
    std::ofstream out{fresh, std::ios::binary};
    out << text << std::flush;
    std::error_code error;
    if (out) fs::rename(fresh, path, error);
    if (!out || error) return fault(path, "cannot be written");
    return {};
  }

  std::expected<void, Fault> open(std::uint64_t position) {
    const fs::path path = folder_ / name_of(position - position % kPerFile, format_);
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (file_ < 0) return fault(path, std::strerror(errno));
    if (format_ == FileFormat::csv && ::lseek(file_, 0, SEEK_END) == 0) {
      waiting_.insert(0, kColumns);
    }
    return {};
  }

  fs::path folder_;
  FileFormat format_;
  std::uint64_t next_ = 0;
  int file_ = -1;
  std::string waiting_;
};

}  // namespace

std::expected<std::unique_ptr<Sink>, Fault> open_files(const fs::path& folder, FileFormat format,
                                                       const std::string& origin) {
  auto files = std::make_unique<Files>(folder, format);
  if (auto begun = files->begin(origin); !begun) return std::unexpected{begun.error()};
  return files;
}

}  // namespace bashu::changes
