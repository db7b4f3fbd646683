// Signed, durable, receipted messages between two node processes over TLS on loopback.

#include "exchange/exchange.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "bench/bench.h"
#include "exchange/circle.h"

namespace bashu::bench {

namespace {

core::Outbox outbox(node::Node& node, const std::string& to) {
  core::Outbox box;
  node.query([&](const core::State& state) { box = state.outbox(to); });
  return box;
}

}  // namespace

bool exchange(std::ostream& out) {
  const Folder folder;
  print_setup(out, "exchange: case events of 1 kB between two node processes", folder.path());
  print_sync(out, probe_sync(folder.path()));
  const std::string ports[] = {"127.0.0.1:" + std::to_string(20'000 + ::getpid() % 20'000),
                               "127.0.0.1:" + std::to_string(40'001 + ::getpid() % 20'000)};
  const core::PartyId parties[] = {"alpha", "beta"};
  std::vector<node::Identity> identities;
  for (int i = 0; i < 2; ++i) {
    auto made =
        node::create_identity(folder.path() / parties[i].text(), {.party = parties[i],
                                                                  .name = parties[i],
                                                                  .host = "127.0.0.1",
                                                                  .peer_listen = ports[i],
                                                                  .api_listen = "127.0.0.1:0"});
    BASHU_ASSERT(made);
    identities.push_back(*made);
  }
  {
    const BenchNode first = open_node(folder.path() / "alpha", "alpha");
    const auto card = exchange::party_card(identities[1]);
    BASHU_ASSERT(card);
    auto file =
        exchange::compose_edition(exchange::circle_held(*first.node), {*card}, identities[0],
                                  {.name = "Bench", .effective = identities[0].created});
    BASHU_ASSERT(file);
    file = exchange::co_sign(*file, identities[1], identities[1].created);
    BASHU_ASSERT(file && exchange::adopt(*first.node, *file));
    adopt_bench_pack(*first.node);
    const BenchNode second = open_node(folder.path() / "beta", "beta");
    BASHU_ASSERT(exchange::adopt(*second.node, *file));
    adopt_bench_pack(*second.node);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    const BenchNode second = open_node(folder.path() / "beta", "beta");
    const auto links = exchange::Exchange::start(*second.node, {.listen = ports[1]});
    if (!links) ::_exit(1);
    while (::getppid() != 1) ::usleep(100'000);
    ::_exit(0);
  }
  bool ok = true;
  {
    const BenchNode first = open_node(folder.path() / "alpha", "alpha");
    auto links = exchange::Exchange::start(*first.node, {.listen = ports[0]});
    BASHU_ASSERT(links);
    // The link is up when the adoption has crossed both ways.
    const auto start_by = Steady::now();
    while (outbox(*first.node, "beta").acked < outbox(*first.node, "beta").last || [&] {
      core::Inbox box;
      first.node->query([&](const core::State& state) { box = state.inbox("beta"); });
      return box.next < 2;
    }()) {
      if (seconds_since(start_by) > 30) {
        out << "  failed    the nodes did not connect\n";
        ok = false;
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    const auto job = [](std::uint64_t n) {
      return node::Request{
          .command = core::StartCase{.by = clerk(),
                                     .pack = "bench",
                                     .service = "job",
                                     .role = "clerk",
                                     .parties = {{"here", "alpha"}, {"there", "beta"}},
                                     .parent = {},
                                     .id = {},
                                     .with = Value::Record{{"note", std::string(900, 'x') +
                                                                        std::to_string(n)}}},
          .evidence = "{}"};
    };
    std::vector<double> rates;
    for (int run = 0; ok && run < 5; ++run) {
      constexpr int kMessages = 3'000;
      const std::int64_t before = outbox(*first.node, "beta").last;
      const auto start = Steady::now();
      for (int i = 0; i < kMessages; ++i) {
        while (!first.node->submit(job(static_cast<std::uint64_t>(i)), [](const node::Outcome&) {}))
          std::this_thread::yield();
      }
      while (outbox(*first.node, "beta").acked < before + kMessages)
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
      rates.push_back(kMessages / seconds_since(start));
    }
    if (ok) {
      out << "  result    " << static_cast<std::int64_t>(median(rates))
          << " messages/s sent, taken, receipted and acknowledged, all durable (median of 5 runs "
             "of 3,000)\n";
      // At 200/s: from the request until the peer's verified receipt is durable here.
      constexpr int kPaced = 1'000;
      std::vector<double> sent(kPaced);
      std::vector<double> acked(kPaced);
      const std::int64_t base = outbox(*first.node, "beta").acked;
      const auto start = Steady::now();
      std::atomic<bool> all = false;
      std::thread watch{[&] {
        std::int64_t seen = base;
        std::uint64_t position = first.node->durable();
        while (seen < base + kPaced && seconds_since(start) < 60) {
          position = first.node->wait_durable(position, 100);
          const std::int64_t now = outbox(*first.node, "beta").acked;
          const double at = seconds_since(start);
          for (; seen < now && seen < base + kPaced; ++seen)
            acked[static_cast<std::size_t>(seen - base)] = at;
        }
        all = true;
      }};
      for (int i = 0; i < kPaced; ++i) {
        std::this_thread::sleep_until(start + std::chrono::milliseconds{5 * i});
        sent[static_cast<std::size_t>(i)] = i * 0.005;
        (void)first.node->submit(job(static_cast<std::uint64_t>(i)), [](const node::Outcome&) {});
      }
      watch.join();
      std::vector<double> latencies;
      for (std::size_t i = 0; i < kPaced; ++i) latencies.push_back((acked[i] - sent[i]) * 1e3);
      out << "  latency   at 200/s, request to durable receipt: median " << median(latencies)
          << " ms, p99 " << percentile(latencies, 0.99) << " ms\n";
      const double baseline = sqlite_transfers_per_s(folder.path(), 1'000);
      out << "  baseline  " << static_cast<std::int64_t>(baseline)
          << " SQLite transactions/s on this disk; ratio " << median(rates) / baseline << "\n";
    }
    links->reset();
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  return ok;
}

}  // namespace bashu::bench
