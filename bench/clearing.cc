// Statements closed, compared, and bills priced.

#include <algorithm>
#include <ctime>
#include <iomanip>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "bench/bench.h"
#include "calculators/calculators.h"
#include "clearing/reconcile.h"

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

bool close_window(std::ostream& out) {
  constexpr std::size_t kLines = 10'000'000;
  auto all = lines(kLines);
  std::string bytes(kLines * sizeof(clearing::Line), 'x');
  auto begun = Steady::now();
  BASHU_ASSERT(sha256(bytes) != Hash{});
  const double hashing_s = seconds_since(begun);
  bytes = {};
  begun = Steady::now();
  const std::clock_t processor = std::clock();
  const clearing::Tree tree{std::move(all)};
  const Hash root = tree.root();
  const double close_s = seconds_since(begun);
  const double processor_s = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  BASHU_ASSERT(root != Hash{} && tree.lines().size() == kLines);
  out << std::setprecision(2) << "  result       a window of 10,000,000 lines closed in " << close_s
      << " s (" << processor_s << " s of processor time), goal " << kCloseGoalS
      << (close_s < kCloseGoalS ? "" : "  MISSED") << "\n"
      << "  baseline     " << hashing_s
      << " s for one SHA-256 over the same bytes: " << close_s / hashing_s << " times\n";
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
  const bool closed = close_window(out);
  const bool compared = compare(out);
  return medical(out) && closed && compared;
}

}  // namespace bashu::bench
