#include "views/server_follower.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/try.h"
#include "node/follower.h"
#include "views/tables.h"

namespace bashu::views {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPause{1};      // between tries while the server is away
constexpr std::chrono::milliseconds kLook{5};  // for what a replica shows

// The tables in use. The follower's thread writes; others read.
class ServerTables final : public node::Projection {
 public:
  ServerTables(node::Node& node, Views::Options options)
      : node_{node}, options_{std::move(options)}, away_at_{node.durable()} {
    options_.own = node.identity().party;
  }

  // While they are away, where the journal ended then: what is missing is read when they come back.
  [[nodiscard]] std::uint64_t next() const override {
    const std::lock_guard lock{mutex_};
    return current_ && !broken_ ? current_->entries() : away_at_;
  }

  // Until they hold them, however long the server is away.
  std::expected<void, Fault> take(const std::vector<node::Entry>& entries) override {
    while (!stopping()) {
      auto taken = try_take(entries);
      if (taken) return {};
      broke(entries.back().index + 1, taken.error());
      pause();
    }
    return std::unexpected{Fault{.what = "the node is stopping"}};
  }

  // Opens what is not open; a quiet node takes no entries.
  void tend() {
    if (is_open()) return note_caught_up();
    if (auto opened = open(); !opened) broke(node_.durable(), opened.error());
  }

  std::expected<void, Fault> open() {
    BASHU_TRY(auto views, open_on_server(node_, options_, go_on()));
    use(std::move(views));
    return {};
  }

  // Beside those in use; with all that was durable when it began.
  std::expected<std::unique_ptr<Views>, Fault> build() {
    Views::Options options = options_;
    options.anew = true;
    return build_beside(node_, std::move(options), go_on());
  }

  void use(std::unique_ptr<Views> views) {
    {
      const std::lock_guard lock{mutex_};
      current_ = std::move(views);
      broken_ = false;
      fault_.clear();
    }
    note_caught_up();
  }

  [[nodiscard]] std::shared_ptr<Views> views() const {
    const std::lock_guard lock{mutex_};
    return current_;
  }
  [[nodiscard]] std::string fault() const {
    const std::lock_guard lock{mutex_};
    return fault_;
  }
  [[nodiscard]] ServerFollower::Lag lag() const {
    const std::lock_guard lock{mutex_};
    const std::uint64_t held = current_ ? current_->entries() : 0, durable = node_.durable();
    if (held >= durable && !broken_) return {};
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - whole_);
    return {.entries = durable - std::min(held, durable), .ms = since.count()};
  }
  [[nodiscard]] std::function<bool()> go_on() {
    return [this] { return !stopping(); };
  }
  void stop() {
    const std::lock_guard lock{mutex_};
    stop_ = true;
    changed_.notify_all();
  }

 private:
  std::expected<void, Fault> try_take(const std::vector<node::Entry>& entries) {
    if (!is_open()) return open();  // with all that is durable, which these are
    Views& views = *this->views();
    BASHU_TRY_OK(Tables{views}.take(entries));
    note_caught_up();
    return {};
  }

  [[nodiscard]] bool is_open() const {
    const std::lock_guard lock{mutex_};
    return current_ && !broken_;
  }
  [[nodiscard]] bool stopping() const {
    const std::lock_guard lock{mutex_};
    return stop_;
  }
  // Those who read keep them: their connections are others.
  void broke(std::uint64_t next, const Fault& why) {
    const std::lock_guard lock{mutex_};
    broken_ = true;
    away_at_ = next;
    fault_ = why.what;
  }
  void note_caught_up() {
    const std::lock_guard lock{mutex_};
    if (current_->entries() >= node_.durable()) whole_ = Clock::now();
  }
  void pause() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, kPause, [this] { return stop_; });
  }

  node::Node& node_;
  Views::Options options_;
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  bool stop_ = false, broken_ = false;
  std::uint64_t away_at_;
  std::shared_ptr<Views> current_;
  std::string fault_;
  Clock::time_point whole_ = Clock::now();  // when nothing was missing
};

class ServerFollowerImpl final : public ServerFollower {
 public:
  ServerFollowerImpl(node::Node& node, std::filesystem::path index, Views::Options options)
      : node_{node},
        index_{std::move(index)},
        replica_{!options.read_path.empty()},
        tables_{node, std::move(options)} {
    tables_.tend();
    following_.emplace(node::Follower::Parts{.node = node_,
                                             .projection = tables_,
                                             .idle = [this](const auto& hurry) { idle(hurry); }},
                       "bashu-pg-views");
  }
  ~ServerFollowerImpl() override {
    tables_.stop();
    following_.reset();
  }

  std::shared_ptr<Views> views() override { return tables_.views(); }
  std::expected<Found, Fault> search(const SearchAsk& ask) override {
    return over_index([&](Finder& finder, Views& views) { return finder.search(views, ask); });
  }
  std::expected<std::vector<PersonHit>, Fault> persons(const PersonAsk& ask) override {
    return over_index([&](Finder& finder, Views& views) { return finder.persons(views, ask); });
  }
  std::expected<Inbox, Fault> inbox(const InboxAsk& ask, Date today) override {
    return over_index(
        [&](Finder& finder, Views& views) { return finder.inbox(views, ask, today); });
  }
  std::uint64_t entries() override { return shown().value_or(0); }
  bool wait(std::uint64_t position, int timeout_ms) override {
    const auto end = Clock::now() + std::chrono::milliseconds{timeout_ms};
    if (!following_->wait(position, timeout_ms)) return false;
    if (!tables_.fault().empty()) return false;
    while (replica_ && shown().value_or(0) <= position) {
      if (Clock::now() >= end) return false;
      std::this_thread::sleep_for(kLook);
    }
    return true;
  }
  std::string fault() override {
    const std::string away = tables_.fault();
    return away.empty() ? following_->fault() : away;
  }
  Lag lag() override { return tables_.lag(); }

  std::expected<void, Fault> rebuild() override {
    const std::lock_guard one{rebuilding_};
    BASHU_TRY(auto built, tables_.build());
    return following_->aside([&]() -> std::expected<void, Fault> {
      Tables tables{*built};
      BASHU_TRY_OK(node::project(node_, tables, tables_.go_on()));
      BASHU_TRY_OK(built->finish());
      tables_.use(std::move(built));
      return {};
    });
  }

 private:
  // What readers see: of a replica less than the server has.
  std::optional<std::uint64_t> shown() {
    const auto views = tables_.views();
    if (!views) return {};
    if (!replica_) return views->entries();
    const auto last = views->read({}, [](Session& session) { return session.last; });
    if (!last) return {};
    return static_cast<std::uint64_t>(*last + 1);
  }

  void idle(const std::function<bool()>& hurry) {
    constexpr std::int64_t kRows = 500;
    tables_.tend();
    const auto views = tables_.views();
    const std::lock_guard lock{finding_};
    while (finder_ && views && finder_of_ == views && !hurry()) {
      const auto more = finder_->catch_up(*views, kRows);
      if (!more || !*more) break;
    }
  }

  // Search lies beside the node, whoever keeps the tables; it is opened when it is asked for.
  template <typename Ask>
  auto over_index(Ask ask) -> decltype(ask(std::declval<Finder&>(), std::declval<Views&>())) {
    const auto views = tables_.views();
    if (!views) return std::unexpected{Fault{.what = tables_.fault()}};
    const std::lock_guard lock{finding_};
    if (finder_of_ != views) {
      finder_.reset();
      BASHU_TRY(finder_, Finder::open(index_.string(), *views, &node_));
      finder_of_ = views;
    }
    return ask(*finder_, *views);
  }

  node::Node& node_;
  std::filesystem::path index_;
  bool replica_;
  ServerTables tables_;
  std::mutex rebuilding_;  // one rebuild at a time
  std::mutex finding_;
  std::unique_ptr<Finder> finder_;
  std::shared_ptr<Views> finder_of_;
  std::optional<node::Follower> following_;  // the last: its thread uses all above
};

}  // namespace

std::expected<std::unique_ptr<ServerFollower>, Fault> ServerFollower::start(
    node::Node& node, const std::filesystem::path& dir, Views::Options options) {
  return std::make_unique<ServerFollowerImpl>(node, dir / "views-server.find", std::move(options));
}

}  // namespace bashu::views
