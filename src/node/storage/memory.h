// A storage in memory, for tests. It outlives the nodes opened on it: the next one finds what was
// durable, and makes tree and index again. What goes wrong with an append is planted by
// disk().fate.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "journal/memory.h"
#include "node/storage/storage.h"

namespace bashu::node {

class MemoryFiles final : public FileStore {
 public:
  void copy_from(const MemoryFiles& other);
  [[nodiscard]] std::expected<std::string, Fault> read(std::string_view name) const override;
  [[nodiscard]] std::expected<FileBytes, Fault> map(std::string_view name) const override;
  [[nodiscard]] bool has(std::string_view name) const override;
  [[nodiscard]] std::vector<std::string> list(std::string_view folder) const override;
  [[nodiscard]] std::expected<void, Fault> write(std::string_view name, std::string_view content,
                                                 unsigned mode) override;
  [[nodiscard]] std::expected<std::unique_ptr<NewFile>, Fault> create(
      std::string_view name) override;
  void remove(std::string_view name) override;
  [[nodiscard]] const std::filesystem::path& directory() const override { return none_; }
  [[nodiscard]] std::string where(std::string_view name) const override;

 private:
  const std::filesystem::path none_;
  mutable std::mutex guard_;
  std::map<std::string, std::shared_ptr<const std::string>, std::less<>> files_;
};

class MemoryStorage final : public Storage {
 public:
  MemoryStorage() = default;
  // Another machine: the same journal and secrets, the files as they are now, and marks of its own.
  [[nodiscard]] std::shared_ptr<MemoryStorage> beside() const;
  [[nodiscard]] journal::MemoryDisk& disk() { return *disk_; }

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
  [[nodiscard]] FileStore& files() override { return files_; }

  struct Kept;  // of the vault

 private:
  using Slots = std::map<std::string, std::string, std::less<>>;
  std::shared_ptr<journal::MemoryDisk> disk_ = std::make_shared<journal::MemoryDisk>();
  std::shared_ptr<Kept> kept_;
  std::shared_ptr<Slots> slots_ = std::make_shared<Slots>();
  MemoryFiles files_;
};

}  // namespace bashu::node
