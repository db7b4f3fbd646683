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

// Their journal and vault are on the server, as `init --journal` puts them.
void make_two(const std::filesystem::path& dir, const std::filesystem::path& second,
              const std::string& url) {
  make_identity(dir, "alpha");
  for (const char* name : {"journal.url", "vault.url"}) std::ofstream{dir / name} << url << '\n';
  std::filesystem::copy(dir, second, std::filesystem::copy_options::recursive);
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

// A standby that followed so many events takes the place of a writer that is gone: from its word to
// its first durable step.
bool take_over(std::ostream& out, BenchNode writer, const std::filesystem::path& dir) {
  BenchNode second;
  second.clock = std::make_unique<node::SystemClock>(480);
  second.chance = std::make_unique<node::SystemChance>();
  auto opened = node::Node::open({.storage = node::open_directory(dir, "bench-standby"),
                                  .clock = second.clock.get(),
                                  .chance = second.chance.get(),
                                  .standby_ms = -1});
  if (!opened) {
    out << "  failed    " << opened.error().what << "\n";
    return false;
  }
  second.node = std::move(*opened);
  const std::uint64_t events = size_from("BASHU_BENCH_EVENTS", 1'000'000);
  if (!submit_all(*writer.node, events, [](std::uint64_t i) { return step(kCases, i); })) {
    return false;
  }
  const std::uint64_t durable = writer.node->durable();
  const auto submitted = Steady::now();
  while (second.node->durable() < durable) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  const double behind = seconds_since(submitted);
  writer.node.reset();
  const auto start = Steady::now();
  if (!second.node->take_over("bench")) return false;
  const auto outcome = second.node->run(step(kCases, 1));
  out << "  take-over with " << second.node->durable() << " entries behind it: writes after "
      << seconds_since(start) << " s; it had followed within " << behind << " s of the last\n";
  return std::holds_alternative<node::Done>(outcome);
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
  const auto second = folder.path() / "second";
  make_two(folder.path() / "there", second, url);
  const BenchNode here = open_node(folder.path() / "here", "alpha");
  BenchNode there = open_node(folder.path() / "there", "alpha");
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
  return take_over(out, std::move(there), second);
}

}  // namespace bashu::bench
