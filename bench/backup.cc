// A backup beside a node at work: its speed against a plain copy of the same journal beside the
// same load, and how long events of cases take meanwhile.

#include "backup/backup.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "bench/bench.h"
#include "bench/case_load.h"

namespace bashu::bench {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEvidence = 64U << 10;
constexpr int kPace = 500;  // events a second while it is measured
constexpr int kRuns = 3;
constexpr std::size_t kBuffer = 4U << 20;

// So that a copy and a backup both read it from the disk.
void forget_cached(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ::fdatasync(file);
  ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  ::close(file);
}

enum class Flush { at_end, often };  // often: as a backup is

bool copy(const fs::path& from, const fs::path& to, Flush flush) {
  const int source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  const int target = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  std::string buffer(kBuffer, '\0');
  ::ssize_t got = 0;
  bool good = true;
  while (good && (got = ::read(source, buffer.data(), buffer.size())) > 0) {
    good = ::write(target, buffer.data(), static_cast<std::size_t>(got)) == got &&
           (flush == Flush::at_end || ::fdatasync(target) == 0);
  }
  good = good && ::fdatasync(target) == 0;
  ::close(source);
  ::close(target);
  return good && got == 0;
}

struct Beside {
  std::vector<double> latencies;  // milliseconds
  double seconds = 0;             // of what was done
  bool good = false;
};
// Events of cases while `work` is done at the lowest priority, as the command does it.
Beside beside_events(const BenchNode& one, const std::function<bool()>& work) {
  Beside beside;
  std::atomic<bool> ended = false;
  std::thread worker{[&] {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10);
    const auto start = Steady::now();
    beside.good = work();
    beside.seconds = seconds_since(start);
    ended = true;
  }};
  beside.latencies = latencies(*one.node, [] { return open_case("{}"); }, kPace, 0, ended);
  worker.join();
  return beside;
}

// Medians of several runs in turns.
struct Runs {
  std::vector<double> mib_per_s, medians, p99s;
  void add(const Beside& one, double mib) {
    mib_per_s.push_back(mib / one.seconds);
    medians.push_back(median(one.latencies));
    p99s.push_back(percentile(one.latencies, 0.99));
  }
  void print(std::ostream& out, const char* what) const {
    out << "  latency   " << what << ": median " << median(medians) << " ms, p99 " << median(p99s)
        << " ms at " << kPace << " events/s\n";
  }
};

bool fill(const BenchNode& one, std::uint64_t mib) {
  const auto large = [&](std::uint64_t) { return open_case(one.chance->bytes(kEvidence)); };
  return submit_all(*one.node, (mib << 20U) / kEvidence, large);
}

double mib_of(const fs::path& file) {
  return static_cast<double>(fs::file_size(file)) / (1U << 20);
}

// The disk at its best: nothing beside it, flushed once.
bool print_disk(std::ostream& out, const fs::path& journal, const fs::path& to) {
  forget_cached(journal);
  const double mib = mib_of(journal);
  const auto start = Steady::now();
  if (!copy(journal, to, Flush::at_end)) return false;
  out << "  disk      the journal of " << mib
      << " MiB copied with nothing beside it, flushed once: " << mib / seconds_since(start)
      << " MiB/s\n"
      << std::flush;
  fs::remove(to);
  return true;
}

void print_result(std::ostream& out, const Runs& copies, const Runs& backups, const Runs& quiet,
                  double next) {
  out << "  result    a first backup beside " << kPace << " events/s: " << median(backups.mib_per_s)
      << " MiB/s; the next one, of what is new, " << next << " s (medians of " << kRuns
      << " runs in turns)\n"
      << "  baseline  a plain copy of the journal, flushed every 4 MiB, beside the same: "
      << median(copies.mib_per_s) << " MiB/s; ratio "
      << median(backups.mib_per_s) / median(copies.mib_per_s) << "\n";
  quiet.print(out, "with nothing beside it");
  copies.print(out, "beside the plain copy");
  backups.print(out, "beside the backup");
  out << "  latency   ratio of the p99s " << median(backups.p99s) / median(quiet.p99s)
      << ", of the plain copy's " << median(copies.p99s) / median(quiet.p99s) << "\n";
}

}  // namespace

bool backup(std::ostream& out) {
  const std::uint64_t mib = size_from("BASHU_BENCH_MIB", 512);
  const Folder folder;
  print_setup(out, "backup: a journal copied beside a node at work", folder.path());
  print_sync(out, probe_sync(folder.path()));
  const BenchNode one = open_node(folder.path() / "node", "alpha");
  adopt_bench_pack(*one.node);
  if (!fill(one, mib)) return false;
  const fs::path journal = folder.path() / "node" / "journal.db", copied = folder.path() / "copy";
  const std::string key = one.chance->bytes(bashu::backup::kKeySize);
  const bashu::backup::What what{.dir = folder.path() / "node",
                                 .to = folder.path() / "backup",
                                 .vault_to = folder.path() / "vault",
                                 .key = key};
  if (!print_disk(out, journal, copied)) return false;
  Runs copies, backups, quiet;
  std::vector<double> next;
  for (int run = 0; run < kRuns; ++run) {
    const double size = mib_of(journal);
    const auto rest = beside_events(one, [] {
      std::this_thread::sleep_for(std::chrono::seconds{10});
      return true;
    });
    forget_cached(journal);
    const auto plain = beside_events(one, [&] { return copy(journal, copied, Flush::often); });
    fs::remove(copied);
    forget_cached(journal);
    const auto first = beside_events(one, [&] { return bashu::backup::make(what).has_value(); });
    const auto start = Steady::now();
    if (!plain.good || !first.good || !bashu::backup::make(what)) return false;
    next.push_back(seconds_since(start));
    for (const fs::path& made : {what.to, what.vault_to}) fs::remove_all(made);
    quiet.add(rest, size);
    copies.add(plain, size);
    backups.add(first, size);
  }
  print_result(out, copies, backups, quiet, median(next));
  return true;
}

}  // namespace bashu::bench
