#include "node/storage/directory_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "node/files.h"

namespace bashu::node {

namespace fs = std::filesystem;

namespace {

Fault fault(const fs::path& path) {
  return Fault{.what = path.string() + ": " + std::strerror(errno)};
}

class PartFile final : public NewFile {
 public:
  explicit PartFile(fs::path path)
      : path_{std::move(path)},
        part_{path_.string() + ".part"},
        out_{std::fopen(part_.c_str(), "wb")} {}
  ~PartFile() override {
    if (!out_) return;
    out_.reset();
    std::remove(part_.c_str());
  }
  [[nodiscard]] bool open() const { return out_ != nullptr; }

  void add(std::string_view bytes) override {
    written_ = written_ && std::fwrite(bytes.data(), 1, bytes.size(), out_.get()) == bytes.size();
  }
  std::expected<void, Fault> keep() override {
    written_ = written_ && std::fflush(out_.get()) == 0 && ::fsync(::fileno(out_.get())) == 0;
    if (!written_ || std::rename(part_.c_str(), path_.c_str()) != 0) {
      return std::unexpected{fault(path_)};
    }
    out_.reset();
    return sync_directory(path_.parent_path());
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  fs::path path_, part_;
  std::unique_ptr<std::FILE, Close> out_;
  bool written_ = true;
};

}  // namespace

std::expected<std::string, Fault> DirectoryFiles::read(std::string_view name) const {
  return read_file(dir_ / name);
}

std::expected<FileBytes, Fault> DirectoryFiles::map(std::string_view name) const {
  const fs::path file = dir_ / name;
  const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return std::unexpected{fault(file)};
  struct stat about{};
  const bool known = ::fstat(handle, &about) == 0;
  const auto size = static_cast<std::size_t>(known ? about.st_size : 0);
  void* data = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, handle, 0);
  if (!known || data == MAP_FAILED) {
    Fault failed = fault(file);
    ::close(handle);
    return std::unexpected{std::move(failed)};
  }
  ::close(handle);
  return FileBytes{.holder = std::shared_ptr<const void>{data,
                                                         [data, size](const void*) {
                                                           if (data) ::munmap(data, size);
                                                         }},
                   .bytes = {static_cast<const char*>(data), size}};
}

bool DirectoryFiles::has(std::string_view name) const {
  std::error_code ignored;
  return fs::exists(dir_ / name, ignored);
}

std::vector<std::string> DirectoryFiles::list(std::string_view folder) const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it{dir_ / folder, error}, end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) names.push_back(it->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

std::expected<fs::path, Fault> DirectoryFiles::prepare(std::string_view name) const {
  fs::path file = dir_ / name;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) {
    return std::unexpected{Fault{.what = file.parent_path().string() + ": " + error.message()}};
  }
  return file;
}

std::expected<void, Fault> DirectoryFiles::write(std::string_view name, std::string_view content,
                                                 unsigned mode) {
  const auto file = prepare(name);
  if (!file) return std::unexpected{file.error()};
  return write_file(*file, content, mode);
}

std::expected<std::unique_ptr<NewFile>, Fault> DirectoryFiles::create(std::string_view name) {
  const auto file = prepare(name);
  if (!file) return std::unexpected{file.error()};
  auto fresh = std::make_unique<PartFile>(*file);
  if (!fresh->open()) return std::unexpected{fault(*file)};
  return fresh;
}

void DirectoryFiles::remove(std::string_view name) {
  std::error_code ignored;
  fs::remove(dir_ / name, ignored);
}

std::string DirectoryFiles::where(std::string_view name) const { return (dir_ / name).string(); }

}  // namespace bashu::node
