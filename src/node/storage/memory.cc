#include "node/storage/memory.h"

#include <utility>

namespace bashu::node {

using Bytes = std::map<std::string, std::string, std::less<>>;

struct MemoryStorage::Kept {
  Bytes keys, settings;
};

namespace {

class MemorySecrets final : public Secrets {
 public:
  explicit MemorySecrets(std::shared_ptr<MemoryStorage::Kept> kept) : kept_{std::move(kept)} {}

  std::expected<std::optional<std::string>, Fault> key(std::string_view id) override {
    return find(kept_->keys, id);
  }
  std::expected<std::optional<std::string>, Fault> setting(std::string_view name) override {
    return find(kept_->settings, name);
  }
  std::expected<std::vector<Named>, Fault> page(Kind kind, std::string_view after,
                                                std::size_t rows_max) override {
    const Bytes& rows = kind == Kind::keys ? kept_->keys : kept_->settings;
    std::vector<Named> page;
    for (auto it = rows.upper_bound(after); it != rows.end() && page.size() < rows_max; ++it) {
      page.push_back(*it);
    }
    return page;
  }
  std::expected<void, Fault> add_keys(const std::vector<Named>& keys) override {
    kept_->keys.insert(keys.begin(), keys.end());
    return {};
  }
  std::expected<void, Fault> set(std::string_view name, std::string_view value) override {
    kept_->settings.insert_or_assign(std::string{name}, std::string{value});
    return {};
  }
  std::expected<void, Fault> erase_keys(const std::vector<std::string>& ids) override {
    for (const std::string& id : ids) kept_->keys.erase(id);
    return {};
  }
  std::expected<void, Fault> rewrite(const std::function<std::string(std::string_view)>& change,
                                     const Named& mark) override {
    for (Bytes* bytes : {&kept_->keys, &kept_->settings}) {
      for (auto& [name, value] : *bytes) value = change(value);
    }
    return set(mark.first, mark.second);
  }

 private:
  static std::optional<std::string> find(const Bytes& in, std::string_view name) {
    const auto it = in.find(name);
    return it == in.end() ? std::nullopt : std::optional{it->second};
  }
  std::shared_ptr<MemoryStorage::Kept> kept_;
};

class MemorySlot final : public Slot {
 public:
  // `all` keeps the bytes alive.
  MemorySlot(std::shared_ptr<const void> all, std::string& bytes)
      : all_{std::move(all)}, bytes_{bytes}, found_{bytes} {}
  const std::string& found() const override { return found_; }
  std::expected<void, Fault> write(std::string_view bytes) override {
    bytes_ = bytes;
    return {};
  }

 private:
  std::shared_ptr<const void> all_;
  std::string& bytes_;
  std::string found_;
};

class MemoryFile final : public NewFile {
 public:
  MemoryFile(FileStore& files, std::string_view name) : files_{files}, name_{name} {}
  void add(std::string_view bytes) override { content_ += bytes; }
  std::expected<void, Fault> keep() override { return files_.write(name_, content_); }

 private:
  FileStore& files_;
  std::string name_, content_;
};

}  // namespace

std::expected<FileBytes, Fault> MemoryFiles::map(std::string_view name) const {
  const std::lock_guard lock{guard_};
  const auto it = files_.find(name);
  if (it == files_.end()) return std::unexpected{Fault{.what = where(name) + ": is missing"}};
  return FileBytes{.holder = it->second, .bytes = *it->second};
}

std::expected<std::string, Fault> MemoryFiles::read(std::string_view name) const {
  const auto file = map(name);
  if (!file) return std::unexpected{file.error()};
  return std::string{file->bytes};
}

void MemoryFiles::copy_from(const MemoryFiles& other) {
  const std::scoped_lock lock{guard_, other.guard_};
  files_ = other.files_;
}

bool MemoryFiles::has(std::string_view name) const {
  const std::lock_guard lock{guard_};
  return files_.contains(name);
}

std::vector<std::string> MemoryFiles::list(std::string_view folder) const {
  const std::string prefix = std::string{folder} + "/";
  const std::lock_guard lock{guard_};
  std::vector<std::string> names;
  for (auto it = files_.lower_bound(prefix); it != files_.end() && it->first.starts_with(prefix);
       ++it) {
    std::string name = it->first.substr(prefix.size());
    if (!name.contains('/')) names.push_back(std::move(name));
  }
  return names;
}

std::expected<void, Fault> MemoryFiles::write(std::string_view name, std::string_view content,
                                              unsigned /*mode*/) {
  const std::lock_guard lock{guard_};
  files_.insert_or_assign(std::string{name}, std::make_shared<const std::string>(content));
  return {};
}

std::expected<std::unique_ptr<NewFile>, Fault> MemoryFiles::create(std::string_view name) {
  return std::make_unique<MemoryFile>(*this, name);
}

void MemoryFiles::remove(std::string_view name) {
  const std::lock_guard lock{guard_};
  if (const auto it = files_.find(name); it != files_.end()) files_.erase(it);
}

std::string MemoryFiles::where(std::string_view name) const {
  return "memory:" + std::string{name};
}

std::expected<std::unique_ptr<journal::Journal>, Fault> MemoryStorage::journal() {
  return disk_->open();
}
std::expected<std::unique_ptr<journal::Journal>, Fault> MemoryStorage::journal_to_read() {
  return disk_->open(true);
}

std::expected<std::unique_ptr<journal::Followed>, Fault> MemoryStorage::follow() {
  auto there = disk_->open(true);
  if (!there) return std::unexpected{there.error()};
  return std::make_unique<journal::Followed>(
      std::move(*there), [disk = disk_](std::uint64_t epoch) { return disk->take_over(epoch); });
}

std::shared_ptr<MemoryStorage> MemoryStorage::beside() const {
  auto other = std::make_shared<MemoryStorage>();
  other->disk_ = disk_;
  other->kept_ = kept_;
  other->files_.copy_from(files_);
  return other;
}

// Derived, and not kept: every node makes them again.
std::expected<std::unique_ptr<journal::TreeFile>, Fault> MemoryStorage::tree(
    std::uint64_t /*size_max*/) {
  return std::make_unique<journal::TreeFile>();
}
std::expected<std::unique_ptr<journal::Index>, Fault> MemoryStorage::index(
    std::uint64_t /*size_max*/) {
  return std::make_unique<journal::Index>();
}

std::expected<std::unique_ptr<Secrets>, Fault> MemoryStorage::secrets(bool fresh) {
  if (!kept_ && !fresh) {
    return std::unexpected{Fault{.what = "the vault is missing, and the journal has entries"}};
  }
  if (!kept_) kept_ = std::make_shared<Kept>();
  return std::make_unique<MemorySecrets>(kept_);
}

std::expected<std::unique_ptr<Slot>, Fault> MemoryStorage::slot(std::string_view name,
                                                                std::string_view first) {
  const auto at = slots_->try_emplace(std::string{name}, first).first;
  return std::make_unique<MemorySlot>(slots_, at->second);
}

}  // namespace bashu::node
