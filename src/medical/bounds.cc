#include "medical/bounds.h"

#include <cstddef>

namespace bashu::medical {

namespace {

constexpr std::int64_t kWhole = 1'000;  // shares are thousandths

bool within(const Value& record, const char* name, std::int64_t most) {
  const Value* found = record.find(name);
  const std::int64_t* number = found ? found->as_int() : nullptr;
  return !number || (*number >= 0 && *number <= most);
}

}  // namespace

std::optional<Beyond> beyond(const Value& bill) {
  const std::string id = bill.text_at("bill");
  if (id.contains('~')) return Beyond{.key = "medical.bill_tilde", .what = id};
  const Value* lines = bill.find("lines");
  const Value::List* list = lines ? lines->as_list() : nullptr;
  std::int64_t gross = 0;
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    const Value& line = (*list)[i];
    const std::string at = "lines[" + std::to_string(i) + "].";
    if (!within(line, "price", kPriceMost)) {
      return Beyond{.key = "medical.price_beyond", .what = at + "price"};
    }
    if (!within(line, "own_first", kWhole)) {
      return Beyond{.key = "medical.share_beyond", .what = at + "own_first"};
    }
    gross += line.int_at("price");
    if (gross > kGrossMost) return Beyond{.key = "medical.gross_beyond", .what = id};
  }
  const Value* policy = bill.find("policy");
  if (policy && !within(*policy, "rate", kWhole)) {
    return Beyond{.key = "medical.share_beyond", .what = "policy.rate"};
  }
  return std::nullopt;
}

}  // namespace bashu::medical
