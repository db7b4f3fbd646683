// Transfers through a feed: batches of 8,192 in the process, and one at a time over HTTP by 32
// clients. The baseline makes each transfer one SQL transaction in SQLite.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "api/api.h"
#include "base/assert.h"
#include "base/json.h"
#include "bench/bench.h"
#include "core/feeds/content.h"
#include "core/people/people.h"
#include "http/client.h"
#include "http/message.h"
#include "http/server.h"
#include "people/admission.h"
#include "people/entrance.h"
#include "views/follower.h"

namespace bashu::bench {

namespace {

constexpr int kRuns = 5;

// Waits until `count` outcomes have come; counts those that are no Done.
class Waiting {
 public:
  explicit Waiting(int count) : left_{count} {}
  void done(const node::Outcome& outcome) {
    const std::lock_guard lock{guard_};
    if (!std::holds_alternative<node::Done>(outcome)) ++failed_;
    if (--left_ == 0) all_.notify_all();
  }
  int wait() {
    std::unique_lock lock{guard_};
    all_.wait(lock, [&] { return left_ == 0; });
    return failed_;
  }

 private:
  std::mutex guard_;
  std::condition_variable all_;
  int left_;
  int failed_ = 0;
};

}  // namespace

bool feeds(std::ostream& out) {
  const Folder folder;
  print_setup(out, "feeds: batches of 8,192 transfers through the in-process pipeline",
              folder.path());
  const Sync sync = probe_sync(folder.path());
  print_sync(out, sync);
  const BenchNode one = open_node(folder.path() / "node", "alpha");
  adopt_bench_pack(*one.node);

  constexpr int kBatches = 40;
  constexpr std::uint64_t kLines = 8'192;
  std::vector<double> rates;
  std::uint64_t number = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<core::PostFeed> batches;
    for (int i = 0; i < kBatches; ++i) {
      core::PostFeed batch{
          .by = clerk(), .pack = "bench", .feed = "transfer", .role = "clerk", .lines = {}};
      batch.lines.reserve(kLines);
      for (std::uint64_t k = 0; k < kLines; ++k) batch.lines.push_back(transfer(number++));
      batches.push_back(std::move(batch));
    }
    Waiting waiting{kBatches};
    const auto start = Steady::now();
    for (core::PostFeed& batch : batches) {
      // What each line says is hashed by who submits it, as it is behind HTTP.
      batch.contents.reserve(kLines);
      std::ranges::transform(batch.lines, std::back_inserter(batch.contents), core::content_of);
      while (!one.node->submit({.command = std::move(batch), .evidence = "{}"},
                               [&](const node::Outcome& outcome) { waiting.done(outcome); })) {
        std::this_thread::yield();
      }
    }
    if (waiting.wait() > 0) return false;
    rates.push_back(static_cast<double>(kBatches) * static_cast<double>(kLines) /
                    seconds_since(start));
  }
  const double rate = median(rates);
  const double baseline = sqlite_transfers_per_s(folder.path(), 2'000);
  out << "  result    " << static_cast<std::int64_t>(rate) << " durable transfers/s (median of "
      << kRuns << " runs of " << kBatches * kLines << ")\n"
      << "  baseline  " << static_cast<std::int64_t>(baseline)
      << " transfers/s, one SQLite transaction each; ratio " << rate / baseline << "\n";
  return true;
}

bool feeds_http(std::ostream& out) {
  const Folder folder;
  print_setup(out, "feeds-http: 32 clients, one transfer each, over HTTP", folder.path());
  const Sync sync = probe_sync(folder.path());
  print_sync(out, sync);
  const BenchNode one = open_node(folder.path() / "node", "alpha");
  adopt_bench_pack(*one.node);
  const people::Secret secret = people::make_key_secret(*one.chance);
  core::PrincipalSet clerk;
  clerk.id = clerk.person = "key:bench";
  clerk.version = 1;
  clerk.roles = {"*:clerk"};
  clerk.proof = secret.proof;
  core::Asker by;
  by.roles = {std::string{core::kDirectoryRole}};
  const auto admitted = one.node->run(
      {.command = core::SetPrincipal{.by = by, .who = clerk, .approval = 0}, .evidence = "{}"});
  BASHU_ASSERT(std::holds_alternative<node::Done>(admitted));
  people::Roster roster{*one.node, one.dir};
  people::Entrance entrance{one.dir, roster, *one.chance};
  auto follower = views::Follower::start(*one.node, one.dir);
  BASHU_ASSERT(follower);
  api::Api api{{.node = one.node.get(),
                .views = follower->get(),
                .exchange = nullptr,
                .entrance = &entrance,
                .set_today = {},
                .try_pack = {},
                .log = {},
                .workers = 2,
                .waiting_max = 1'024}};
  auto server =
      http::Server::start({.listen = "127.0.0.1:0"}, [&](http::Request request, http::Reply reply) {
        api.handle(std::move(request), std::move(reply));
      });
  BASHU_ASSERT(server);
  const http::Url url{.tls = false, .host = "127.0.0.1", .port = (*server)->port(), .path = {}};

  constexpr int kClients = 32;
  constexpr int kSeconds = 3;
  std::vector<double> rates;
  std::vector<double> latencies;
  std::atomic<std::uint64_t> number = 0;
  std::atomic<int> failed = 0;
  double behind_s = 0;  // the views, at the end of the worst run
  for (int run = 0; run < 3; ++run) {
    http::Client client{{.connections_max = kClients}};
    std::atomic<std::uint64_t> done = 0;
    std::atomic<bool> stop = false;
    std::atomic<int> running = kClients;
    std::mutex guard;
    std::function<void(int)> next = [&](int which) {
      const auto began = Steady::now();
      http::Call call{.to = url};
      call.request.method = "POST";
      call.request.target = "/api/v1/packs/bench/feeds/transfer";
      call.request.headers = {{"Authorization", "Bearer " + secret.text},
                              {"Content-Type", "application/json"}};
      Value::Record body;
      body["role"] = "clerk";
      body["lines"] = Value::List{transfer(number++)};
      call.request.body = canonical_json(Value{std::move(body)});
      call.repeatable = false;
      client.send(std::move(call), [&, which, began](const http::Answer& answer) {
        if (!answer || answer->status != 200) {
          if (failed++ == 0)
            out << "  failed    "
                << (answer ? std::to_string(answer->status) + " " + answer->body
                           : answer.error().what)
                << "\n";
        } else {
          ++done;
          const std::lock_guard lock{guard};
          latencies.push_back(seconds_since(began) * 1e3);
        }
        if (stop) {
          --running;
        } else {
          next(which);
        }
      });
    };
    const auto start = Steady::now();
    for (int i = 0; i < kClients; ++i) next(i);
    std::this_thread::sleep_for(std::chrono::seconds{kSeconds});
    const double rate = static_cast<double>(done) / seconds_since(start);
    stop = true;
    while (running > 0) std::this_thread::sleep_for(std::chrono::milliseconds{5});
    const auto ended = Steady::now();
    BASHU_ASSERT((*follower)->wait(one.node->durable() - 1, 60'000));
    behind_s = std::max(behind_s, seconds_since(ended));
    rates.push_back(rate);
  }
  server->reset();
  const double rate = median(rates);
  const double baseline = sqlite_transfers_per_s(folder.path(), 2'000);
  out << "  result    " << static_cast<std::int64_t>(rate)
      << " durable transfers/s (median of 3 runs of " << kSeconds
      << " s); client and server share the machine\n"
      << "  latency   median " << median(latencies) << " ms, p99 " << percentile(latencies, 0.99)
      << " ms; failed " << failed << "\n"
      << "  views     show the last transfer at most " << behind_s * 1e3 << " ms after its answer\n"
      << "  baseline  " << static_cast<std::int64_t>(baseline)
      << " transfers/s, one SQLite transaction each; ratio " << rate / baseline << "\n";
  return failed == 0;
}

}  // namespace bashu::bench
