#include "fares/completion.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fares/scope.h"

namespace bashu::fares {

namespace {

using By = Completion::By;

class Completer {
 public:
  Completer(const Tariff& tariff, const std::vector<Tap>& taps, std::vector<Ride>& rides)
      : tariff_{tariff}, taps_{taps}, rides_{rides} {}

  void all() {
    std::map<std::pair<int, int>, std::int64_t> of_month;
    for (Ride& ride : rides_) {
      if (ride.fault != Fault::no_exit && ride.fault != Fault::no_entry) continue;
      const Date day = service_day(tariff_, taps_[ride.first].at_s);
      std::int64_t& count = of_month[{day.year(), day.month()}];
      if (count >= edition_on(tariff_, day).completions_most) continue;
      ride.completed = completed(ride);
      if (ride.completed) ++count;
    }
  }

 private:
  [[nodiscard]] std::optional<Completed> completed(const Ride& ride) const {
    const Tap& tap = taps_[ride.first];
    const Group* group = group_of(tariff_, tap);
    if (!group || group->missing == 0) return std::nullopt;
    const Date day = service_day(tariff_, tap.at_s);
    for (const Completion& rule : edition_on(tariff_, day).completions) {
      if (!applies(rule.scope, tap)) continue;
      if (rule.by == By::fare) {
        return Completed{
            .rule = rule.name, .place = {}, .fare = std::min(rule.fare, group->missing)};
      }
      for (const std::string& place : places(rule, ride)) {
        const auto fare = priced(*group, ride, place);
        if (!fare) continue;
        return Completed{
            .rule = rule.name, .place = place, .fare = std::min(*fare, group->missing)};
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Money> priced(const Group& group, const Ride& ride,
                                            const std::string& missing) const {
    const Tap& tap = taps_[ride.first];
    if (missing == tap.place) return std::nullopt;
    return ride.fault == Fault::no_exit ? fare_of(group, tap, tap, tap.place, missing)
                                        : fare_of(group, tap, tap, missing, tap.place);
  }

  // Where the missing tap may have been; the first that has a fare counts.
  [[nodiscard]] std::vector<std::string> places(const Completion& rule, const Ride& ride) const {
    switch (rule.by) {
      case By::next_entry:
        if (ride.fault != Fault::no_exit || ride.last + 1 == taps_.size()) return {};
        return places_by(rule, ride, taps_[ride.last + 1]);
      case By::last_exit:
        if (ride.fault != Fault::no_entry || ride.first == 0) return {};
        return places_by(rule, ride, taps_[ride.first - 1]);
      case By::usual:
        return usual(rule, ride);
      case By::fare:
        return {};
    }
    return {};
  }

  // By the tap beside the one that is there. Who taps once does so going in.
  [[nodiscard]] std::vector<std::string> places_by(const Completion& rule, const Ride& ride,
                                                   const Tap& beside) const {
    const Tap& tap = taps_[ride.first];
    const Group* group = group_of(tariff_, beside);
    const bool comes_out = group && group->two_taps && beside.kind == Tap::Kind::out;
    const std::int64_t between = std::max(tap.at_s, beside.at_s) - std::min(tap.at_s, beside.at_s);
    if (comes_out != (rule.by == By::last_exit) || between > rule.within_s ||
        service_day(tariff_, tap.at_s) != service_day(tariff_, beside.at_s)) {
      return {};
    }
    if (beside.group == tap.group) return {beside.place};
    std::vector<std::string> out;
    const auto [from, to] = rule.interchanges.equal_range({beside.group, beside.place});
    for (auto it = from; it != to; ++it) out.push_back(it->second);
    return out;
  }

  // The other end of most complete rides from or to this place on the days before; of two that are
  // as usual neither.
  [[nodiscard]] std::vector<std::string> usual(const Completion& rule, const Ride& ride) const {
    const Tap& tap = taps_[ride.first];
    const std::int64_t day = service_day(tariff_, tap.at_s).days();
    std::map<std::string_view, std::int64_t> seen;
    for (const Ride& one : rides_) {
      const Tap &in = taps_[one.first], &out = taps_[one.last];
      const std::int64_t before = day - service_day(tariff_, in.at_s).days();
      if (one.fault != Fault::none || one.first == one.last || in.group != tap.group ||
          before < 1 || before > rule.days || in.place == out.place) {
        continue;
      }
      if (in.place == tap.place) ++seen[out.place];
      if (out.place == tap.place) ++seen[in.place];
    }
    const auto most =
        std::ranges::max_element(seen, {}, [](const auto& partner) { return partner.second; });
    if (most == seen.end() || most->second < rule.at_least) return {};
    const auto as_usual = std::ranges::count_if(
        seen, [&](const auto& partner) { return partner.second == most->second; });
    return as_usual > 1 ? std::vector<std::string>{}
                        : std::vector<std::string>{std::string{most->first}};
  }

  const Tariff& tariff_;
  const std::vector<Tap>& taps_;
  std::vector<Ride>& rides_;
};

}  // namespace

void complete(const Tariff& tariff, const std::vector<Tap>& taps, std::vector<Ride>& rides) {
  const bool completes = std::ranges::any_of(
      editions_of(tariff), [](const Tariff* edition) { return !edition->completions.empty(); });
  if (completes) Completer{tariff, taps, rides}.all();
}

}  // namespace bashu::fares
