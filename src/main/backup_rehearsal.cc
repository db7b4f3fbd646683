#include "main/backup_rehearsal.h"

#include <stdlib.h>

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <variant>

#include "base/try.h"
#include "core/event_fields.h"
#include "evidence/sealed.h"
#include "exchange/blobs.h"
#include "exchange/erased.h"
#include "exchange/parts.h"
#include "journal/journal.h"
#include "main/journal_scan.h"
#include "node/entry.h"
#include "node/in_token.h"
#include "node/storage/directory_files.h"
#include "node/storage/sqlite_secrets.h"
#include "node/system_environment.h"
#include "node/vault.h"

namespace bashu::cli {

namespace fs = std::filesystem;

namespace {

// A directory of secrets that goes, come what may.
class Place {
 public:
  static std::expected<Place, Fault> make(const std::string& work) {
    std::error_code error;
    const fs::path under = work.empty() ? fs::temp_directory_path(error) : fs::path{work};
    std::string name = (under / "bashu-rehearsal-XXXXXX").string();
    if (error || !::mkdtemp(name.data())) {
      return std::unexpected{Fault{.what = under.string() + ": no place for the rehearsal"}};
    }
    return Place{name};
  }
  Place(Place&& other) noexcept : dir_{std::exchange(other.dir_, {})} {}
  Place& operator=(Place&&) = delete;
  ~Place() {
    std::error_code ignored;
    if (!dir_.empty()) fs::remove_all(dir_, ignored);
  }
  [[nodiscard]] const fs::path& dir() const { return dir_; }

 private:
  explicit Place(fs::path dir) : dir_{std::move(dir)} {}
  fs::path dir_;
};

// What values can stand in an event, however deep.
using See = std::function<void(const Value&)>;
template <typename T>
void each_value(const T& /*member*/, const See& /*see*/) {}
void each_value(const Value& value, const See& see) { see(value); }
void each_value(const std::pair<std::string, Value>& entry, const See& see) { see(entry.second); }
template <typename T>
void each_value(const std::optional<T>& member, const See& see) {
  if (member) each_value(*member, see);
}
template <typename T>
void each_value(const std::vector<T>& list, const See& see) {
  for (const T& one : list) each_value(one, see);
}
void each_value(const core::Event& event, const See& see) {
  std::visit(
      [&](const auto& one) {
        using E = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<E, core::FeedTaken>) {
          for (const core::FeedLine& line : one.lines) {
            for (const core::RecordPut& record : line.records) {
              core::each_written(record, [&](const auto& member) { each_value(member, see); });
            }
          }
        } else {
          core::each_written(one, [&](const auto& member) { each_value(member, see); });
        }
      },
      event);
}

class Opener {
 public:
  Opener(node::Vault& vault, Rehearsal& seen) : vault_{vault}, seen_{seen} {}
  void operator()(const Value& value) {
    if (evidence::is_sealed(value)) return open(value);
    if (const Value::List* list = value.as_list()) {
      for (const Value& one : *list) (*this)(one);
    }
    if (const Value::Record* record = value.as_record()) {
      for (const auto& [name, one] : *record) (*this)(one);
    }
  }

 private:
  void open(const Value& value) {
    const std::string id = evidence::sealing_key_id(value);
    const auto key = vault_.key(id);
    if (!key) {
      if (gone_.insert(id).second) ++seen_.keys_gone;
      return;
    }
    ++(evidence::open_value(value, *key) ? seen_.values_opened : seen_.values_shut);
  }
  node::Vault& vault_;
  Rehearsal& seen_;
  std::set<std::string> gone_;
};

std::expected<void, Fault> look_into(const fs::path& dir, node::Vault* vault, Rehearsal& seen) {
  BASHU_TRY(const auto journal, journal::open_sqlite(dir, true));
  std::optional<Opener> opener;
  if (vault) opener.emplace(*vault, seen);
  std::set<std::string> named;
  const auto look = [&](const Value& value) {
    if (opener) (*opener)(value);
    for (exchange::KeyedDocument& one : exchange::keyed_documents(value)) {
      // One whose key was destroyed may be gone, too.
      if (vault && !one.key.empty() && !vault->key(one.key)) continue;
      named.insert(std::move(one.sha256));
    }
  };
  const auto look_at = [&](const evidence::CommitRecord& commit) -> std::expected<bool, Fault> {
    std::uint64_t at = commit.first;
    for (const evidence::CommitEntry& bytes : commit.entries) {
      BASHU_TRY(const node::Entry entry, node::decode_entry(at++, bytes));
      for (const core::Event& event : entry.events) each_value(event, look);
    }
    return true;
  };
  BASHU_TRY_OK(each_commit(*journal, 0, look_at));
  node::DirectoryFiles files{dir};
  const exchange::Blobs blobs{files};
  for (const std::string& name : named) {
    if (!exchange::find_document(blobs, name)) ++seen.documents_missing;
  }
  return {};
}

}  // namespace

std::expected<Rehearsal, Fault> rehearse(
    backup::Wish wish, const std::string& work,
    const std::function<void(std::string_view, std::uint64_t, std::uint64_t)>& step) {
  BASHU_TRY(const Place place, Place::make(work));
  wish.to = place.dir() / "node";
  Rehearsal seen;
  BASHU_TRY(seen.restored, backup::restore(wish, [&](std::uint64_t done, std::uint64_t all) {
              step("rehearse.step_restore", done, all);
            }));
  BASHU_TRY(const node::Verification verified, node::verify(
                                                   wish.to,
                                                   [&](std::uint64_t done, std::uint64_t all) {
                                                     step("rehearse.step_verify", done, all);
                                                   },
                                                   std::thread::hardware_concurrency()));
  seen.unsound = verified.unsound;
  if (!seen.unsound && verified.root != seen.restored.root) {
    seen.unsound = node::Unsound{
        .code = "root", .position = verified.entries, .text = "not the root of the manifest"};
  }
  if (seen.unsound) return seen;
  node::SystemChance chance;
  std::unique_ptr<node::Vault> vault;
  if (!wish.vault_from.empty()) {
    BASHU_TRY(auto secrets, node::open_sqlite_secrets(wish.to / "vault.db"));
    BASHU_TRY(std::string wrapping, node::wrapping_key(node::DirectoryFiles{wish.to}));
    BASHU_TRY(vault, node::open_vault(std::move(secrets), chance, std::move(wrapping)));
  }
  BASHU_TRY_OK(look_into(wish.to, vault.get(), seen));
  return seen;
}

}  // namespace bashu::cli
