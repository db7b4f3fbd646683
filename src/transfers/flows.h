// Money that moves in two flows between two sides: a signed information sheet says what is sent,
// the payee's bank says what has come. A claim is what one payment reference comes to: on the
// payer's side by the sheets that name it, on the payee's by what the bank has booked. Where both
// come to the same, the flows have met.
//
//     sheets   (of either side's transfers) ──► payer's claims of a reference ──┐
//                                      └─ day                                   ├─ one statement
//     receipts (of the own bank)       ──────► payee's claims of a reference ───┘
//
// A function of the rows of the batches counted, in whatever order they came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bank/camt053.h"
#include "base/date.h"
#include "base/value.h"
#include "clearing/statement.h"

namespace bashu::transfers {

using clearing::Money;

// What a transfer's signed sheet says of its money.
struct Sheet {
  std::string transfer;      // the case
  std::string payer, payee;  // sides
  std::string reference;     // that the payment carries
  Money amount = 0;
  Date day;                  // on which it was sent
  std::int64_t version = 0;  // a later one takes the place of an earlier one
};
[[nodiscard]] Value to_value(const Sheet& sheet);
// An error names the member that is wrong.
[[nodiscard]] std::expected<Sheet, std::string> sheet_of(const Value& value);

// A payment, or part of one, that a bank has booked: money in, or money in that went back.
struct Receipt {
  std::string booking;  // the bank's reference of it
  std::size_t part = 0;
  std::string account, counterparty;  // ours and theirs; the latter empty if not told
  std::string reference;              // that it carries: its EndToEndId, a structured remittance's,
                                      // else the bank's
  Date day;
  Money amount = 0;
  // One that two statements of the bank have counts once.
  friend auto operator<=>(const Receipt&, const Receipt&) = default;
};
[[nodiscard]] std::vector<Receipt> receipts_of(const std::vector<bank::Booking>& bookings);

// The sides, and where the own one is paid from: only what came from there, or carries a reference
// of the other's sheets, is of this book.
struct Between {
  std::string own, other;
  std::string own_account, other_account;
};

// What is known of a reference.
struct Known {
  std::optional<Money> said;  // by sheets; nullopt: there is none
  Money booked = 0;           // by the bank; only where the own side is the payee
};

class Flows {
 public:
  explicit Flows(Between between) : between_{std::move(between)} {}

  // The rows of batch `number`; gives the ids of the claims that they may change.
  std::set<std::string> add(std::size_t number, std::vector<Sheet> sheets,
                            std::vector<Receipt> receipts);
  // By the batches before number `counted`.
  [[nodiscard]] std::optional<clearing::Entry> claim(const std::string& id,
                                                     std::size_t counted) const;
  [[nodiscard]] std::optional<Sheet> sheet(const std::string& transfer, std::size_t counted) const;
  [[nodiscard]] Known known(const std::string& id, std::size_t counted) const;
  // Every reference of which anything is known, with what the bank booked of it, by id.
  struct Reference {
    std::string id, payer, payee, reference;
    Known known;
    std::vector<Receipt> receipts;
  };
  [[nodiscard]] std::vector<Reference> references(std::size_t counted) const;

 private:
  template <typename T>
  using Numbered = std::vector<std::pair<std::size_t, T>>;  // by number of the batch
  struct Named {
    std::string payer, payee, reference;
    std::set<std::string> transfers;  // any sheet of which names it
    Numbered<Receipt> receipts;
  };
  Named& named(const std::string& payer, const std::string& payee, const std::string& reference);
  struct Sheets {
    std::optional<Money> amount;
    Date day;  // of the last one
  };
  [[nodiscard]] Sheets sheets_of(const std::string& id, const Named& named,
                                 std::size_t counted) const;
  [[nodiscard]] std::set<Receipt> receipts_in(const Named& named, std::size_t counted,
                                              bool has_sheet) const;

  Between between_;
  std::map<std::string, Numbered<Sheet>> transfers_;
  std::map<std::string, Named> by_id_;
};

// What names the claim of a reference: each side numbers its payments by itself.
[[nodiscard]] std::string claim_id(const std::string& payer, const std::string& reference);

}  // namespace bashu::transfers
