#include "views/follower.h"

#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "node/follower.h"
#include "views/tables.h"

namespace bashu::views {

namespace fs = std::filesystem;

namespace {

void remove_files(const fs::path& path) {
  std::error_code ignored;  // what is left over is removed at the next start
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".find", ".find-wal", ".find-shm"})
    fs::remove(path.string() + suffix, ignored);
}

// Views and their file. Readers of tables that a rebuild replaced keep them until they are done.
struct InUse {
  InUse(std::unique_ptr<Views> v, std::unique_ptr<Finder> f, fs::path p)
      : views{std::move(v)}, finder{std::move(f)}, path{std::move(p)} {}
  ~InUse() {
    finder.reset();
    views.reset();
    if (obsolete) remove_files(path);
  }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;

  std::unique_ptr<Views> views;
  std::unique_ptr<Finder> finder;
  fs::path path;
  std::atomic<bool> obsolete = false;
};

std::expected<std::shared_ptr<InUse>, Fault> use(std::unique_ptr<Views> views, const fs::path& path,
                                                 node::Node& node) {
  auto finder = Finder::open(path.string() + ".find", *views, &node);
  if (!finder) return std::unexpected{finder.error()};
  return std::make_shared<InUse>(std::move(views), std::move(*finder), path);
}

// The tables in use, which a rebuild replaces.
class Current final : public node::Projection {
 public:
  explicit Current(std::shared_ptr<InUse> first) : in_use_{std::move(first)} {}

  std::uint64_t next() const override { return get()->views->entries(); }
  std::expected<void, Fault> take(const std::vector<node::Entry>& entries) override {
    return Tables{*get()->views}.take(entries);
  }

  [[nodiscard]] std::shared_ptr<InUse> get() const {
    const std::lock_guard lock{mutex_};
    return in_use_;
  }
  // Gives those that were in use.
  std::shared_ptr<InUse> replace(std::shared_ptr<InUse> fresh) {
    const std::lock_guard lock{mutex_};
    return std::exchange(in_use_, std::move(fresh));
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<InUse> in_use_;
};

class FollowerImpl final : public Follower {
 public:
  FollowerImpl(node::Node& node, fs::path dir) : node_{node}, dir_{std::move(dir)} {}

  std::expected<void, Fault> begin() {
    std::error_code error;
    const fs::path link = dir_ / "views.db";
    fs::path file = fs::read_symlink(link, error);
    if (error || file.filename() != file) {
      remove_files(link);
      file = next_file();
    }
    remove_strangers(file);
    auto views = Views::open({.path = (dir_ / file).string(), .own = node_.identity().party});
    if (!views) return std::unexpected{views.error()};
    if (auto ours = belongs(node_, **views); !ours) {
      return std::unexpected{ours.error()};
    } else if (!*ours) {
      views->reset();
      remove_files(dir_ / file);
      views = Views::open({.path = (dir_ / file).string(), .own = node_.identity().party});
      if (!views) return std::unexpected{views.error()};
    }
    if (auto linked = point_to(file); !linked) return linked;
    auto used = use(std::move(*views), dir_ / file, node_);
    if (!used) return std::unexpected{used.error()};
    file_ = file;
    current_.emplace(std::move(*used));
    following_.emplace(node::Follower::Parts{.node = node_,
                                             .projection = *current_,
                                             .idle = [this](const auto& hurry) { feed(hurry); }},
                       "bashu-views");
    return {};
  }

  std::shared_ptr<Views> views() override {
    auto used = current_->get();
    Views* const views = used->views.get();
    return {std::move(used), views};
  }
  std::expected<Found, Fault> search(const SearchAsk& ask) override {
    const auto used = current_->get();
    return used->finder->search(*used->views, ask);
  }
  std::expected<std::vector<PersonHit>, Fault> persons(const PersonAsk& ask) override {
    const auto used = current_->get();
    return used->finder->persons(*used->views, ask);
  }
  std::expected<Inbox, Fault> inbox(const InboxAsk& ask, Date today) override {
    const auto used = current_->get();
    return used->finder->inbox(*used->views, ask, today);
  }
  std::uint64_t entries() override { return current_->next(); }
  bool wait(std::uint64_t position, int timeout_ms) override {
    return following_->wait(position, timeout_ms);
  }
  std::string fault() override { return following_->fault(); }

  std::expected<void, Fault> rebuild() override {
    const std::lock_guard one{rebuilding_};
    const fs::path file = next_file();
    remove_files(dir_ / file);
    making_ = true;
    auto result = rebuild_into(file);
    making_ = false;
    if (!result) remove_files(dir_ / file);
    return result;
  }

 private:
  // The index of search and inbox, a little at a time: it waits for the tables, they not for it.
  // Views in the making get an index of their own, so that of those they replace waits for them: a
  // question takes in what is new by itself.
  void feed(const std::function<bool()>& hurry) {
    constexpr std::int64_t kRows = 500;
    if (making_) return;
    const auto used = current_->get();
    do {
      const auto more = used->finder->catch_up(*used->views, kRows);
      if (!more || !*more) break;
    } while (!making_ && !hurry());
  }

  std::expected<void, Fault> rebuild_into(const fs::path& file) {
    const Views::Options options{
        .path = (dir_ / file).string(), .own = node_.identity().party, .rebuilding = true};
    auto built = Views::open(options);
    if (!built) return std::unexpected{built.error()};
    Tables tables{**built};
    const auto go_on = [this] { return !following_->stopping(); };
    if (auto result = node::project(node_, tables, go_on); !result) return result;
    if (!go_on()) return std::unexpected{Fault{.what = "the node is stopping"}};
    if (auto result = (*built)->finish(); !result) return result;
    // The last entries with the follower standing still, so that none is missed between the two.
    std::shared_ptr<InUse> before;
    const auto done = following_->aside([&]() -> std::expected<void, Fault> {
      if (auto result = node::project(node_, tables, go_on); !result) return result;
      if (auto linked = point_to(file); !linked) return linked;
      auto used = use(std::move(*built), dir_ / file, node_);
      if (!used) return std::unexpected{used.error()};
      file_ = file;
      before = current_->replace(std::move(*used));
      return {};
    });
    if (before) before->obsolete = true;
    return done;
  }

  std::expected<void, Fault> point_to(const fs::path& file) {
    std::error_code error;
    const fs::path fresh = dir_ / "views.db.new";
    fs::remove(fresh, error);
    fs::create_symlink(file, fresh, error);
    if (!error) fs::rename(fresh, dir_ / "views.db", error);
    if (error)
      return std::unexpected{Fault{.what = (dir_ / "views.db").string() + ": " + error.message()}};
    return {};
  }

  fs::path next_file() {
    for (int n = 1;; ++n) {
      const fs::path file = "views-" + std::to_string(n) + ".db";
      if (file != file_ && !fs::exists(dir_ / file)) return file;
    }
  }
  // Half-built files of a rebuild that never ended.
  void remove_strangers(const fs::path& keep) {
    std::error_code error;
    std::vector<fs::path> strangers;
    for (const auto& item : fs::directory_iterator(dir_, error)) {
      const std::string name = item.path().filename().string();
      if (name.starts_with("views-") && name.ends_with(".db") && name != keep.string()) {
        strangers.push_back(item.path());
      }
    }
    for (const fs::path& path : strangers) remove_files(path);
  }

  node::Node& node_;
  fs::path dir_;
  std::mutex rebuilding_;  // one rebuild at a time; file_
  std::atomic<bool> making_ = false;
  fs::path file_;
  std::optional<Current> current_;
  std::optional<node::Follower> following_;  // the last: its thread uses all above
};

}  // namespace

std::expected<std::unique_ptr<Follower>, Fault> Follower::start(node::Node& node,
                                                                const fs::path& dir) {
  auto follower = std::make_unique<FollowerImpl>(node, dir);
  if (auto begun = follower->begin(); !begun) return std::unexpected{begun.error()};
  return follower;
}

}  // namespace bashu::views
