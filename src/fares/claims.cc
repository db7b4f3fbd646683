#include "fares/claims.h"

#include <array>
#include <utility>

namespace bashu::fares {

namespace {

const char* state_of(Fault fault) {
  constexpr std::array<const char*, 6> kStates{
      "", "no_exit", "no_entry", "unknown_fare", "unknown_group", "not_in_force"};
  return kStates[static_cast<std::size_t>(fault)];
}

}  // namespace

std::vector<clearing::Entry> claims(const Tariff& tariff, std::vector<Tap> taps,
                                    const Denied& denied) {
  std::vector<clearing::Entry> out;
  for (const Posting& one : rated(tariff, std::move(taps), denied)) {
    if (one.issuer == one.party) continue;
    // What of the fare nobody owes across the border is the remainder, so that it always adds up.
    const clearing::Amounts amounts{
        .gross = one.fare,
        .discount = one.fare - one.from_issuer - one.refused - one.relief,
        .relief = one.relief,
        .refused = one.refused,
        .fee = one.fee,
        .net = one.from_issuer - one.fee};
    std::string state = state_of(one.fault);
    if (!one.completion.empty()) state += ":" + one.completion;
    if (one.denied) state = "blocked";
    out.push_back({.id = one.token + "/" + one.first_tap + "/" + one.operator_name,
                   .creditor = one.party,
                   .debtor = one.issuer,
                   .of = one.operator_name,
                   .day = one.day,
                   .first = one.first_tap,
                   .last = one.last_tap,
                   .state = std::move(state),
                   .amounts = amounts});
  }
  return out;
}

}  // namespace bashu::fares
