#include "main/fares_why.h"

#include <ostream>
#include <string>
#include <utility>

#include "fares/scope.h"
#include "fares/tap_rows.h"
#include "main/taps.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

using fares::Fault;
using fares::Ride;
using fares::Tap;

std::string say(const Console& console, std::string_view key, const texts::Places& places = {}) {
  return texts::text(console.language, "fares.why_" + std::string{key}, places);
}

// Where one went, with what is not known of it.
std::string way(const Console& console, const fares::Tariff& tariff, const Ride& ride,
                const Tap& in, const Tap& out) {
  switch (ride.fault) {
    case Fault::none:
    case Fault::unknown_fare: {
      const std::string places = ride.first == ride.last ? in.place : in.place + " - " + out.place;
      return ride.fault == Fault::none ? places
                                       : say(console, "unknown_fare", {{"places", places}});
    }
    case Fault::unknown_group:
      return say(console, "unknown_group");
    case Fault::not_in_force:
      return say(console, "not_in_force");
    case Fault::no_exit:
    case Fault::no_entry:
      break;
  }
  const std::string what =
      say(console, ride.fault == Fault::no_exit ? "no_exit" : "no_entry", {{"place", in.place}});
  if (!ride.completed) return what + say(console, "maximum");
  const auto& edition = fares::edition_on(tariff, fares::service_day(tariff, in.at_s));
  const texts::Places words{{"rule", ride.completed->rule},
                            {"tariff", tariff.name},
                            {"version", std::to_string(edition.version)},
                            {"place", ride.completed->place},
                            {"most", yuan(fares::group_of(tariff, in)->missing)}};
  return what + say(console, ride.completed->place.empty() ? "by_fare" : "completed", words);
}

}  // namespace

void print_why(const Console& console, const fares::Tariff& tariff, const fares::Denied& denied,
               std::vector<Tap> taps) {
  const std::vector<Tap> ordered = fares::in_order(std::move(taps));
  std::vector<Ride> rides = fares::pair(tariff, ordered);
  fares::rate(tariff, ordered, rides);
  for (const Ride& ride : rides) {
    const Tap &in = ordered[ride.first], &out = ordered[ride.last];
    std::string line = say(console, "ride",
                           {{"at", fares::moment_text(in.at_s)},
                            {"group", in.group},
                            {"way", way(console, tariff, ride, in, out)},
                            {"fare", yuan(ride.fare)}});
    const fares::Money off = ride.discount + ride.transfer;
    if (off > 0) line += say(console, "off", {{"off", yuan(off)}, {"rule", ride.rule}});
    if (ride.relief > 0) line += say(console, "relief", {{"relief", yuan(ride.relief)}});
    if (off > 0 || ride.relief > 0) line += say(console, "paid", {{"paid", yuan(ride.paid())}});
    if (const auto since = fares::denied_since(tariff, denied, in.token, in.at_s)) {
      const auto& edition = fares::edition_on(tariff, fares::service_day(tariff, in.at_s));
      line += say(console, "denied",
                  {{"since", fares::moment_text(*since)},
                   {"after", std::to_string(edition.denied_after_s)}});
    }
    console.out << line << '\n';
  }
}

}  // namespace bashu::cli
