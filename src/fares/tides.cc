#include "fares/tides.h"

#include <array>
#include <string_view>
#include <utility>

#include "fares/tap_rows.h"

namespace bashu::fares {

std::expected<std::optional<Value::Record>, std::string> tap_of_tides(
    const Value::Record& transaction, const TidesTerms& terms) {
  const auto cell = [&](std::string_view name) {
    std::string text = text_in(transaction, name);
    return text == "NA" || text == "NaN" ? std::string{} : text;
  };
  constexpr std::array<std::pair<std::string_view, const char*>, 4> kTaps{{
      {"Enter", "in"},
      {"Transfer entrance", "in"},
      {"Exit", "out"},
      {"Transfer exit", "out"},
  }};
  constexpr std::array<std::string_view, 6> kOthers{
      "Unknown action type", "Purchase", "Add", "Activate", "Adjust", "Other"};
  const std::string action = cell("fare_action");
  const char* kind = nullptr;
  for (const auto& [name, is] : kTaps) kind = action == name ? is : kind;
  if (!kind) {
    for (const std::string_view name : kOthers) {
      if (action == name) return std::nullopt;
    }
    return std::unexpected{std::string{"fare_action"}};
  }
  // A tap is one rider's: who taps for several would be charged once.
  const std::string riders = cell("num_riders");
  if (!riders.empty() && riders != "1") return std::unexpected{std::string{"num_riders"}};
  const std::string at = cell("event_timestamp");
  if (!moment(at)) return std::unexpected{std::string{"event_timestamp"}};
  for (const char* name : {"transaction_id", "token_id"}) {
    if (cell(name).empty()) return std::unexpected{std::string{name}};
  }
  Value::Record out{{"kind", kind}, {"issuer", terms.issuer}, {"group", terms.group}};
  constexpr std::array<std::pair<const char*, const char*>, 9> kColumns{{
      {"id", "transaction_id"},
      {"token", "token_id"},
      {"at", "event_timestamp"},
      {"device", "device_id"},
      {"place", "stop_id"},
      {"vehicle", "vehicle_id"},
      {"line", "pattern_id"},
      {"class", "rider_category"},
      {"medium", "fare_media_id"},
  }};
  for (const auto& [ours, theirs] : kColumns) {
    if (std::string text = cell(theirs); !text.empty()) out.emplace(ours, std::move(text));
  }
  return out;
}

}  // namespace bashu::fares
