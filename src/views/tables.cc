#include "views/tables.h"

#include <utility>

#include "base/bytes.h"
#include "base/try.h"

namespace bashu::views {

std::expected<void, Fault> Tables::take(const std::vector<node::Entry>& entries) {
  for (const node::Entry& entry : entries) {
    if (auto applied = views_.apply(entry.index, entry.time_ms, entry.events); !applied) {
      return applied;
    }
  }
  if (entries.empty()) return {};
  return views_.flush(mark_of(entries.back()));
}

std::expected<bool, Fault> belongs(node::EntrySource& journal, const Views& views) {
  const std::uint64_t held = views.entries();
  if (held == 0) return true;
  if (held > journal.durable()) return false;
  auto newest = journal.entries(held - 1, 1);
  if (!newest) return std::unexpected{newest.error()};
  return !newest->empty() && newest->front().index == held - 1 &&
         Tables::mark_of(newest->front()) == views.mark();
}

std::expected<std::unique_ptr<Views>, Fault> build_beside(node::EntrySource& journal,
                                                          Views::Options options,
                                                          const std::function<bool()>& go_on) {
  options.rebuilding = true;
  BASHU_TRY(auto views, Views::open(options));
  BASHU_TRY(const bool ours, belongs(journal, *views));
  if (!ours) {
    views.reset();
    options.anew = true;
    BASHU_TRY(views, Views::open(options));
  }
  Tables tables{*views};
  BASHU_TRY_OK(node::project(journal, tables, go_on));
  if (!go_on()) return std::unexpected{Fault{.what = "ended before the tables were made"}};
  return views;
}

std::expected<std::unique_ptr<Views>, Fault> open_on_server(node::EntrySource& journal,
                                                            const Views::Options& options,
                                                            const std::function<bool()>& go_on) {
  BASHU_TRY(const bool there, has_tables(Views::place_of(options), options.own));
  if (there) {
    BASHU_TRY(auto views, Views::open(options));
    BASHU_TRY(const bool ours, belongs(journal, *views));
    if (ours) {
      Tables tables{*views};
      BASHU_TRY_OK(node::project(journal, tables, go_on));
      return views;
    }
  }
  BASHU_TRY(auto built, build_beside(journal, options, go_on));
  BASHU_TRY_OK(built->finish());
  return built;
}

std::string Tables::mark_of(const node::Entry& entry) { return hex(sha256(entry.leaf)); }

}  // namespace bashu::views
