// bashu-sim: runs seeds of the simulator; or asks the simulator's checks of real nodes.

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "checks.h"
#include "clearing.h"
#include "journal/journal.h"
#include "node/identity.h"
#include "world.h"

namespace {

// `7` or `1..500`.
bool read_range(const std::string& text, std::uint64_t* from, std::uint64_t* to) {
  const auto dots = text.find("..");
  const std::string first = text.substr(0, dots);
  const std::string last = dots == std::string::npos ? first : text.substr(dots + 2);
  const auto read = [](const std::string& digits, std::uint64_t* number) {
    if (digits.empty() || digits.size() > 18) return false;
    if (digits.find_first_not_of("0123456789") != std::string::npos) return false;
    *number = std::stoull(digits);
    return true;
  };
  return read(first, from) && read(last, to) && *from <= *to;
}

// The journals of nodes that do not run, as they are on the disk.
int check(const std::vector<std::string>& dirs, bool at_rest) {
  using namespace bashu;
  const auto broken = [](const sim::Broken& what) {
    std::printf("%s: %s\n", what.check.c_str(), what.detail.c_str());
    return 1;
  };
  std::vector<std::unique_ptr<sim::Shadow>> nodes;
  sim::Shadows shadows;
  for (const std::string& dir : dirs) {
    const auto identity = node::load_public_identity(dir);
    const auto journal = journal::open_sqlite(dir, true);
    if (!identity || !journal) {
      std::fprintf(stderr, "%s: %s\n", dir.c_str(),
                   (identity ? journal.error() : identity.error()).what.c_str());
      return 2;
    }
    sim::Disk disk;
    for (std::uint64_t at = 0; at < (*journal)->size();) {
      auto commits = (*journal)->read(at, 8U << 20);
      if (!commits || commits->empty()) return broken({"journal", dir + " cannot be read"});
      for (journal::Commit& commit : *commits) disk.commits().push_back(std::move(commit));
      at = disk.size();
    }
    nodes.push_back(
        std::make_unique<sim::Shadow>(identity->party, identity->origin, identity->log_key));
    if (const auto found = nodes.back()->follow(disk)) return broken(*found);
    if (const auto found = sim::check_alone(*nodes.back())) return broken(*found);
    shadows.push_back(nodes.back().get());
    std::printf("%s: %llu entries, %zu steps of cases\n", identity->party.c_str(),
                static_cast<unsigned long long>(nodes.back()->size()),
                nodes.back()->steps().size());
  }
  if (const auto found = sim::check_together(shadows)) return broken(*found);
  if (const auto found = at_rest ? sim::check_at_rest(shadows) : std::nullopt) {
    return broken(*found);
  }
  std::printf("every check holds\n");
  return 0;
}

// Two sides that clear with each other.
int clear(std::uint64_t from, std::uint64_t to, bool counts) {
  std::map<std::string, std::int64_t> total;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = from; seed <= to; ++seed) {
    const bashu::sim::ClearingResult result = bashu::sim::simulate_clearing({.seed = seed});
    for (const auto& [what, number] : result.counts) total[what] += number;
    if (!result.broken) continue;
    ++failed;
    std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(seed),
                result.broken->check.c_str(), result.broken->detail.c_str());
  }
  if (counts) {
    for (const auto& [what, number] : total) {
      std::printf("%10lld  %s\n", static_cast<long long>(number), what.c_str());
    }
  }
  std::printf("%llu seeds, %llu failed\n", static_cast<unsigned long long>(to - from + 1),
              static_cast<unsigned long long>(failed));
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Two nodes in virtual time under faults. One line for every seed that breaks a promise."};
  std::string seeds = "1..100";
  int steps = 1'000;
  bool verbose = false, counts = false, clearing = false;
  app.add_option("--seeds", seeds, "A..B, or one seed")->capture_default_str();
  app.add_option("--steps", steps, "events with faults, before healing")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
  app.add_flag("--verbose", verbose, "print everything that happens");
  app.add_flag("--counts", counts, "print how often what happened");
  app.add_flag("--clearing", clearing, "instead: two sides that clear fares with each other");
  std::vector<std::string> dirs;
  bool at_rest = false;
  auto* const checked = app.add_option(
      "--check", dirs, "instead: directories of all nodes of a circle, stopped or killed");
  app.add_flag("--at-rest", at_rest, "with --check: nothing may be on the way any more")
      ->needs(checked);
  CLI11_PARSE(app, argc, argv);
  if (!dirs.empty()) return check(dirs, at_rest);
  std::uint64_t from = 0, to = 0;
  if (!read_range(seeds, &from, &to)) {
    std::fprintf(stderr, "--seeds: give A..B, e.g. 1..500\n");
    return 2;
  }

  if (clearing) return clear(from, to, counts);

  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  auto told = begun;
  std::uint64_t failed = 0;
  std::map<std::string, std::int64_t> total;
  std::string everything;  // equal for equal runs, whatever compiled them
  for (std::uint64_t seed = from; seed <= to; ++seed) {
    const bashu::sim::Result result =
        bashu::sim::simulate({.seed = seed, .steps = steps, .verbose = verbose});
    for (const auto& [what, number] : result.counts) total[what] += number;
    everything += std::to_string(result.trace);
    for (const std::string& digest : result.digests) everything += digest;
    everything = bashu::hex(bashu::sha256(everything));
    if (result.broken) {
      ++failed;
      std::printf(
          "seed %llu: step %d, %lld ms: %s: %s\n    replay: bashu-sim --seeds %llu --steps %d "
          "--verbose\n",
          static_cast<unsigned long long>(seed), result.step, static_cast<long long>(result.at_ms),
          result.broken->check.c_str(), result.broken->detail.c_str(),
          static_cast<unsigned long long>(seed), steps);
      std::fflush(stdout);
    }
    if (const auto now = Clock::now(); now - told > std::chrono::seconds{10}) {
      told = now;
      std::fprintf(stderr, "seed %llu of %llu..%llu, %llu failed\n",
                   static_cast<unsigned long long>(seed), static_cast<unsigned long long>(from),
                   static_cast<unsigned long long>(to), static_cast<unsigned long long>(failed));
    }
  }
  const auto passed =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun).count();
  if (counts) {
    for (const auto& [what, number] : total) {
      std::printf("%10lld  %s\n", static_cast<long long>(number), what.c_str());
    }
  }
  std::printf("%llu seeds of %d steps, %llu failed, %lld ms, digest %.16s\n",
              static_cast<unsigned long long>(to - from + 1), steps,
              static_cast<unsigned long long>(failed), static_cast<long long>(passed),
              everything.c_str());
  return failed == 0 ? 0 : 1;
}
