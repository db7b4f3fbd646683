// bashu-sim: runs seeds of the simulator.

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

#include "base/bytes.h"
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

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Two nodes in virtual time under faults. One line for every seed that breaks a promise."};
  std::string seeds = "1..100";
  int steps = 1'000;
  bool verbose = false, counts = false;
  app.add_option("--seeds", seeds, "A..B, or one seed")->capture_default_str();
  app.add_option("--steps", steps, "events with faults, before healing")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
  app.add_flag("--verbose", verbose, "print everything that happens");
  app.add_flag("--counts", counts, "print how often what happened");
  CLI11_PARSE(app, argc, argv);
  std::uint64_t from = 0, to = 0;
  if (!read_range(seeds, &from, &to)) {
    std::fprintf(stderr, "--seeds: give A..B, e.g. 1..500\n");
    return 2;
  }

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
