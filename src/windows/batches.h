// What a side has for a book: batches of rows, each taken wholly or not at all, and what they come
// to. In which order batches came, and how the rows were spread over them, does not matter.
//
//     taps    a tap a row (docs/formats/tariff.md)
//     denied  {token, at}: a deny list, with the moment it took effect
//     bills   a medical bill a row
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clearing/statement.h"
#include "fares/claims.h"
#include "fares/tariff.h"
#include "medical/bills.h"

namespace bashu::windows {

// What is wrong with a row, in the languages of the texts.
struct WrongRow {
  std::size_t line = 0;  // from 1
  std::string text;      // a key of the texts, or what a calculator said
  bool is_key = false;
};

class Batches {
 public:
  // All rows of NDJSON or none. `what` is taps, denied or bills; they count from `number` on.
  [[nodiscard]] std::expected<std::size_t, WrongRow> add(std::string_view what,
                                                         std::string_view rows, std::size_t number);

  // The claims between two sides that the batches numbered below `count` make.
  [[nodiscard]] std::vector<clearing::Entry> claims(
      const std::pair<std::string, std::string>& sides, const std::optional<fares::Tariff>& tariff,
      std::size_t count) const;

 private:
  template <typename T>
  using Numbered = std::vector<std::pair<std::size_t, T>>;
  Numbered<fares::Tap> taps_;
  Numbered<medical::Bill> bills_;
  Numbered<std::pair<std::string, std::int64_t>> denied_;  // token, from when
};

}  // namespace bashu::windows
