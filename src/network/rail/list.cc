#include "network/rail/list.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "network/gtfs/feed.h"
#include "network/table.h"

namespace bashu::network::rail {

namespace {

constexpr Seconds kNone = -1;

struct Written {
  StationIndex station = 0;
  Seconds arrives_s = kNone, departs_s = kNone;  // of a day
  [[nodiscard]] Seconds at_s() const { return arrives_s == kNone ? departs_s : arrives_s; }
};

std::optional<std::int32_t> degrees_e6(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(std::abs(value) <= 180)) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(std::lround(value * 1e6));
}

Seconds after(Seconds at, Seconds before) { return ((at - before) % kDay + kDay) % kDay; }

// By the clock from the first call on.
void put_in_order(std::vector<Written>& calls) {
  std::ranges::stable_sort(calls, {}, &Written::at_s);
  auto first = std::ranges::find(calls, kNone, &Written::arrives_s);
  if (first == calls.end()) {
    Seconds longest = -1;
    for (auto it = calls.begin(); it != calls.end(); ++it) {
      const Written& before = it == calls.begin() ? calls.back() : *std::prev(it);
      const Seconds gap = after(it->at_s(), before.at_s());
      if (gap > longest) {
        longest = gap;
        first = it;
      }
    }
  }
  std::ranges::rotate(calls, first);
}

}  // namespace

struct Reader::State {
  List list;
  Notices notices;
  std::map<std::string, StationIndex, std::less<>> known;
  std::map<std::string, std::vector<Written>, std::less<>> trains;
  Options options;
  std::string file;

  void fault(std::string code, std::string field, const Row& row, std::string_view value,
             std::string what) {
    notices.tell({.code = std::move(code),
                  .file = file,
                  .field = std::move(field),
                  .line = row.line(),
                  .value = std::string{value},
                  .what = std::move(what)});
  }
  void read(std::string_view name, std::string_view text, std::vector<std::string_view> columns,
            void (State::*each)(const Row&)) {
    file = name;
    Table table{std::move(columns), [&](const Row& row) { (this->*each)(row); },
                [&](std::uint64_t line, std::string what) {
                  notices.tell({.code = "csv_parsing_failed",
                                .file = file,
                                .field = {},
                                .line = line,
                                .value = {},
                                .what = std::move(what)});
                }};
    table.bytes(text);
    table.end();
  }

  void station(const Row& row) {
    enum : std::size_t { name, division, lon, lat, english, since };
    const auto x = degrees_e6(row[lon]), y = degrees_e6(row[lat]);
    if (!x) return fault("invalid_float", "lon", row, row[lon], "is no degree of longitude");
    if (!y) return fault("invalid_float", "lat", row, row[lat], "is no degree of latitude");
    const auto number = static_cast<StationIndex>(list.schedule.stations.size());
    if (row[name].empty() || !known.try_emplace(std::string{row[name]}, number).second) {
      return fault("duplicate_key", "station", row, row[name], "is empty or there already");
    }
    list.schedule.stations.push_back(
        {.id = std::string{row[english].empty() ? row[name] : row[english]},
         .name = std::string{row[name]},
         .lon_e6 = *x,
         .lat_e6 = *y,
         .change_s = options.change_s});
    list.divisions.emplace_back(row[division]);
    const auto opened = Date::parse(row[since]);
    if (!opened && !row[since].empty()) {
      fault("invalid_date", "since", row, row[since], "is no date like 2021-01-30");
    }
    list.since.push_back(opened);
  }

  void call(const Row& row) {
    enum : std::size_t { number, name, arrives, departs };
    const auto at = known.find(row[name]);
    if (at == known.end()) {
      return fault("foreign_key_violation", "station", row, row[name], "is no station of the list");
    }
    Written call{.station = at->second};
    for (const auto& [column, into] :
         {std::pair{arrives, &call.arrives_s}, std::pair{departs, &call.departs_s}}) {
      if (row[column].empty()) continue;
      const auto time = gtfs::parse_time(std::string{row[column]} + ":00");
      if (!time || *time >= kDay) {
        return fault("invalid_time", column == arrives ? "arrives" : "departs", row, row[column],
                     "is no time of day HH:MM");
      }
      *into = *time;
    }
    if (call.at_s() == kNone || row[number].empty()) {
      return fault("missing_required_field", "number", row, row[number],
                   "a call has a train's number and a time");
    }
    trains[std::string{row[number]}].push_back(call);
  }

  void make(const std::string& number, std::vector<Written>& calls) {
    put_in_order(calls);
    Trip trip{.id = number, .line = number, .service = 0, .calls = {}};
    Seconds now = calls.front().at_s();
    for (const Written& one : calls) {
      const Seconds arrives = now + after(one.at_s(), now);
      const Seconds stays = one.departs_s == kNone || one.arrives_s == kNone
                                ? 0
                                : after(one.departs_s, one.arrives_s);
      now = arrives + stays;
      trip.calls.push_back({.station = one.station,
                            .arrives_s = arrives,
                            .departs_s = now,
                            .boards = one.departs_s != kNone,
                            .alights = one.arrives_s != kNone});
    }
    const auto too_long = std::ranges::adjacent_find(trip.calls, [](const Call& a, const Call& b) {
      return b.arrives_s - a.departs_s > kRideMax;
    });
    if (trip.calls.size() < 2 || too_long != trip.calls.end()) return;
    list.schedule.trips.push_back(std::move(trip));
  }
};

Service daily(Date first, Date last) {
  const std::int64_t days = last.days() - first.days() + 1;
  return {.id = "daily",
          .first = first,
          .runs = std::vector<bool>(days > 0 ? static_cast<std::size_t>(days) : 0, true)};
}

Reader::Reader(const Options& options) : state_{std::make_unique<State>()} {
  state_->options = options;
  state_->list.schedule.services = {daily(options.first, options.last)};
}
Reader::~Reader() = default;

void Reader::stations(std::string_view name, std::string_view text) {
  state_->read(name, text, {"station", "division", "lon", "lat", "english", "since"},
               &State::station);
}

void Reader::calls(std::string_view name, std::string_view text) {
  state_->read(name, text, {"number", "station", "arrives", "departs"}, &State::call);
}

List Reader::finish() {
  for (auto& [number, calls] : state_->trains) state_->make(number, calls);
  BASHU_ASSERT(!check(state_->list.schedule));
  state_->list.notices = state_->notices.take();
  return std::move(state_->list);
}

}  // namespace bashu::network::rail
