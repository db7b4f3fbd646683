// A node's directory as its storage. The simulator takes the journal from a disk of its own and all
// else from here.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "node/storage/directory_files.h"
#include "node/storage/object_files.h"
#include "node/storage/storage.h"

namespace bashu::node {

// The one line of journal.url, or of vault.url; empty: it is in the directory.
[[nodiscard]] std::expected<std::string, Fault> journal_url(const FileStore& files);
[[nodiscard]] std::expected<std::string, Fault> vault_url(const FileStore& files);

// How a machine is called among those that may write a journal: as given, else by its host name.
[[nodiscard]] std::string machine_name(const std::string& given);

class DirectoryStorage : public Storage {
 public:
  explicit DirectoryStorage(std::filesystem::path dir, std::string holder = {})
      : dir_{std::move(dir)}, holder_{std::move(holder)}, files_{dir_} {}

  [[nodiscard]] std::expected<std::unique_ptr<journal::Journal>, Fault> journal() override;
  [[nodiscard]] std::expected<std::unique_ptr<journal::Journal>, Fault> journal_to_read() override;
  [[nodiscard]] std::expected<std::unique_ptr<journal::Followed>, Fault> follow() override;
  [[nodiscard]] std::expected<std::unique_ptr<journal::TreeFile>, Fault> tree(
      std::uint64_t size_max) override;
  [[nodiscard]] std::expected<std::unique_ptr<journal::Index>, Fault> index(
      std::uint64_t size_max) override;
  [[nodiscard]] std::expected<std::unique_ptr<Secrets>, Fault> secrets(bool fresh) override;
  [[nodiscard]] std::expected<std::unique_ptr<Slot>, Fault> slot(std::string_view name,
                                                                 std::string_view first) override;
  [[nodiscard]] FileStore& files() override;

 private:
  // Null: documents are in the directory.
  [[nodiscard]] ObjectFiles* documents();

  std::filesystem::path dir_;
  std::string holder_;
  DirectoryFiles files_;
  std::once_flag asked_;
  std::unique_ptr<ObjectFiles> documents_;
};

}  // namespace bashu::node
