// bashu network cheapest: the cheapest journey between two places, with the fare of each ride.
#pragma once

#include <string>
#include <vector>

#include "main/console.h"

namespace bashu::cli {

struct NetworkCheapest {
  std::string path, on;             // a circle's network, a feed or a railway's list; a day
  std::string from, to;             // counties or points of a circle; stations
  std::string at = "06:00";         // when one may set out
  std::string arrive;               // no later than; empty: by the end of the day
  std::string tariff;               // a file; empty: those of the circle
  std::vector<std::string> groups;  // LINE=GROUP of it
  // Of whom prices are asked; empty: of nobody for whom one is special.
  std::string medium, issuer, rider_class;
};
Exit network_cheapest(const Console& console, const NetworkCheapest& what);

}  // namespace bashu::cli
