// Tables on a PostgreSQL server made from a journal, beside the same of the node's own file.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "bench/bench.h"
#include "bench/working_node.h"
#include "node/projection.h"
#include "views/tables.h"

namespace bashu::bench {

namespace {

constexpr double kGoal = 60'000;
constexpr int kRuns = 3;

double rebuilt_per_s(node::Node& node, const views::Views::Options& options) {
  const auto start = Steady::now();
  auto views = views::build_beside(node, options, [] { return true; });
  BASHU_ASSERT(views);
  BASHU_ASSERT((*views)->finish());
  return static_cast<double>((*views)->entries()) / seconds_since(start);
}

// Commit after commit, as a node that works sends them: entries of 1,000 at a time.
double followed_per_s(node::Node& node, const views::Views::Options& options) {
  constexpr std::size_t kAtOnce = 1'000, kAll = 20'000;
  const auto read = node.entries(0, std::size_t{1} << 30);
  BASHU_ASSERT(read);
  auto views = views::Views::open(options);
  BASHU_ASSERT(views);
  views::Tables tables{**views};
  const std::size_t all = std::min(kAll, read->size());
  const auto start = Steady::now();
  for (std::size_t next = 0; next < all; next += kAtOnce) {
    const auto from = std::next(read->begin(), static_cast<std::ptrdiff_t>(next));
    const auto to =
        std::next(read->begin(), static_cast<std::ptrdiff_t>(std::min(all, next + kAtOnce)));
    BASHU_ASSERT(tables.take({from, to}));
  }
  return static_cast<double>(all) / seconds_since(start);
}

}  // namespace

bool views_postgres(std::ostream& out) {
  constexpr std::uint64_t kEntries = 300'000;
  const char* const url = ::secure_getenv("BASHU_BENCH_POSTGRES");
  if (!url) {
    out << "views-postgres: BASHU_BENCH_POSTGRES names no server; ./dev bench starts one\n";
    return false;
  }
  const std::uint64_t entries = size_from("BASHU_BENCH_ENTRIES", kEntries);
  const Folder folder;
  print_setup(out, "views-postgres: tables of a journal, on a server and in a file", folder.path());
  print_sync(out, probe_sync(folder.path()));
  WorkingNode work{folder.path() / "node", entries};
  std::vector<double> here, there;
  for (int run = 0; run < kRuns; ++run) {
    here.push_back(rebuilt_per_s(
        work.node(),
        {.path = (folder.path() / "views.db").string(), .own = "alpha", .rebuilding = true}));
    there.push_back(rebuilt_per_s(
        work.node(), {.path = url, .own = "alpha", .schema = "bashu_bench", .anew = true}));
  }
  const double followed =
      followed_per_s(work.node(), {.path = url, .own = "alpha", .schema = "bashu_bench_followed"});
  out << "  SQLite      " << static_cast<std::int64_t>(median(here))
      << " entries/s from the journal of " << work.node().durable() << " entries (median of "
      << kRuns << ")\n"
      << "  PostgreSQL  " << static_cast<std::int64_t>(median(there)) << " entries/s, goal "
      << kGoal << (median(there) >= kGoal ? "" : "  MISSED") << "; "
      << static_cast<std::int64_t>(followed) << " entries/s where each 1,000 are a transaction\n";
  return work.sound();
}

}  // namespace bashu::bench
