// The same load on the journal in a directory and on one in PostgreSQL, in turns.

#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "bench/bench.h"
#include "bench/case_load.h"
#include "bench/feed_load.h"

namespace bashu::bench {

namespace {

constexpr std::uint64_t kCases = 2'000;
constexpr int kBatches = 20;

struct Measured {
  std::vector<double> steps, lines, latencies;
};

// Its journal and vault are on the server, as `init --journal` puts them.
void make_on_server(const std::filesystem::path& dir, const std::string& url) {
  make_identity(dir, "alpha");
  for (const char* name : {"journal.url", "vault.url"}) std::ofstream{dir / name} << url << '\n';
}

// Durable transfers a second, in batches; 0 if one was refused.
double line_rate(node::Node& node, std::uint64_t& number) {
  std::vector<core::PostFeed> batches;
  for (int i = 0; i < kBatches; ++i) batches.push_back(batch_of("transfer", number++, transfer));
  const auto seconds = seconds_of(node, std::move(batches));
  return seconds ? static_cast<double>(kBatches * kLines) / *seconds : 0;
}

bool measure(node::Node& node, Measured& measured, std::uint64_t& number, std::uint64_t& batch) {
  constexpr int kPace = 1'000;
  measured.steps.push_back(step_rate(node, kCases, number));
  measured.lines.push_back(line_rate(node, batch));
  for (const double took : step_latencies(node, kCases, kPace, number)) {
    measured.latencies.push_back(took);
  }
  return measured.steps.back() > 0 && measured.lines.back() > 0;
}

void print(std::ostream& out, const char* name, const Measured& one) {
  out << "  " << name << static_cast<std::int64_t>(median(one.steps)) << " steps/s, "
      << static_cast<std::int64_t>(median(one.lines)) << " transfers/s in batches of " << kLines
      << "; at 1,000 steps/s median " << median(one.latencies) << " ms, p99 "
      << percentile(one.latencies, 0.99) << " ms\n";
}

}  // namespace

bool journals(std::ostream& out) {
  const char* url = ::secure_getenv("BASHU_BENCH_POSTGRES");
  if (!url) {
    out << "BASHU_BENCH_POSTGRES must name a database; `./dev bench journals` starts a server\n";
    return false;
  }
  const Folder folder;
  print_setup(out, "journals: one in PostgreSQL beside one in a directory", folder.path());
  print_sync(out, probe_sync(folder.path()));
  make_on_server(folder.path() / "there", url);
  const BenchNode here = open_node(folder.path() / "here", "alpha");
  const BenchNode there = open_node(folder.path() / "there", "alpha");
  Measured in_directory, on_server;
  std::uint64_t number = 0, batch = 0;
  for (const BenchNode* one : std::initializer_list<const BenchNode*>{&here, &there}) {
    adopt_bench_pack(*one->node);
    if (!open_cases(*one->node, kCases)) return false;
  }
  for (int run = 0; run < 5; ++run) {
    if (!measure(*here.node, in_directory, number, batch)) return false;
    if (!measure(*there.node, on_server, number, batch)) return false;
  }
  print(out, "result    ", on_server);
  print(out, "baseline  ", in_directory);
  out << "  ratio     steps " << median(on_server.steps) / median(in_directory.steps)
      << ", transfers " << median(on_server.lines) / median(in_directory.lines) << ", p99 "
      << percentile(on_server.latencies, 0.99) / percentile(in_directory.latencies, 0.99)
      << " (medians of 5 runs in turns)\n";
  return true;
}

}  // namespace bashu::bench
