// A standby with a long journal behind it takes the writer's place: by a word, with few events
// behind it and with many; and by itself, when the machine that holds the writer and its database
// dies and the database's own standby is promoted.

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "bench/bench.h"
#include "bench/many_events.h"

namespace bashu::bench {

namespace {

constexpr std::uint64_t kFew = 10'000;
constexpr int kTurns = 3;
constexpr std::int64_t kSilenceMs = 2'000;
constexpr double kPatience = 600;  // seconds

// Two machines of one node: each has its directory, journal and vault are on the server.
class Machines {
 public:
  Machines(std::filesystem::path dir, const std::string& url) : dir_{std::move(dir)} {
    make_identity(dir_ / "0", "alpha");
    for (const char* name : {"journal.url", "vault.url"}) {
      std::ofstream{dir_ / "0" / name} << url << '\n';
    }
    std::filesystem::copy(dir_ / "0", dir_ / "1", std::filesystem::copy_options::recursive);
    writer_ = open(std::nullopt);
  }

  [[nodiscard]] node::Node& writer() { return *writer_->node; }
  // The machine that does not write stands by, and takes over after so much silence; -1: by a word.
  // Gives the seconds until it has all that is durable.
  [[nodiscard]] std::optional<double> stand_by(std::int64_t after_ms) {
    const auto start = Steady::now();
    standby_ = open(after_ms);
    if (!standby_ || !follow(writer().durable())) return std::nullopt;
    return seconds_since(start);
  }
  // The standby has what is durable at the writer.
  [[nodiscard]] bool follow() { return follow(writer().durable()); }
  // As when its machine dies, but that what it has begun is durable.
  void end_writer() { writer_.reset(); }
  // The writer is gone; gives the seconds from the word until a step is durable.
  [[nodiscard]] std::optional<double> take_over(node::Request first_step) {
    const auto start = Steady::now();
    if (!standby_->node->take_over("bench")) return std::nullopt;
    if (!std::holds_alternative<node::Done>(standby_->node->run(std::move(first_step)))) {
      return std::nullopt;
    }
    return succeeded(start);
  }
  // The same without a word, from now on.
  [[nodiscard]] std::optional<double> await(const node::Request& first_step) {
    const auto start = Steady::now();
    while (!std::holds_alternative<node::Done>(standby_->node->run(first_step))) {
      if (seconds_since(start) > kPatience) return std::nullopt;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return succeeded(start);
  }

 private:
  std::optional<BenchNode> open(std::optional<std::int64_t> standby_ms) {
    const std::string name = std::to_string(standby_ms ? 1 - writes_ : writes_);
    BenchNode one;
    one.dir = dir_ / name;
    one.clock = std::make_unique<node::SystemClock>(480);
    one.chance = std::make_unique<node::SystemChance>();
    auto opened = node::Node::open({.storage = node::open_directory(one.dir, "bench-" + name),
                                    .clock = one.clock.get(),
                                    .chance = one.chance.get(),
                                    .standby_ms = standby_ms});
    if (!opened) return std::nullopt;
    one.node = std::move(*opened);
    return one;
  }
  [[nodiscard]] bool follow(std::uint64_t durable) const {
    const auto start = Steady::now();
    while (standby_->node->durable() < durable) {
      if (seconds_since(start) > kPatience) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
  }
  double succeeded(Steady::time_point start) {
    const double seconds = seconds_since(start);
    writer_ = std::exchange(standby_, std::nullopt);
    writes_ = 1 - writes_;
    return seconds;
  }

  std::filesystem::path dir_;
  std::optional<BenchNode> writer_, standby_;
  int writes_ = 0;  // the directory of the writer
};

struct Turns {
  std::vector<double> begun, taken;  // seconds
};

// Begins to stand by, takes over, and so on in turns.
std::optional<Turns> take_turns(Machines& machines, ManyEvents& many) {
  Turns turns;
  for (int turn = 0; turn < kTurns; ++turn) {
    const auto begun = machines.stand_by(-1);
    if (!begun) return std::nullopt;
    machines.end_writer();
    const auto taken = machines.take_over(many.next_step());
    if (!taken) return std::nullopt;
    turns.begun.push_back(*begun);
    turns.taken.push_back(*taken);
  }
  return turns;
}

// As the machine dies that holds the writer and the server that leads. `command` kills the server,
// promotes its standby, and returns when that one can be written.
bool promote(std::ostream& out, Machines& machines, ManyEvents& many, const char* command) {
  if (!machines.stand_by(kSilenceMs)) return false;
  machines.end_writer();
  const auto start = Steady::now();
  // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): of who measures
  if (std::system(command) != 0) return false;
  const double promoted = seconds_since(start);
  const auto ready = machines.await(many.next_step());
  if (!ready) return false;
  out << "  result    by itself, after " << kSilenceMs << " ms of silence: the database took "
      << promoted << " s to be killed and to take over, the node writes " << *ready
      << " s after that, " << machines.writer().durable() << " entries behind it\n";
  return true;
}

}  // namespace

bool standby(std::ostream& out) {
  const char* url = ::secure_getenv("BASHU_BENCH_POSTGRES");
  if (!url) {
    out << "BASHU_BENCH_POSTGRES must name a database; `./dev bench standby` starts two servers\n";
    return false;
  }
  const std::uint64_t events = size_from("BASHU_BENCH_EVENTS", 1'000'000);
  const Folder folder;
  print_setup(out, "standby: it takes the writer's place", folder.path());
  print_sync(out, probe_sync(folder.path()));
  Machines machines{folder.path(), url};
  ManyEvents many;
  adopt_bench_pack(machines.writer());
  if (!many.begin(machines.writer()) || !many.make(machines.writer(), kFew)) return false;
  const auto few = take_turns(machines, many);
  if (!few) return false;
  out << "  baseline  by a word, " << kFew << " events behind it: writes after "
      << median(few->taken) << " s; begun in " << median(few->begun) << " s (medians of " << kTurns
      << ")\n"
      << std::flush;

  if (!machines.stand_by(-1)) return false;
  const auto start = Steady::now();
  if (!many.make(machines.writer(), events)) return false;
  const double written = seconds_since(start);
  const auto durable = Steady::now();
  if (!machines.follow()) return false;
  out << "  written   " << events << " events in " << written << " s (all in all ";
  many.print(out);
  out << ", " << machines.writer().durable() << " entries); the standby has the last one "
      << seconds_since(durable) << " s later\n"
      << std::flush;
  machines.end_writer();
  const auto followed = machines.take_over(many.next_step());
  if (!followed) return false;
  out << "  result    by a word, by the standby that followed them all: writes after " << *followed
      << " s\n"
      << std::flush;
  const auto much = take_turns(machines, many);
  if (!much) return false;
  out << "  result    by a word, " << events << " events behind it: writes after "
      << median(much->taken) << " s; begun in " << median(much->begun) << " s (medians of "
      << kTurns << "); ratio " << median(much->taken) / median(few->taken) << "\n"
      << std::flush;
  const char* const command = ::secure_getenv("BASHU_BENCH_PROMOTE");
  return !command || promote(out, machines, many, command);
}

}  // namespace bashu::bench
