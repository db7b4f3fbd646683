#include "node/storage/move.h"

#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/try.h"
#include "journal/copy.h"
#include "journal/journal.h"
#include "journal/lock.h"
#include "journal/postgres.h"
#include "node/files.h"
#include "node/storage/directory.h"
#include "node/storage/postgres_secrets.h"
#include "node/storage/sqlite_secrets.h"

namespace bashu::node {

namespace {

namespace fs = std::filesystem;

// Where a journal grows that is to lie in the directory.
constexpr std::string_view kGrowing = "journal.moving";

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

std::expected<void, Fault> rename_file(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return fault(from.string() + ": " + error.message());
  return {};
}

class Move {
 public:
  Move(fs::path dir, std::string url) : dir_{std::move(dir)}, url_{std::move(url)} {}

  std::expected<Moved, Fault> run(
      const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    DirectoryStorage storage{dir_};
    BASHU_TRY(const std::string kept, journal_url(storage.files()));
    if (kept == url_) return fault(dir_.string() + ": the journal is there already");
    std::error_code error;
    if (url_.empty() && fs::exists(dir_ / "journal.db", error)) {
      return fault((dir_ / "journal.db").string() +
                   " is in the way: not the journal of this node, which is in " + kept);
    }
    std::unique_ptr<journal::Journal> to;
    {
      BASHU_TRY(const auto from, storage.journal_to_read());
      BASHU_TRY(to, open_target(*from));
      BASHU_TRY_OK(journal::copy_tail(*from, *to, progress));
    }
    // Whoever has the lock appends; without it there is a tail to come.
    if (!journal::Lock::take(dir_)) return Moved{.entries = to->size()};
    BASHU_TRY(auto last, storage.journal());
    BASHU_TRY_OK(journal::copy_tail(*last, *to));
    BASHU_TRY(const bool same, journal::begins(*last, *to));
    if (!same || last->size() != to->size()) return fault("the copy is not what was copied");
    const Moved moved{.entries = to->size(), .done = true};
    to.reset();
    BASHU_TRY_OK(switch_over(std::move(last)));
    return moved;
  }

 private:
  std::expected<std::unique_ptr<journal::Journal>, Fault> open_target(journal::Journal& from) {
    if (url_.empty()) {
      std::error_code error;
      fs::create_directories(dir_ / kGrowing, error);
      if (error) return fault((dir_ / kGrowing).string() + ": " + error.message());
      return checked(journal::open_sqlite(dir_ / kGrowing), from);
    }
    // Before the epoch is raised there: it may be another node's.
    BASHU_TRY_OK(checked(journal::open_postgres(url_, true), from));
    return checked(journal::open_postgres(url_), from);
  }
  static std::expected<std::unique_ptr<journal::Journal>, Fault> checked(
      std::expected<std::unique_ptr<journal::Journal>, Fault> opened, journal::Journal& from) {
    if (!opened) return opened;
    BASHU_TRY(const bool ours, journal::begins(**opened, from));
    if (ours) return opened;
    return fault("another journal is there: choose an empty place");
  }

  // `last` holds the directory until it is done. Each step leaves one journal in force, and the
  // other equal to it.
  std::expected<void, Fault> switch_over(std::unique_ptr<journal::Journal> last) const {
    if (!url_.empty()) {
      BASHU_TRY_OK(write_file(dir_ / "journal.url", url_ + "\n"));
      last.reset();  // its write-ahead log is merged into it
      return rename_file(dir_ / "journal.db", dir_ / "journal.db.moved");
    }
    BASHU_TRY_OK(rename_file(dir_ / kGrowing / "journal.db", dir_ / "journal.db"));
    BASHU_TRY_OK(sync_directory(dir_));
    std::error_code error;
    fs::remove(dir_ / "journal.url", error);
    if (error) return fault((dir_ / "journal.url").string() + ": " + error.message());
    BASHU_TRY_OK(sync_directory(dir_));
    fs::remove_all(dir_ / kGrowing, error);  // an empty folder harms nobody
    return {};
  }

  fs::path dir_;
  std::string url_;
};

constexpr std::string_view kVaultGrowing = "vault.moving";

// Every key and setting of one in the other, which held none or is a copy that was not finished.
std::expected<std::uint64_t, Fault> copy_vault(Secrets& from, Secrets& to) {
  constexpr std::size_t kRows = 2'000;
  std::uint64_t keys = 0;
  for (const auto kind : {Secrets::Kind::settings, Secrets::Kind::keys}) {
    std::string last;
    for (bool more = true; more;) {
      BASHU_TRY(const auto page, from.page(kind, last, kRows));
      if (kind == Secrets::Kind::keys) {
        BASHU_TRY_OK(to.add_keys(page));
        keys += page.size();
      } else {
        for (const auto& [name, value] : page) BASHU_TRY_OK(to.set(name, value));
      }
      for (const auto& [name, bytes] : page) {
        BASHU_TRY(const auto kept, kind == Secrets::Kind::keys ? to.key(name) : to.setting(name));
        if (kept != bytes) return fault(name + ": another one is there; choose an empty place");
      }
      more = page.size() == kRows;
      if (more) last = page.back().first;
    }
  }
  return keys;
}

}  // namespace

std::expected<std::uint64_t, Fault> move_vault(const fs::path& dir, const std::string& url) {
  DirectoryStorage storage{dir};
  BASHU_TRY(const auto lock, journal::Lock::take(dir));
  BASHU_TRY(const std::string kept, vault_url(storage.files()));
  if (kept == url) return fault(dir.string() + ": the vault is there already");
  BASHU_TRY(auto from, storage.secrets(false));
  const fs::path growing = dir / kVaultGrowing;
  std::uint64_t keys = 0;
  {
    BASHU_TRY(const auto to,
              url.empty() ? open_sqlite_secrets(growing) : open_postgres_secrets(url, true));
    BASHU_TRY(keys, copy_vault(*from, *to));
  }
  if (url.empty()) {
    BASHU_TRY_OK(rename_file(growing, dir / "vault.db"));
    BASHU_TRY_OK(sync_directory(dir));
    storage.files().remove("vault.url");
    BASHU_TRY_OK(sync_directory(dir));
  } else {
    BASHU_TRY_OK(write_file(dir / "vault.url", url + "\n"));
  }
  // From here on it is where it was moved to; what is left behind goes key by key.
  for (bool more = true; more;) {
    BASHU_TRY(const auto page, from->page(Secrets::Kind::keys, {}, 2'000));
    std::vector<std::string> ids;
    for (const auto& [id, bytes] : page) ids.push_back(id);
    more = !ids.empty();
    if (more) BASHU_TRY_OK(from->erase_keys(ids));
  }
  from.reset();
  if (!url.empty()) {
    for (const char* tail : {"", "-wal", "-shm"}) {
      storage.files().remove(std::string{"vault.db"} + tail);
    }
  }
  return keys;
}

std::expected<Moved, Fault> move_journal(
    const fs::path& dir, const std::string& url,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return Move{dir, url}.run(progress);
}

}  // namespace bashu::node
