// The rows of a batch, read wholly or not at all.
//
//     taps      a tap a row (docs/formats/tariff.md)
//     denied    {token, from, until}: a deny list, with the moment each entry took effect; `at` too
//     bills     a medical bill a row
//     refused   {claim, note, version, cancelled}: a claim that this side no longer stands by
//     sheets    what a transfer's signed sheet says of its money, a row each
//     receipts  a bank's statement, ISO 20022 camt.053, as the bank gave it
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fares/denied.h"
#include "fares/rate.h"
#include "medical/bills.h"
#include "transfers/flows.h"
#include "windows/refusals.h"

namespace bashu::windows {

struct Rows {
  std::vector<fares::Tap> taps;
  std::vector<medical::Bill> bills;
  std::vector<fares::Denial> denied;
  std::vector<transfers::Sheet> sheets;
  std::vector<transfers::Receipt> receipts;
  std::vector<Refusal> refused{};

  [[nodiscard]] std::size_t count() const {
    return taps.size() + bills.size() + denied.size() + sheets.size() + receipts.size() +
           refused.size();
  }
};

// What is wrong with a row, in the languages of the texts.
struct WrongRow {
  std::size_t line = 0;  // from 1
  std::string text;      // a key of the texts, or what a calculator said
  bool is_key = false;
  std::string what{};  // of the key's `{what}`
};

// What is taken must keep the bounds of today too; what was taken is read as it was then, so that
// closed windows come out the same.
enum class Reading : std::uint8_t { taken, to_take };
// NDJSON, but for receipts; `what` is one of those above.
[[nodiscard]] std::expected<Rows, WrongRow> read_rows(std::string_view what, std::string_view text,
                                                      Reading reading = Reading::taken);

}  // namespace bashu::windows
