// What a folder of backups holds. Each backup is a folder of its own, which ends with a signed
// manifest; what has none was interrupted and does not count.
//
//     FOLDER/000001/manifest      signed note of the log (C2SP): number, size and root of the
//                                 journal, digests of index.json and of the manifest before
//     FOLDER/000001/index.json    the parts with their digests, and every file of the directory
//     FOLDER/000001/journal-…     commits, sealed          file-…   pieces of files, sealed
//     FOLDER/000001/doc-…         documents, sealed        documents   their names, sealed
//     FOLDER/000002/…             only what is new since
//     VAULT/vault-000002          the keys of sealed values, whole: only the newest stays
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backup/sealed_file.h"
#include "base/bytes.h"
#include "base/error.h"

namespace bashu::backup {

struct Part {
  std::string name;  // `000001/file-3`; of the vault `vault-000001`
  Sealed sealed;
};
struct Segment {
  Part part;
  std::uint64_t first = 0, end = 0;  // entries
};
struct FileState {
  std::string path;  // below DIR
  unsigned mode = 0600;
  std::uint64_t size = 0;
  std::string mark;                // keyed digest of its bytes
  std::vector<std::string> parts;  // one after the other, also of earlier backups
};
struct VaultState {
  Part part;
  std::string mark;  // keyed digest of its rows
  std::uint64_t keys = 0;
};
struct Manifest {
  std::uint64_t number = 0;
  std::string party, origin;
  std::string log_key;  // 32 bytes
  std::int64_t made_ms = 0;
  std::uint64_t size = 0;  // entries of the journal
  Hash root{};
  std::vector<Segment> journal;       // new ones
  std::vector<Part> parts;            // new pieces of files
  std::vector<FileState> files;       // all
  std::uint64_t documents = 0;        // in all
  std::optional<Part> new_documents;  // the list of them
  std::optional<VaultState> vault;
  Hash note{};  // digest of the signed manifest
};

[[nodiscard]] std::string folder_name(std::uint64_t number);  // `000001`

// Durable when it returns; the log's secret key signs.
[[nodiscard]] std::expected<void, Fault> write_manifest(const std::filesystem::path& folder,
                                                        const Manifest& manifest,
                                                        const Hash& previous,
                                                        std::string_view secret_key);
// All backups in order, each signed by the log and continuing the one before. None: an empty list.
[[nodiscard]] std::expected<std::vector<Manifest>, Fault> read_manifests(
    const std::filesystem::path& folder);

}  // namespace bashu::backup
