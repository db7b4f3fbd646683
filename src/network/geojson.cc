#include "network/geojson.h"

#include <boost/json.hpp>

#include "network/clock.h"

namespace bashu::network {

namespace json = boost::json;

std::int64_t minutes_up(Seconds takes) { return takes == kNever ? -1 : (takes + 59) / 60; }

namespace {

json::array position(std::int32_t lon_e6, std::int32_t lat_e6) {
  return {lon_e6 / 1e6, lat_e6 / 1e6};
}
json::value minutes(Seconds takes) {
  return takes == kNever ? json::value(nullptr) : json::value(minutes_up(takes));
}
json::object named(std::string_view code, const Title& name) {
  json::object out{{"code", code}};
  for (const auto& [language, text] : name) out["name_" + language] = text;
  return out;
}
json::value day_of(const std::optional<Date>& day) {
  return day ? json::value(day->text()) : json::value(nullptr);
}

json::object feature(json::string_view type, json::array coordinates, json::object properties) {
  return {{"type", "Feature"},
          {"geometry", {{"type", type}, {"coordinates", std::move(coordinates)}}},
          {"properties", std::move(properties)}};
}

}  // namespace

std::string geojson(const Circle& circle, const std::vector<Spread>& spreads,
                    const Openings& openings, Date day) {
  json::array features;
  for (std::size_t p = 0; p < circle.places.size(); ++p) {
    const Place& place = circle.places[p];
    json::object properties = named(place.code, place.name);
    properties["people"] = place.people;
    properties["people_assumed"] = place.shared;
    properties["best_min"] = minutes(spreads[p].best_s);
    properties["median_min"] = minutes(spreads[p].median_s);
    properties["worst_min"] = minutes(spreads[p].worst_s);
    features.push_back(
        feature("Point", position(place.lon_e6, place.lat_e6), std::move(properties)));
  }
  for (const Line& line : circle.lines) {
    json::array way;
    for (const Line::Stop& stop : line.stops) {
      const Station& station = circle.trains.stations[stop.station];
      way.push_back(position(station.lon_e6, station.lat_e6));
    }
    json::object properties = named(line.code, line.name);
    const Opening& opening = openings.at(line.code);
    const Status status = status_on(opening, day);
    properties["open"] = status == Status::open;
    properties["since"] = day_of(opening.since);
    properties["planned"] = day_of(opening.plan);
    properties["closed"] = day_of(opening.closed);
    properties["status"] = name_of(status);
    features.push_back(feature("LineString", std::move(way), std::move(properties)));
  }
  return json::serialize(
      json::object{{"type", "FeatureCollection"}, {"features", std::move(features)}});
}

std::string geojson(const Circle& circle, const Standing& standing, Ends ends,
                    const std::vector<Passage>& passages) {
  const Place &from = circle.places[ends.from], &to = circle.places[ends.to];
  const auto of_station = [&](StationIndex at) {
    return position(circle.trains.stations[at].lon_e6, circle.trains.stations[at].lat_e6);
  };
  json::array features;
  for (const Passage& way : passages) {
    json::array line{position(from.lon_e6, from.lat_e6)};
    json::array legs;
    for (const Leg& leg : way.legs) {
      if (&leg == &way.legs.front()) line.push_back(of_station(leg.from));
      line.push_back(of_station(leg.to));
      json::object one{{"from", circle.trains.stations[leg.from].name},
                       {"to", circle.trains.stations[leg.to].name},
                       {"departs", clock(leg.departs_s)},
                       {"arrives", clock(leg.arrives_s)}};
      if (leg.trip != kOnFoot) {
        const auto& train = standing.trains[standing.timetables.front().runs[leg.trip].trip];
        one["train"] = train.id;
        one["timed"] = train.timed;
      }
      legs.push_back(std::move(one));
    }
    line.push_back(position(to.lon_e6, to.lat_e6));
    features.push_back(feature("LineString", std::move(line),
                               {{"from", from.code},
                                {"to", to.code},
                                {"departs", clock(way.departs_s)},
                                {"arrives", clock(way.arrives_s + 59)},
                                {"minutes", minutes_up(way.takes_s())},
                                {"changes", way.rides - 1},
                                {"legs", std::move(legs)}}));
  }
  return json::serialize(
      json::object{{"type", "FeatureCollection"}, {"features", std::move(features)}});
}

}  // namespace bashu::network
