#include "calculators/medical.h"

#include <algorithm>

#include "base/muldiv.h"

namespace bashu::calculators {
namespace {

using Amount = std::expected<std::int64_t, std::string>;

Amount member(const Value& record, std::string_view name) {
  const Value* value = record.find(name);
  const std::int64_t* number = value ? value->as_int() : nullptr;
  if (!number) return std::unexpected{"'" + std::string{name} + "' must be an integer"};
  return *number;
}

std::unexpected<std::string> too_large() {
  return std::unexpected{std::string{"an amount is outside the 64-bit integers"}};
}

// What of a line the fund's rules consider: category A up to its limit, B less the share that the
// patient pays first, C nothing.
Amount in_scope(const Value& line, std::int64_t price) {
  const std::string list = line.text_at("list");
  if (list == "C") return 0;
  if (list != "A" && list != "B") return std::unexpected{std::string{"'list' must be A, B or C"}};
  const Amount limit = member(line, "limit");
  if (!limit) return limit;
  const std::int64_t allowed = std::min(price, *limit);
  if (list == "A") return allowed;
  const Amount own_first = member(line, "own_first");
  if (!own_first) return own_first;
  std::int64_t share = 0;
  if (__builtin_sub_overflow(std::int64_t{1000}, *own_first, &share)) return too_large();
  const auto rest = muldiv(allowed, share, 1000, Rounding::half_up);
  if (!rest) return too_large();
  return *rest;
}

}  // namespace

std::expected<Value, std::string> medical_settle(const Value& input) {
  const Value* lines = input.find("lines");
  const Value* policy = input.find("policy");
  const Value* used = input.find("used");
  if (!lines || !lines->as_list() || !policy || !used) {
    return std::unexpected{std::string{"lines, policy and used are needed"}};
  }
  std::int64_t total = 0;
  std::int64_t scope = 0;
  for (const Value& line : *lines->as_list()) {
    const Amount price = member(line, "price");
    if (!price) return std::unexpected{price.error()};
    const Amount considered = in_scope(line, *price);
    if (!considered) return std::unexpected{considered.error()};
    if (__builtin_add_overflow(total, *price, &total) ||
        __builtin_add_overflow(scope, *considered, &scope)) {
      return too_large();
    }
  }
  const Amount yearly = member(*policy, "deductible");
  const Amount rate = member(*policy, "rate");
  const Amount cap = member(*policy, "cap");
  const Amount used_deductible = member(*used, "deductible");
  const Amount used_pool = member(*used, "pool");
  for (const Amount* amount : {&yearly, &rate, &cap, &used_deductible, &used_pool}) {
    if (!*amount) return std::unexpected{amount->error()};
  }
  std::int64_t open = 0;
  std::int64_t room = 0;
  if (__builtin_sub_overflow(*yearly, *used_deductible, &open) ||
      __builtin_sub_overflow(*cap, *used_pool, &room)) {
    return too_large();
  }
  const std::int64_t deductible = std::min(scope, std::max<std::int64_t>(0, open));
  std::int64_t base = 0;
  if (__builtin_sub_overflow(scope, deductible, &base)) return too_large();
  const auto share = muldiv(base, *rate, 1000, Rounding::half_up);
  if (!share) return too_large();
  const std::int64_t pool = std::min(*share, std::max<std::int64_t>(0, room));
  std::int64_t cash = 0;
  if (__builtin_sub_overflow(total, pool, &cash)) return too_large();
  return Value{Value::Record{{"total", total},
                             {"in_scope", scope},
                             {"deductible", deductible},
                             {"pool", pool},
                             {"cash", cash}}};
}

}  // namespace bashu::calculators
