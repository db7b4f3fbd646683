#include "node/storage/move_documents.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/try.h"
#include "journal/lock.h"
#include "node/files.h"
#include "node/storage/directory_files.h"
#include "node/storage/object_files.h"

namespace bashu::node {

namespace {

using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

constexpr std::string_view kUrlFile = "documents.url";

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

// A failure of the store as a fault of the move.
template <typename T>
std::expected<T, Fault> plain(std::expected<T, objects::Failure> got) {
  if (!got) return fault(std::move(got.error().what));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(got);
  }
}

std::string file_of(std::string_view name) { return "blobs/" + std::string{name}; }

class Move {
 public:
  Move(const DocumentsMove& what, const Progress& progress)
      : what_{what}, progress_{progress}, files_{what.dir} {}

  std::expected<DocumentsMoved, Fault> run() {
    BASHU_TRY(const std::string kept, documents_url(files_));
    if (!what_.url.empty() && !kept.empty() && kept != what_.url) {
      return fault("documents are in " + kept + ": move them to the directory first");
    }
    if (what_.url.empty() && kept.empty()) {
      return fault(what_.dir.string() + ": the documents are there already");
    }
    BASHU_TRY(store_, open_objects(what_.url.empty() ? kept : what_.url));
    BASHU_TRY_OK(plain(store_->check()));
    if (what_.url.empty()) {
      BASHU_TRY_OK(back());
    } else {
      BASHU_TRY_OK(away(kept));
    }
    return moved_;
  }

 private:
  std::expected<void, Fault> away(const std::string& kept) {
    if (kept.empty()) {
      if (!journal::Lock::take(what_.dir)) return {};
      BASHU_TRY_OK(write_file(what_.dir / kUrlFile, what_.url + "\n"));
    }
    const std::vector<std::string> names = here();
    for (const std::string& name : names) {
      BASHU_TRY_OK(send(name));
      progress_(++moved_.documents, names.size());
    }
    moved_.documents -= moved_.damaged;
    moved_.done = true;
    return {};
  }
  std::expected<void, Fault> send(const std::string& name) {
    const auto bytes = files_.read(file_of(name));
    if (!bytes) return {};  // the node has removed it meanwhile
    if (hex(sha256(*bytes)) != name) {
      ++moved_.damaged;
      return {};
    }
    BASHU_TRY(const bool there, plain(store_->has(name)));
    if (!there) BASHU_TRY_OK(plain(store_->put(name, *bytes)));
    BASHU_TRY(const std::string read, plain(store_->get(name)));
    if (read != *bytes) return fault(store_->where(name) + ": other content than was sent there");
    // Removed by the node while it was on its way.
    if (!files_.has(file_of(name))) return plain(store_->remove(name));
    if (!what_.keep) files_.remove(file_of(name));
    return {};
  }

  std::expected<void, Fault> back() {
    BASHU_TRY_OK(fetch_all());
    const auto lock = journal::Lock::take(what_.dir);
    if (!lock) return {};
    moved_ = {};
    BASHU_TRY(const std::vector<std::string> names, fetch_all());
    files_.remove(kUrlFile);
    BASHU_TRY_OK(sync_directory(what_.dir));
    moved_.done = true;
    if (what_.keep) return {};
    for (const std::string& name : names) {
      if (files_.has(file_of(name))) BASHU_TRY_OK(plain(store_->remove(name)));
    }
    return {};
  }
  std::expected<std::vector<std::string>, Fault> fetch_all() {
    BASHU_TRY(std::vector<std::string> names, there());
    std::uint64_t looked = 0;
    for (const std::string& name : names) {
      BASHU_TRY_OK(fetch(name));
      progress_(++looked, names.size());
    }
    return names;
  }
  std::expected<void, Fault> fetch(const std::string& name) {
    if (!files_.has(file_of(name))) {
      const auto bytes = store_->get(name);
      if (!bytes && bytes.error().kind == objects::Failure::Kind::absent) return {};
      if (!bytes) return fault(bytes.error().what);
      if (hex(sha256(*bytes)) != name) {
        ++moved_.damaged;
        return {};
      }
      BASHU_TRY_OK(files_.write(file_of(name), *bytes, 0600));
      // Removed by the node while it was on its way.
      BASHU_TRY(const bool still, plain(store_->has(name)));
      if (!still) files_.remove(file_of(name));
    }
    ++moved_.documents;
    return {};
  }

  std::vector<std::string> here() const {
    std::vector<std::string> names = files_.list("blobs");
    std::erase_if(names, [](const std::string& name) { return !is_document_name(name); });
    return names;
  }
  std::expected<std::vector<std::string>, Fault> there() const {
    std::vector<std::string> names;
    std::string last;
    for (bool more = true; more;) {
      BASHU_TRY(const objects::Listed page, plain(store_->list(last)));
      if (page.keys.empty()) break;
      last = page.keys.back();
      more = page.more;
      std::ranges::copy_if(page.keys, std::back_inserter(names), is_document_name);
    }
    return names;
  }

  const DocumentsMove& what_;
  const Progress& progress_;
  DirectoryFiles files_;
  std::unique_ptr<objects::Store> store_;
  DocumentsMoved moved_;
};

}  // namespace

std::expected<DocumentsMoved, Fault> move_documents(const DocumentsMove& what,
                                                    const Progress& progress) {
  return Move{what, progress}.run();
}

}  // namespace bashu::node
