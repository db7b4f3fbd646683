// bashu bench: measurements compiled in. A benchmark is a function of the console; add a row.

#include <algorithm>
#include <ostream>

#include "main/benchmarks.h"
#include "main/commands.h"

namespace bashu::cli {

const std::vector<Benchmark>& benchmarks() {
  static const std::vector<Benchmark> kBenchmarks{};
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
