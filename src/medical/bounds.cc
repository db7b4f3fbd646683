#include "medical/bounds.h"

#include <array>
#include <cstddef>
#include <limits>
#include <utility>

namespace bashu::medical {

namespace {

constexpr std::int64_t kWhole = 1'000;  // shares are thousandths

bool within(const Value& record, const char* name, std::int64_t most) {
  const Value* found = record.find(name);
  const std::int64_t* number = found ? found->as_int() : nullptr;
  return !number || (*number >= 0 && *number <= most);
}

bool below_zero(const Value& record, const char* name) {
  return !within(record, name, std::numeric_limits<std::int64_t>::max());
}

// What names a bill and says that it stands: of another type it would be read as if it were absent.
std::optional<Beyond> head_beyond(const Value& bill) {
  const std::string id = bill.text_at("bill");
  if (id.contains('~')) return Beyond{.key = "medical.bill_tilde", .what = id};
  const Value* version = bill.find("version");
  if (version && !version->as_int()) {
    return Beyond{.key = "medical.not_whole", .what = "version"};
  }
  const Value* cancelled = bill.find("cancelled");
  if (cancelled && !cancelled->as_bool()) {
    return Beyond{.key = "medical.not_true_or_false", .what = "cancelled"};
  }
  return std::nullopt;
}

std::optional<Beyond> line_beyond(const Value& line, const std::string& at) {
  if (!within(line, "price", kPriceMost)) {
    return Beyond{.key = "medical.price_beyond", .what = at + "price"};
  }
  if (below_zero(line, "limit")) return Beyond{.key = "medical.below_zero", .what = at + "limit"};
  if (!within(line, "own_first", kWhole)) {
    return Beyond{.key = "medical.share_beyond", .what = at + "own_first"};
  }
  return std::nullopt;
}

std::optional<Beyond> terms_beyond(const Value& bill) {
  const Value* policy = bill.find("policy");
  if (policy && !within(*policy, "rate", kWhole)) {
    return Beyond{.key = "medical.share_beyond", .what = "policy.rate"};
  }
  constexpr std::array kAmounts{std::pair{"policy", "deductible"}, std::pair{"policy", "cap"},
                                std::pair{"used", "deductible"}, std::pair{"used", "pool"}};
  for (const auto& [record, name] : kAmounts) {
    const Value* found = bill.find(record);
    if (!found || !below_zero(*found, name)) continue;
    return Beyond{.key = "medical.below_zero", .what = std::string{record} + "." + name};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Beyond> beyond(const Value& bill) {
  if (auto head = head_beyond(bill)) return head;
  const Value* lines = bill.find("lines");
  const Value::List* list = lines ? lines->as_list() : nullptr;
  std::int64_t gross = 0;
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    const Value& line = (*list)[i];
    if (auto wrong = line_beyond(line, "lines[" + std::to_string(i) + "].")) return wrong;
    gross += line.int_at("price");
    if (gross > kGrossMost) {
      return Beyond{.key = "medical.gross_beyond", .what = bill.text_at("bill")};
    }
  }
  return terms_beyond(bill);
}

}  // namespace bashu::medical
