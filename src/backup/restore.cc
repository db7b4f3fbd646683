#include "backup/restore.h"

#include <sodium.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <utility>

#include "backup/journal_part.h"
#include "backup/vault_rows.h"
#include "base/json.h"
#include "base/try.h"
#include "base/value.h"
#include "evidence/checkpoint.h"
#include "evidence/entry.h"
#include "journal/refill.h"
#include "node/archive.h"
#include "node/custody.h"
#include "node/files.h"
#include "node/identity.h"
#include "node/storage/directory_files.h"

namespace bashu::backup {

namespace fs = std::filesystem;

namespace {

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

class Restorer {
 public:
  Restorer(const Wish& wish, std::vector<Manifest> all) : wish_{wish}, all_{std::move(all)} {
    for (const Manifest& one : all_) {
      for (const Part& part : one.parts) parts_.emplace(part.name, part.sealed);
    }
    done_.number = newest().number;
    done_.of = newest().size;
    done_.party = newest().party;
  }

  std::expected<Restored, Fault> run(const Progress& progress) {
    BASHU_TRY_OK(bring_journal(progress));
    BASHU_TRY_OK(bring_files());
    BASHU_TRY_OK(check_end());
    BASHU_TRY_OK(bring_documents());
    BASHU_TRY_OK(bring_vault());
    const Value::Record told{{"backup", done_.number},
                             {"entries", done_.entries},
                             {"of", done_.of},
                             {"root", hex(done_.root)}};
    BASHU_TRY_OK(node::write_file(wish_.to / "restored", canonical_json(told) + "\n"));
    BASHU_TRY_OK(node::sync_directory(wish_.to));
    return done_;
  }

 private:
  [[nodiscard]] const Manifest& newest() const { return all_.back(); }

  std::expected<std::unique_ptr<SealedReader>, Fault> open(const fs::path& folder,
                                                           const std::string& name) const {
    if (name.empty()) return fault("the backup names a part outside its folder");
    return SealedReader::open(folder / name, wish_.key, name);
  }
  static std::expected<void, Fault> check(SealedReader& reader, const std::string& name,
                                          const Sealed& expected) {
    const Sealed whole = reader.whole();
    if (whole.bytes == expected.bytes && whole.sha256 == expected.sha256) return {};
    return fault(name + ": not the part that the manifest names");
  }

  // Commit after commit, to the end or to where the wish ends.
  std::expected<void, Fault> bring_journal(const Progress& progress) {
    std::vector<const Segment*> segments;
    for (const Manifest& one : all_) {
      for (const Segment& segment : one.journal) segments.push_back(&segment);
    }
    std::size_t next = 0;
    std::unique_ptr<SealedReader> reader;
    const auto give = [&]() -> std::expected<std::optional<journal::Commit>, Fault> {
      for (;;) {
        if (!reader) {
          if (next == segments.size()) return std::nullopt;
          BASHU_TRY(reader, open(wish_.from, segments[next]->part.name));
        }
        BASHU_TRY(auto record, next_record(*reader));
        if (!record) {
          const Segment& read = *segments[next++];
          BASHU_TRY_OK(check(*reader, read.part.name, read.part.sealed));
          reader.reset();
          continue;
        }
        BASHU_TRY(const bool wanted, take(*record));
        if (!wanted) return std::nullopt;
        if (progress) progress(done_.entries, done_.of);
        journal::Commit commit{.first = first_, .count = count_, .record = *record};
        last_record_ = std::move(*record);
        return commit;
      }
    };
    BASHU_TRY_OK(journal::refill_sqlite(wish_.to, give));
    if (done_.entries == 0) return fault("the journal has no entry as early as that");
    return {};
  }
  // By the log key of its time: the restored node.json names those before, too.
  std::expected<void, Fault> check_end() {
    if (last_record_.empty()) return {};
    const auto commit = evidence::decode_commit(last_record_);
    BASHU_TRY(const node::PublicIdentity known,
              node::load_public_identity(node::DirectoryFiles{wish_.to}));
    const std::vector<std::string> keys = node::all_log_keys(known);
    if (std::ranges::find(keys, newest().log_key) == keys.end()) {
      return fault("the backup holds another node.json than the one whose key signed it");
    }
    // A part of the journal may end before a successor log began: there it bears another name.
    const std::string named = commit->checkpoint.substr(0, commit->checkpoint.find('\n'));
    const std::string& origin = done_.entries < done_.of ? named : newest().origin;
    const auto end = evidence::open_checkpoint(commit->checkpoint, origin, keys);
    if (!end || end->size != done_.entries ||
        (done_.entries == done_.of && end->root != newest().root)) {
      return fault("the journal in the backup does not lead to the root that the manifest names");
    }
    done_.root = end->root;
    return {};
  }
  // False: beyond what is wished for.
  std::expected<bool, Fault> take(std::string_view record) {
    const auto commit = evidence::decode_commit(record);
    if (!commit) return fault("a commit in the backup cannot be read: " + commit.error().code);
    if (commit->first != done_.entries || commit->entries.empty()) {
      return fault("commits are missing in the backup after entry " +
                   std::to_string(done_.entries));
    }
    const std::uint64_t end = commit->first + commit->entries.size();
    const auto leaf = evidence::parse_entry(commit->entries.back().leaf);
    if (!leaf) return fault("an entry in the backup cannot be read: " + leaf.error().code);
    const auto time = static_cast<std::int64_t>(leaf->time);
    if (wish_.at && end > *wish_.at + 1) return false;
    if (wish_.as_of_ms && time > *wish_.as_of_ms) return false;
    first_ = commit->first;
    count_ = static_cast<std::uint32_t>(commit->entries.size());
    done_.entries = end;
    done_.last_ms = time;
    return true;
  }

  std::expected<void, Fault> bring_files() {
    for (const FileState& file : newest().files) {
      if (file.path.empty()) return fault("the backup names a file outside the directory");
      std::error_code error;
      const fs::path path = wish_.to / file.path;
      fs::create_directories(path.parent_path(), error);
      std::string content;
      for (const std::string& name : file.parts) {
        BASHU_TRY(const auto reader, open(wish_.from, name));
        while (!reader->at_end()) {
          BASHU_TRY(const std::string some, reader->read(1U << 20));
          content += some;
        }
        const auto part = parts_.find(name);
        if (part == parts_.end()) return fault(name + ": no manifest names it");
        BASHU_TRY_OK(check(*reader, name, part->second));
      }
      if (content.size() != file.size) return fault(file.path + ": of another size than it was");
      BASHU_TRY_OK(node::write_file(path, content, file.mode));
    }
    return {};
  }

  std::expected<void, Fault> bring_documents() {
    for (const Manifest& one : all_) {
      if (!one.new_documents) continue;
      BASHU_TRY(const auto list, open(wish_.from, one.new_documents->name));
      std::error_code error;
      fs::create_directories(wish_.to / "blobs", error);
      while (!list->at_end()) {
        BASHU_TRY(const std::string name, list->line());
        BASHU_TRY(const auto reader, open(wish_.from, folder_name(one.number) + "/doc-" + name));
        std::string content;
        while (!reader->at_end()) {
          BASHU_TRY(const std::string some, reader->read(1U << 20));
          content += some;
        }
        if (hex(sha256(content)) != name) return fault("document " + name + ": other content");
        BASHU_TRY_OK(node::write_file(wish_.to / "blobs" / name, content));
        ++done_.documents;
      }
      BASHU_TRY_OK(check(*list, one.new_documents->name, one.new_documents->sealed));
    }
    return {};
  }

  std::expected<void, Fault> bring_vault() {
    if (wish_.vault_from.empty()) return {};
    const Manifest* with_vault = nullptr;
    for (const Manifest& one : all_) {
      if (one.vault) with_vault = &one;
    }
    if (!with_vault) {
      return fault(
          "these backups were made without the vault: it is to be restored from elsewhere");
    }
    const VaultState& vault = *with_vault->vault;
    BASHU_TRY(const auto reader, open(wish_.vault_from, vault.part.name));
    BASHU_TRY(const VaultRows rows, fill_vault(wish_.to, [&] { return reader->line(); }));
    BASHU_TRY_OK(check(*reader, vault.part.name, vault.part.sealed));
    if (rows.keys != vault.keys) return fault("the vault in the backup has other keys than it had");
    done_.vault_keys = rows.keys;
    return {};
  }

  const Wish& wish_;
  std::vector<Manifest> all_;
  std::map<std::string, Sealed, std::less<>> parts_;
  std::uint64_t first_ = 0;  // of the commit just taken
  std::uint32_t count_ = 0;
  std::string last_record_;
  Restored done_;
};

}  // namespace

std::expected<Restored, Fault> restore(const Wish& wish, const Progress& progress) {
  if (::sodium_init() < 0) return fault("libsodium does not start");
  BASHU_TRY(auto all, read_manifests(wish.from));
  if (all.empty()) return fault(wish.from.string() + ": no backup was finished here");
  std::error_code error;
  if (fs::exists(wish.to, error) && !fs::is_empty(wish.to, error)) {
    return fault(wish.to.string() + " is not empty: a node is restored into a new directory");
  }
  fs::create_directories(wish.to, error);
  if (error) return fault(wish.to.string() + ": " + error.message());
  return Restorer{wish, std::move(all)}.run(progress);
}

}  // namespace bashu::backup
