// bashu bench: measurements compiled in. A benchmark is a function of the console; add a row.

#include <algorithm>
#include <ostream>

#include "bench/bench.h"
#include "main/benchmarks.h"
#include "main/commands.h"

namespace bashu::cli {

namespace {

template <bool (*Measure)(std::ostream&)>
Exit run(const Console& console) {
  return Measure(console.out) ? Exit::done : Exit::refused;
}

}  // namespace

const std::vector<Benchmark>& benchmarks() {
  static const std::vector<Benchmark> kBenchmarks{
      {"feeds", "batches of 8,192 transfers through the in-process pipeline", run<bench::feeds>},
      {"feeds-random", "the same with random ids", run<bench::feeds_random>},
      {"feeds-hold", "the same with a hold: held back in one transfer, paid in another",
       run<bench::feeds_hold>},
      {"feeds-http", "32 clients with one transfer each over HTTP", run<bench::feeds_http>},
      {"feeds-http-batches", "4 clients with batches of 8,192 transfers over HTTP",
       run<bench::feeds_http_batches>},
      {"cases", "events of cases through the pipeline, and their latency", run<bench::cases>},
      {"exchange", "signed and receipted messages between two processes", run<bench::exchange>},
      {"figures", "figures over 300,000 records, the overview, a rebuild of all views",
       run<bench::figures>},
      {"views-postgres", "the tables of a journal made on a PostgreSQL server, and in a file",
       run<bench::views_postgres>},
      {"find", "search over 1,000,000 cases, the inbox of 100,000", run<bench::find>},
      {"fares", "28,000,000 taps rated", run<bench::fares>},
      {"clearing", "a window of 10,000,000 lines closed, 1,000,000 compared, bills priced",
       run<bench::clearing>},
      {"network", "journey times: one to all, a morning, counties, a feed of 10,000,000 stop times",
       run<bench::network>},
      {"restart", "a node with a million events behind it", run<bench::restart>},
      {"scale", "ten million cases: steps, memory, restart, verification", run<bench::scale>},
      {"verify", "a long journal verified", run<bench::verify>},
      {"journals", "the journal in PostgreSQL beside the one in a directory", run<bench::journals>},
      {"standby", "a standby takes the writer's place, with a long journal behind it",
       run<bench::standby>},
      {"backup", "a backup beside a node at work, against a plain copy", run<bench::backup>},
  };
  return kBenchmarks;
}

Exit bench(const Console& console, const std::vector<std::string>& names) {
  if (names.empty()) {
    for (const Benchmark& one : benchmarks()) console.out << one.name << "  " << one.what << '\n';
    if (benchmarks().empty()) {
      console.out << console.say("no benchmarks are compiled in\n", "未编入任何基准测试\n");
    }
    return Exit::done;
  }
  for (const std::string& name : names) {
    const auto it = std::ranges::find(benchmarks(), name, &Benchmark::name);
    if (it == benchmarks().end()) {
      return console.fail("no benchmark " + name, "没有基准测试 " + name);
    }
    if (const Exit exit = it->run(console); exit != Exit::done) return exit;
  }
  return Exit::done;
}

}  // namespace bashu::cli
