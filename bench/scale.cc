// Many cases: what a step costs among 10,000 and among 10,000,000, what memory a case takes, how
// soon such a node is back, how long its whole journal takes to verify.

#include <string>
#include <thread>
#include <vector>

#include "bench/bench.h"
#include "bench/case_load.h"
#include "node/verify.h"

namespace bashu::bench {

namespace {

constexpr std::uint64_t kFew = 10'000;
constexpr std::uint64_t kApart = 7'919;  // neighbours are not asked one after the other

// Among few and among many, in turns.
bool compare_steps(std::ostream& out, node::Node& few, node::Node& much, std::uint64_t count) {
  std::vector<double> among_few, among_many;
  std::uint64_t number = 0;
  for (int run = 0; run < 7; ++run) {
    among_few.push_back(step_rate(few, kFew, number, kApart));
    among_many.push_back(step_rate(much, count, number, kApart));
    if (among_few.back() == 0 || among_many.back() == 0) return false;
  }
  out << "  result    " << static_cast<std::int64_t>(median(among_many)) << " steps/s among "
      << count << " cases, median of 7 runs of " << kStepsOfARun << "\n"
      << "  baseline  " << static_cast<std::int64_t>(median(among_few)) << " steps/s among " << kFew
      << "; ratio " << median(among_many) / median(among_few) << "\n";
  return true;
}

bool verify_all(std::ostream& out, const std::filesystem::path& dir) {
  double alone = 0;
  for (const unsigned threads : {1U, std::thread::hardware_concurrency()}) {
    const auto start = Steady::now();
    const auto found = node::verify(dir, nullptr, threads);
    const double seconds = seconds_since(start);
    if (!found || found->unsound) return false;
    if (threads == 1) alone = seconds;
    out << "  verify    " << found->entries << " entries in " << found->commits << " commits, "
        << threads << (threads == 1 ? " thread" : " threads") << " ahead: " << seconds << " s, "
        << static_cast<std::int64_t>(static_cast<double>(found->entries) / seconds)
        << " entries/s; ratio " << alone / seconds << "\n";
  }
  return true;
}

}  // namespace

bool scale(std::ostream& out) {
  const Folder folder;
  print_setup(out, "scale: a node with 10,000,000 cases beside one with 10,000", folder.path());
  print_sync(out, probe_sync(folder.path()));
  const std::uint64_t count = size_from("BASHU_BENCH_CASES", 10'000'000);  // for less memory: fewer
  const std::filesystem::path dir = folder.path() / "many";
  {
    const BenchNode few = open_node(folder.path() / "few", "alpha");
    const BenchNode much = open_node(dir, "alpha");
    for (const BenchNode* one : {&few, &much}) adopt_bench_pack(*one->node);
    if (!open_cases(*few.node, kFew)) return false;
    const std::size_t before = resident_bytes();
    const auto start = Steady::now();
    if (!open_cases(*much.node, count)) return false;
    out << "  opened    " << count << " cases in " << seconds_since(start) << " s, "
        << (resident_bytes() - before) / count << " bytes of memory and "
        << std::filesystem::file_size(dir / "journal.db") / count << " of journal a case\n";
    if (!compare_steps(out, *few.node, *much.node, count)) return false;
    const auto begun = Steady::now();
    if (!much.node->snapshot()) return false;
    out << "  snapshot  built beside the node in " << seconds_since(begun) << " s\n";
  }
  std::vector<double> times;
  for (int run = 0; run < 3; ++run) {
    const auto start = Steady::now();
    const BenchNode one = open_node(dir, "alpha");
    times.push_back(seconds_since(start));
  }
  out << "  restart   ready in " << median(times) << " s (median of 3)\n";
  return verify_all(out, dir);
}

}  // namespace bashu::bench
