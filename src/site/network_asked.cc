#include "site/network_asked.h"

#include "network/geojson.h"
#include "site/pages.h"
#include "travel/record.h"

namespace bashu::site {

using namespace network;

bool has_network(const Ask& ask) {
  const auto& circle = ask.from.map->network;
  return circle && !circle->cores().empty();
}

std::expected<std::optional<NetworkAsked>, Fault> network_asked(const Ask& ask) {
  if (!has_network(ask)) return std::nullopt;
  NetworkAsked out{.circle = ask.from.map->network.get(), .day = {}, .openings = {}, .changed = {}};
  const std::string from = ask.parameter("from"), as_of = ask.parameter("as_of"),
                    scenario = ask.parameter("scenario");
  const auto place =
      from.empty() ? std::optional{out.circle->cores().front()} : out.circle->place(from);
  if (!place || (!as_of.empty() && !ask.as_of())) return std::nullopt;
  out.from = *place;
  out.day = ask.day_of_lists().value_or(ask.from.today);
  out.scenario = out.circle->scenario(scenario);
  if (!scenario.empty() && !out.scenario) return std::nullopt;
  auto openings = travel::openings(*out.circle, *ask.from.views, ask.from.at, ask.from.today);
  if (!openings) return std::unexpected{openings.error()};
  out.openings = std::move(*openings);
  out.changed = out.scenario ? apply(out.openings, *out.scenario) : out.openings;
  return out;
}

Query query_of(const NetworkAsked& what, const Place& from, Date day, const Scenario* scenario) {
  Query out{{"as_of", day.text()}};
  if (what.circle->cores().front() != what.circle->place(from.code)) out["from"] = from.code;
  if (scenario) out["scenario"] = scenario->id;
  return out;
}

std::string journey_to(Ask& ask, const NetworkAsked& what, std::uint32_t place) {
  Query query = query_of(what, what.circle->places[what.from], what.day, what.scenario);
  query["to"] = what.circle->places[place].code;
  return ask.links.to({"network", "journey"}, std::move(query));
}

std::string minutes_said(const Ask& ask, Seconds takes) {
  return takes == kNever ? ask.say("network.no_way") : std::to_string(minutes_up(takes));
}

}  // namespace bashu::site
