#include "bank/order.h"

#include <charconv>

#include "base/bytes.h"
#include "base/json.h"

namespace bashu::bank {

std::string order_id(std::string_view payer, std::string_view payee, Money amount,
                     const std::vector<std::string>& statements) {
  const Value::Record all{{"payer", payer},
                          {"payee", payee},
                          {"amount", amount},
                          {"statements", Value::List{statements.begin(), statements.end()}}};
  return hex(sha256(canonical_json(all))).substr(0, 32);
}

std::string decimal(Money fen) {
  const std::string cents = std::to_string(fen % 100);
  return std::to_string(fen / 100) + "." + (cents.size() == 1 ? "0" : "") + cents;
}

std::optional<Money> fen(std::string_view decimal) {
  constexpr Money kYuanMax = 100'000'000'000;
  const std::size_t point = decimal.find('.');
  const std::string_view whole = decimal.substr(0, point);
  std::string_view part = point == std::string_view::npos ? "" : decimal.substr(point + 1);
  while (part.size() > 2 && part.back() == '0') part.remove_suffix(1);
  const std::string cents =
      std::string{part} + std::string(part.size() < 2 ? 2 - part.size() : 0, '0');
  Money yuan = 0, rest = 0;
  const auto read = [](std::string_view text, Money& to) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
    return error == std::errc{} && end == text.data() + text.size() && to >= 0 && text[0] != '-';
  };
  if (cents.size() != 2 || !read(whole, yuan) || !read(cents, rest) || yuan > kYuanMax) {
    return std::nullopt;
  }
  return yuan * 100 + rest;
}

}  // namespace bashu::bank
