#include "backup/backup.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "backup/journal_part.h"
#include "backup/vault_rows.h"
#include "base/json.h"
#include "base/try.h"
#include "base/value.h"
#include "evidence/checkpoint.h"
#include "evidence/entry.h"
#include "journal/journal.h"
#include "journal/lock.h"
#include "node/archive.h"
#include "node/custody.h"
#include "node/files.h"
#include "node/identity.h"
#include "node/storage/directory_files.h"
#include "node/storage/object_files.h"
#include "node/storage/storage.h"

namespace bashu::backup {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kReadBytes = 4U << 20;
constexpr std::uint64_t kPartBytes = 64U << 20;

// What is made anew, belongs to this machine alone, or has a road of its own.
const std::set<std::string, std::less<>> kLeftOut{
    "journal.db",     "vault.db",   "index.db",        "tree",
    "snapshots",      "views.db",   "published",       "deciding",
    "lock",           "restored",   "backed-up",       "sessions.json",
    "journal.url",    "vault.url",  "documents.url",   "journal.db.moved",
    "journal.moving", "notices.db", "erased-documents"};
bool left_out(const std::string& top) {
  if (kLeftOut.contains(top)) return true;
  // SQLite's own files, and what is being written beside its place.
  for (const std::string_view end : {"-wal", "-shm", "-journal", ".new", ".tmp", ".part"}) {
    if (top.ends_with(end)) return true;
  }
  return false;
}

bool is_document(const fs::path& path) {
  return path.parent_path().filename() == "blobs" &&
         node::is_document_name(path.filename().string());
}

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

// A digest that says nothing to whoever has not the key.
class Mark {
 public:
  explicit Mark(std::string_view key) {
    crypto_generichash_init(&state_, reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                            kSize);
  }
  void add(std::string_view bytes) {
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
  }
  std::string so_far() const {
    crypto_generichash_state copy = state_;
    std::array<char, kSize> digest{};
    crypto_generichash_final(&copy, reinterpret_cast<unsigned char*>(digest.data()), kSize);
    return hex(std::string_view{digest.data(), digest.size()});
  }

 private:
  static constexpr std::size_t kSize = 32;
  crypto_generichash_state state_{};
};

class Maker {
 public:
  Maker(const What& what, const node::Identity& identity, std::vector<std::string> log_keys,
        std::vector<Manifest> before)
      : what_{what},
        identity_{identity},
        log_keys_{std::move(log_keys)},
        before_{std::move(before)} {
    manifest_.number = before_.size() + 1;
    manifest_.party = identity.party;
    manifest_.origin = identity.origin;
    manifest_.log_key = identity.log.public_key;
    name_ = folder_name(manifest_.number);
  }

  std::expected<Made, Fault> run(const Progress& progress) {
    BASHU_TRY_OK(clear_place());
    BASHU_TRY_OK(copy_journal(progress));
    BASHU_TRY_OK(copy_documents());
    BASHU_TRY_OK(copy_files());
    BASHU_TRY_OK(copy_vault());
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    manifest_.made_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    BASHU_TRY_OK(write_manifest(what_.to, manifest_, before_.empty() ? Hash{} : before_.back().note,
                                identity_.log.secret_key));
    BASHU_TRY_OK(node::sync_directory(what_.to));
    drop_old_vaults();
    const Value::Record told{{"made_ms", manifest_.made_ms},
                             {"number", manifest_.number},
                             {"entries", manifest_.size},
                             {"vault", manifest_.vault.has_value()},
                             {"to", fs::absolute(what_.to).string()}};
    BASHU_TRY_OK(node::write_file(what_.dir / "backed-up", canonical_json(told) + "\n"));
    made_.number = manifest_.number;
    made_.entries = manifest_.size;
    made_.root = manifest_.root;
    made_.documents = manifest_.documents;
    made_.vault_keys = manifest_.vault ? manifest_.vault->keys : 0;
    return made_;
  }

 private:
  // What an interrupted backup left has no manifest, and does not count.
  std::expected<void, Fault> clear_place() {
    std::error_code error;
    fs::remove_all(what_.to / name_, error);
    if (!error) fs::create_directory(what_.to / name_, error);
    if (error) return fault((what_.to / name_).string() + ": " + error.message());
    return {};
  }
  std::expected<std::unique_ptr<SealedWriter>, Fault> part(const std::string& name) {
    return SealedWriter::create(what_.to / name, what_.key, name);
  }
  std::expected<Part, Fault> finish(SealedWriter& writer, std::string name) {
    BASHU_TRY(const Sealed sealed, writer.finish());
    made_.bytes += sealed.bytes;
    return Part{.name = std::move(name), .sealed = sealed};
  }

  std::expected<void, Fault> copy_journal(const Progress& progress) {
    BASHU_TRY(const auto journal, node::open_directory(what_.dir)->journal_to_read());
    const std::uint64_t size = journal->size();
    const std::uint64_t from = before_.empty() ? 0 : before_.back().size;
    if (size == 0) return fault(what_.dir.string() + ": the journal has no entry yet");
    if (from > size) {
      return fault("the last backup in " + what_.to.string() + " has " + std::to_string(from) +
                   " entries, the journal only " + std::to_string(size) +
                   ": the node was taken back; use a new folder and keep this one");
    }
    if (from > 0) BASHU_TRY_OK(continues(*journal, from));
    manifest_.size = from;
    manifest_.root = from > 0 ? before_.back().root : Hash{};
    std::string last_record;
    std::unique_ptr<SealedWriter> writer;
    Segment segment;
    const auto close = [&]() -> std::expected<void, Fault> {
      segment.end = manifest_.size;
      BASHU_TRY(segment.part, finish(*writer, segment.part.name));
      writer.reset();
      manifest_.journal.push_back(std::move(segment));
      return {};
    };
    while (manifest_.size < size) {
      BASHU_TRY(auto commits, journal->read(manifest_.size, kReadBytes));
      if (commits.empty()) break;
      for (journal::Commit& commit : commits) {
        if (commit.first >= size) break;
        if (!writer) {
          std::string name = name_ + "/journal-" + std::to_string(commit.first);
          BASHU_TRY(writer, part(name));
          segment = {.part = {.name = std::move(name), .sealed = {}}, .first = commit.first};
        }
        put_record(*writer, commit.record);
        manifest_.size = commit.first + commit.count;
        last_record = std::move(commit.record);
        if (writer->written() >= kPartBytes) BASHU_TRY_OK(close());
      }
      if (progress) progress(manifest_.size - from, size - from);
    }
    if (writer) BASHU_TRY_OK(close());
    made_.new_entries = manifest_.size - from;
    if (last_record.empty()) return {};
    BASHU_TRY(const evidence::Checkpoint end, checkpoint_of(last_record));
    if (end.size != manifest_.size) return fault("the journal ends elsewhere than its checkpoint");
    manifest_.root = end.root;
    return {};
  }
  std::expected<evidence::Checkpoint, Fault> checkpoint_of(std::string_view record) const {
    const auto commit = evidence::decode_commit(record);
    if (!commit) return fault("a commit of the journal cannot be read: " + commit.error().code);
    auto checkpoint = evidence::open_checkpoint(commit->checkpoint, identity_.origin, log_keys_);
    if (!checkpoint) return fault("a checkpoint of the journal: " + checkpoint.error().code);
    return std::move(*checkpoint);
  }
  // Whether this is the journal that was backed up before.
  std::expected<void, Fault> continues(journal::Journal& journal, std::uint64_t from) const {
    BASHU_TRY(const auto commits, journal.read(from - 1, 1));
    if (!commits.empty()) {
      BASHU_TRY(const evidence::Checkpoint there, checkpoint_of(commits.front().record));
      if (there.size == from && there.root == before_.back().root) return {};
    }
    return fault("the journal is not the one of which " + what_.to.string() +
                 " has a backup: use a new folder and keep this one");
  }

  std::expected<void, Fault> copy_documents() {
    BASHU_TRY(std::set<std::string> known, known_documents());
    manifest_.documents = known.size();
    // They may be in an object store: a backup holds them all the same.
    const auto storage = node::open_directory(what_.dir);
    std::vector<std::string> fresh = storage->files().list("blobs");
    if (const auto away = node::documents_away(storage->files())) return fault(*away);
    std::erase_if(fresh, [&](const std::string& name) {
      return !node::is_document_name(name) || known.contains(name);
    });
    if (fresh.empty()) return {};
    const std::string list_name = name_ + "/documents";
    BASHU_TRY(const auto list, part(list_name));
    for (const std::string& name : fresh) {
      const auto bytes = storage->files().read("blobs/" + name);
      if (const auto away = node::documents_away(storage->files())) return fault(*away);
      if (!bytes) continue;  // given up meanwhile: nothing names it
      const std::string place = name_ + "/doc-" + name;
      BASHU_TRY(const auto writer, part(place));
      writer->write(*bytes);
      BASHU_TRY_OK(finish(*writer, place));
      list->write(name + "\n");
      ++made_.new_documents;
    }
    manifest_.documents += made_.new_documents;
    BASHU_TRY(manifest_.new_documents, finish(*list, list_name));
    return {};
  }
  std::expected<std::set<std::string>, Fault> known_documents() const {
    std::set<std::string> known;
    for (const Manifest& before : before_) {
      if (!before.new_documents) continue;
      const std::string& name = before.new_documents->name;
      BASHU_TRY(const auto list, SealedReader::open(what_.to / name, what_.key, name));
      while (!list->at_end()) {
        BASHU_TRY(std::string document, list->line());
        known.insert(std::move(document));
      }
    }
    return known;
  }

  std::expected<void, Fault> copy_files() {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::recursive_directory_iterator it{what_.dir, error}, end; !error && it != end;
         it.increment(error)) {
      const fs::path path = it->path().lexically_relative(what_.dir);
      if (it.depth() == 0 && left_out(path.string())) {
        it.disable_recursion_pending();
        continue;
      }
      if (it->is_regular_file() && !is_document(it->path())) paths.push_back(path);
    }
    if (error) return fault(what_.dir.string() + ": " + error.message());
    // Before the record of reads: what it says about the end must not be ahead of it.
    std::ranges::sort(paths, [](const fs::path& a, const fs::path& b) {
      return std::pair{a == "access.log", a} < std::pair{b == "access.log", b};
    });
    for (const fs::path& path : paths) BASHU_TRY_OK(copy_file(path));
    return {};
  }
  std::expected<void, Fault> copy_file(const fs::path& path) {
    std::ifstream file{what_.dir / path, std::ios::binary};
    if (!file) return {};  // gone meanwhile
    const FileState* before = nullptr;
    for (const FileState& one : before_.empty() ? kNoFiles : before_.back().files) {
      if (one.path == path.string()) before = &one;
    }
    std::error_code error;
    FileState state{.path = path.string(),
                    .mode = static_cast<unsigned>(
                        fs::status(what_.dir / path, error).permissions() & fs::perms::mask),
                    .size = 0,
                    .mark = {},
                    .parts = {}};
    Mark mark{what_.key};
    // What grew at its end is only continued.
    if (before && read_start(file, before->size, mark) && mark.so_far() == before->mark) {
      state.size = before->size;
      state.parts = before->parts;
    } else {
      file.clear();
      file.seekg(0);
      mark = Mark{what_.key};
    }
    std::unique_ptr<SealedWriter> writer;
    const std::string name = name_ + "/file-" + std::to_string(manifest_.parts.size());
    std::string buffer(kReadBytes, '\0');
    while (file) {
      file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
      const std::string_view some{buffer.data(), static_cast<std::size_t>(file.gcount())};
      if (some.empty()) break;
      if (!writer) {
        BASHU_TRY(writer, part(name));
      }
      writer->write(some);
      mark.add(some);
      state.size += some.size();
    }
    if (file.bad()) return fault((what_.dir / path).string() + ": could not be read");
    if (writer) {
      BASHU_TRY(Part written, finish(*writer, name));
      state.parts.push_back(written.name);
      manifest_.parts.push_back(std::move(written));
    }
    state.mark = mark.so_far();
    manifest_.files.push_back(std::move(state));
    return {};
  }
  static bool read_start(std::ifstream& file, std::uint64_t size, Mark& mark) {
    std::string buffer(kReadBytes, '\0');
    while (size > 0) {
      file.read(buffer.data(),
                static_cast<std::streamsize>(std::min<std::uint64_t>(size, buffer.size())));
      const auto got = static_cast<std::uint64_t>(file.gcount());
      if (got == 0) return false;
      mark.add(std::string_view{buffer.data(), got});
      size -= got;
    }
    return true;
  }

  std::expected<void, Fault> copy_vault() {
    if (what_.vault_to.empty()) return {};
    Part vault{.name = "vault-" + name_, .sealed = {}};
    Mark mark{what_.key};
    BASHU_TRY(const auto writer,
              SealedWriter::create(what_.vault_to / (vault.name + ".part"), what_.key, vault.name));
    BASHU_TRY(const VaultRows rows, read_vault(what_.dir, [&](std::string_view line) {
                writer->write(line);
                mark.add(line);
              }));
    std::error_code error;
    const VaultState* before =
        before_.empty() || !before_.back().vault ? nullptr : &*before_.back().vault;
    if (before && before->mark == mark.so_far() &&
        fs::exists(what_.vault_to / before->part.name, error)) {
      fs::remove(what_.vault_to / (vault.name + ".part"), error);
      manifest_.vault = *before;
      return {};
    }
    BASHU_TRY(vault.sealed, writer->finish());
    made_.bytes += vault.sealed.bytes;
    fs::rename(what_.vault_to / (vault.name + ".part"), what_.vault_to / vault.name, error);
    if (error) return fault((what_.vault_to / vault.name).string() + ": " + error.message());
    BASHU_TRY_OK(node::sync_directory(what_.vault_to));
    manifest_.vault =
        VaultState{.part = std::move(vault), .mark = mark.so_far(), .keys = rows.keys};
    return {};
  }
  // A key that was forgotten must not live on in the backup before.
  void drop_old_vaults() const {
    if (!manifest_.vault) return;
    std::error_code error;
    std::vector<fs::path> old;
    for (fs::directory_iterator it{what_.vault_to, error}, end; !error && it != end;
         it.increment(error)) {
      const std::string name = it->path().filename().string();
      if (name.starts_with("vault-") && name != manifest_.vault->part.name) {
        old.push_back(it->path());
      }
    }
    for (const fs::path& one : old) fs::remove(one, error);
  }

  static const std::vector<FileState> kNoFiles;
  const What& what_;
  const node::Identity& identity_;
  std::vector<std::string> log_keys_;  // also those before: the last commit may be of their time
  std::vector<Manifest> before_;
  Manifest manifest_;
  std::string name_;
  Made made_;
};

const std::vector<FileState> Maker::kNoFiles{};

}  // namespace

std::expected<std::string, Fault> backup_key() {
  return node::key_kept_apart("bashu.backup", "BASHU_BACKUP_KEY_FILE");
}

std::expected<Made, Fault> make(const What& what, const Progress& progress) {
  if (::sodium_init() < 0) return fault("libsodium does not start");
  BASHU_TRY(const node::Identity identity, node::load_identity(what.dir));
  std::error_code error;
  for (const fs::path& folder : {what.to, what.vault_to}) {
    if (!folder.empty()) fs::create_directories(folder, error);
    if (error) return fault(folder.string() + ": " + error.message());
  }
  BASHU_TRY(const journal::Lock alone, journal::Lock::take(what.to));
  BASHU_TRY(auto before, read_manifests(what.to));
  if (!before.empty() && before.back().origin != identity.origin) {
    return fault(what.to.string() + " holds backups of " + before.back().origin + ", not of " +
                 identity.origin + ": use a folder for each node and log");
  }
  if (!before.empty() && before.back().log_key != identity.log.public_key) {
    return fault("the log key that signed the backups in " + what.to.string() +
                 " was replaced since by " + identity.log.kid +
                 ": begin another folder, and keep this one until that one has been rehearsed");
  }
  BASHU_TRY(const node::PublicIdentity known,
            node::load_public_identity(node::DirectoryFiles{what.dir}));
  return Maker{what, identity, node::all_log_keys(known), std::move(before)}.run(progress);
}

Near nearness(const fs::path& one, const fs::path& other) {
  const fs::path a = fs::weakly_canonical(one), b = fs::weakly_canonical(other);
  if (a == b) return Near::same;
  const auto within = [](const fs::path& inner, const fs::path& outer) {
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first ==
           outer.end();
  };
  return within(a, b) || within(b, a) ? Near::inside : Near::apart;
}

std::optional<Last> last_backup(const fs::path& dir) {
  const auto text = node::read_file(dir / "backed-up");
  if (!text) return std::nullopt;
  const auto told = parse_json(std::string_view{*text}.substr(0, text->find('\n')));
  if (!told) return std::nullopt;
  return Last{.made_ms = told->int_at("made_ms"),
              .number = static_cast<std::uint64_t>(told->int_at("number")),
              .entries = static_cast<std::uint64_t>(told->int_at("entries")),
              .vault = told->bool_at("vault"),
              .to = told->text_at("to")};
}

}  // namespace bashu::backup
