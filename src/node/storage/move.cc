#include "node/storage/move.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/try.h"
#include "journal/copy.h"
#include "journal/journal.h"
#include "journal/lock.h"
#include "journal/moved.h"
#include "journal/postgres.h"
#include "node/files.h"
#include "node/storage/directory.h"
#include "node/storage/postgres_secrets.h"
#include "node/storage/sqlite_secrets.h"
#include "postgres/connection.h"

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

// Whether two addresses, of which neither is empty, lead to one place of one server: what is moved
// from there to there would be lost or closed.
std::expected<bool, Fault> is_one_place(const std::string& a, const std::string& b) {
  const auto place = [](const std::string& url) -> std::expected<std::string, Fault> {
    BASHU_TRY(auto connection, postgres::PgConnection::open(url));
    BASHU_TRY(const auto row, connection.run("SELECT concat_ws('/', pg_postmaster_start_time(), "
                                             "current_database(), current_schema())"));
    return std::string{row.bytes(0, 0)};
  };
  BASHU_TRY(const std::string first, place(a));
  BASHU_TRY(const std::string second, place(b));
  return first == second;
}

class Move {
 public:
  Move(fs::path dir, std::string url)
      : dir_{std::move(dir)}, url_{std::move(url)}, storage_{dir_} {}

  std::expected<Moved, Fault> run(
      const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    BASHU_TRY(kept_, journal_url(storage_.files()));
    BASHU_TRY(const auto finished, finish());
    if (finished) return *finished;
    BASHU_TRY_OK(free_to_move());
    std::unique_ptr<journal::Journal> to;
    {
      BASHU_TRY(const auto from, storage_.journal_to_read());
      BASHU_TRY(to, open_target(*from));
      BASHU_TRY_OK(journal::copy_tail(*from, *to, progress));
    }
    // Whoever has the lock appends; without it there is a tail to come.
    auto lock = journal::Lock::take(dir_);
    if (!lock) return Moved{.entries = to->size()};
    // One in the directory takes it itself.
    if (kept_.empty()) lock = std::unexpected{Fault{}};
    BASHU_TRY(auto last, journal_at_rest());
    BASHU_TRY_OK(journal::copy_tail(*last, *to));
    BASHU_TRY(const bool same, journal::begins(*last, *to));
    if (!same || end_ != to->size()) return fault("the copy is not what was copied");
    to.reset();
    BASHU_TRY_OK(switch_over(std::move(last)));
    return Moved{.entries = end_, .done = true};
  }

 private:
  [[nodiscard]] bool in_directory() const {
    std::error_code error;
    return fs::exists(dir_ / "journal.db", error);
  }

  [[nodiscard]] std::expected<void, Fault> free_to_move() const {
    if (kept_ == url_) {
      std::string what = dir_.string() + ": the journal is there already";
      if (kept_.empty()) return fault(what);
      BASHU_TRY(const auto went, journal::went_to(kept_));
      return fault(went ? what + "; " + journal::words_of(*went) : what);
    }
    if (!url_.empty() && !kept_.empty()) {
      BASHU_TRY(const bool one, is_one_place(kept_, url_));
      if (one)
        return fault(dir_.string() + ": the journal is there already, under another address");
    }
    if (!url_.empty() || !in_directory()) return {};
    return fault((dir_ / "journal.db").string() +
                 " is in the way: not the journal of this node, which is in " +
                 journal::place_of(kept_));
  }

  // A move was ended when both places had the whole journal already: what is left of it is done.
  std::expected<std::optional<Moved>, Fault> finish() {
    if (kept_.empty() || !in_directory() || (!url_.empty() && url_ != kept_)) return std::nullopt;
    BASHU_TRY(const auto lock, journal::Lock::take(dir_));
    BASHU_TRY(const auto here, journal::open_sqlite(dir_, true));
    BASHU_TRY(const auto there, journal::open_postgres(kept_, true));
    BASHU_TRY(const bool begins, journal::begins(*here, *there));
    BASHU_TRY(const auto went, journal::went_to(kept_));
    end_ = there->size();
    const bool equal = begins && here->size() == end_;
    if (went ? !equal : !begins || url_.empty()) return std::nullopt;
    BASHU_TRY_OK(url_.empty() ? leave_server() : leave_directory());
    return Moved{.entries = end_, .done = true};
  }

  // One on a server is closed first: nobody appends while its tail is copied, nor after.
  std::expected<std::unique_ptr<journal::Journal>, Fault> journal_at_rest() {
    if (kept_.empty()) {
      BASHU_TRY(auto last, storage_.journal());
      end_ = last->size();
      return last;
    }
    std::error_code error;
    const std::string here = machine_name({}) + ":" + fs::absolute(dir_, error).string();
    BASHU_TRY(end_, journal::close_postgres(kept_, url_.empty() ? here : journal::place_of(url_)));
    return storage_.journal_to_read();
  }

  std::expected<std::unique_ptr<journal::Journal>, Fault> open_target(journal::Journal& from) {
    if (url_.empty()) {
      std::error_code error;
      fs::create_directories(dir_ / kGrowing, error);
      if (error) return fault((dir_ / kGrowing).string() + ": " + error.message());
      return checked(journal::open_sqlite(dir_ / kGrowing), from);
    }
    // Before the epoch is raised there: it may be another node's.
    BASHU_TRY_OK(checked(journal::open_postgres(url_, true), from));
    // One that it was moved away from stays closed until it has everything: its standbys follow.
    BASHU_TRY(const auto went, journal::went_to(url_));
    return checked(journal::open_postgres(
                       url_, {.holder = {}, .epoch = std::nullopt, .closed = went.has_value()}),
                   from);
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
  std::expected<void, Fault> switch_over(std::unique_ptr<journal::Journal> last) {
    if (url_.empty()) {
      BASHU_TRY_OK(rename_file(dir_ / kGrowing / "journal.db", dir_ / "journal.db"));
      BASHU_TRY_OK(sync_directory(dir_));
      return leave_server();
    }
    BASHU_TRY_OK(write_file(dir_ / "journal.url", url_ + "\n"));
    last.reset();  // its write-ahead log is merged into it
    const bool from_directory = kept_.empty();
    kept_ = url_;
    return from_directory ? leave_directory() : open_again();
  }
  [[nodiscard]] std::expected<void, Fault> open_again() const {
    BASHU_TRY_OK(journal::reopen_postgres(kept_));
    return {};
  }
  [[nodiscard]] std::expected<void, Fault> leave_directory() const {
    BASHU_TRY_OK(open_again());
    return rename_file(dir_ / "journal.db", dir_ / "journal.db.moved");
  }
  [[nodiscard]] std::expected<void, Fault> leave_server() const {
    std::error_code error;
    fs::remove(dir_ / "journal.url", error);
    if (error) return fault((dir_ / "journal.url").string() + ": " + error.message());
    BASHU_TRY_OK(sync_directory(dir_));
    fs::remove_all(dir_ / kGrowing, error);  // an empty folder harms nobody
    return {};
  }

  fs::path dir_;
  std::string url_;   // where to
  std::string kept_;  // where it is
  DirectoryStorage storage_;
  std::uint64_t end_ = 0;
};

constexpr std::size_t kRows = 2'000;

using Page = std::vector<Secrets::Named>;

std::expected<void, Fault> each_page(
    Secrets& vault, Secrets::Kind kind,
    const std::function<std::expected<void, Fault>(const Page&)>& take) {
  std::string last;
  for (;;) {
    BASHU_TRY(const auto page, vault.page(kind, last, kRows));
    if (!page.empty()) {
      BASHU_TRY_OK(take(page));
      last = page.back().first;
    }
    if (page.size() < kRows) return {};
  }
}

// Whether it is empty, or this vault as far as a copy came that was not finished.
std::expected<bool, Fault> is_copy(Secrets& to, Secrets& from) {
  constexpr std::string_view kItsOwn = "own_token_key";  // drawn for each vault
  BASHU_TRY(const auto there, to.setting(kItsOwn));
  if (there) {
    BASHU_TRY(const auto ours, from.setting(kItsOwn));
    return there == ours;
  }
  BASHU_TRY(const auto keys, to.page(Secrets::Kind::keys, {}, 1));
  return keys.empty();
}

// Every key and setting of one in the other, and no key beside them: one that was destroyed since a
// copy was broken off would be back.
std::expected<std::uint64_t, Fault> copy_vault(Secrets& from, Secrets& to) {
  using Kind = Secrets::Kind;
  using Done = std::expected<void, Fault>;
  constexpr const char* kOther = "another vault is there: choose an empty place";
  BASHU_TRY(const bool ours, is_copy(to, from));
  if (!ours) return fault(kOther);
  std::uint64_t keys = 0;
  std::vector<std::string> gone;
  const auto set = [&](const Page& page) -> Done {
    for (const auto& [name, value] : page) BASHU_TRY_OK(to.set(name, value));
    return {};
  };
  const auto add = [&](const Page& page) -> Done {
    keys += page.size();
    BASHU_TRY_OK(to.add_keys(page));
    for (const auto& [name, bytes] : page) {
      BASHU_TRY(const auto kept, to.key(name));
      if (kept != bytes) return fault(name + ": " + kOther);
    }
    return {};
  };
  const auto look = [&](const Page& page) -> Done {
    for (const auto& [name, bytes] : page) {
      BASHU_TRY(const auto kept, from.key(name));
      if (!kept) gone.push_back(name);
    }
    return {};
  };
  // First: among them is the one that tells whose it is.
  BASHU_TRY_OK(each_page(from, Kind::settings, set));
  BASHU_TRY_OK(each_page(from, Kind::keys, add));
  BASHU_TRY_OK(each_page(to, Kind::keys, look));
  if (!gone.empty()) BASHU_TRY_OK(to.erase_keys(gone));
  return keys;
}

class VaultMove {
 public:
  VaultMove(const fs::path& dir, std::string url)
      : dir_{dir}, url_{std::move(url)}, storage_{dir}, files_{storage_.files()} {}

  std::expected<std::uint64_t, Fault> run() {
    BASHU_TRY(const auto lock, journal::Lock::take(dir_));
    BASHU_TRY(const std::string kept, vault_url(files_));
    BASHU_TRY(const bool finished, finish(kept));
    if (kept == url_ && !finished) return fault(dir_.string() + ": the vault is there already");
    BASHU_TRY(auto from, storage_.secrets(false));
    if (kept == url_) return count(*from);
    BASHU_TRY(const std::uint64_t keys, copy(*from, kept));
    from.reset();
    BASHU_TRY_OK(write_file(dir_ / kLeft, name_of(kept) + "\n"));
    BASHU_TRY_OK(switch_over());
    BASHU_TRY_OK(finish(url_));
    return keys;
  }

 private:
  // Where the vault was, until nothing of it is left there: the command may be ended at any moment.
  static constexpr std::string_view kLeft = "vault.left";
  static constexpr std::string_view kGrowing = "vault.moving";

  static std::string name_of(const std::string& url) { return url.empty() ? "directory" : url; }
  void remove(std::string_view database) {
    for (const char* tail : {"", "-wal", "-shm"}) files_.remove(std::string{database} + tail);
  }
  std::expected<std::string, Fault> left() {
    if (!files_.has(kLeft)) return std::string{};
    BASHU_TRY(std::string text, files_.read(kLeft));
    text.erase(std::min(text.find_first_of("\r\n"), text.size()));
    return text;
  }
  static std::expected<std::uint64_t, Fault> count(Secrets& vault) {
    std::uint64_t keys = 0;
    const auto add = [&](const Page& page) -> std::expected<void, Fault> {
      keys += page.size();
      return {};
    };
    BASHU_TRY_OK(each_page(vault, Secrets::Kind::keys, add));
    return keys;
  }

  std::expected<std::uint64_t, Fault> copy(Secrets& from, const std::string& kept) {
    if (!url_.empty()) {
      if (!kept.empty()) {
        BASHU_TRY(const bool one, is_one_place(kept, url_));
        if (one)
          return fault(dir_.string() + ": the vault is there already, under another address");
      }
      BASHU_TRY(const auto to, open_postgres_secrets(url_, true));
      return copy_vault(from, *to);
    }
    BASHU_TRY(const std::string from_where, left());
    if (files_.has("vault.db") && from_where != kept) {
      return fault((dir_ / "vault.db").string() +
                   " is in the way: not the vault of this node, which is in " + kept);
    }
    remove(kGrowing);
    BASHU_TRY(const auto to, open_sqlite_secrets(dir_ / kGrowing));
    return copy_vault(from, *to);
  }

  std::expected<void, Fault> switch_over() {
    if (!url_.empty()) return write_file(dir_ / "vault.url", url_ + "\n");
    remove("vault.db");  // as far as a move before came
    BASHU_TRY_OK(rename_file(dir_ / kGrowing, dir_ / "vault.db"));
    BASHU_TRY_OK(sync_directory(dir_));
    files_.remove("vault.url");
    return sync_directory(dir_);
  }

  // Whether something was left from a move to where the vault is now.
  std::expected<bool, Fault> finish(const std::string& kept) {
    BASHU_TRY(const std::string place, left());
    if (place.empty() || place == name_of(kept)) return false;
    BASHU_TRY_OK(place == name_of({}) ? empty_directory() : drop_postgres_secrets(place));
    files_.remove(kLeft);
    BASHU_TRY_OK(sync_directory(dir_));
    return true;
  }
  std::expected<void, Fault> empty_directory() {
    if (!files_.has("vault.db")) return {};
    {
      BASHU_TRY(const auto vault, open_sqlite_secrets(dir_ / "vault.db"));
      for (;;) {
        BASHU_TRY(const auto page, vault->page(Secrets::Kind::keys, {}, kRows));
        if (page.empty()) break;
        std::vector<std::string> ids;
        for (const auto& [id, bytes] : page) ids.push_back(id);
        BASHU_TRY_OK(vault->erase_keys(ids));
      }
      BASHU_TRY_OK(
          vault->rewrite([](std::string_view /*secret*/) { return std::string{}; }, {"moved", ""}));
    }
    remove("vault.db");
    return {};
  }

  fs::path dir_;
  std::string url_;
  DirectoryStorage storage_;
  FileStore& files_;
};

}  // namespace

std::expected<std::uint64_t, Fault> move_vault(const fs::path& dir, const std::string& url) {
  return VaultMove{dir, url}.run();
}

std::expected<Moved, Fault> move_journal(
    const fs::path& dir, const std::string& url,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return Move{dir, url}.run(progress);
}

std::expected<std::optional<journal::WentTo>, Fault> reopen_journal(const fs::path& dir,
                                                                    bool sure) {
  DirectoryStorage storage{dir};
  BASHU_TRY(const auto lock, journal::Lock::take(dir));
  BASHU_TRY(const std::string url, journal_url(storage.files()));
  if (url.empty()) return std::nullopt;
  BASHU_TRY(auto went, journal::went_to(url));
  if (went && sure) BASHU_TRY_OK(journal::reopen_postgres(url));
  return went;
}

}  // namespace bashu::node
