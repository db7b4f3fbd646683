// Whole files by name (`keys/root.key`, `snapshots/20.snap`): read, and written so that a crash
// leaves the old or the new content. Thread-safe.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bashu::node {

// A file being written, piece after piece. Without keep() there is only what was there before.
class NewFile {
 public:
  NewFile() = default;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  virtual ~NewFile() = default;
  virtual void add(std::string_view bytes) = 0;
  // Durable when it returns; tells of what failed before, too.
  [[nodiscard]] virtual std::expected<void, Fault> keep() = 0;
};

// The bytes of a file for as long as this lives; a large one is paged in as it is read.
struct FileBytes {
  std::shared_ptr<const void> holder;
  std::string_view bytes;
};

class FileStore {
 public:
  FileStore() = default;
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;
  virtual ~FileStore() = default;

  [[nodiscard]] virtual std::expected<std::string, Fault> read(std::string_view name) const = 0;
  [[nodiscard]] virtual std::expected<FileBytes, Fault> map(std::string_view name) const = 0;
  [[nodiscard]] virtual bool has(std::string_view name) const = 0;
  // The files right in a folder, by name; none if there is no such folder.
  [[nodiscard]] virtual std::vector<std::string> list(std::string_view folder) const = 0;

  // Durable when it returns; folders on the way are made. `mode` as for open(2).
  [[nodiscard]] virtual std::expected<void, Fault> write(std::string_view name,
                                                         std::string_view content,
                                                         unsigned mode = 0600) = 0;
  [[nodiscard]] virtual std::expected<std::unique_ptr<NewFile>, Fault> create(
      std::string_view name) = 0;
  // One that is not there, or cannot be removed, is passed over.
  virtual void remove(std::string_view name) = 0;

  // The folder they are in; empty: they are in none.
  [[nodiscard]] virtual const std::filesystem::path& directory() const = 0;
  // How people find a file: its path.
  [[nodiscard]] virtual std::string where(std::string_view name) const = 0;
};

}  // namespace bashu::node
