#include "fares/gtfs_fares.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "fares/bands.h"

namespace bashu::fares {

namespace {

using Row = std::map<std::string, std::string>;

constexpr const char* kCurrency = "CNY";
constexpr const char* kDefault = "default";  // the rider category of whom no rule names

std::string yuan(Money fen) {
  const Money most = fen < 0 ? -fen : fen;
  const std::string cents = std::to_string(most % 100);
  return (fen < 0 ? "-" : "") + std::to_string(most / 100) + "." + (cents.size() < 2 ? "0" : "") +
         cents;
}

// Whole fen of `3`, `3.5`, `-3.50`; nullopt if it is anything else.
std::optional<Money> fen_of(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits{text.substr(0, point)};
  std::string cents{text.substr(std::min(point + 1, text.size()))};
  while (cents.size() > 2 && cents.back() == '0') cents.pop_back();
  if (digits.empty() || digits.size() > 9 || cents.size() > 2) return std::nullopt;
  cents.resize(2, '0');
  digits += cents;
  Money out = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return negative ? -out : out;
}

bool applies(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

// Writes a tariff.
class Writer {
 public:
  explicit Writer(const Tariff& tariff) : tariff_{tariff} {}

  GtfsFares written() {
    scopes();
    rules_of_all();
    for (const auto& [name, group] : tariff_.groups) write(group);
    for (const Transfer& one : tariff_.transfers) write(one);
    for (const auto& [medium, id] : media_) {
      if (!medium.empty())
        add("fare_media",
            {{"fare_media_id", medium}, {"fare_media_name", medium}, {"fare_media_type", "2"}});
    }
    for (const std::string& one : classes_) {
      add("rider_categories", {{"rider_category_id", one},
                               {"rider_category_name", one},
                               {"is_default_fare_category", one == kDefault ? "1" : "0"}});
    }
    GtfsFares out{.tables = std::move(tables_), .unsaid = {}};
    std::ranges::copy(unsaid_, std::back_inserter(out.unsaid));
    return out;
  }

 private:
  template <typename Rule>
  static bool by_others(const Rule& one) {
    return one.bearer != Bearer::operators || one.borne_by != ByBearer{};
  }
  void add(const std::string& table, Row row) { tables_[table].push_back(std::move(row)); }
  void unsaid(const char* key, const std::string& of) { unsaid_.insert({key, of}); }

  // Whom discounts tell apart; others pay what the first of each pays.
  void scopes() {
    for (const Discount& one : tariff_.discounts) {
      if (one.above) unsaid("accumulated", one.name);
      if (!one.scope.issuers.empty()) unsaid("issuers", one.name);
      if (by_others(one)) unsaid("borne_by", one.name);
      if (!said(one)) continue;
      for (const std::string& name : one.scope.classes) classes_.insert(name);
      for (const std::string& name : one.scope.media) media_.emplace(name, name);
    }
  }
  static bool said(const Discount& one) { return !one.above && one.scope.issuers.empty(); }

  void rules_of_all() {
    if (tariff_.day_begins_s > 0) unsaid("day_begins", tariff_.name);
    if (tariff_.fee_ppm > 0) unsaid("fee", tariff_.name);
    if (tariff_.denied_after_s > 0) unsaid("denied_after", tariff_.name);
    if (!tariff_.editions.empty()) unsaid("editions", tariff_.name);
    for (const Cap& one : tariff_.caps) unsaid("cap", one.name);
    for (const Completion& one : tariff_.completions) unsaid("completion", one.name);
  }

  // What a rider of this class pays by this medium.
  [[nodiscard]] Money paid(const Group& group, Money fare, const std::string& rider,
                           const std::string& medium) const {
    Money most = 0;
    for (const Discount& one : tariff_.discounts) {
      if (!said(one) || !applies(one.scope.groups, group.name) ||
          !applies(one.scope.classes, rider) || !applies(one.scope.media, medium)) {
        continue;
      }
      most = std::max(most, clearing::part_of(fare, one.off_ppm, one.rounding));
    }
    return fare - most;
  }

  // One leg of this price: a product for whoever pays something of his own.
  void leg(const Group& group, const std::string& from, const std::string& to, Money fare) {
    const std::string product = group.name + (from.empty() ? "" : ":" + from + ":" + to);
    for (const std::string& rider : classes_) {
      for (const auto& [medium, id] : media_) {
        const Money amount = paid(group, fare, rider, medium);
        if (rider != kDefault && amount == paid(group, fare, kDefault, medium)) continue;
        if (!medium.empty() && amount == paid(group, fare, rider, "")) continue;
        add("fare_products", {{"fare_product_id", product},
                              {"rider_category_id", rider == kDefault ? "" : rider},
                              {"fare_media_id", medium},
                              {"amount", yuan(amount)},
                              {"currency", kCurrency}});
      }
    }
    add("fare_leg_rules", {{"leg_group_id", group.name},
                           {"network_id", group.name},
                           {"from_area_id", from},
                           {"to_area_id", to},
                           {"fare_product_id", product}});
    least_[group.name] = std::min(least_.try_emplace(group.name, fare).first->second, fare);
  }

  std::string area(const Group& group, const std::string& name, const std::string& stop) {
    std::string id = group.name + ":" + name;
    if (areas_.insert(id).second) add("areas", {{"area_id", id}, {"area_name", name}});
    if (!stop.empty() && stops_.insert({id, stop}).second) {
      add("stop_areas", {{"area_id", id}, {"stop_id", stop}});
    }
    return id;
  }

  void write(const Group& group) {
    add("networks", {{"network_id", group.name}, {"network_name", group.name}});
    if (group.operators.size() > 1) unsaid("operators", group.name);
    if (group.limit_s > 0) unsaid("limit", group.name);
    if (group.same_place_s > 0 || group.same_place > 0) unsaid("same_place", group.name);
    if (group.missing > 0) unsaid("missing", group.name);
    if (group.single) unsaid("single", group.name);
    if (!group.instead.empty()) unsaid("instead", group.name);
    if (const Flat* flat = std::get_if<Flat>(&group.prices)) {
      leg(group, "", "", flat->fare);
    } else if (const Table* table = std::get_if<Table>(&group.prices)) {
      pairs(group, table->fares, true);
    } else if (const Zones* zones = std::get_if<Zones>(&group.prices)) {
      for (const auto& [place, zone] : zones->of) area(group, zone, place);
      pairs(group, zones->fares, false);
    } else {
      bands(group, std::get<Bands>(group.prices));
    }
  }

  void pairs(const Group& group, const ByPair<Money>& fares, bool places) {
    const std::map<Pair, Money> in_order{fares.begin(), fares.end()};
    for (const auto& [pair, fare] : in_order) {
      const std::string from = area(group, pair.first, places ? pair.first : "");
      leg(group, from, area(group, pair.second, places ? pair.second : ""), fare);
    }
  }

  // There are no distances: every pair whose distance is known has its price.
  void bands(const Group& group, const Bands& bands) {
    unsaid("bands", group.name);
    ByPair<Money> fares;
    for (const auto& [pair, metres] : group.metres) {
      if (const auto fare = band_fare(bands, metres)) fares.emplace(pair, *fare);
    }
    pairs(group, fares, true);
  }

  void write(const Transfer& one) {
    if (by_others(one)) unsaid("borne_by", one.name);
    if (one.off == Transfer::Off::difference) return unsaid("difference", one.name);
    const bool fixed = one.off == Transfer::Off::fixed;
    if (fixed && takes_more(one)) return unsaid("fixed", one.name);
    if (one.renews) unsaid("renews", one.name);
    if (one.through) unsaid("through", one.name);
    if (one.shared) unsaid("shared", one.name);
    if (one.same_line_gap_s > 0) unsaid("same_line_gap", one.name);
    if (one.another_vehicle) unsaid("another_vehicle", one.name);
    if (!one.inclusive) unsaid("exclusive", one.name);
    if (one.most > 1 && !one.from_last_out) unsaid("chain", one.name);
    if (!one.scope.media.empty() || !one.scope.issuers.empty() || !one.scope.classes.empty()) {
      return unsaid("transfer_scope", one.name);
    }
    const std::string product = "transfer:" + one.name;
    add("fare_products", {{"fare_product_id", product},
                          {"rider_category_id", ""},
                          {"fare_media_id", ""},
                          {"amount", yuan(fixed ? one.amount : -one.amount)},
                          {"currency", kCurrency}});
    for (const std::string& from : groups(one.from)) {
      for (const std::string& to : groups(one.to)) {
        // More than the ride costs cannot be taken off, and GTFS would.
        if (!fixed && costs_less(to, one.amount)) unsaid("below_zero", one.name);
        if (one.most > 1 && from != to) unsaid("count", one.name);
        add("fare_transfer_rules",
            {{"from_leg_group_id", from},
             {"to_leg_group_id", to},
             {"transfer_count", from == to ? std::to_string(one.most) : ""},
             {"duration_limit", one.window_s > 0 ? std::to_string(one.window_s) : ""},
             {"duration_limit_type", one.window_s == 0   ? ""
                                     : one.from_last_out ? "2"
                                                         : "1"},
             {"fare_transfer_type", fixed ? "0" : "1"},
             {"fare_product_id", product}});
      }
    }
  }
  [[nodiscard]] bool costs_less(const std::string& group, Money amount) const {
    const auto least = least_.find(group);
    return least != least_.end() && least->second < amount;
  }
  // A fixed price is never more than the ride's own, and GTFS would take it.
  [[nodiscard]] bool takes_more(const Transfer& one) const {
    return std::ranges::any_of(groups(one.to),
                               [&](const std::string& to) { return costs_less(to, one.amount); });
  }
  [[nodiscard]] std::vector<std::string> groups(const std::vector<std::string>& named) const {
    if (!named.empty()) return named;
    std::vector<std::string> out;
    for (const auto& [name, group] : tariff_.groups) out.push_back(name);
    return out;
  }

  const Tariff& tariff_;
  GtfsTables tables_;
  std::set<Unsaid> unsaid_;
  std::set<std::string> classes_{kDefault}, areas_;
  std::set<std::pair<std::string, std::string>> stops_;
  std::map<std::string, std::string> media_{{"", ""}};
  std::map<std::string, Money> least_;  // fare of a group
};

// Reads one.
class Reading {
 public:
  Reading(const GtfsTables& tables, const GtfsTerms& terms) : tables_{tables}, terms_{terms} {}

  std::expected<FromGtfs, std::string> read() {
    categories();
    products();
    frames();
    legs();
    if (groups_.empty() && wrong_.empty()) wrong_ = "fare_leg_rules.txt";
    Value::Record groups;
    for (auto& [name, legs] : groups_) groups.emplace(name, group_of(name, legs));
    discounts();
    transfers();
    if (!wrong_.empty()) return std::unexpected{wrong_};
    Value::Record tariff{{"tariff", terms_.name},
                         {"version", terms_.version},
                         {"rules", 2},
                         {"from", terms_.from.text()},
                         {"groups", std::move(groups)}};
    if (!discounts_.empty()) tariff.emplace("discounts", std::move(discounts_));
    if (!transfers_.empty()) tariff.emplace("transfers", std::move(transfers_));
    FromGtfs out{.tariff = std::move(tariff), .unsaid = {}};
    std::ranges::copy(unsaid_, std::back_inserter(out.unsaid));
    return out;
  }

 private:
  struct Leg {
    std::string from, to, product;
    std::string frame{};  // a group of times; empty: always
    bool at_end = false;  // whether they are those of its end
  };
  // By rider category; empty: everybody else.
  using Prices = std::map<std::string, Money>;

  template <typename Each>
  void each(const std::string& table, Each row) {
    const auto held = tables_.find(table);
    if (held == tables_.end()) return;
    for (std::size_t i = 0; i < held->second.size() && wrong_.empty(); ++i) {
      where_ = table + ".txt:" + std::to_string(i + 2) + ": ";
      row(held->second[i]);
    }
  }
  static std::string cell(const Row& row, const char* column) {
    const auto found = row.find(column);
    return found == row.end() ? std::string{} : found->second;
  }
  void wrong(const char* column) {
    if (wrong_.empty()) wrong_ = where_ + column;
  }
  void unsaid(const char* key, const std::string& of) { unsaid_.insert({key, of}); }

  void categories() {
    each("rider_categories", [&](const Row& row) {
      if (cell(row, "is_default_fare_category") == "1") default_ = cell(row, "rider_category_id");
    });
  }

  void products() {
    each("fare_products", [&](const Row& row) {
      const std::string id = cell(row, "fare_product_id");
      const auto amount = fen_of(cell(row, "amount"));
      if (id.empty()) return wrong("fare_product_id");
      if (!amount) return wrong("amount");
      if (cell(row, "currency") != kCurrency) return wrong("currency");
      std::string rider = cell(row, "rider_category_id");
      if (rider == default_) rider.clear();
      const std::string medium = cell(row, "fare_media_id");
      (medium.empty() ? products_[id] : by_medium_[id][medium])[rider] = *amount;
    });
    for (const auto& [id, media] : by_medium_) {
      Prices& prices = products_[id];
      if (!prices.empty()) continue;
      unsaid("medium_gap", id);
      for (const auto& [medium, riders] : media) {
        for (const auto& [rider, amount] : riders) {
          Money& most = prices.try_emplace(rider, amount).first->second;
          most = std::max(most, amount);
        }
      }
    }
    std::erase_if(by_medium_, [&](const auto& one) {
      const bool told = !alike(products_[one.first], one.second);
      if (told) unsaid("by_medium", one.first);
      return told;
    });
  }

  // Whether every rider pays the same part by each medium as without one: a tariff's discount of a
  // class takes off the same part by whatever medium.
  static bool alike(const Prices& prices, const std::map<std::string, Prices>& media) {
    const auto whole = prices.find("");
    if (whole == prices.end()) return false;
    return std::ranges::all_of(media, [&](const auto& one) {
      const auto by_it = one.second.find("");
      return by_it != one.second.end() && one.second.size() == prices.size() &&
             std::ranges::all_of(one.second, [&](const auto& rider) {
               const auto without = prices.find(rider.first);
               return without != prices.end() &&
                      without->second * by_it->second == rider.second * whole->second;
             });
    });
  }

  // By service: the days of the week, from 1; empty: all.
  std::map<std::string, Value::List> services() {
    static constexpr std::array kDays{"monday", "tuesday",  "wednesday", "thursday",
                                      "friday", "saturday", "sunday"};
    std::map<std::string, Value::List> out;
    each("calendar", [&](const Row& row) {
      Value::List& days = out[cell(row, "service_id")];
      for (std::size_t i = 0; i < kDays.size(); ++i) {
        if (cell(row, kDays.at(i)) == "1") days.emplace_back(static_cast<std::int64_t>(i) + 1);
      }
      if (days.size() == kDays.size()) days.clear();
    });
    return out;
  }

  // Seconds of `9:30:00` up to `24:00:00`.
  static std::optional<std::int64_t> clock(const std::string& text) {
    int hour = 0, minute = 0, second = 0;
    char end = 0;
    if (std::sscanf(text.c_str(), "%2d:%2d:%2d%c", &hour, &minute, &second, &end) != 3 ||
        hour < 0 || minute < 0 || second < 0 || minute > 59 || second > 59) {
      return std::nullopt;
    }
    const std::int64_t out = std::int64_t{hour} * 3'600 + minute * 60 + second;
    return out <= 86'400 ? std::optional{out} : std::nullopt;
  }

  // Each group of times as members of `instead`; none of a group with days that are not known.
  void frames() {
    const std::map<std::string, Value::List> days = services();
    std::set<std::string> unknown;
    each("timeframes", [&](const Row& row) {
      const std::string id = cell(row, "timeframe_group_id"), start = cell(row, "start_time"),
                        end = cell(row, "end_time");
      const auto from = clock(start.empty() ? "0:00:00" : start);
      const auto until = clock(end.empty() ? "24:00:00" : end);
      if (!from || *from == 86'400) return wrong("start_time");
      if (!until) return wrong("end_time");
      const auto of = days.find(cell(row, "service_id"));
      if (of == days.end()) {
        unknown.insert(id);
        return;
      }
      Value::Record one{{"from", *from}, {"until", *until}};
      if (!of->second.empty()) one.emplace("days", of->second);
      frames_[id].push_back(std::move(one));
    });
    for (const std::string& id : unknown) frames_.erase(id);
    if (frames_.empty()) return;
    each("calendar_dates", [&](const Row& row) {
      const std::string service = cell(row, "service_id");
      if (days.contains(service)) unsaid("calendar_dates", service);
    });
  }

  void legs() {
    std::map<std::string, std::string> network_of;
    each("fare_leg_rules", [&](const Row& row) {
      const std::string product = cell(row, "fare_product_id");
      std::string network = cell(row, "network_id");
      if (network.empty()) network = "all";
      if (!products_.contains(product)) return wrong("fare_product_id");
      const std::string begins = cell(row, "from_timeframe_group_id"),
                        ends = cell(row, "to_timeframe_group_id");
      const std::string& frame = begins.empty() ? ends : begins;
      if ((!begins.empty() && !ends.empty()) || (!frame.empty() && !frames_.contains(frame))) {
        return unsaid("timeframe", product);
      }
      for (const char* on_the_way : {"contains_exactly_area_set_id", "contains_area_id"}) {
        if (!cell(row, on_the_way).empty()) return unsaid("area_sets", product);
      }
      const std::string priority = cell(row, "rule_priority");
      if (!priority.empty() && priority != "0") unsaid("rule_priority", network);
      const std::string from = cell(row, "from_area_id"), to = cell(row, "to_area_id");
      if (from.empty() != to.empty()) return unsaid("half_pair", product);
      const std::string leg_group = cell(row, "leg_group_id");
      network_of.try_emplace(leg_group, network);
      if (network_of[leg_group] != network) unsaid("leg_group", leg_group);
      groups_[network].push_back(
          {.from = from, .to = to, .product = product, .frame = frame, .at_end = begins.empty()});
    });
    leg_groups_ = std::move(network_of);
  }

  Money price(const Leg& leg) {
    const Prices& prices = products_[leg.product];
    const auto everybody = prices.find("");
    return (everybody == prices.end() ? prices.begin() : everybody)->second;
  }

  // By this medium; empty, or one without a price of its own: everybody's.
  Money price(const Leg& leg, const std::string& medium) {
    const auto media = by_medium_.find(leg.product);
    if (medium.empty() || media == by_medium_.end()) return price(leg);
    const auto own = media->second.find(medium);
    return own == media->second.end() ? price(leg) : own->second.at("");
  }
  std::set<std::string> media_of(const std::vector<Leg>& legs) {
    std::set<std::string> out;
    for (const Leg& leg : legs) {
      const auto media = by_medium_.find(leg.product);
      if (media == by_medium_.end()) continue;
      for (const auto& [medium, prices] : media->second) out.insert(medium);
    }
    return out;
  }

  using Fares = std::map<Pair, Money>;
  // By times; always first.
  using Timed = std::map<std::pair<std::string, bool>, Fares>;

  // Of two products for one leg at one time a rider takes the cheaper.
  Timed fares_of(const std::string& name, const std::vector<Leg>& legs, const std::string& medium) {
    Timed out;
    Fares& always = out[{"", true}];
    Fares dearest;
    for (const Leg& leg : legs) {
      if (leg.from.empty() != legs.front().from.empty()) {
        unsaid("mixed", name);
        continue;
      }
      const Pair pair{leg.from, leg.to};
      const Money costs = price(leg, medium);
      Fares& at = out[{leg.frame, leg.at_end}];
      const auto [held, fresh] = at.try_emplace(pair, costs);
      if (!fresh) held->second = std::min(held->second, costs);
      Money& most = dearest[pair];
      most = std::max(most, costs);
    }
    if (always.empty()) {
      unsaid("timeframe_gap", name);
      always = dearest;
      return out;
    }
    for (auto& [when, fares] : out) {
      for (auto& [pair, fare] : fares) {
        const auto other = always.find(pair);
        if (other != always.end()) fare = std::min(fare, other->second);
      }
    }
    return out;
  }

  void say_fares(const Fares& fares, Value::Record& out) {
    if (fares.begin()->first.first.empty()) {
      out.emplace("flat", fares.begin()->second);
      return;
    }
    Value::List rows;
    for (const auto& [pair, fare] : fares) {
      if (pair.first != pair.second && !fares.contains({pair.second, pair.first})) {
        unsaid("one_way", pair.first + " " + pair.second);
      }
      rows.push_back(Value::List{pair.first, pair.second, fare});
    }
    out.emplace("zone_fares", std::move(rows));
  }

  Value group_of(const std::string& name, const std::vector<Leg>& legs) {
    Value::Record out{{"party", terms_.party},
                      {"operators", Value::List{Value::Record{{"name", name}, {"weight", 1}}}}};
    const Timed all = fares_of(name, legs, "");
    std::set<std::string> areas;
    for (const auto& [when, fares] : all) {
      for (const auto& [pair, fare] : fares) areas.insert({pair.first, pair.second});
    }
    say_fares(all.at({"", true}), out);
    if (Value::List some = instead(name, legs, all); !some.empty()) {
      out.emplace("instead", std::move(some));
    }
    if (out.contains("flat")) return out;
    Value::Record zones;
    each("stop_areas", [&](const Row& row) {
      const std::string area = cell(row, "area_id"), stop = cell(row, "stop_id");
      if (areas.contains(area) && !zones.emplace(stop, area).second) unsaid("two_areas", stop);
    });
    out.emplace("zones", std::move(zones));
    return out;
  }

  // What costs something else by a medium or at some times. The first that applies counts, so what
  // is of both comes first, and what is of a medium at any time last.
  Value::List instead(const std::string& name, const std::vector<Leg>& legs, const Timed& all) {
    Value::List timed, by_medium, plain;
    const auto add = [&](const auto& when, const std::string& medium, const Fares& fares,
                         Value::List& to) {
      std::vector<Value::Record> frames{Value::Record{}};
      if (!when.first.empty()) frames = frames_[when.first];
      for (Value::Record& one : frames) {
        if (!when.first.empty() && when.second) one.emplace("at", "last_tap");
        if (!medium.empty()) one.emplace("media", Value::List{medium});
        say_fares(fares, one);
        to.emplace_back(std::move(one));
      }
    };
    for (const std::string& medium : media_of(legs)) {
      for (const auto& [when, fares] : fares_of(name, legs, medium)) {
        if (fares == all.at(when)) continue;
        add(when, medium, fares, when.first.empty() ? by_medium : timed);
      }
    }
    for (const auto& [when, fares] : all) {
      if (!when.first.empty()) add(when, "", fares, plain);
    }
    std::ranges::move(plain, std::back_inserter(timed));
    std::ranges::move(by_medium, std::back_inserter(timed));
    return timed;
  }

  // A rider category is a discount if it takes off the same part everywhere.
  void discounts() {
    for (const auto& [name, legs] : groups_) {
      std::map<std::string, std::optional<std::int64_t>> parts;  // nullopt: not the same
      for (const Leg& leg : legs) {
        const Money whole = price(leg);
        for (const auto& [rider, amount] : products_[leg.product]) {
          if (rider.empty() || whole <= 0) continue;
          const Money off = (whole - amount) * clearing::kMillion;
          const bool even = amount >= 0 && amount <= whole && off % whole == 0;
          const std::optional<std::int64_t> part = even ? std::optional{off / whole} : std::nullopt;
          const auto [held, fresh] = parts.try_emplace(rider, part);
          if (!fresh && held->second != part) held->second.reset();
        }
      }
      for (const auto& [rider, part] : parts) {
        if (!part) {
          unsaid("uneven", name + " " + rider);
          continue;
        }
        discounts_.push_back(Value::Record{{"name", name + " " + rider},
                                           {"groups", Value::List{name}},
                                           {"classes", Value::List{rider}},
                                           {"ppm", *part}});
      }
    }
  }

  void transfers() {
    each("fare_transfer_rules", [&](const Row& row) {
      const std::string from = cell(row, "from_leg_group_id"), to = cell(row, "to_leg_group_id");
      const std::string name = from + " " + to, how = cell(row, "fare_transfer_type");
      const std::string by = cell(row, "duration_limit_type");
      const auto there = leg_groups_.find(to);
      if (!leg_groups_.contains(from) || there == leg_groups_.end()) {
        return unsaid("transfer_groups", name);
      }
      if (!by.empty() && by != "1" && by != "2") return unsaid("duration", name);
      const auto off = taken_off(row, how, groups_[leg_groups_[from]], groups_[there->second]);
      if (!off) return unsaid("transfer_type", name);
      const std::string product = cell(row, "fare_product_id");
      if (products_[product].size() > 1) unsaid("transfer_riders", name);
      if (by_medium_.contains(product)) unsaid("by_medium", product);
      Value::Record rule{{"name", name},
                         {"from", Value::List{leg_groups_[from]}},
                         {"to", Value::List{there->second}},
                         {"counts_from", by == "2" ? "last_out" : "first_tap"},
                         {"takes_off", off->fixed ? "fixed" : "up_to"},
                         {"amount", off->amount},
                         {"another_vehicle", false},
                         {"most", most_of(cell(row, "transfer_count"))}};
      const std::string limit = cell(row, "duration_limit");
      std::int64_t seconds = 31 * 86'400;
      if (!limit.empty() &&
          std::from_chars(limit.data(), limit.data() + limit.size(), seconds).ec != std::errc{}) {
        return wrong("duration_limit");
      }
      rule.emplace("window", std::clamp<std::int64_t>(seconds, 0, 31 * 86'400));
      transfers_.emplace_back(std::move(rule));
    });
  }

  // What a transfer takes off the second leg, or what that costs then; nullopt: a tariff cannot say
  // it.
  struct Off {
    bool fixed = false;
    Money amount = 0;
  };
  std::optional<Off> taken_off(const Row& row, const std::string& how,
                               const std::vector<Leg>& before, const std::vector<Leg>& legs) {
    const std::string product = cell(row, "fare_product_id");
    if (!product.empty() && !products_.contains(product)) {
      wrong("fare_product_id");
      return std::nullopt;
    }
    const Money between = product.empty() ? 0 : price({.from = {}, .to = {}, .product = product});
    const Money least = range(legs).first;
    if (how == "1" && between <= 0) return Off{.fixed = false, .amount = -between};  // A + AB + B
    if (how == "0" && between >= 0 && between <= least) {                            // A + AB
      return Off{.fixed = true, .amount = between};
    }
    // AB: what A has cost already is known if all pay the same for it.
    const auto [cheapest, dearest] = range(before);
    const bool alike =
        cheapest == dearest && std::ranges::all_of(before, [&](const Leg& leg) {
          return products_[leg.product].size() == 1 && !by_medium_.contains(leg.product);
        });
    if (how == "2" && alike && between >= dearest && between - dearest <= least) {
      return Off{.fixed = true, .amount = between - dearest};
    }
    return std::nullopt;
  }

  // The cheapest and the dearest.
  std::pair<Money, Money> range(const std::vector<Leg>& legs) {
    std::pair<Money, Money> out{std::numeric_limits<Money>::max(), 0};
    std::set<std::string> media = media_of(legs);
    media.insert("");
    for (const Leg& leg : legs) {
      for (const std::string& medium : media) {
        out.first = std::min(out.first, price(leg, medium));
        out.second = std::max(out.second, price(leg, medium));
      }
    }
    return out;
  }

  static std::int64_t most_of(const std::string& count) {
    std::int64_t out = 1;
    std::from_chars(count.data(), count.data() + count.size(), out);
    return out == -1 ? 100 : std::clamp<std::int64_t>(out, 1, 100);
  }

  const GtfsTables& tables_;
  const GtfsTerms& terms_;
  std::string default_, where_, wrong_;
  std::map<std::string, Prices> products_;
  // By product and medium; none of a product that a tariff cannot say by medium.
  std::map<std::string, std::map<std::string, Prices>> by_medium_;
  std::map<std::string, std::vector<Value::Record>> frames_;
  std::map<std::string, std::vector<Leg>> groups_;
  std::map<std::string, std::string> leg_groups_;  // to network
  Value::List discounts_, transfers_;
  std::set<Unsaid> unsaid_;
};

}  // namespace

GtfsFares to_gtfs(const Tariff& tariff) { return Writer{tariff}.written(); }

std::expected<FromGtfs, std::string> from_gtfs(const GtfsTables& tables, const GtfsTerms& terms) {
  return Reading{tables, terms}.read();
}

}  // namespace bashu::fares
