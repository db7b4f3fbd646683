// A backup beside a node at work: its speed against a plain copy of the same journal, and how long
// events of cases take meanwhile.

#include "backup/backup.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "bench/bench.h"
#include "bench/case_load.h"

namespace bashu::bench {

namespace {

constexpr std::size_t kEvidence = 64U << 10;
constexpr std::uint64_t kFilled = 8'000;  // entries of that size: 512 MiB
constexpr int kPace = 500;                // events a second while it is measured

// Seconds of reading `from` and writing `to`, flushed, as `cp` and `sync` would.
double copy_seconds(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto start = Steady::now();
  const int source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  const int target = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  std::string buffer(4U << 20, '\0');
  for (;;) {
    const ::ssize_t got = ::read(source, buffer.data(), buffer.size());
    if (got <= 0) break;
    if (::write(target, buffer.data(), static_cast<std::size_t>(got)) != got) break;
  }
  ::fsync(target);
  ::close(source);
  ::close(target);
  return seconds_since(start);
}

}  // namespace

bool backup(std::ostream& out) {
  const Folder folder;
  print_setup(out, "backup: a journal of 512 MiB copied beside a node at work", folder.path());
  print_sync(out, probe_sync(folder.path()));
  const BenchNode one = open_node(folder.path() / "node", "alpha");
  adopt_bench_pack(*one.node);
  const auto large = [&](std::uint64_t) { return open_case(one.chance->bytes(kEvidence)); };
  if (!submit_all(*one.node, kFilled, large)) return false;
  const auto journal = folder.path() / "node" / "journal.db";
  const double mib = static_cast<double>(std::filesystem::file_size(journal)) / (1U << 20);
  const double copied = copy_seconds(journal, folder.path() / "copy");

  const auto event = [] { return open_case("{}"); };
  std::atomic<bool> ended = true;
  const auto quiet = latencies(*one.node, event, kPace, 5 * kPace, ended);
  const std::string key = one.chance->bytes(bashu::backup::kKeySize);
  const bashu::backup::What what{.dir = folder.path() / "node",
                                 .to = folder.path() / "backup",
                                 .vault_to = folder.path() / "vault",
                                 .key = key};
  ended = false;
  double first = 0;
  bool made = false;
  std::thread maker{[&] {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10);
    const auto start = Steady::now();
    made = bashu::backup::make(what).has_value();
    first = seconds_since(start);
    ended = true;
  }};
  const auto busy = latencies(*one.node, event, kPace, 0, ended);
  maker.join();
  if (!made) return false;
  const auto start = Steady::now();
  if (!bashu::backup::make(what)) return false;
  const double second = seconds_since(start);

  out << "  baseline  plain copy, flushed: " << mib / copied << " MiB/s\n"
      << "  result    first backup beside " << kPace << " events/s: " << mib / first
      << " MiB/s; ratio " << copied / first << "; the next one " << second << " s\n"
      << "  latency   p99 " << percentile(quiet, 0.99) << " ms without, " << percentile(busy, 0.99)
      << " ms during the backup (" << busy.size() << " events)\n";
  return true;
}

}  // namespace bashu::bench
