// bashu-hostile: a member that lies to two honest nodes, seed after seed.

#include <CLI/CLI.hpp>

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

#include "play.h"

int main(int argc, char** argv) {
  CLI::App app{
      "A hostile member against two honest nodes in virtual time. One line for every seed in which "
      "a promise does not hold."};
  std::uint64_t from = 1, count = 100;
  int rounds = 12;
  bool counts = false;
  app.add_option("--from", from, "the first seed")->capture_default_str();
  app.add_option("--count", count, "how many seeds")->capture_default_str();
  app.add_option("--rounds", rounds, "of honest acts, a seed")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  app.add_flag("--counts", counts, "print how often the liar did what, and what it was answered");
  CLI11_PARSE(app, argc, argv);

  std::uint64_t failed = 0;
  std::int64_t acts = 0, with = 0, without = 0, heard = 0, written = 0;
  double seconds_with = 0, seconds_without = 0;
  std::map<std::string, std::int64_t> total;
  for (std::uint64_t seed = from; seed < from + count; ++seed) {
    const bashu::hostile::Compared one = bashu::hostile::compare(seed, rounds);
    if (one.broken) {
      ++failed;
      std::printf(
          "seed %llu: %s: %s\n    replay: bashu-hostile --from %llu --count 1 --rounds %d\n",
          static_cast<unsigned long long>(seed), one.broken->check.c_str(),
          one.broken->detail.c_str(), static_cast<unsigned long long>(seed), rounds);
      std::fflush(stdout);
    }
    acts += one.with.acts;
    with += one.with.ticks;
    without += one.without.ticks;
    heard += one.with.heard;
    written += one.with.written - one.without.written;
    seconds_with += one.with.seconds;
    seconds_without += one.without.seconds;
    for (const auto& [what, number] : one.with.counts) total[what] += number;
  }
  if (counts) {
    for (const auto& [what, number] : total) {
      std::printf("%10lld  %s\n", static_cast<long long>(number), what.c_str());
    }
  }
  const auto ratio = [](double part, double whole) { return whole > 0 ? part / whole : 1.0; };
  std::printf(
      "%llu seeds, %llu failed; %lld honest acts at %.2f of their pace (in ticks), %.2f in "
      "processor time; %lld bytes heard of the liar, %lld written for them\n",
      static_cast<unsigned long long>(count), static_cast<unsigned long long>(failed),
      static_cast<long long>(acts), ratio(static_cast<double>(without), static_cast<double>(with)),
      ratio(seconds_without, seconds_with), static_cast<long long>(heard),
      static_cast<long long>(written));
  return failed == 0 ? 0 : 1;
}
