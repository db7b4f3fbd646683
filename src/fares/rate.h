// From taps to what everybody owes. Pure: the taps of one token give the same rides whatever order
// they arrived in.
//
//     taps of a token ─► in_order ─► pair ─► rides ─► rate (completion, prices, discounts,
//                                                       │     transfers, caps)
//                                                       └─► postings: who owes whom, for which taps
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fares/tariff.h"

namespace bashu::fares {

struct Tap {
  std::string id;         // names it for ever: what two copies of one tap share
  std::string token;      // of the medium; not a card's number
  std::int64_t at_s = 0;  // by the device's clock: local time, seconds since 1970-01-01
  std::string device;
  std::int64_t sequence = 0;  // of the device
  enum class Kind : std::uint8_t { in, out, single } kind{};
  std::string group, place, vehicle, line;
  std::string medium, issuer, rider_class;
  std::string corrects{};  // the id of a tap that this one takes the place of; empty: none
};
// By device time, sequence and id; copies of one tap but the first are gone, and so are those that
// another one corrects.
[[nodiscard]] std::vector<Tap> in_order(std::vector<Tap> taps);

enum class Fault : std::uint8_t {
  none,
  no_exit,
  no_entry,
  unknown_fare,
  unknown_group,
  not_in_force  // by rules 2: no edition of the tariff was on the day of the ride
};

// How a ride of which one tap is missing was completed.
struct Completed {
  std::string rule;   // its name in the tariff
  std::string place;  // of the missing tap; empty: the rule names none
  Money fare = 0;     // at most what a missing tap costs
  friend bool operator==(const Completed&, const Completed&) = default;
};
struct Ride {
  std::size_t first = 0, last = 0;  // taps in order; equal if there is but one
  Fault fault = Fault::none;
  Money fare = 0;      // before anything is taken off
  Money discount = 0;  // by `discounts`
  Money transfer = 0;  // by `transfers`
  Money relief = 0;    // by `caps`
  Bearer discount_by{}, transfer_by{}, relief_by{};
  std::string rule{};  // of the discount or transfer
  std::optional<Completed> completed{};
  // By rules 2, which leaves the three bearers above alone: the parts of discount or transfer, and
  // of relief.
  ByBearer borne{}, relief_borne{};
  // By rules 2: what this ride's operators get of what was paid for others of its chain; below
  // zero: what they give.
  Money moved = 0;

  // Whether it is priced as one of which a tap is missing.
  [[nodiscard]] bool missing() const { return fault != Fault::none && !completed; }
  [[nodiscard]] Money paid() const { return fare - discount - transfer - relief; }
};
[[nodiscard]] std::vector<Ride> pair(const Tariff& tariff, const std::vector<Tap>& taps);

// Of one ride within a group, before anything is taken off; nullopt: the tariff does not tell. Who
// comes out where they went in pays what that costs after a while.
[[nodiscard]] std::optional<Money> full_fare(const Group& group, std::string_view from,
                                             std::string_view to);

// The same for the rider and at the times of these taps, which may be one.
[[nodiscard]] std::optional<Money> fare_of(const Group& group, const Tap& first, const Tap& last,
                                           std::string_view from, std::string_view to);

// What the dearest ride within a group costs, whoever makes it at whatever time; nullopt: with the
// distance it rises without end.
[[nodiscard]] std::optional<Money> dearest(const Group& group);

// Completes what the tariff has a rule for, and prices every ride of one token, from the first on.
// Caps and accumulated discounts count from the beginning of their own periods.
void rate(const Tariff& tariff, const std::vector<Tap>& taps, std::vector<Ride>& rides);

// Sets the fare of a ride before anything is taken off, or the fault that keeps it unknown.
void set_fare(const Tariff& tariff, const std::vector<Tap>& taps, Ride& ride);

// Day 0 is 1970-01-01; the service day of a moment.
[[nodiscard]] Date service_day(const Tariff& tariff, std::int64_t at_s);

// What a ride makes the parties owe: to each operator its part.
struct Posting {
  std::string issuer, operator_name, party;  // party: the side on which it was
  std::string first_tap, last_tap;
  Date day;
  std::int64_t tariff_version = 0;
  Money fare = 0, off = 0, from_issuer = 0, from_place = 0, fee = 0;
  Fault fault = Fault::none;
  std::string token{}, rider_class{};
  std::int64_t at_s = 0;                     // of the first tap
  Money relief = 0;                          // of `off` and `from_place`: by caps
  std::string completion{}, completed_at{};  // rule and place; empty: it was not completed
  bool denied = false;                       // the token was (fares/denied.h)
  Money refused = 0;                         // what the issuer does not owe for that
  friend bool operator==(const Posting&, const Posting&) = default;
};
[[nodiscard]] std::vector<Posting> postings(const Tariff& tariff, const std::vector<Tap>& taps,
                                            const std::vector<Ride>& rides);

// Everything of one token's taps.
[[nodiscard]] std::vector<Posting> rated(const Tariff& tariff, std::vector<Tap> taps);

}  // namespace bashu::fares
