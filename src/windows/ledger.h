// One side's book with another: what its batches come to, and the windows closed so far. Both sides
// keep one, each from its own batches; what they agreed on is the same in both.
//
//     batches ──► claims ──► due ──► a window's lines, with their root ──► agreed with the other's
//                  ▲                                                           │
//                  └───────── what stands, and what was accepted ◄─────────────┘
//
// It is a function of the batches and of what was said of the windows closed, and kept: a step
// costs what has come since the one before.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "clearing/sketch.h"
#include "clearing/statement.h"
#include "fares/tariff.h"
#include "windows/batches.h"
#include "windows/due.h"

namespace bashu::windows {

// What of a window both sides have said and signed. `differences` are as the first side sees them;
// accepted are names of differences (clearing::name_of).
struct Said {
  Date until;
  std::size_t batches = 0;  // of this side, that its statement counted
  Hash other_root{};        // of the other side's lines, which it signed
  std::vector<clearing::Difference> differences;
  std::set<std::string> first_accepts, second_accepts;  // take the other's line
};

class Ledger {
 public:
  // Taps with a tariff, transfers with the accounts of both sides, else bills.
  struct Accounts {
    std::string first, second;
  };
  struct Of {
    std::string first, second;
    bool own_is_first = true;
    std::optional<fares::Tariff> tariff;
    std::optional<Accounts> transfers{};
  };
  explicit Ledger(Of of);

  void take(Rows rows) { batches_.add(std::move(rows)); }  // one more batch
  [[nodiscard]] std::size_t batches() const { return batches_.size(); }
  [[nodiscard]] const std::optional<Date>& closed_until() const { return due_.closed_until(); }

  // Whether a row of this side makes the claim; of taps and bills only.
  [[nodiscard]] bool makes(const std::string& claim) const { return batches_.makes(claim); }
  // The taps of every token that this side has, for who asks what another tariff would make of
  // them.
  void each_token(const std::function<void(std::vector<fares::Tap>)>& each) const {
    batches_.each_token(each);
  }

  // What this side states: the lines before `until` that no closed window has, by the first so many
  // batches.
  [[nodiscard]] clearing::Statement draw(Date until, std::size_t batches);
  // Whether the amounts of what was drawn last can be summed; if not, it says nothing.
  [[nodiscard]] bool fits() const { return due_.fits(); }
  // The lines of what was drawn last, for as long as nothing else is asked.
  [[nodiscard]] clearing::Kept lines() { return due_.lines(); }
  // What was stated, agreed() or closed last, by who earned it.
  [[nodiscard]] const Split& split() const { return split_; }
  // Whether the differences lead from what this side stated to what the other signed
  // (clearing::leads_to).
  [[nodiscard]] std::expected<void, std::string> leads_to(const Said& said);

  // What all batches say of a transfer's money, and what the closed windows have of it.
  struct Met {
    std::optional<transfers::Sheet> sheet;
    transfers::Known known;      // of the reference that the sheet names
    clearing::Money agreed = 0;  // by both sides, in a closed window
  };
  [[nodiscard]] Met met(const std::string& transfer);
  // The same of every reference of transfers that all batches name; none of a book of other claims.
  struct Flow {
    transfers::Flows::Reference of;
    clearing::Money agreed = 0;
  };
  [[nodiscard]] std::vector<Flow> flows();

  // What both sides say after the answers: the lines of the statement without what differs, with
  // what one side accepted. An error says that the list does not lead to the other side's root.
  [[nodiscard]] std::expected<clearing::Statement, std::string> agreed(const Said& said);
  // The window is closed with what agreed() says; an error leaves all as it was.
  [[nodiscard]] std::expected<void, std::string> close(const Said& said);

 private:
  using Claim = std::optional<clearing::Entry>;
  void go_to(Date until, std::size_t batches);
  void is(const std::string& id, const Claim& claim);
  [[nodiscard]] std::vector<Stands> stands(const Said& said) const;
  void accept(const Said& said);

  bool own_is_first_;
  Due due_;
  Batches batches_;
  // A claim whose other version this side has accepted: while it says what it said then, what was
  // accepted counts, so that it does not come back as a correction.
  struct Accepted {
    Claim said, counts;
    bool refused = false;  // by this side, when it accepted
    Claim now;             // what the batches say
  };
  std::map<std::string, Accepted> accepted_;  // by claim
  Split split_;
};

}  // namespace bashu::windows
