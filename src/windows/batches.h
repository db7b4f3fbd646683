// What a side has for a book: batches of rows, and the claims that the first so many of them make.
// In which order batches came, and how the rows were spread over them, does not matter. Another
// batch costs the claims of the tokens and bills that it names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "clearing/statement.h"
#include "fares/tariff.h"
#include "transfers/flows.h"
#include "windows/rows.h"

namespace bashu::windows {

class Batches {
 public:
  // Taps with a tariff, transfers with flows, else bills.
  Batches(std::pair<std::string, std::string> sides, std::optional<fares::Tariff> tariff,
          std::optional<transfers::Flows> flows)
      : sides_{std::move(sides)}, tariff_{std::move(tariff)}, flows_{std::move(flows)} {}

  void add(Rows rows);
  [[nodiscard]] std::size_t size() const { return named_.size(); }

  // From here on the first `count` batches count, more or fewer than before. Told is every claim
  // that may have changed by that, as it is now; nullopt: there is none.
  using Tell = std::function<void(const std::string& id, const std::optional<clearing::Entry>&)>;
  void count(std::size_t count, const Tell& tell);

  [[nodiscard]] const std::optional<transfers::Flows>& flows() const { return flows_; }
  // Whether this side refuses the claim, by the batches that count.
  [[nodiscard]] bool refuses(const std::string& claim) const {
    return refusals_.refuses(claim, counted_);
  }
  // Whether a row of any batch makes this claim, whoever is owed; of taps and bills only.
  [[nodiscard]] bool makes(const std::string& claim) const;
  // The taps of every token, of all batches.
  void each_token(const std::function<void(std::vector<fares::Tap>)>& each) const;

 private:
  template <typename T>
  using Numbered = std::vector<std::pair<std::size_t, T>>;  // by number of the batch
  // A token with its taps, a bill with its versions, or a transfers' claim; and the claims told.
  struct Source {
    Numbered<fares::Tap> taps;
    Numbered<fares::Denial> denied;
    Numbered<medical::Bill> bills;
    std::vector<std::string> told;
  };
  [[nodiscard]] std::vector<clearing::Entry> claims(const std::string& name,
                                                    const Source& source) const;
  // The sources that a claim of that id is from: what its id begins with.
  void name_sources_of(const std::string& claim, std::vector<const std::string*>& names) const;

  std::pair<std::string, std::string> sides_;
  std::optional<fares::Tariff> tariff_;
  std::optional<transfers::Flows> flows_;
  std::unordered_map<std::string, Source> sources_;
  Refusals refusals_;
  std::vector<std::vector<const std::string*>> named_;  // by number: the sources of its rows
  std::size_t counted_ = 0;
};

}  // namespace bashu::windows
