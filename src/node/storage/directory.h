// A node's directory as its storage. The simulator takes the journal from a disk of its own and all
// else from here.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "node/storage/directory_files.h"
#include "node/storage/storage.h"

namespace bashu::node {

// The one line of journal.url; empty: the journal is in the directory.
[[nodiscard]] std::expected<std::string, Fault> journal_url(const FileStore& files);

class DirectoryStorage : public Storage {
 public:
  explicit DirectoryStorage(std::filesystem::path dir) : dir_{std::move(dir)}, files_{dir_} {}

  [[nodiscard]] std::expected<std::unique_ptr<journal::Journal>, Fault> journal() override;
  [[nodiscard]] std::expected<std::unique_ptr<journal::Journal>, Fault> journal_to_read() override;
  [[nodiscard]] std::expected<std::unique_ptr<journal::TreeFile>, Fault> tree(
      std::uint64_t size_max) override;
  [[nodiscard]] std::expected<std::unique_ptr<journal::Index>, Fault> index(
      std::uint64_t size_max) override;
  [[nodiscard]] std::expected<std::unique_ptr<Secrets>, Fault> secrets(bool fresh) override;
  [[nodiscard]] std::expected<std::unique_ptr<Slot>, Fault> slot(std::string_view name,
                                                                 std::string_view first) override;
  [[nodiscard]] FileStore& files() override { return files_; }

 private:
  std::filesystem::path dir_;
  DirectoryFiles files_;
};

}  // namespace bashu::node
