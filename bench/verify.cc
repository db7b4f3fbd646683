// A long journal verified: every digest, signature and effect computed again, by one thread and by
// all, beside plain reading of the same journal.

#include "node/verify.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "bench/bench.h"
#include "bench/many_events.h"

namespace bashu::bench {

namespace {

constexpr int kRuns = 3;

// Reads all commits and does nothing with them; 0: it could not.
double seconds_to_read(const std::filesystem::path& dir) {
  constexpr std::size_t kTogether = 1U << 20;
  const auto start = Steady::now();
  const auto journal = node::open_directory(dir)->journal_to_read();
  if (!journal) return 0;
  const std::uint64_t size = (*journal)->size();
  for (std::uint64_t at = 0; at < size;) {
    const auto commits = (*journal)->read(at, kTogether);
    if (!commits || commits->empty()) return 0;
    at = commits->back().first + commits->back().count;
  }
  return seconds_since(start);
}

struct Told {
  std::uint64_t times = 0;
  double longest = 0;  // seconds without a word
};

// Seconds; 0: it could not be read, is unsound, or the progress did not lead to its end.
double seconds_to_verify(const std::filesystem::path& dir, unsigned threads, Told& told,
                         std::uint64_t& entries) {
  const auto start = Steady::now();
  auto last = start;
  bool ended = false;
  const auto found = node::verify(
      dir,
      [&](std::uint64_t done, std::uint64_t all) {
        ++told.times;
        told.longest = std::max(told.longest, seconds_since(last));
        last = Steady::now();
        ended = done == all;
      },
      threads);
  if (!found || found->unsound || !ended) return 0;
  entries = found->entries;
  return seconds_since(start);
}

bool measure(std::ostream& out, const std::filesystem::path& dir, std::uint64_t events) {
  const unsigned all = std::max(2U, std::thread::hardware_concurrency());
  std::vector<double> plain, alone, together;
  Told told;
  std::uint64_t entries = 0;
  for (int run = 0; run < kRuns; ++run) {
    plain.push_back(seconds_to_read(dir));
    alone.push_back(seconds_to_verify(dir, 1, told, entries));
    together.push_back(seconds_to_verify(dir, all, told, entries));
    if (plain.back() == 0 || alone.back() == 0 || together.back() == 0) return false;
  }
  const auto rate = [&](const std::vector<double>& seconds) {
    return static_cast<std::int64_t>(static_cast<double>(events) / median(seconds));
  };
  out << "  result    verified by " << all << " threads in " << median(together) << " s, "
      << rate(together) << " events/s (median of " << kRuns << " runs in turns); " << entries
      << " entries\n"
      << "  baseline  by one thread " << median(alone) << " s, " << rate(alone)
      << " events/s; ratio " << median(alone) / median(together) << "\n"
      << "  baseline  only read " << median(plain) << " s; ratio "
      << median(together) / median(plain) << "\n"
      << "  progress  told " << told.times << " times, at most " << told.longest << " s apart; "
      << (resident_bytes() >> 20U) << " MiB of memory at the end\n";
  return true;
}

}  // namespace

bool verify(std::ostream& out) {
  const Folder folder;
  print_setup(out, "verify: a long journal, every effect computed again", folder.path());
  print_sync(out, probe_sync(folder.path()));
  const std::uint64_t events = size_from("BASHU_BENCH_EVENTS", 1'000'000);
  const std::filesystem::path dir = folder.path() / "node";
  {
    const BenchNode one = open_node(dir, "alpha");
    adopt_bench_pack(*one.node);
    ManyEvents many;
    const auto start = Steady::now();
    if (!many.begin(*one.node) || !many.make(*one.node, events)) return false;
    out << "  written   " << events << " events (";
    many.print(out);
    out << ") in " << seconds_since(start) << " s\n";
  }
  out << "  journal   " << (std::filesystem::file_size(dir / "journal.db") >> 20U) << " MiB\n"
      << std::flush;
  return measure(out, dir, events);
}

}  // namespace bashu::bench
