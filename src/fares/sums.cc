#include "fares/sums.h"

#include <utility>

namespace bashu::fares {

Sums& Sums::operator+=(const Sums& more) {
  rides += more.rides;
  faults += more.faults;
  completed += more.completed;
  denied += more.denied;
  fare += more.fare;
  from_issuer += more.from_issuer;
  from_place += more.from_place;
  off += more.off;
  fee += more.fee;
  refused += more.refused;
  return *this;
}

const std::vector<std::string>& sum_keys() {
  static const std::vector<std::string> kKeys{"issuer", "side", "operator", "class", "day"};
  return kKeys;
}

void add(SumsBy& sums, const Posting& one, const std::vector<std::string>& by) {
  std::vector<std::string> who;
  for (const std::string& name : by) {
    who.push_back(name == "issuer"     ? one.issuer
                  : name == "side"     ? one.party
                  : name == "operator" ? one.operator_name
                  : name == "class"    ? one.rider_class
                                       : one.day.text());
  }
  sums[std::move(who)] += {.rides = 1,
                           .faults = one.fault != Fault::none && one.completion.empty(),
                           .completed = !one.completion.empty(),
                           .denied = one.denied,
                           .fare = one.fare,
                           .from_issuer = one.from_issuer,
                           .from_place = one.from_place,
                           .off = one.off,
                           .fee = one.fee,
                           .refused = one.refused};
}

Sums all_of(const SumsBy& sums) {
  Sums out;
  for (const auto& [who, some] : sums) out += some;
  return out;
}

}  // namespace bashu::fares
