// Information and money of transfers side by side: of each payment reference what signed sheets say
// was sent, what was ordered from the own bank, and what a bank has booked.
//
//     cases ──► sheets ─────────────────► said ──────┐
//     register of what was ordered ─────► ordered    ├─► one row, and whether it is the same
//     receipts (payee), orders (payer) ─► booked ────┘
//     closed windows ───────────────────► agreed
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/clearing_transfers.h"

namespace bashu::api {

using clearing::Money;

enum class Meeting : std::uint8_t { met, no_money, no_sheet, amount };
// `met`, `no_money` (information without money), `no_sheet`, `amount`.
[[nodiscard]] const char* meeting_name(Meeting meeting);

struct FlowBooking {
  Date on;
  Money amount = 0;  // fen; below zero if it went back
  std::string bank;  // the bank's reference
};
struct Flow {
  std::string payer, payee, reference;
  std::vector<SentTransfer> transfers;  // whose sheets name it
  std::optional<Money> said;            // by sheets, fen
  Date sent_on;                         // of the last one
  Money ordered = 0;                    // of the own bank
  std::string order;                    // the last order that has it; empty: none
  Money booked = 0;                     // by a bank: ours, or theirs as both sides agreed
  std::vector<FlowBooking> bookings;    // of ours, in order of days
  Money agreed = 0;                     // by both sides, in closed windows
  Meeting meeting{};
  // From the sheet to the last booking; nullopt unless both are there.
  [[nodiscard]] std::optional<std::int64_t> days() const;
};
// What the register says the bank was told of a transfer.
struct OrderedRow {
  std::string reference;
  Money amount = 0;
};
struct Flows {
  std::vector<Flow> rows;  // by payer and reference; what was taken back altogether is left out
  std::map<std::string, OrderedRow> ordered;  // by transfer
  std::vector<views::CaseRow> orders;         // newest first
};
[[nodiscard]] std::expected<Flows, Problem> flows_of(Context& context, const Call& call,
                                                     const ClearingBook& book);

// The payment orders of a book, newest first.
[[nodiscard]] std::expected<std::vector<views::CaseRow>, Problem> orders_of(
    const Call& call, const ClearingBook& book);
// `bookings` of an order, as forms have them.
struct OrderBooking {
  std::string reference;
  FlowBooking of;
};
[[nodiscard]] std::vector<OrderBooking> bookings_of(const views::CaseRow& order);
[[nodiscard]] Value bookings_value(const std::vector<OrderBooking>& bookings);

}  // namespace bashu::api
