// What a ride costs, as data that both sides agree to: a tariff is a JSON (or YAML) record,
// versioned, with the days on which it is in force (docs/formats/tariff.md). Amounts are whole fen.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/date.h"
#include "base/value.h"
#include "clearing/money.h"

namespace bashu::fares {

using clearing::Money;
using clearing::Rounding;

// Prices of one leg within a group.
struct Flat {
  Money fare = 0;
};
struct Bands {
  struct Band {
    std::int64_t up_to_m = 0;  // inclusive
    Money fare = 0;
  };
  std::vector<Band> bands;  // rising
  // Beyond the last band `adds` for each further `each_m` begun, at most `most` in all; 0: the last
  // band is the dearest.
  std::int64_t each_m = 0;
  Money adds = 0;
  std::optional<Money> most;
};
using Pair = std::pair<std::string, std::string>;  // from, to
// By pairs; looked up by views, since it is done for every ride.
struct PairHash {
  using is_transparent = void;
  template <typename Texts>
  std::size_t operator()(const Texts& pair) const {
    const std::hash<std::string_view> hash;
    return hash(pair.first) * 31 + hash(pair.second);
  }
};
struct PairEqual {
  using is_transparent = void;
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return a.first == b.first && a.second == b.second;
  }
};
template <typename Number>
using ByPair = std::unordered_map<Pair, Number, PairHash, PairEqual>;
struct Table {
  ByPair<Money> fares;
};
struct Zones {
  std::map<std::string, std::string> of;  // place to zone
  ByPair<Money> fares;
};

using Prices = std::variant<Flat, Bands, Table, Zones>;

// To whom a rule applies; empty: to all.
struct Scope {
  std::vector<std::string> groups, media, issuers, classes;
};

// By rules 2: prices of some riders, or at some times. A pair that they do not have is left to what
// comes after them, at last to the group's own.
struct Instead {
  Scope scope;               // of which the group is said already
  std::vector<int> days;     // 0 Monday .. 6 Sunday, of the tap's own day; empty: all
  std::int64_t from_s = 0;   // after midnight
  std::int64_t until_s = 0;  // excluded; not after `from_s`: of the next day
  bool by_last_tap = false;  // otherwise the first one's time counts
  Prices prices{};
};

struct Group {              // places priced together: a metro, a bus line
  std::string name, party;  // the side that it runs on
  Prices prices{};
  std::vector<Instead> instead{};  // the first that tells counts
  ByPair<std::int64_t> metres{};   // of Bands
  bool two_taps = false;           // in and out; otherwise one tap a ride
  // Staying in the paid area longer than this costs `overtime` more; 0: as long as one likes.
  std::int64_t limit_s = 0;
  Money overtime = 0;
  // Out where one came in: free within so many seconds, otherwise `same_place`.
  std::int64_t same_place_s = 0;
  Money same_place = 0;
  Money missing = 0;  // of a ride of which one tap is missing
  // By rules 2: of a ride that is tapped once where one taps in and out.
  std::optional<Money> single{};
  // Who carried the rider, in which proportion; the order decides about remainders.
  std::vector<std::pair<std::string, std::int64_t>> operators{};
};

enum class Bearer : std::uint8_t { operators, place, issuer };  // of what a rider does not pay
// By bearer, in the order above: weights by which several bear one discount, or the parts of each.
using ByBearer = std::array<std::int64_t, 3>;

struct Discount {
  std::string name;
  Scope scope;
  std::int64_t off_ppm = 0;
  Rounding rounding = Rounding::half_up;
  Bearer bearer = Bearer::operators;
  // Of an accumulated discount: once the rider's fares of the month before this ride exceed it.
  std::optional<Money> above{};
  Scope counts{};       // by rules 2: which rides' fares; by rules 1 all
  ByBearer borne_by{};  // by rules 2; all zero: `bearer` bears it alone
};
struct Transfer {
  std::string name;
  std::vector<std::string> from, to;  // groups
  Scope scope;
  std::int64_t window_s = 0;
  bool from_last_out = false;  // otherwise from the first tap of the chain
  bool inclusive = true;       // exactly at the end of the window still counts
  std::int64_t same_line_gap_s = 0;
  bool another_vehicle = true;  // not within the vehicle one came by
  enum class Off : std::uint8_t { up_to, difference, fixed } off{};  // fixed: by rules 2
  Money amount = 0;  // of up_to; of fixed what the leg costs, unless its own fare is less
  int most = 1;      // transfers in a chain
  Bearer bearer = Bearer::operators;
  ByBearer borne_by{};  // as of a discount
  // By rules 2, all of them:
  bool renews = false;   // the window begins anew with a ride that is dearer than all before it
  bool through = false;  // rides of groups in neither list leave the chain as it is
  bool shared = false;   // what the operators of a chain get is shared by the fares of its rides
};
struct Cap {
  std::string name;
  Scope scope;
  enum class Period : std::uint8_t { day, week, month } period{};
  Money limit = 0;
  bool counts_missing = false;   // whether rides with a missing tap count
  bool counts_completed = true;  // and those that were completed by rule
  Bearer bearer = Bearer::operators;
  ByBearer borne_by{};  // as of a discount
};
// Where the tap was that a ride misses, or what the ride costs instead (fares/completion.h).
struct Completion {
  std::string name;
  Scope scope;
  enum class By : std::uint8_t { next_entry, last_exit, usual, fare } by{};
  std::int64_t within_s = 0;  // of next_entry and last_exit, inclusive
  // Of the same: group and place of another tap, to the places that one changes to from there.
  std::multimap<Pair, std::string> interchanges{};
  std::int64_t days = 0;      // of usual: service days before that of the ride
  std::int64_t at_least = 0;  // of usual: complete rides
  Money fare = 0;             // of fare
};

struct Tariff {
  std::string name;
  // By which rules it is rated. What was closed by 1 must come out the same for ever; 2 mends it.
  int rules = 1;
  std::int64_t version = 0;
  Date from;
  std::optional<Date> to;         // last day
  std::int64_t day_begins_s = 0;  // of the service day, after midnight
  std::map<std::string, Group> groups;
  std::vector<Discount> discounts;
  std::vector<Transfer> transfers;
  std::vector<Cap> caps;
  std::vector<Completion> completions;  // the first that tells counts
  std::int64_t completions_most = 0;    // rides of a token in a calendar month
  std::int64_t fee_ppm = 0;             // of what the issuer owes for a ride, kept by it
  Rounding fee_rounding = Rounding::half_up;
  // A token on a deny list is at the place's risk so many seconds after the list took effect.
  std::int64_t denied_after_s = 0;
  // By rules 2: what follows this edition, one after the other (fares/editions.h).
  std::vector<Tariff> editions{};
};

// What is wrong, with the path to it.
struct Wrong {
  std::string where, what;
};
[[nodiscard]] std::expected<Tariff, std::vector<Wrong>> read_tariff(const Value& value);

}  // namespace bashu::fares
