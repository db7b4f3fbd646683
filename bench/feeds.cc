// Transfers through a feed: batches of 8,192 in the process, and one at a time over HTTP by 32
// clients. The baseline makes each transfer one SQL transaction in SQLite.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <ctime>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "api/api.h"
#include "base/assert.h"
#include "base/json.h"
#include "bench/bench.h"
#include "bench/feed_load.h"
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

// A node with its API and views behind HTTP, and a key that may post.
class Door {
 public:
  explicit Door(const std::filesystem::path& folder)
      : node_{open_node(folder / "node", "alpha")},
        secret_{admit(node_)},
        roster_{*node_.node, node_.dir},
        entrance_{node_.dir, roster_, *node_.chance} {
    auto follower = views::Follower::start(*node_.node, node_.dir);
    BASHU_ASSERT(follower);
    follower_ = std::move(*follower);
    api_ = std::make_unique<api::Api>(api::Api::Parts{.node = node_.node.get(),
                                                      .views = follower_.get(),
                                                      .exchange = nullptr,
                                                      .entrance = &entrance_,
                                                      .set_today = {},
                                                      .try_pack = {},
                                                      .log = {},
                                                      .workers = 2,
                                                      .waiting_max = 1'024});
    auto server = http::Server::start({.listen = "127.0.0.1:0", .body_max = 8u << 20},
                                      [this](http::Request request, http::Reply reply) {
                                        api_->handle(std::move(request), std::move(reply));
                                      });
    BASHU_ASSERT(server);
    server_ = std::move(*server);
  }
  [[nodiscard]] http::Call post(const Value& lines) const { return post_body(body_of(lines)); }
  static std::string body_of(const Value& lines) {
    return canonical_json(Value{Value::Record{{"role", "clerk"}, {"lines", lines}}});
  }
  [[nodiscard]] http::Call post_body(std::string body) const {
    http::Call call{.to = {.tls = false, .host = "127.0.0.1", .port = server_->port(), .path = {}}};
    call.request.method = "POST";
    call.request.target = "/api/v1/packs/bench/feeds/transfer";
    call.request.headers = {{"Authorization", "Bearer " + secret_.text},
                            {"Content-Type", "application/json"}};
    call.request.body = std::move(body);
    call.repeatable = false;
    return call;
  }
  [[nodiscard]] std::uint64_t journal() const { return journal_bytes(node_.dir); }
  // Until the views show all that is durable; how long that took, seconds.
  double wait_for_views() {
    const auto ended = Steady::now();
    BASHU_ASSERT(follower_->wait(node_.node->durable() - 1, 60'000));
    return seconds_since(ended);
  }

 private:
  static people::Secret admit(const BenchNode& one) {
    adopt_bench_pack(*one.node);
    people::Secret secret = people::make_key_secret(*one.chance);
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
    return secret;
  }

  BenchNode node_;
  people::Secret secret_;
  people::Roster roster_;
  people::Entrance entrance_;
  std::unique_ptr<views::Follower> follower_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<http::Server> server_;
};

// Whether an answer is good; the first that is not is shown.
class Judge {
 public:
  explicit Judge(std::ostream& out) : out_{out} {}
  bool good(const http::Answer& answer) {
    if (answer && answer->status == 200) return true;
    if (failed_++ == 0) {
      out_ << "  failed    "
           << (answer ? std::to_string(answer->status) + " " + answer->body : answer.error().what)
           << "\n";
    }
    return false;
  }
  [[nodiscard]] int failed() const { return failed_; }

 private:
  std::ostream& out_;
  std::atomic<int> failed_ = 0;
};

constexpr int kBatches = 40;

// The batch of this number, of transfers numbered from kLines times the number on.
using Batch = std::function<core::PostFeed(std::uint64_t)>;

bool measure(std::ostream& out, const char* title, const Batch& batch) {
  const Folder folder;
  print_setup(out, title, folder.path());
  const Sync sync = probe_sync(folder.path());
  print_sync(out, sync);
  const BenchNode one = open_node(folder.path() / "node", "alpha");
  adopt_bench_pack(*one.node);

  std::vector<double> rates;
  std::uint64_t number = 0;
  const std::uint64_t before = journal_bytes(one.dir);
  for (int run = 0; run < kRuns; ++run) {
    std::vector<core::PostFeed> batches;
    for (int i = 0; i < kBatches; ++i) batches.push_back(batch(number++));
    const auto seconds = seconds_of(*one.node, std::move(batches));
    if (!seconds) return false;
    rates.push_back(static_cast<double>(kBatches * kLines) / *seconds);
  }
  const double rate = median(rates);
  const double baseline = sqlite_transfers_per_s(folder.path(), 2'000);
  out << "  result    " << static_cast<std::int64_t>(rate) << " durable transfers/s (median of "
      << kRuns << " runs of " << kBatches * kLines << ")\n"
      << "  journal   " << (journal_bytes(one.dir) - before) / (number * kLines)
      << " bytes a transfer\n"
      << "  baseline  " << static_cast<std::int64_t>(baseline)
      << " transfers/s, one SQLite transaction each; ratio " << rate / baseline << "\n";
  return true;
}

Value with_random_id(std::uint64_t number) {
  Value line = transfer(number);
  line.as_record()->insert_or_assign("id", random_id(number));
  return line;
}

// Processor time of the thread that asks.
double thread_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

}  // namespace

bool feeds(std::ostream& out) {
  return measure(out, "feeds: batches of 8,192 transfers through the in-process pipeline",
                 [](std::uint64_t number) { return batch_of("transfer", number, transfer); });
}

bool feeds_random(std::ostream& out) {
  return measure(out, "feeds-random: batches of 8,192 transfers with random ids of 128 bits",
                 [](std::uint64_t number) { return batch_of("transfer", number, with_random_id); });
}

// Every sum moves twice, and each time counts as a transfer: batches that hold and batches that
// post what the batch before held, in turns.
bool feeds_hold(std::ostream& out) {
  return measure(
      out, "feeds-hold: batches of 8,192 transfers, one that holds and one that posts in turns",
      [](std::uint64_t number) {
        return batch_of(number % 2 == 0 ? "hold" : "post", number / 2, transfer);
      });
}

bool feeds_http(std::ostream& out) {
  const Folder folder;
  print_setup(out, "feeds-http: 32 clients, one transfer each, over HTTP", folder.path());
  const Sync sync = probe_sync(folder.path());
  print_sync(out, sync);
  Door door{folder.path()};
  Judge judge{out};

  constexpr int kClients = 32;
  constexpr int kSeconds = 3;
  std::vector<double> rates;
  std::vector<double> latencies;
  std::vector<double> used_us;  // of processor time a transfer
  std::atomic<std::uint64_t> number = 0;
  double behind_s = 0;  // the views, at the end of the worst run
  for (int run = 0; run < 3; ++run) {
    http::Client client{{.connections_max = kClients}};
    std::atomic<std::uint64_t> done = 0;
    std::atomic<bool> stop = false;
    std::atomic<int> running = kClients;
    std::mutex guard;
    std::function<void(int)> next = [&](int which) {
      const auto began = Steady::now();
      client.send(door.post(Value::List{transfer(number++)}),
                  [&, which, began](const http::Answer& answer) {
                    if (judge.good(answer)) {
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
    const double used = cpu_seconds();
    const auto start = Steady::now();
    for (int i = 0; i < kClients; ++i) next(i);
    std::this_thread::sleep_for(std::chrono::seconds{kSeconds});
    const auto counted = static_cast<double>(done);
    const double rate = counted / seconds_since(start);
    used_us.push_back((cpu_seconds() - used) / counted * 1e6);
    stop = true;
    while (running > 0) std::this_thread::sleep_for(std::chrono::milliseconds{5});
    behind_s = std::max(behind_s, door.wait_for_views());
    rates.push_back(rate);
  }
  const double rate = median(rates);
  const double baseline = sqlite_transfers_per_s(folder.path(), 2'000);
  out << "  result    " << static_cast<std::int64_t>(rate)
      << " durable transfers/s (median of 3 runs of " << kSeconds
      << " s); client and server share the machine\n"
      << "  processor " << median(used_us) << " us a transfer, of client and server together\n"
      << "  latency   median " << median(latencies) << " ms, p99 " << percentile(latencies, 0.99)
      << " ms; failed " << judge.failed() << "\n"
      << "  views     show the last transfer at most " << behind_s * 1e3 << " ms after its answer\n"
      << "  baseline  " << static_cast<std::int64_t>(baseline)
      << " transfers/s, one SQLite transaction each; ratio " << rate / baseline << "\n";
  return judge.failed() == 0;
}

bool feeds_http_batches(std::ostream& out) {
  const Folder folder;
  print_setup(out, "feeds-http-batches: 4 clients, batches of 8,192 transfers, over HTTP",
              folder.path());
  const Sync sync = probe_sync(folder.path());
  print_sync(out, sync);
  Door door{folder.path()};
  Judge judge{out};

  constexpr int kClients = 4;
  constexpr std::size_t kSent = 24;
  std::vector<double> rates;
  std::vector<double> latencies;
  std::uint64_t number = 0;
  std::size_t bytes = 0;
  double client_s = 0, all_s = 0;  // of processor time
  const std::uint64_t before = door.journal();
  for (int run = 0; run < kRuns; ++run) {
    std::vector<std::string> bodies;  // made before the clock starts
    for (std::size_t i = 0; i < kSent; ++i) {
      Value::List lines;
      for (std::uint64_t k = 0; k < kLines; ++k) lines.push_back(transfer(number++));
      bodies.push_back(Door::body_of(std::move(lines)));
      bytes = bodies.back().size();
    }
    http::Client client{{.connections_max = kClients}};
    std::mutex guard;
    std::condition_variable all;
    std::size_t sent = 0, answered = 0;
    double client_used = 0;
    std::function<void()> next = [&] {  // under the guard
      if (sent == kSent) return;
      const auto began = Steady::now();
      client.send(door.post_body(std::move(bodies[sent++])),
                  [&, began](const http::Answer& answer) {
                    const std::lock_guard lock{guard};
                    client_used = thread_seconds();  // all that the client's thread has used
                    if (judge.good(answer)) latencies.push_back(seconds_since(began) * 1e3);
                    if (++answered == kSent) all.notify_all();
                    next();
                  });
    };
    const double used = cpu_seconds();
    const auto start = Steady::now();
    std::unique_lock lock{guard};
    for (int i = 0; i < kClients; ++i) next();
    all.wait(lock, [&] { return answered == kSent; });
    rates.push_back(static_cast<double>(kSent * kLines) / seconds_since(start));
    all_s += cpu_seconds() - used;
    client_s += client_used;
    lock.unlock();
    door.wait_for_views();
  }
  const double rate = median(rates);
  const double baseline = sqlite_transfers_per_s(folder.path(), 2'000);
  out << "  result    " << static_cast<std::int64_t>(rate) << " durable transfers/s (median of "
      << kRuns << " runs of " << kSent * kLines << "; a batch is " << bytes
      << " bytes of JSON); client and server share the machine\n"
      << "  latency   of a batch: median " << median(latencies) << " ms, p99 "
      << percentile(latencies, 0.99) << " ms; failed " << judge.failed() << "\n"
      << "  client    " << 100 * client_s / all_s << " % of the processor time of both\n"
      << "  journal   " << (door.journal() - before) / (kRuns * kSent * kLines)
      << " bytes a transfer\n"
      << "  baseline  " << static_cast<std::int64_t>(baseline)
      << " transfers/s, one SQLite transaction each; ratio " << rate / baseline << "\n";
  return judge.failed() == 0;
}

}  // namespace bashu::bench
