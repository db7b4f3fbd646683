#include "windows/rows.h"

#include <algorithm>

#include "bank/camt053.h"
#include "base/flat_json.h"
#include "base/json.h"
#include "fares/tap_rows.h"
#include "medical/bounds.h"
#include "windows/refusal_checks.h"

namespace bashu::windows {

namespace {

constexpr JsonLimits kRow{.depth = 16, .values = 200'000};

}  // namespace

std::expected<Rows, WrongRow> read_rows(std::string_view what, std::string_view rows,
                                        Reading reading) {
  Rows out;
  if (what == "receipts") {
    const auto bookings = bank::read_camt053(rows);
    if (!bookings) {
      return std::unexpected{WrongRow{
          .line = 1, .text = "windows.no_camt053", .is_key = true, .what = bookings.error()}};
    }
    // Another statement that has the booking too could not be told to have the same one.
    for (const bank::Booking& one : *bookings) {
      if (reading == Reading::taken || !one.by_place || transfers::receipts_of({one}).empty()) {
        continue;
      }
      return std::unexpected{WrongRow{.line = 1,
                                      .text = "windows.no_bank_reference",
                                      .is_key = true,
                                      .what = one.day.text() + " " + bank::decimal(one.amount)}};
    }
    out.receipts = transfers::receipts_of(*bookings);
    return out;
  }
  std::size_t line = 0;
  const auto wrong = [&](std::string text, bool is_key) {
    return std::unexpected{WrongRow{.line = line, .text = std::move(text), .is_key = is_key}};
  };
  const auto add_tap = [&](const auto& row) {
    fares::Tap tap;
    std::string odd = fares::tap_of(row, tap);
    if (odd.empty()) out.taps.push_back(std::move(tap));
    return odd;
  };
  RefusalChecks refusals;
  FlatJson flat;
  while (!rows.empty()) {
    const std::size_t end = std::min(rows.find('\n'), rows.size());
    const std::string_view text = rows.substr(0, end);
    rows.remove_prefix(std::min(end + 1, rows.size()));
    ++line;
    if (text.empty() || text == "\r") continue;
    if (what == "taps" && flat.read(text)) {
      if (const std::string odd = add_tap(flat); !odd.empty()) return wrong("fares." + odd, true);
      continue;
    }
    const auto row = parse_json(text, kRow);
    if (!row || !row->as_record()) return wrong("windows.no_json", true);
    if (what == "taps") {
      const std::string odd = add_tap(*row->as_record());
      if (!odd.empty()) return wrong("fares." + odd, true);
    } else if (what == "denied") {
      auto entry = fares::denial_of(*row->as_record(), reading == Reading::to_take);
      if (!entry) return wrong("clear.bad_denied", true);
      out.denied.push_back(*std::move(entry));
    } else if (what == "refused") {
      auto refusal = refusal_of(*row->as_record());
      if (!refusal) return wrong("windows.bad_refused", true);
      auto odd = reading == Reading::to_take ? refusals.wrong_with(*row->as_record(), *refusal)
                                             : std::nullopt;
      if (odd) {
        return std::unexpected{WrongRow{.line = line,
                                        .text = std::move(odd->key),
                                        .is_key = true,
                                        .what = std::move(odd->what)}};
      }
      out.refused.push_back(*std::move(refusal));
    } else if (what == "sheets") {
      auto sheet = transfers::sheet_of(*row);
      if (!sheet) return wrong(sheet.error(), false);
      out.sheets.push_back(*std::move(sheet));
    } else {
      auto bill = medical::priced(*row);
      if (!bill) return wrong(bill.error(), false);
      const auto beyond = reading == Reading::to_take ? medical::beyond(*row) : std::nullopt;
      if (beyond) {
        return std::unexpected{
            WrongRow{.line = line, .text = beyond->key, .is_key = true, .what = beyond->what}};
      }
      out.bills.push_back(*std::move(bill));
    }
  }
  if (what == "refused" && reading == Reading::to_take && out.refused.empty()) {
    return wrong("windows.refused_none", true);
  }
  return out;
}

}  // namespace bashu::windows
