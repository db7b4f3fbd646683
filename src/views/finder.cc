#include "views/finder.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "node/node.h"
#include "node/vault.h"
#include "views/find/feed.h"

namespace bashu::views {

Finder::Finder(std::unique_ptr<Database> index, node::Node* node) : index_{std::move(index)} {
  if (node) blind_.emplace(*node);
}

namespace {

// An index that changed its meaning gets a new number.
constexpr std::string_view kFormat = "4";
// What a question takes in by itself before it is answered.
constexpr std::int64_t kLittle = 2'000;

std::string belongs_to(Database& index) {
  Statement& query = index.prepared("SELECT value FROM meta WHERE name = 'belongs_to'");
  std::string value = query.step() ? std::string{query.text(0)} : std::string{};
  query.reset();
  return value;
}

std::expected<std::unique_ptr<Database>, Fault> open_index(const std::string& path) {
  auto index = sqlite::Database::open(path, sqlite::Access::create);
  if (!index) return std::unexpected{index.error()};
  (*index)->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  return std::move(*index);
}

}  // namespace

std::expected<std::unique_ptr<Finder>, Fault> Finder::open(const std::string& path, Views& views,
                                                           node::Node* node) {
  // Under another key of this node nobody would be found by name.
  const std::string owner = std::string{kFormat} + " " + views.made() +
                            (node ? " " + node->vault().own_token("finder") : std::string{});
  auto index = open_index(path);
  if (!index) return std::unexpected{index.error()};
  const bool ours = belongs_to(**index) == owner;
  if ((*index)->check() && ours) return std::make_unique<Finder>(std::move(*index), node);
  index->reset();
  std::error_code ignored;  // what cannot be removed cannot be opened either, and is told then
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix, ignored);
  index = open_index(path);
  if (!index) return std::unexpected{index.error()};
  make_index_schema(**index);
  (*index)
      ->prepared("INSERT INTO meta (name, value) VALUES ('belongs_to', ?)")
      .bind(0, std::string_view{owner})
      .run();
  if (auto made = (*index)->check(); !made) return std::unexpected{made.error()};
  return std::make_unique<Finder>(std::move(*index), node);
}

std::expected<bool, Fault> Finder::take_in(Views& views, std::int64_t rows_max) {
  if (views.entries() == fed_) return false;
  const auto more = views.read({}, [&](Session& session) {
    index_->exec("BEGIN");
    const bool left = feed(*index_, session, rows_max, blind_ ? &*blind_ : nullptr);
    index_->exec("COMMIT");
    return std::pair{left, static_cast<std::uint64_t>(session.last + 1)};
  });
  if (auto written = index_->check(); !written) {
    index_->exec("ROLLBACK");
    (void)index_->check();
    return std::unexpected{written.error()};
  }
  if (!more) return std::unexpected{more.error()};
  if (!more->first) fed_ = more->second;
  return more->first;
}

std::expected<bool, Fault> Finder::catch_up(Views& views, std::int64_t rows_max) {
  const std::lock_guard lock{mutex_};
  return take_in(views, rows_max);
}

std::expected<Found, Fault> Finder::search(Views& views, const SearchAsk& ask) {
  const std::lock_guard lock{mutex_};
  if (auto fed = take_in(views, kLittle); !fed) return std::unexpected{fed.error()};
  auto found =
      views.read({}, [&](Session& session) { return views::search(*index_, session, ask); });
  if (auto read = index_->check(); !read) return std::unexpected{read.error()};
  return found;
}

std::expected<std::vector<PersonHit>, Fault> Finder::persons(Views& views, const PersonAsk& ask) {
  const std::lock_guard lock{mutex_};
  if (!blind_) return std::vector<PersonHit>{};
  if (auto fed = take_in(views, kLittle); !fed) return std::unexpected{fed.error()};
  auto found = views.read(
      {}, [&](Session& session) { return search_persons(*index_, session, ask, *blind_); });
  if (auto read = index_->check(); !read) return std::unexpected{read.error()};
  return found;
}

std::expected<Inbox, Fault> Finder::inbox(Views& views, const InboxAsk& ask, Date today) {
  const std::lock_guard lock{mutex_};
  if (auto fed = take_in(views, kLittle); !fed) return std::unexpected{fed.error()};
  auto found =
      views.read({}, [&](Session& session) { return views::inbox(*index_, session, ask, today); });
  if (auto read = index_->check(); !read) return std::unexpected{read.error()};
  return found;
}

}  // namespace bashu::views
