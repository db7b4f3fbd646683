#include "node/storage/directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <system_error>
#include <utility>

#include "journal/lock.h"
#include "journal/postgres.h"
#include "node/files.h"
#include "node/storage/postgres_secrets.h"
#include "node/storage/sqlite_secrets.h"

namespace bashu::node {

namespace {

class FileSlot final : public Slot {
 public:
  FileSlot(std::filesystem::path path, int file, std::string found)
      : path_{std::move(path)}, file_{file}, found_{std::move(found)} {}
  ~FileSlot() override { ::close(file_); }

  const std::string& found() const override { return found_; }
  std::expected<void, Fault> write(std::string_view bytes) override {
    if (::pwrite(file_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
      return std::unexpected{Fault{.what = path_.string() + ": " + std::strerror(errno)}};
    }
    return {};
  }

 private:
  std::filesystem::path path_;
  int file_;
  std::string found_;
};

// Kept elsewhere, by the one node of this directory.
class LockedJournal final : public journal::Journal {
 public:
  LockedJournal(journal::Lock lock, std::unique_ptr<journal::Journal> there)
      : lock_{std::move(lock)}, there_{std::move(there)} {}
  std::expected<void, Fault> append(const journal::Commit& commit) override {
    return there_->append(commit);
  }
  std::expected<std::vector<journal::Commit>, Fault> read(std::uint64_t from,
                                                          std::size_t bytes_max) override {
    return there_->read(from, bytes_max);
  }
  std::uint64_t size() const override { return there_->size(); }
  std::expected<journal::Seat, Fault> seat() override { return there_->seat(); }
  std::expected<bool, Fault> beat() override { return there_->beat(); }
  journal::Quorum quorum() const override { return there_->quorum(); }

 private:
  journal::Lock lock_;
  std::unique_ptr<journal::Journal> there_;
};

std::expected<std::string, Fault> url_in(const FileStore& files, std::string_view name) {
  if (!files.has(name)) return std::string{};
  auto text = files.read(name);
  if (!text) return text;
  text->erase(std::min(text->find_first_of("\r\n"), text->size()));
  if (journal::is_postgres(*text)) return text;
  return std::unexpected{
      Fault{.what = files.where(name) + ": a URL is expected, postgres://HOST/DATABASE"}};
}

}  // namespace

std::expected<std::string, Fault> journal_url(const FileStore& files) {
  return url_in(files, "journal.url");
}
std::expected<std::string, Fault> vault_url(const FileStore& files) {
  return url_in(files, "vault.url");
}

std::string machine_name(const std::string& given) {
  if (!given.empty()) return given;
  std::string name(256, '\0');
  ::gethostname(name.data(), name.size() - 1);
  name.resize(name.find('\0'));
  return name;
}

std::expected<std::unique_ptr<journal::Journal>, Fault> DirectoryStorage::journal() {
  const auto url = journal_url(files_);
  if (!url) return std::unexpected{url.error()};
  if (url->empty()) return journal::open_sqlite(dir_);
  // First: a second node here must not raise the epoch of the one that runs.
  auto lock = journal::Lock::take(dir_);
  if (!lock) return std::unexpected{lock.error()};
  auto there =
      journal::open_postgres(*url, {.holder = machine_name(holder_), .epoch = std::nullopt});
  if (!there) return std::unexpected{there.error()};
  return std::make_unique<LockedJournal>(std::move(*lock), std::move(*there));
}

std::expected<std::unique_ptr<journal::Journal>, Fault> DirectoryStorage::journal_to_read() {
  const auto url = journal_url(files_);
  if (!url) return std::unexpected{url.error()};
  return url->empty() ? journal::open_sqlite(dir_, true) : journal::open_postgres(*url, true);
}

std::expected<std::unique_ptr<journal::Followed>, Fault> DirectoryStorage::follow() {
  const auto url = journal_url(files_);
  if (!url) return std::unexpected{url.error()};
  if (url->empty()) return Storage::follow();
  auto lock = journal::Lock::take(dir_);
  if (!lock) return std::unexpected{lock.error()};
  auto there = journal::open_postgres(*url, true);
  if (!there) return std::unexpected{there.error()};
  const auto seat = (*there)->seat();
  if (seat && !seat->moved.empty()) return std::unexpected{Fault{.what = seat->moved}};
  return std::make_unique<journal::Followed>(
      std::make_unique<LockedJournal>(std::move(*lock), std::move(*there)),
      [url = *url, holder = machine_name(holder_)](std::uint64_t epoch) {
        return journal::open_postgres(url, {.holder = holder, .epoch = epoch});
      });
}

std::expected<std::unique_ptr<journal::TreeFile>, Fault> DirectoryStorage::tree(
    std::uint64_t size_max) {
  return journal::TreeFile::open(dir_ / "tree", size_max);
}

std::expected<std::unique_ptr<journal::Index>, Fault> DirectoryStorage::index(
    std::uint64_t size_max) {
  const auto file = dir_ / "index.db";
  auto index = journal::Index::open(file, size_max);
  if (index) return index;
  std::cerr << file.string() << " cannot be used; it is made again from the journal\n";
  std::error_code ignored;
  for (const char* tail : {"", "-wal", "-shm"}) {
    std::filesystem::remove(file.string() + tail, ignored);
  }
  return journal::Index::open(file, size_max);
}

std::expected<std::unique_ptr<Secrets>, Fault> DirectoryStorage::secrets(bool fresh) {
  const auto url = vault_url(files_);
  if (!url) return std::unexpected{url.error()};
  if (!url->empty()) return open_postgres_secrets(*url, fresh);
  const auto file = dir_ / "vault.db";
  if (!fresh && !std::filesystem::exists(file)) {
    return std::unexpected{Fault{
        .what = file.string() +
                " is missing, and the journal has entries: restore it from its backup. If it is "
                "lost for good, an empty file of that name lets the node start, and every personal "
                "value sealed before is then erased"}};
  }
  auto secrets = open_sqlite_secrets(file);
  if (!secrets) {
    secrets.error().what += ": if the file is damaged, restore it from its backup (bashu restore)";
  }
  return secrets;
}

std::expected<std::unique_ptr<Slot>, Fault> DirectoryStorage::slot(std::string_view name,
                                                                   std::string_view first) {
  const auto file = dir_ / name;
  if (!std::filesystem::exists(file)) {
    if (auto written = write_file(file, first); !written) return std::unexpected{written.error()};
  }
  auto found = read_file(file);
  if (!found) return std::unexpected{found.error()};
  const int handle = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (handle < 0) {
    return std::unexpected{Fault{.what = file.string() + ": " + std::strerror(errno)}};
  }
  return std::make_unique<FileSlot>(file, handle, std::move(*found));
}

ObjectFiles* DirectoryStorage::documents() {
  std::call_once(asked_, [this] {
    const auto url = documents_url(files_);
    if (url && url->empty()) return;
    documents_ = std::make_unique<ObjectFiles>(
        files_, url ? open_objects(*url) : std::unexpected{url.error()});
  });
  return documents_.get();
}

FileStore& DirectoryStorage::files() {
  if (ObjectFiles* elsewhere = documents()) return *elsewhere;
  return files_;
}

std::expected<std::unique_ptr<journal::Followed>, Fault> Storage::follow() {
  return std::unexpected{
      Fault{.what = "the journal lies on one machine: only one in PostgreSQL can be followed"}};
}

std::shared_ptr<Storage> open_directory(const std::filesystem::path& dir,
                                        const std::string& holder) {
  return std::make_shared<DirectoryStorage>(dir, holder);
}

}  // namespace bashu::node
