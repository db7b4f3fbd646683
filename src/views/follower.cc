#include "views/follower.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/thread.h"
#include "views/read_ahead.h"

namespace bashu::views {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBatchBytes = std::size_t{4} << 20;
constexpr int kPauseMs = 200;  // how soon a stop is noticed
// Under load entries are gathered for so long, unless somebody waits for one: a commit of the
// tables writes a page for every account it touched, however often.
constexpr std::chrono::milliseconds kGather{200};

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kFeedAtLeast{2};  // so often the index is fed under load

void remove_files(const fs::path& path) {
  std::error_code ignored;  // what is left over is removed at the next start
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".find", ".find-wal", ".find-shm"})
    fs::remove(path.string() + suffix, ignored);
}

std::string mark_of(const node::Entry& entry) { return hex(sha256(entry.leaf)); }

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

std::expected<std::shared_ptr<InUse>, Fault> use(std::unique_ptr<Views> views,
                                                 const fs::path& path) {
  auto finder = Finder::open(path.string() + ".find", *views);
  if (!finder) return std::unexpected{finder.error()};
  return std::make_shared<InUse>(std::move(views), std::move(*finder), path);
}

class FollowerImpl final : public Follower {
 public:
  FollowerImpl(node::Node& node, fs::path dir) : node_{node}, dir_{std::move(dir)} {}
  ~FollowerImpl() override {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

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
    if (auto ours = belongs(**views); !ours) {
      return std::unexpected{ours.error()};
    } else if (!*ours) {
      views->reset();
      remove_files(dir_ / file);
      views = Views::open({.path = (dir_ / file).string(), .own = node_.identity().party});
      if (!views) return std::unexpected{views.error()};
    }
    if (auto linked = point_to(file); !linked) return linked;
    auto used = use(std::move(*views), dir_ / file);
    if (!used) return std::unexpected{used.error()};
    file_ = file;
    in_use_ = std::move(*used);
    thread_ = named_thread("bashu-views", [this] { follow(); });
    return {};
  }

  std::shared_ptr<Views> views() override {
    const std::lock_guard lock{mutex_};
    return {in_use_, in_use_->views.get()};
  }
  std::expected<Found, Fault> search(const SearchAsk& ask) override {
    const auto used = in_use();
    return used->finder->search(*used->views, ask);
  }
  std::expected<Inbox, Fault> inbox(const InboxAsk& ask, Date today) override {
    const auto used = in_use();
    return used->finder->inbox(*used->views, ask, today);
  }
  std::uint64_t entries() override { return views()->entries(); }

  bool wait(std::uint64_t position, int timeout_ms) override {
    std::unique_lock lock{mutex_};
    const auto there = [&] { return in_use_->views->entries() > position; };
    if (there()) return true;
    wanted_ = std::max(wanted_, position + 1);
    changed_.notify_all();
    return changed_.wait_for(lock, std::chrono::milliseconds{timeout_ms}, [&] {
      return there() || !fault_.empty();
    }) && there();
  }

  std::string fault() override {
    const std::lock_guard lock{mutex_};
    return fault_;
  }

  std::expected<void, Fault> rebuild() override {
    const std::lock_guard one{rebuilding_};
    const fs::path file = next_file();
    remove_files(dir_ / file);
    auto result = rebuild_into(file);
    if (!result) remove_files(dir_ / file);
    return result;
  }

 private:
  std::shared_ptr<InUse> in_use() {
    const std::lock_guard lock{mutex_};
    return in_use_;
  }

  // True if the newest entry the views hold is the journal's.
  std::expected<bool, Fault> belongs(Views& views) {
    const std::uint64_t held = views.entries();
    if (held == 0) return true;
    if (held > node_.durable()) return false;
    auto newest = node_.entries(held - 1, 1);
    if (!newest) return std::unexpected{newest.error()};
    return !newest->empty() && newest->front().index == held - 1 &&
           mark_of(newest->front()) == views.mark();
  }

  static std::expected<std::uint64_t, Fault> take(Views& views,
                                                  const std::vector<node::Entry>& entries) {
    for (const node::Entry& entry : entries) {
      if (auto applied = views.apply(entry.index, entry.time_ms, entry.events); !applied) {
        return std::unexpected{applied.error()};
      }
    }
    if (entries.empty()) return views.entries();
    if (auto flushed = views.flush(mark_of(entries.back())); !flushed) {
      return std::unexpected{flushed.error()};
    }
    return views.entries();
  }

  // Reads and applies until nothing durable is missing, or a stop.
  std::expected<void, Fault> catch_up(Views& views) {
    while (!stop_ && views.entries() < node_.durable()) {
      auto entries = node_.entries(views.entries(), kBatchBytes);
      if (!entries) return std::unexpected{entries.error()};
      if (entries->empty()) return {};
      if (auto taken = take(views, *entries); !taken) return std::unexpected{taken.error()};
      tell();
    }
    return {};
  }

  // The same from the first entry, decoding beside applying.
  std::expected<void, Fault> apply_all(Views& views) {
    ReadAhead reader{node_, views.entries(), kBatchBytes};
    ReadAhead::Batch batch;
    while (!stop_) {
      auto entries = reader.next(std::move(batch));
      if (!entries) return std::unexpected{entries.error()};
      batch = std::move(*entries);
      if (batch.empty()) return {};
      if (auto taken = take(views, batch); !taken) return std::unexpected{taken.error()};
    }
    return {};
  }

  // After a fault it stands still until a rebuild has put new tables in place.
  void follow() {
    while (!stop_) {
      if (fault().empty()) {
        const std::lock_guard lock{applying_};
        if (auto result = catch_up(*views()); !result) {
          const std::lock_guard told{mutex_};
          fault_ = result.error().what;
          changed_.notify_all();
        }
      }
      if (fault().empty()) {
        const std::uint64_t seen = entries();  // without keeping the tables while waiting
        if (node_.wait_durable(seen, kPauseMs) <= seen || fed_ + kFeedAtLeast < Clock::now())
          feed();
        gather(seen);
      } else {
        std::this_thread::sleep_for(std::chrono::milliseconds{kPauseMs});
      }
    }
  }

  // The index of search and inbox, a little at a time: it waits for the tables, they not for it.
  void feed() {
    constexpr std::int64_t kRows = 500;
    const auto used = in_use();
    while (!stop_ && used->views->entries() >= node_.durable()) {
      const auto more = used->finder->catch_up(*used->views, kRows);
      if (!more || !*more) break;
    }
    fed_ = Clock::now();
  }

  void gather(std::uint64_t seen) {
    std::unique_lock lock{mutex_};
    changed_.wait_until(lock, told_ + kGather, [&] { return stop_ || wanted_ > seen; });
  }

  std::expected<void, Fault> rebuild_into(const fs::path& file) {
    const Views::Options options{
        .path = (dir_ / file).string(), .own = node_.identity().party, .rebuilding = true};
    auto built = Views::open(options);
    if (!built) return std::unexpected{built.error()};
    if (auto result = apply_all(**built); !result) return result;
    if (stop_) return std::unexpected{Fault{.what = "the node is stopping"}};
    if (auto result = (*built)->finish(); !result) return result;
    // The last entries with the follower standing still, so that none is missed between the two.
    const std::lock_guard applying{applying_};
    if (auto result = catch_up(**built); !result) return result;
    if (auto linked = point_to(file); !linked) return linked;
    auto used = use(std::move(*built), dir_ / file);
    if (!used) return std::unexpected{used.error()};
    std::shared_ptr<InUse> fresh = std::move(*used);
    {
      const std::lock_guard lock{mutex_};
      file_ = file;
      std::swap(in_use_, fresh);
      fault_.clear();
    }
    fresh->obsolete = true;
    changed_.notify_all();
    return {};
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

  void tell() {
    const std::lock_guard lock{mutex_};
    told_ = Clock::now();
    changed_.notify_all();
  }

  node::Node& node_;
  fs::path dir_;
  std::atomic<bool> stop_ = false;
  std::mutex rebuilding_;  // one rebuild at a time
  std::mutex applying_;    // held while entries go into the views in use
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wanted_ = 0;  // entries somebody waits for
  Clock::time_point told_;    // when entries were last made visible
  Clock::time_point fed_;     // when the index was last fed; the thread's
  fs::path file_;
  std::shared_ptr<InUse> in_use_;
  std::string fault_;
  std::thread thread_;
};

}  // namespace

std::expected<std::unique_ptr<Follower>, Fault> Follower::start(node::Node& node,
                                                                const fs::path& dir) {
  auto follower = std::make_unique<FollowerImpl>(node, dir);
  if (auto begun = follower->begin(); !begun) return std::unexpected{begun.error()};
  return follower;
}

}  // namespace bashu::views
