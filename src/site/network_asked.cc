#include "site/network_asked.h"

#include <algorithm>
#include <array>

#include "network/geojson.h"
#include "site/pages.h"
#include "site/registry.h"
#include "travel/network.h"

namespace bashu::site {

using namespace network;

bool has_network(const Ask& ask) {
  const auto& computed = ask.from.map->computed;
  return computed && !computed->circle().cores().empty();
}

std::expected<std::optional<NetworkAsked>, Fault> network_asked(const Ask& ask) {
  if (!has_network(ask)) return std::nullopt;
  travel::Computed& computed = *ask.from.map->computed;
  NetworkAsked out{.circle = {}, .day = {}, .record = {}, .changed = {}};
  const std::string from = ask.parameter("from"), as_of = ask.parameter("as_of"),
                    scenario = ask.parameter("scenario");
  const network::Circle& folder = computed.circle();
  const auto place = from.empty() ? std::optional{folder.cores().front()} : folder.place(from);
  if (!place || (!as_of.empty() && !ask.as_of())) return std::nullopt;
  out.from = *place;
  out.day = ask.day_of_lists().value_or(ask.from.today);
  if (const std::string year = ask.parameter("year"); !year.empty() && as_of.empty()) {
    const auto end = Date::parse(year + "-12-31");
    if (!end) return std::nullopt;
    out.day = *end;
  }
  auto record = travel::on_record(computed, *ask.from.views, ask.from.at, ask.from.today);
  if (!record) return std::unexpected{record.error()};
  out.record = std::move(*record);
  out.circle = computed.circle_on(out.record.timetables, out.day);
  if (!scenario.empty()) {
    const Scenario* found = out.record.scenario(scenario);
    if (!found) return std::nullopt;
    out.scenario = *found;
  }
  out.changed =
      out.scenario ? network::apply(out.record.openings, *out.scenario) : out.record.openings;
  return out;
}

Query query_of(const NetworkAsked& what, const Place& from, Date day,
               const std::optional<Scenario>& scenario) {
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

void fill_files(Ask& ask, const std::vector<std::string>& path,
                std::initializer_list<const char*> kinds, const Query& query, Slots slots) {
  for (const std::string kind : kinds) {
    std::vector<std::string> file = path;
    file.push_back("data." + kind);
    Slots one = slots.add("FILE");
    one.set("HREF", ask.links.to(file, query));
    one.set("TEXT", kind);
  }
}

void fill_sources(Ask& ask, const travel::Sources& known, const std::string& code, Slots slots) {
  const auto sources = known.find(code);
  if (sources == known.end()) return;
  for (const travel::Source& one : sources->second) {
    const auto reg = find_register(ask, one.reg);
    if (!reg) continue;
    Slots link = slots.add("SOURCE");
    link.set("HREF", ask.links.to(register_path(*reg, {"records", one.key})));
    link.set("TEXT", ask.in(reg->reg->title));
  }
}

std::string status_said(const Ask& ask, Status status) {
  constexpr std::array<std::string_view, kStatuses.size()> kSaid{
      "site.status_planned", "site.status_approved", "site.status_building",
      "site.status_trial",   "site.status_open",     "site.status_closed"};
  return ask.say(kSaid[static_cast<std::size_t>(status)]);
}

std::string halves_said(const Ask& ask, const NetworkAsked& what, const std::string& code) {
  std::string out;
  if (!what.record.border.contains(code)) return out;
  for (const auto& [side, openings] : what.record.by_side) {
    out += (out.empty() ? "" : ask.say("site.and_half")) +
           ask.say("site.side_value",
                   {{"party", ask.party(side)},
                    {"value", status_said(ask, status_on(openings.at(code), what.day))}});
  }
  return out;
}

void fill_lines(Ask& ask, const NetworkAsked& what, Slots slots, std::optional<Status> only) {
  for (const auto& [code, opening] : what.changed) {
    const Status status = status_on(opening, what.day);
    if (only && status != *only) continue;
    Slots row = slots.add("LINE");
    row.set("CODE", code);
    row.set("NAME", ask.in(what.circle->name(code)));
    row.set("STATUS", status_said(ask, status));
    row.set_if("HALVES", halves_said(ask, what, code), "HALVED");
    row.set("SINCE", opening.since ? ask.day(*opening.since) : "");
    row.set("PLAN", !opening.since && opening.plan ? ask.day(*opening.plan) : "");
    row.set("CLOSED", opening.closed ? ask.day(*opening.closed) : "");
    fill_sources(ask, what.record.sources, code, row);
  }
}

std::string minutes_said(const Ask& ask, Seconds takes) {
  return takes == kNever ? ask.say("network.no_way") : std::to_string(minutes_up(takes));
}

}  // namespace bashu::site
