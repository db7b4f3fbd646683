#include "travel/timetables.h"

#include <algorithm>
#include <set>
#include <utility>

#include "network/rail/list.h"
#include "travel/public_records.h"

namespace bashu::travel {

namespace {

std::optional<Date> day_at(const Value& record, std::string_view member) {
  return Date::parse(record.text_at(member));
}

std::optional<int> minute_at(const Value& call, std::string_view member) {
  const Value* value = call.find(member);
  const std::int64_t* minute = value ? value->as_int() : nullptr;
  return minute ? std::optional{static_cast<int>(*minute)} : std::nullopt;
}

Calls calls_of(const Value& record) {
  Calls out;
  const Value* calls = record.find("calls");
  if (!calls || !calls->as_list()) return out;
  for (const Value& call : *calls->as_list()) {
    out.push_back({.station = call.text_at("station"),
                   .arrives_min = minute_at(call, "arrives"),
                   .departs_min = minute_at(call, "departs")});
  }
  return out;
}

// What each side says of the trains of a day.
class Words {
 public:
  Words(const Timetables& told, Date day) : told_{told} {
    for (const auto& [side, editions] : told.editions) {
      if (const Edition* edition = in_force(told, side, day)) editions_.emplace(side, edition);
    }
  }

  [[nodiscard]] std::set<std::string, std::less<>> numbers() const {
    std::set<std::string, std::less<>> out;
    for (const auto& [side, edition] : editions_) {
      for (const auto& [number, calls] : edition->trains) out.insert(number);
    }
    return out;
  }
  // nullptr: it does not run. Every edition is whole, so a side says of each train that calls
  // there either how it runs or that it does not.
  [[nodiscard]] const Calls* counting(const std::string& number) const {
    const Calls* best = nullptr;
    std::optional<std::pair<Date, int>> newest;
    for (const auto& [side, edition] : editions_) {
      const Calls* said = telling(side, number);
      if (!said && !calls_in(side, number)) continue;
      const std::pair weight{edition->valid_from, !said ? 0 : begins_in(side, *said) ? 2 : 1};
      if (newest && weight <= *newest) continue;
      newest = weight;
      best = said;
    }
    return running(best);
  }
  [[nodiscard]] const Calls* by(std::string_view side, const std::string& number) const {
    const Calls* said = telling(side, number);
    return said || calls_in(side, number) ? running(said) : counting(number);
  }

 private:
  [[nodiscard]] static const Calls* running(const Calls* said) {
    return said && !said->empty() ? said : nullptr;
  }
  [[nodiscard]] const Calls* telling(std::string_view side, const std::string& number) const {
    const auto edition = editions_.find(side);
    if (edition == editions_.end()) return nullptr;
    const auto train = edition->second->trains.find(number);
    return train == edition->second->trains.end() ? nullptr : &train->second;
  }
  // Whether it calls in that side, which has an edition, by anybody's word.
  [[nodiscard]] bool calls_in(std::string_view side, const std::string& number) const {
    if (!editions_.contains(side)) return false;
    return std::ranges::any_of(editions_, [&](const auto& one) {
      const Calls* said = telling(one.first, number);
      return said &&
             std::ranges::any_of(*said, [&](const TrainCall& call) { return lies_in(call, side); });
    });
  }
  [[nodiscard]] bool lies_in(const TrainCall& call, std::string_view side) const {
    const auto station = told_.stations.find(call.station);
    return station != told_.stations.end() && station->second.side == side;
  }
  [[nodiscard]] bool begins_in(std::string_view side, const Calls& said) const {
    return !said.empty() && lies_in(said.front(), side);
  }

  const Timetables& told_;
  std::map<std::string, const Edition*, std::less<>> editions_;
};

// A circle of which stations and trains are told otherwise.
class Retold {
 public:
  Retold(const network::Circle& folder, const Timetables& told, Date day)
      : circle_{folder}, told_{told}, day_{day} {}

  network::Circle make(std::string_view by) {
    for (std::size_t n = 0; n < circle_.trains.stations.size(); ++n) {
      known_.emplace(circle_.trains.stations[n].name, static_cast<network::StationIndex>(n));
    }
    for (const auto& [name, station] : told_.stations) put(name, station);
    if (!told_.editions.empty()) {
      date();
      run(by);
    }
    return std::move(circle_);
  }

 private:
  void put(const std::string& name, const StationTold& told) {
    auto& stations = circle_.trains.stations;
    const auto [at, fresh] =
        known_.try_emplace(name, static_cast<network::StationIndex>(stations.size()));
    if (fresh) {
      stations.push_back({.id = {}, .name = name, .change_s = network::rail::kChange});
      circle_.divisions.emplace_back();
      circle_.since.emplace_back();
    }
    network::Station& station = stations[at->second];
    station.id = told.english.empty() ? name : told.english;
    station.lon_e6 = told.east_e6;
    station.lat_e6 = told.north_e6;
    circle_.divisions[at->second] = told.division;
    circle_.since[at->second] = told.opened;
  }

  // The day of the newest edition; its trains are held to run every day.
  void date() {
    std::optional<Date> newest;
    for (const auto& [side, editions] : told_.editions) {
      const Edition* edition = in_force(told_, side, day_);
      if (edition && (!newest || *newest < edition->valid_from)) newest = edition->valid_from;
    }
    if (!newest) return;
    circle_.timetable_of = *newest;
    circle_.trains.services = {network::rail::daily(newest->plus_days(-1), newest->plus_days(2))};
  }

  void run(std::string_view by) {
    circle_.trains.trips.clear();
    const Words words{told_, day_};
    for (const std::string& number : words.numbers()) {
      const Calls* calls = by.empty() ? words.counting(number) : words.by(by, number);
      if (!calls) continue;
      auto trip = trip_of(number, *calls);
      if (trip) circle_.trains.trips.push_back(std::move(*trip));
    }
  }

  [[nodiscard]] std::optional<network::Trip> trip_of(const std::string& number,
                                                     const Calls& calls) const {
    network::Trip out{.id = number, .line = number, .service = 0, .calls = {}};
    network::Seconds before = 0;
    for (const TrainCall& call : calls) {
      const auto at = known_.find(call.station);
      if (at == known_.end() || (!call.arrives_min && !call.departs_min)) return std::nullopt;
      if (closed(call.station)) continue;
      const int arrives = call.arrives_min ? *call.arrives_min : *call.departs_min;
      const int departs = call.departs_min ? *call.departs_min : *call.arrives_min;
      const network::Call one{.station = at->second,
                              .arrives_s = arrives * 60,
                              .departs_s = departs * 60,
                              .boards = call.departs_min.has_value(),
                              .alights = call.arrives_min.has_value()};
      if (one.arrives_s < before || one.departs_s < one.arrives_s) return std::nullopt;
      if (!out.calls.empty() && one.arrives_s - before > network::kRideMax) return std::nullopt;
      before = one.departs_s;
      out.calls.push_back(one);
    }
    return out.calls.size() < 2 ? std::nullopt : std::optional{std::move(out)};
  }
  [[nodiscard]] bool closed(const std::string& station) const {
    const auto told = told_.stations.find(station);
    return told != told_.stations.end() && told->second.closed && *told->second.closed <= day_;
  }

  network::Circle circle_;
  const Timetables& told_;
  Date day_;
  std::map<std::string, network::StationIndex, std::less<>> known_;  // by name
};

}  // namespace

Timetables read_timetables(views::Session& session) {
  Timetables out;
  for (const auto& row : public_records(session, "transport", "station")) {
    out.stations.emplace(
        row.fields.text_at("station"),
        StationTold{.side = row.keeper,
                    .english = row.fields.text_at("english"),
                    .division = row.fields.text_at("division"),
                    .east_e6 = static_cast<std::int32_t>(row.fields.int_at("east", 0)),
                    .north_e6 = static_cast<std::int32_t>(row.fields.int_at("north", 0)),
                    .opened = day_at(row.fields, "opened_on"),
                    .closed = day_at(row.fields, "closed_on")});
  }
  std::map<std::pair<std::string, Date>, std::map<std::string, Calls, std::less<>>> trains;
  for (const auto& row : public_records(session, "transport", "train")) {
    const auto from = day_at(row.fields, "valid_from");
    if (!from || row.fields.text_at("side") != row.keeper) continue;
    trains[{row.keeper, *from}].emplace(row.fields.text_at("number"), calls_of(row.fields));
  }
  for (const auto& row : public_records(session, "transport", "timetable")) {
    const auto from = day_at(row.fields, "valid_from");
    if (!from || row.fields.text_at("side") != row.keeper) continue;
    auto& of = trains[{row.keeper, *from}];
    if (static_cast<std::int64_t>(of.size()) < row.fields.int_at("trains", 0)) continue;
    out.editions[row.keeper].push_back(
        {.valid_from = *from, .trains = std::move(of), .key = row.key, .position = row.position});
  }
  for (auto& [side, editions] : out.editions) {
    std::ranges::sort(editions, {}, &Edition::valid_from);
  }
  return out;
}

const Edition* in_force(const Timetables& told, std::string_view side, Date day) {
  const auto it = told.editions.find(side);
  if (it == told.editions.end()) return nullptr;
  const bool begun = std::ranges::any_of(
      told.editions, [&](const auto& one) { return one.second.front().valid_from <= day; });
  const Edition* out = begun ? nullptr : &it->second.front();
  for (const Edition& one : it->second) {
    if (one.valid_from <= day) out = &one;
  }
  return out;
}

std::vector<TrainDiffers> differing(const Timetables& told, Date day, std::string_view side) {
  std::vector<TrainDiffers> out;
  const Words words{told, day};
  for (const std::string& number : words.numbers()) {
    const Calls* counts = words.counting(number);
    const Calls* they_say = words.by(side, number);
    if (counts == they_say || (counts && they_say && *counts == *they_say)) continue;
    out.push_back({.number = number, .counts = counts, .they_say = they_say});
  }
  return out;
}

network::Circle circle_on(const network::Circle& folder, const Timetables& told, Date day,
                          std::string_view by) {
  return Retold{folder, told, day}.make(by);
}

}  // namespace bashu::travel
