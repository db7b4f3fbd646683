// A node's files, of which the documents (blobs/NAME) lie in an object store.
//
// What leaves is ciphertext under a key of the vault, named by its own digest, and a list of such
// names: the store learns how large documents are and when they are asked for, nothing of what they
// say or whose they are. A document that is still in the folder is read there first, so that
// documents can be moved beside the running node.
//
// A store that does not answer costs whoever finds it out seconds; from then on every call fails at
// once, until watch() finds the store well again. What was to be removed meanwhile is noted in
// blobs/leaving/, and removed then. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "node/storage/directory_files.h"
#include "objects/store.h"

namespace bashu::node {

// The one line of documents.url; empty: documents are in the directory.
[[nodiscard]] std::expected<std::string, Fault> documents_url(const FileStore& files);
// The store of that place, with the keys that are kept apart: the systemd credential
// `bashu.objects`, else the file that BASHU_OBJECTS_KEY_FILE names.
[[nodiscard]] std::expected<std::unique_ptr<objects::Store>, Fault> open_objects(
    const std::string& url);
// Whether the file of this name in blobs/ is a document.
[[nodiscard]] bool is_document_name(std::string_view name);

// Of a node's files, wherever its documents are:
// why documents can be neither read nor written now; nullopt: nothing is known against it;
[[nodiscard]] std::optional<std::string> documents_away(const FileStore& files);
// and their store, if they have one, is looked at every few seconds from here on.
void watch_documents(FileStore& files);

class ObjectFiles final : public FileStore {
 public:
  // `rest` keeps all else, and outlives this. A fault in place of a store: documents are away for
  // good, and why.
  ObjectFiles(DirectoryFiles& rest, std::expected<std::unique_ptr<objects::Store>, Fault> store);
  ~ObjectFiles() override;

  [[nodiscard]] std::expected<std::string, Fault> read(std::string_view name) const override;
  [[nodiscard]] std::expected<FileBytes, Fault> map(std::string_view name) const override;
  // False also if nobody knows: away() tells.
  [[nodiscard]] bool has(std::string_view name) const override;
  // Of blobs/ those in the folder alone if the store is away: away() tells.
  [[nodiscard]] std::vector<std::string> list(std::string_view folder) const override;
  [[nodiscard]] std::expected<void, Fault> write(std::string_view name, std::string_view content,
                                                 unsigned mode) override;
  // Into the directory, whatever its name is.
  [[nodiscard]] std::expected<std::unique_ptr<NewFile>, Fault> create(
      std::string_view name) override;
  void remove(std::string_view name) override;
  [[nodiscard]] const std::filesystem::path& directory() const override;
  [[nodiscard]] std::string where(std::string_view name) const override;

  // Looks at the store every few seconds from here on.
  void watch();
  // Why documents can be neither read nor written now; nullopt: nothing is known against it.
  [[nodiscard]] std::optional<std::string> away() const;

 private:
  // What `call` gives, unless the store is away; that it is becomes known here.
  template <typename Call>
  auto ask(const Call& call) const -> decltype(call());
  void look(const std::stop_token& stop);
  void remove_what_leaves();

  DirectoryFiles& rest_;
  std::unique_ptr<objects::Store> store_;
  mutable std::mutex mutex_;
  mutable std::optional<std::string> away_;
  std::mutex leaving_;  // of blobs/leaving/
  std::jthread watch_;
};

}  // namespace bashu::node
