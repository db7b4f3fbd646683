#include "fares/taking.h"

#include <set>

#include "fares/bands.h"
#include "fares/scope.h"

namespace bashu::fares {

namespace {

void check_operators(const Group& group, const std::string& where, std::vector<Wrong>& wrong) {
  std::set<std::string> names;
  for (const auto& [name, weight] : group.operators) {
    if (!names.insert(name).second) {
      wrong.push_back({where + ".operators", "names " + name + " twice: add up its weights"});
    }
    if (name.contains('~')) wrong.push_back({where + ".operators", name + " must be without ~"});
  }
}

void check_distances(const Group& group, const Prices& prices, const std::string& where,
                     std::vector<Wrong>& wrong) {
  const auto* bands = std::get_if<Bands>(&prices);
  if (!bands) return;
  for (const auto& [pair, metres] : group.metres) {
    if (band_fare(*bands, metres).value_or(0) <= kRideMost) continue;
    wrong.push_back({where + ".bands", "no ride costs more than " + std::to_string(kRideMost) +
                                           " fen, as that of " + std::to_string(metres) +
                                           " metres would: say most, or less for adds"});
    return;
  }
}

}  // namespace

std::vector<Wrong> wrong_when_taken(const Tariff& tariff) {
  std::vector<Wrong> wrong;
  for (const Tariff* edition : editions_of(tariff)) {
    for (const auto& [name, group] : edition->groups) {
      check_operators(group, "groups." + name, wrong);
      check_distances(group, group.prices, "groups." + name, wrong);
      for (std::size_t i = 0; i < group.instead.size(); ++i) {
        check_distances(group, group.instead[i].prices,
                        "groups." + name + ".instead[" + std::to_string(i) + "]", wrong);
      }
    }
  }
  return wrong;
}

std::optional<std::string> token_with_slash(const std::vector<Tap>& taps) {
  const auto found =
      std::ranges::find_if(taps, [](const Tap& tap) { return tap.token.contains('/'); });
  return found == taps.end() ? std::nullopt : std::optional{found->token};
}

std::optional<std::string> unknown_group(const Tariff& tariff, const std::vector<Tap>& taps) {
  for (const Tap& tap : taps) {
    if (!group_of(tariff, tap)) return tap.group;
  }
  return std::nullopt;
}

}  // namespace bashu::fares
