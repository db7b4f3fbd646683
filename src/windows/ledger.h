// One side's book with another: what its batches come to, and the windows closed so far. Both sides
// keep one, each from its own batches; what they agreed on is the same in both.
//
//     batches ──► claims ──► due ──► a window's lines, with their root ──► agreed with the other's
//                  ▲                                                           │
//                  └───────── what stands, and what was accepted ◄─────────────┘
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "clearing/statement.h"
#include "fares/tariff.h"
#include "windows/batches.h"

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

struct Drawn {
  clearing::Statement statement;
  std::vector<clearing::Entry> lines;
};

class Ledger {
 public:
  // `own` is one of the sides; without a tariff they are bills.
  struct Of {
    std::string first, second;
    bool own_is_first = true;
    std::optional<fares::Tariff> tariff;
  };
  Ledger(Of of, Batches batches) : of_{std::move(of)}, batches_{std::move(batches)} {}

  // What this side states: the lines before `until` that no closed window has.
  [[nodiscard]] Drawn draw(Date until, std::size_t batches) const;
  // What both sides say after the answers: the lines of the statement without what differs, with
  // what one side accepted. An error says that the list does not lead to the other side's root
  // (clearing::leads_to).
  [[nodiscard]] std::expected<Drawn, std::string> agreed(const Said& said) const;
  // The window is closed with what agreed() says; an error leaves all as it was.
  [[nodiscard]] std::expected<void, std::string> close(const Said& said);

  [[nodiscard]] const clearing::Standing& standing() const { return standing_; }

 private:
  using Claim = std::optional<clearing::Entry>;
  [[nodiscard]] std::vector<clearing::Entry> claims(std::size_t batches) const;

  Of of_;
  Batches batches_;
  clearing::Standing standing_;
  // A claim whose other version this side has accepted: while it says what it said then, what was
  // accepted counts, so that it does not come back as a correction.
  struct Accepted {
    Claim said, counts;
  };
  std::map<std::string, Accepted> accepted_;  // by claim
};

}  // namespace bashu::windows
