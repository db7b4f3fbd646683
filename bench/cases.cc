// Steps of cases through the pipeline, and the restart of a node with a long journal behind it.

#include <algorithm>
#include <vector>

#include "bench/bench.h"
#include "bench/case_load.h"

namespace bashu::bench {

namespace {

constexpr std::uint64_t kCases = 2'000;

}  // namespace

bool cases(std::ostream& out) {
  const Folder folder;
  print_setup(out, "cases: events of 2,000 cases through the pipeline", folder.path());
  print_sync(out, probe_sync(folder.path()));
  const BenchNode one = open_node(folder.path() / "node", "alpha");
  adopt_bench_pack(*one.node);
  if (!open_cases(*one.node, kCases)) return false;

  std::vector<double> rates;
  std::uint64_t number = 0;
  for (int run = 0; run < 5; ++run) {
    rates.push_back(step_rate(*one.node, kCases, number));
    if (rates.back() == 0) return false;
  }
  const double rate = median(rates);
  out << "  result    " << static_cast<std::int64_t>(rate)
      << " durable events/s (median of 5 runs of 20,000, queue kept full)\n";

  // At half that rate, or 5,000/s if it is less: how long one takes.
  const int pace = static_cast<int>(std::min(rate / 2, 5'000.0));
  const auto took = step_latencies(*one.node, kCases, pace, number);
  out << "  latency   at " << pace << "/s: median " << median(took) << " ms, p99 "
      << percentile(took, 0.99) << " ms\n";
  const double baseline = sqlite_transfers_per_s(folder.path(), 2'000);
  out << "  baseline  " << static_cast<std::int64_t>(baseline) << " SQLite transactions/s; ratio "
      << rate / baseline << "\n";
  return true;
}

bool restart(std::ostream& out) {
  const Folder folder;
  print_setup(out, "restart: a node with 1,000,000 events behind it", folder.path());
  print_sync(out, probe_sync(folder.path()));
  const std::filesystem::path dir = folder.path() / "node";
  constexpr std::uint64_t kEvents = 1'000'000, kTail = 20'000;
  {
    const BenchNode one = open_node(dir, "alpha");
    adopt_bench_pack(*one.node);
    if (!open_cases(*one.node, kCases)) return false;
    const auto request = [](std::uint64_t i) { return step(kCases, i); };
    const auto start = Steady::now();
    if (!submit_all(*one.node, kEvents, request)) return false;
    out << "  written   " << kEvents << " events in " << seconds_since(start) << " s\n";
    const auto begun = Steady::now();
    if (!one.node->snapshot()) return false;
    out << "  snapshot  built beside the node in " << seconds_since(begun) << " s\n";
    // Some events after it: the tail that is replayed.
    if (!submit_all(*one.node, kTail, request)) return false;
  }
  std::vector<double> times;
  const auto open = [&] {
    const auto start = Steady::now();
    const BenchNode one = open_node(dir, "alpha");
    return seconds_since(start);
  };
  for (int run = 0; run < 5; ++run) times.push_back(open());
  out << "  result    ready in " << median(times)
      << " s (median of 5), snapshot and a tail of 20,000 events\n";
  std::filesystem::remove_all(dir / "snapshots");
  const double full = open();
  out << "  baseline  without a snapshot, replayed from the first entry: " << full << " s; ratio "
      << full / median(times) << "\n";
  return true;
}

}  // namespace bashu::bench
