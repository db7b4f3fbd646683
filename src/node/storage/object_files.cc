#include "node/storage/object_files.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <utility>

#include "base/bytes.h"
#include "base/thread.h"
#include "base/try.h"
#include "node/custody.h"

namespace bashu::node {

namespace {

using objects::Failure;

constexpr std::string_view kFolder = "blobs";
constexpr std::string_view kLeaving = "blobs/leaving";
constexpr std::chrono::seconds kLookWell{30}, kLookAway{3};

// What a document is called there; empty: the file is no document.
std::string_view document_in(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos || name.substr(0, slash) != kFolder) return {};
  const std::string_view document = name.substr(slash + 1);
  return is_document_name(document) ? document : std::string_view{};
}

std::string leaving(std::string_view document) {
  return std::string{kLeaving} + "/" + std::string{document};
}

}  // namespace

bool is_document_name(std::string_view name) { return hash_from_hex(name).has_value(); }

std::expected<std::string, Fault> documents_url(const FileStore& files) {
  if (!files.has("documents.url")) return std::string{};
  auto text = files.read("documents.url");
  if (text) text->erase(std::min(text->find_first_of("\r\n"), text->size()));
  return text;
}

std::expected<std::unique_ptr<objects::Store>, Fault> open_objects(const std::string& url) {
  BASHU_TRY(objects::Place place, objects::parse_place(url));
  BASHU_TRY(const std::string text, text_kept_apart("bashu.objects", "BASHU_OBJECTS_KEY_FILE"));
  if (text.empty()) {
    return std::unexpected{
        Fault{.what = url + ": the keys of this object store are missing; give them as the systemd "
                            "credential bashu.objects, or name their file (one line, ID:SECRET) in "
                            "BASHU_OBJECTS_KEY_FILE"}};
  }
  BASHU_TRY(objects::Keys keys, objects::parse_keys(text));
  return std::make_unique<objects::Store>(std::move(place), std::move(keys));
}

std::optional<std::string> documents_away(const FileStore& files) {
  const auto* elsewhere = dynamic_cast<const ObjectFiles*>(&files);
  return elsewhere ? elsewhere->away() : std::nullopt;
}

void watch_documents(FileStore& files) {
  if (auto* elsewhere = dynamic_cast<ObjectFiles*>(&files)) elsewhere->watch();
}

ObjectFiles::ObjectFiles(DirectoryFiles& rest,
                         std::expected<std::unique_ptr<objects::Store>, Fault> store)
    : rest_{rest} {
  if (store) {
    store_ = *std::move(store);
  } else {
    away_ = store.error().what;
  }
}

ObjectFiles::~ObjectFiles() {
  if (store_) store_->stop();
}

template <typename Call>
auto ObjectFiles::ask(const Call& call) const -> decltype(call()) {
  if (auto why = away()) return std::unexpected{Failure{Failure::Kind::away, *std::move(why)}};
  auto answer = call();
  if (!answer && answer.error().kind == Failure::Kind::away) {
    const std::lock_guard lock{mutex_};
    away_ = answer.error().what;
  }
  return answer;
}

std::optional<std::string> ObjectFiles::away() const {
  const std::lock_guard lock{mutex_};
  return away_;
}

std::expected<std::string, Fault> ObjectFiles::read(std::string_view name) const {
  const std::string_view document = document_in(name);
  if (document.empty() || rest_.has(name)) return rest_.read(name);
  auto bytes = ask([&] { return store_->get(document); });
  if (!bytes) return std::unexpected{Fault{.what = std::move(bytes.error().what)}};
  return *std::move(bytes);
}

std::expected<FileBytes, Fault> ObjectFiles::map(std::string_view name) const {
  if (document_in(name).empty() || rest_.has(name)) return rest_.map(name);
  BASHU_TRY(std::string bytes, read(name));
  const auto kept = std::make_shared<const std::string>(std::move(bytes));
  return FileBytes{.holder = kept, .bytes = *kept};
}

bool ObjectFiles::has(std::string_view name) const {
  const std::string_view document = document_in(name);
  if (document.empty() || rest_.has(name)) return rest_.has(name);
  return ask([&] { return store_->has(document); }).value_or(false);
}

std::vector<std::string> ObjectFiles::list(std::string_view folder) const {
  std::vector<std::string> names = rest_.list(folder);
  if (folder != kFolder) return names;
  std::string last;
  for (bool more = true; more;) {
    const auto page = ask([&] { return store_->list(last); });
    if (!page || page->keys.empty()) break;
    more = page->more;
    last = page->keys.back();
    std::ranges::copy_if(page->keys, std::back_inserter(names), is_document_name);
  }
  std::ranges::sort(names);
  const auto twice = std::ranges::unique(names);
  names.erase(twice.begin(), twice.end());
  return names;
}

std::expected<void, Fault> ObjectFiles::write(std::string_view name, std::string_view content,
                                              unsigned mode) {
  const std::string_view document = document_in(name);
  if (document.empty()) return rest_.write(name, content, mode);
  if (rest_.has(leaving(document))) {
    const std::lock_guard lock{leaving_};
    rest_.remove(leaving(document));
  }
  auto put = ask([&] { return store_->put(document, content); });
  if (!put) return std::unexpected{Fault{.what = std::move(put.error().what)}};
  return {};
}

std::expected<std::unique_ptr<NewFile>, Fault> ObjectFiles::create(std::string_view name) {
  return rest_.create(name);
}

void ObjectFiles::remove(std::string_view name) {
  rest_.remove(name);
  const std::string_view document = document_in(name);
  if (document.empty()) return;
  const std::lock_guard lock{leaving_};
  // First, so that a removal which is cut short is done later.
  if (!rest_.write(leaving(document), {}, 0600)) return;
  if (ask([&] { return store_->remove(document); })) rest_.remove(leaving(document));
}

const std::filesystem::path& ObjectFiles::directory() const { return rest_.directory(); }

std::string ObjectFiles::where(std::string_view name) const {
  const std::string_view document = document_in(name);
  if (document.empty() || !store_ || rest_.has(name)) return rest_.where(name);
  return store_->where(document);
}

void ObjectFiles::watch() {
  if (!store_ || watch_.joinable()) return;
  watch_ = std::jthread{[this](const std::stop_token& stop) {
    name_thread("bashu-objects");
    look(stop);
  }};
}

void ObjectFiles::look(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wakes;
  std::unique_lock lock{mutex};
  while (!stop.stop_requested()) {
    const auto well = store_->check();
    {
      const std::lock_guard guard{mutex_};
      away_ = well ? std::nullopt : std::optional{well.error().what};
    }
    if (well) remove_what_leaves();
    // A call that fails is found out sooner than every half minute.
    for (auto rest = kLookWell; rest.count() > 0 && !stop.stop_requested(); rest -= kLookAway) {
      wakes.wait_for(lock, stop, kLookAway, [] { return false; });
      if (away()) break;
    }
  }
}

void ObjectFiles::remove_what_leaves() {
  for (const std::string& document : rest_.list(kLeaving)) {
    const std::lock_guard lock{leaving_};
    // Unless it was written again meanwhile.
    if (!is_document_name(document) || !rest_.has(leaving(document))) continue;
    if (!ask([&] { return store_->remove(document); })) return;
    rest_.remove(leaving(document));
  }
}

}  // namespace bashu::node
