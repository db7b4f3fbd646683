// Events of cases through the pipeline, and the restart of a node with a long journal behind it.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "bench/bench.h"

namespace bashu::bench {

namespace {

constexpr int kCases = 2'000;

// Opens the cases; gives their ids.
std::vector<core::CaseId> open_cases(node::Node& node, const core::PartyId& party) {
  std::vector<core::CaseId> ids;
  for (int i = 0; i < kCases; ++i) {
    const auto outcome =
        node.run({.command = core::StartCase{.by = clerk(),
                                             .pack = "bench",
                                             .service = "job",
                                             .role = "clerk",
                                             .parties = {{"here", party}, {"there", party}},
                                             .parent = {},
                                             .id = {},
                                             .with = Value::Record{{"note", "begun"}}},
                  .evidence = "{}"});
    const auto* done = std::get_if<node::Done>(&outcome);
    if (!done) return {};
    ids.emplace_back(done->decision.answer.text_at("case"));
  }
  return ids;
}

node::Request work(const core::CaseId& id, std::uint64_t number) {
  return {
      .command = core::FireEvent{.by = clerk(),
                                 .id = id,
                                 .event = "work",
                                 .role = "clerk",
                                 .version = {},
                                 .with = Value::Record{{"note", "step " + std::to_string(number)}}},
      .evidence = "{}"};
}

}  // namespace

bool cases(std::ostream& out) {
  const Folder folder;
  print_setup(out, "cases: events of 2,000 cases through the pipeline", folder.path());
  print_sync(out, probe_sync(folder.path()));
  const BenchNode one = open_node(folder.path() / "node", "alpha");
  adopt_bench_pack(*one.node);
  const auto ids = open_cases(*one.node, "alpha");
  if (ids.empty()) return false;

  std::vector<double> rates;
  std::uint64_t number = 0;
  for (int run = 0; run < 5; ++run) {
    constexpr int kEvents = 20'000;
    std::atomic<int> left = kEvents;
    std::atomic<int> failed = 0;
    const auto start = Steady::now();
    for (int i = 0; i < kEvents; ++i) {
      const std::uint64_t n = number++;
      while (!one.node->submit(work(ids[n % ids.size()], n), [&](const node::Outcome& outcome) {
        if (!std::holds_alternative<node::Done>(outcome)) ++failed;
        --left;
      })) {
        std::this_thread::yield();
      }
    }
    while (left > 0) std::this_thread::sleep_for(std::chrono::microseconds{100});
    if (failed > 0) return false;
    rates.push_back(kEvents / seconds_since(start));
  }
  const double rate = median(rates);
  out << "  result    " << static_cast<std::int64_t>(rate)
      << " durable events/s (median of 5 runs of 20,000, queue kept full)\n";

  // At half that rate, or 5,000/s if it is less: how long one takes.
  const double pace = std::min(rate / 2, 5'000.0);
  const int events = static_cast<int>(pace * 4);
  std::vector<double> latencies(static_cast<std::size_t>(events));
  std::atomic<int> left = events;
  const auto start = Steady::now();
  for (int i = 0; i < events; ++i) {
    const auto due = start + std::chrono::duration_cast<Steady::duration>(
                                 std::chrono::duration<double>(i / pace));
    std::this_thread::sleep_until(due);
    const std::uint64_t n = number++;
    // Measured from when it was due, so that a stall counts for all it delays.
    (void)one.node->submit(work(ids[n % ids.size()], n), [&, i, due](const node::Outcome&) {
      latencies[static_cast<std::size_t>(i)] = seconds_since(due) * 1e3;
      --left;
    });
  }
  while (left > 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  out << "  latency   at " << static_cast<int>(pace) << "/s: median " << median(latencies)
      << " ms, p99 " << percentile(latencies, 0.99) << " ms\n";
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
  constexpr int kEvents = 1'000'000;
  double full = 0;
  {
    const BenchNode one = open_node(dir, "alpha");
    adopt_bench_pack(*one.node);
    const auto ids = open_cases(*one.node, "alpha");
    if (ids.empty()) return false;
    std::atomic<int> left = kEvents;
    const auto start = Steady::now();
    for (int i = 0; i < kEvents; ++i) {
      const auto n = static_cast<std::uint64_t>(i);
      while (
          !one.node->submit(work(ids[n % ids.size()], n), [&](const node::Outcome&) { --left; })) {
        std::this_thread::sleep_for(std::chrono::microseconds{50});
      }
    }
    while (left > 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    out << "  written   " << kEvents << " events in " << seconds_since(start) << " s\n";
    const auto begun = Steady::now();
    if (!one.node->snapshot()) return false;
    out << "  snapshot  built beside the node in " << seconds_since(begun) << " s\n";
    // Some events after it: the tail that is replayed.
    std::atomic<int> tail = 20'000;
    for (int i = 0; i < 20'000; ++i) {
      while (!one.node->submit(work(ids[static_cast<std::size_t>(i) % ids.size()], 1),
                               [&](const node::Outcome&) { --tail; })) {
        std::this_thread::sleep_for(std::chrono::microseconds{50});
      }
    }
    while (tail > 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  std::vector<double> times;
  for (int run = 0; run < 5; ++run) {
    const auto start = Steady::now();
    const BenchNode one = open_node(dir, "alpha");
    times.push_back(seconds_since(start));
  }
  out << "  result    ready in " << median(times)
      << " s (median of 5), snapshot and a tail of 20,000 events\n";
  std::filesystem::remove_all(dir / "snapshots");
  const auto start = Steady::now();
  {
    const BenchNode one = open_node(dir, "alpha");
    full = seconds_since(start);
  }
  out << "  baseline  without a snapshot, replayed from the first entry: " << full << " s; ratio "
      << full / median(times) << "\n";
  return true;
}

}  // namespace bashu::bench
