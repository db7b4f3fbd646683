// The files of a directory.
#pragma once

#include <filesystem>
#include <utility>

#include "node/storage/file_store.h"

namespace bashu::node {

class DirectoryFiles final : public FileStore {
 public:
  explicit DirectoryFiles(std::filesystem::path dir) : dir_{std::move(dir)} {}

  [[nodiscard]] std::expected<std::string, Fault> read(std::string_view name) const override;
  [[nodiscard]] std::expected<FileBytes, Fault> map(std::string_view name) const override;
  [[nodiscard]] bool has(std::string_view name) const override;
  [[nodiscard]] std::vector<std::string> list(std::string_view folder) const override;
  [[nodiscard]] std::expected<void, Fault> write(std::string_view name, std::string_view content,
                                                 unsigned mode) override;
  [[nodiscard]] std::expected<std::unique_ptr<NewFile>, Fault> create(
      std::string_view name) override;
  void remove(std::string_view name) override;
  [[nodiscard]] const std::filesystem::path& directory() const override { return dir_; }
  [[nodiscard]] std::string where(std::string_view name) const override;

 private:
  [[nodiscard]] std::expected<std::filesystem::path, Fault> prepare(std::string_view name) const;
  std::filesystem::path dir_;
};

}  // namespace bashu::node
