// A tariff as GTFS Fares v2 has it, and back, as far as that reaches. What the other one has no
// words for is told, rule by rule, and left out: nothing is said that is not so.
//
//     group            network; places or zones are areas, each price a fare product
//     discount         products by rider category and fare medium
//     transfer         a transfer rule whose product takes the discount off
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/value.h"
#include "fares/tariff.h"

namespace bashu::fares {

// Rows by column, by name of the file without `.txt`.
using GtfsTables = std::map<std::string, std::vector<std::map<std::string, std::string>>>;

// What could not be said: a key of the texts `fares.unsaid_`, and of what.
struct Unsaid {
  std::string key, of;
  friend bool operator==(const Unsaid&, const Unsaid&) = default;
  friend auto operator<=>(const Unsaid&, const Unsaid&) = default;
};

struct GtfsFares {
  GtfsTables tables;
  std::vector<Unsaid> unsaid;  // in order, each once
};
[[nodiscard]] GtfsFares to_gtfs(const Tariff& tariff);

// What GTFS does not say of a tariff.
struct GtfsTerms {
  std::string name;
  std::int64_t version = 1;
  Date from;
  std::string party;  // on whose side the networks run
};
struct FromGtfs {
  Value tariff;  // as read_tariff() takes it
  std::vector<Unsaid> unsaid;
};
// An error names the file, row and column that cannot be read.
[[nodiscard]] std::expected<FromGtfs, std::string> from_gtfs(const GtfsTables& tables,
                                                             const GtfsTerms& terms);

}  // namespace bashu::fares
