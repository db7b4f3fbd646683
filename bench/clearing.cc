// Statements closed, compared, and bills priced.

#include <algorithm>
#include <atomic>
#include <iomanip>
#include <string>
#include <thread>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "bench/bench.h"
#include "calculators/calculators.h"
#include "clearing/reconcile.h"
#include "windows/due.h"

namespace bashu::bench {

namespace {

constexpr double kCloseGoalS = 1, kReconcileGoalS = 3, kMedicalGoal = 1'000'000;
constexpr std::size_t kBytesGoal = 1'000'000;

std::vector<clearing::Line> lines(std::size_t count) {
  std::vector<clearing::Line> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Hash key = sha256(std::to_string(i));
    Hash content = key;
    std::ranges::reverse(content);
    out.push_back({.key = key, .content = content});
  }
  return out;
}

// Seconds to close a window whose tree is made from its lines at that moment.
double at_once(std::size_t count) {
  auto all = lines(count);
  const auto begun = Steady::now();
  const clearing::Tree tree{std::move(all)};
  BASHU_ASSERT(tree.root() != Hash{} && tree.lines().size() == count);
  return seconds_since(begun);
}

constexpr std::size_t kBatch = 8'192;

// The claims of one batch come, and the statement is at hand.
void take_batch(windows::Due& due, std::size_t from) {
  static const Date kDay = *Date::parse("2026-03-02");
  for (std::size_t i = from; i < from + kBatch; ++i) {
    const std::string name = "t" + std::to_string(i);
    due.set(name, clearing::Entry{.id = name,
                                  .creditor = i % 2 ? "alpha" : "beta",
                                  .debtor = i % 2 ? "beta" : "alpha",
                                  .of = "metro",
                                  .day = kDay,
                                  .first = "i" + std::to_string(i),
                                  .last = "o" + std::to_string(i),
                                  .state = {},
                                  .amounts = {.gross = 300, .net = 300}});
  }
  BASHU_ASSERT(due.statement().end >= from + kBatch);
}

bool close_window(std::ostream& out, const std::filesystem::path& dir) {
  constexpr std::size_t kLines = 10'002'432;  // whole batches
  constexpr std::size_t kLast = 60 * kBatch;  // that come while postings are measured
  constexpr int kPace = 500;                  // postings a second
  const double once_s = at_once(kLines);
  windows::Due due{{"alpha", "beta"}};
  due.until(*Date::parse("2026-03-03"));
  const std::size_t before = resident_bytes();
  std::vector<double> batches;
  std::size_t count = 0;
  const auto take = [&] {
    const auto begun = Steady::now();
    take_batch(due, count);
    count += kBatch;
    batches.push_back(seconds_since(begun) * 1e3);
  };
  while (count < kLines - kLast) take();
  const std::size_t bytes = (resident_bytes() - before) / count;

  const BenchNode one = open_node(dir / "node", "alpha");
  adopt_bench_pack(*one.node);
  std::uint64_t number = 0;
  const auto posting = [&] {
    return node::Request{.command = core::PostFeed{.by = clerk(),
                                                   .pack = "bench",
                                                   .feed = "transfer",
                                                   .role = "clerk",
                                                   .lines = {transfer(number++)}},
                         .evidence = "{}"};
  };
  std::atomic<bool> ended = true;
  const auto quiet = latencies(*one.node, posting, kPace, 5 * kPace, ended);
  ended = false;
  double close_s = 0;
  std::jthread closer{[&] {
    while (count < kLines) take();
    const auto begun = Steady::now();
    const auto statement = due.statement_with({});
    BASHU_ASSERT(statement && statement->end == kLines);
    due.close(*statement, {});
    close_s = seconds_since(begun);
    ended = true;
  }};
  const auto busy = latencies(*one.node, posting, kPace, 0, ended);
  closer.join();
  out << std::setprecision(4) << "  result       a window of " << kLines << " lines closed in "
      << close_s << " s, goal " << kCloseGoalS << (close_s < kCloseGoalS ? "" : "  MISSED") << "\n"
      << std::setprecision(1) << "  lines        come in batches of " << kBatch
      << ", each with its statement: median " << median(batches) << " ms, p99 "
      << percentile(batches, 0.99) << " ms; " << bytes << " bytes a line\n"
      << "  latency      of " << kPace << " postings/s: median " << std::setprecision(2)
      << median(quiet) << " ms, p99 " << percentile(quiet, 0.99) << " ms without; " << median(busy)
      << " and " << percentile(busy, 0.99) << " ms while lines come and the window is closed ("
      << busy.size() << " postings)\n"
      << "  baseline     " << once_s
      << " s to make the tree of these lines at once: " << std::setprecision(0) << once_s / close_s
      << " times\n";
  return close_s < kCloseGoalS;
}

bool compare(std::ostream& out) {
  constexpr std::size_t kLines = 1'000'000;
  constexpr std::size_t kDiffer = 100;
  auto left = lines(kLines), right = left;
  for (std::size_t i = 0; i < kDiffer; ++i) right[i * 9'973].content = Hash{};
  auto begun = Steady::now();
  const clearing::Tree here{left}, there{right};
  const auto found = clearing::reconcile(here, clearing::as_other(there));
  const double seconds = seconds_since(begun);
  BASHU_ASSERT(found.differ.size() == kDiffer && found.only_here.empty());
  begun = Steady::now();
  const auto by_key = [](const clearing::Line& a, const clearing::Line& b) {
    return a.key < b.key;
  };
  std::ranges::sort(left, by_key);
  std::ranges::sort(right, by_key);
  std::size_t differ = 0;
  for (std::size_t i = 0; i < kLines; ++i) differ += left[i].content != right[i].content;
  const double whole_s = seconds_since(begun);
  BASHU_ASSERT(differ == kDiffer);
  const bool good = seconds <= kReconcileGoalS && found.bytes < kBytesGoal;
  out << std::setprecision(2)
      << "  result       1,000,000 with 1,000,000 lines that differ in 100: " << seconds
      << " s with both trees built, " << found.bytes << " bytes exchanged; goal " << kReconcileGoalS
      << " s, " << kBytesGoal << " bytes" << (good ? "" : "  MISSED") << "\n"
      << "  baseline     " << whole_s << " s to sort and compare both whole lists, "
      << kLines * sizeof(clearing::Line) << " bytes: "
      << static_cast<double>(kLines * sizeof(clearing::Line)) / static_cast<double>(found.bytes)
      << " times as many\n";
  return good;
}

bool medical(std::ostream& out) {
  constexpr int kBills = 50'000, kLinesEach = 20;
  const auto settle = calculators::find("medical.settle", 1);
  std::vector<std::string> texts;
  std::vector<Value> bills;
  for (int i = 0; i < kBills; ++i) {
    Value::List items;
    for (int k = 0; k < kLinesEach; ++k) {
      items.push_back(Value::Record{{"list", k % 7 == 6   ? "C"
                                             : k % 3 == 2 ? "B"
                                                          : "A"},
                                    {"price", 500 + (i * 31 + k * 7'919) % 60'000},
                                    {"limit", 40'000},
                                    {"own_first", 100}});
    }
    bills.emplace_back(Value::Record{
        {"lines", std::move(items)},
        {"policy", Value::Record{{"deductible", 80'000}, {"rate", 800}, {"cap", 20'000'000}}},
        {"used", Value::Record{{"deductible", 0}, {"pool", 0}}}});
    texts.push_back(canonical_json(bills.back()));
  }
  auto begun = Steady::now();
  std::int64_t total = 0;
  for (const Value& bill : bills) {
    const auto shares = settle(bill);
    BASHU_ASSERT(shares);
    total += shares->int_at("total");
  }
  const double priced_s = seconds_since(begun);
  begun = Steady::now();
  for (const std::string& text : texts) BASHU_ASSERT(parse_json(text));
  const double reading_s = seconds_since(begun);
  BASHU_ASSERT(total > 0);
  constexpr double kAll = double{kBills} * kLinesEach;
  const bool good = kAll / priced_s >= kMedicalGoal;
  out << std::setprecision(0) << "  result       " << kAll / priced_s
      << " medical lines/s priced on one thread, goal " << kMedicalGoal << (good ? "" : "  MISSED")
      << "\n"
      << "  baseline     " << kAll / reading_s << " lines/s only read as JSON\n";
  return good;
}

}  // namespace

bool clearing(std::ostream& out) {
  const Folder folder;
  print_setup(out, "clearing: statements closed and compared, bills priced", folder.path());
  out << std::fixed;
  const bool closed = close_window(out, folder.path());
  const bool compared = compare(out);
  return medical(out) && closed && compared;
}

}  // namespace bashu::bench
