#include "windows/batches.h"

#include <algorithm>
#include <map>

#include "base/json.h"
#include "fares/tap_rows.h"

namespace bashu::windows {

namespace {

constexpr JsonLimits kRow{.depth = 16, .values = 200'000};

}  // namespace

std::expected<std::size_t, WrongRow> Batches::add(std::string_view what, std::string_view rows,
                                                  std::size_t number) {
  Batches more;
  std::size_t line = 0, taken = 0;
  const auto wrong = [&](std::string text, bool is_key) {
    return std::unexpected{WrongRow{.line = line, .text = std::move(text), .is_key = is_key}};
  };
  while (!rows.empty()) {
    const std::size_t end = std::min(rows.find('\n'), rows.size());
    const std::string_view text = rows.substr(0, end);
    rows.remove_prefix(std::min(end + 1, rows.size()));
    ++line;
    if (text.empty() || text == "\r") continue;
    const auto row = parse_json(text, kRow);
    if (!row || !row->as_record()) return wrong("windows.no_json", true);
    if (what == "taps") {
      fares::Tap tap;
      const std::string odd = fares::tap_of(*row->as_record(), tap);
      if (!odd.empty()) return wrong("fares." + odd, true);
      more.taps_.emplace_back(number, std::move(tap));
    } else if (what == "denied") {
      const auto at = fares::moment(fares::text_in(*row->as_record(), "at"));
      std::string token = fares::text_in(*row->as_record(), "token");
      if (!at || token.empty()) return wrong("clear.bad_denied", true);
      more.denied_.emplace_back(number, std::pair{std::move(token), *at});
    } else {
      auto bill = medical::priced(*row);
      if (!bill) return wrong(bill.error(), false);
      more.bills_.emplace_back(number, *std::move(bill));
    }
    ++taken;
  }
  std::ranges::move(more.taps_, std::back_inserter(taps_));
  std::ranges::move(more.denied_, std::back_inserter(denied_));
  std::ranges::move(more.bills_, std::back_inserter(bills_));
  return taken;
}

std::vector<clearing::Entry> Batches::claims(const std::pair<std::string, std::string>& sides,
                                             const std::optional<fares::Tariff>& tariff,
                                             std::size_t count) const {
  std::vector<medical::Bill> bills;
  for (const auto& [number, bill] : bills_) {
    if (number < count) bills.push_back(bill);
  }
  std::vector<clearing::Entry> out = medical::claims(std::move(bills));
  fares::Denied denied;
  for (const auto& [number, one] : denied_) {
    if (number >= count) continue;
    // Of two lists that name a token the earlier one counts, in whatever order they came.
    const auto [held, fresh] = denied.insert(one);
    if (!fresh) held->second = std::min(held->second, one.second);
  }
  std::map<std::string, std::vector<fares::Tap>> tokens;
  for (const auto& [number, tap] : taps_) {
    if (number < count) tokens[tap.token].push_back(tap);
  }
  for (auto& [token, taps] : tokens) {
    if (!tariff) break;
    std::ranges::move(fares::claims(*tariff, std::move(taps), denied), std::back_inserter(out));
  }
  const auto between = std::minmax(sides.first, sides.second);
  std::erase_if(out, [&](const clearing::Entry& one) {
    return std::minmax(one.creditor, one.debtor) != between;
  });
  return out;
}

}  // namespace bashu::windows
