// Pseudonyms of persons. In a circle that shares a secret for them no member makes one alone: it
// blinds the number, adds its own part, asks any other member for another, and verifies that.
// A person met before needs nobody. In a circle with one key, and without a circle, the vault makes
// them (docs/formats/exchange.md says how, docs/security.md what each protects).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/evaluation.h"
#include "exchange/shares.h"
#include "node/node.h"

namespace bashu::exchange {

// Why somebody has no pseudonym now. Nothing was changed; to be tried again.
struct Unnamed {
  enum class Why : std::uint8_t {
    away,     // no other member answered
    busy,     // the other members answer no more of us in this hour
    forming,  // members have not dealt the secret to each other yet
    wrong,    // what came back was not proved: nobody that tells the truth could be reached
  };
  Why why = Why::away;
  std::vector<std::string> parties;  // who was asked, or is waited for
  std::int64_t retry_s = 30;
};

class Pseudonyms {
 public:
  struct Answer {
    int status = 0;  // 0: none came
    std::string body;
    std::int64_t retry_after_s = 0;
  };
  // Asks one member; waits a few seconds at most. Not called by the thread that decides.
  using Ask = std::function<Answer(const std::string& party, const std::string& request)>;
  // All outlive it. Empty `ask`: nobody can be asked.
  Pseudonyms(node::Node& node, Shares& shares, Alarms& alarms, Ask ask)
      : node_{node}, shares_{shares}, alarms_{alarms}, ask_{std::move(ask)} {}

  // Of the newest secret, by number as forms are kept (api/identifiers.h).
  [[nodiscard]] std::expected<node::Vault::Named, Unnamed> of(
      const std::vector<std::string>& numbers);
  // The newest secret that members share, as the agreement says, and whether this node can name by
  // it: all have dealt. nullopt: they share none.
  struct Standing {
    std::int64_t generation = 0;
    bool ready = false;
  };
  [[nodiscard]] std::optional<Standing> standing() const;
  // Every pseudonym the person may have been recorded under here, the newest first.
  [[nodiscard]] std::expected<std::vector<std::string>, Unnamed> all_of(const std::string& number);

 private:
  using Named = node::Vault::Named;
  [[nodiscard]] bool shares_secret() const;
  [[nodiscard]] std::expected<Named, Unnamed> under(const Shared& shared,
                                                    const std::vector<std::string>& numbers);
  [[nodiscard]] std::expected<Named, Unnamed> together(const Shared& shared,
                                                       const std::vector<std::string>& numbers);
  [[nodiscard]] std::expected<Named, Unnamed::Why> with(const Shared& shared,
                                                        const std::string& party,
                                                        const std::vector<std::string>& numbers,
                                                        std::int64_t& retry_s);

  node::Node& node_;
  Shares& shares_;
  Alarms& alarms_;
  Ask ask_;
};

}  // namespace bashu::exchange
