#include "fares/tap_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace bashu::fares {

std::string text_in(const Value::Record& row, std::string_view name) {
  const auto it = row.find(name);
  if (it == row.end()) return {};
  if (const std::int64_t* number = it->second.as_int()) return std::to_string(*number);
  const std::string* held = it->second.as_text();
  return held ? *held : std::string{};
}

namespace {

// `08:00:00` in seconds, each digit written; nullopt: it is not so.
std::optional<std::int64_t> written_clock(std::string_view text) {
  std::int64_t out = 0;
  constexpr std::string_view kForm = "23:59:59";
  for (std::size_t i = 0; i < kForm.size(); i += 3) {
    const char tens = text[i], ones = text[i + 1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return std::nullopt;
    if (i > 0 && text[i - 1] != ':') return std::nullopt;
    const int value = (tens - '0') * 10 + (ones - '0');
    if (value > (i == 0 ? 23 : 59)) return std::nullopt;
    out = out * 60 + value;
  }
  return out;
}

// The same as it was always read, with what stands for a digit elsewhere: ` 8:00:00`. Slower.
std::optional<std::int64_t> scanned_clock(const char* text) {
  int hour = 0, minute = 0, second = 0;
  char end = 0;
  if (std::sscanf(text, "%2d:%2d:%2d%c", &hour, &minute, &second, &end) != 3 || hour > 23 ||
      minute > 59 || second > 59 || hour < 0 || minute < 0 || second < 0) {
    return std::nullopt;
  }
  return std::int64_t{hour} * 3'600 + minute * 60 + second;
}

}  // namespace

std::optional<std::int64_t> moment(const std::string& text) {
  constexpr std::size_t kDay = 10, kClock = 11, kAll = 19;
  if (text.size() != kAll || (text[kDay] != ' ' && text[kDay] != 'T')) return std::nullopt;
  const auto day = Date::parse(text.substr(0, kDay));
  if (!day) return std::nullopt;
  auto clock = written_clock(std::string_view{text}.substr(kClock));
  if (!clock) clock = scanned_clock(text.c_str() + kClock);
  if (!clock) return std::nullopt;
  return std::int64_t{day->days()} * 86'400 + *clock;
}

std::string moment_text(std::int64_t at_s) {
  constexpr std::int64_t kDayS = 86'400;
  const std::int64_t of_day = (at_s % kDayS + kDayS) % kDayS;
  const Date day = Date::from_days(static_cast<std::int32_t>((at_s - of_day) / kDayS));
  std::array<char, 16> clock;
  std::snprintf(clock.data(), clock.size(), " %02d:%02d:%02d", static_cast<int>(of_day / 3'600),
                static_cast<int>(of_day / 60 % 60), static_cast<int>(of_day % 60));
  return day.text() + clock.data();
}

std::optional<Denial> denial_of(const Value::Record& row, bool to_take) {
  const std::string until = text_in(row, "until"), at = text_in(row, "at");
  const auto from_s = moment(at.empty() ? text_in(row, "from") : at);
  Denial out{.token = text_in(row, "token"), .from_s = from_s.value_or(0)};
  if (out.token.empty() || !from_s) return std::nullopt;
  out.until_s = moment(until);
  if (out.until_s && *out.until_s < out.from_s) out.until_s.reset();
  if (to_take && !until.empty() && !out.until_s) return std::nullopt;
  return out;
}

namespace {

// `text` gives a member of the row.
template <typename Text>
std::string tap_from(const Text& text, Tap& tap) {
  const auto at = moment(text("at"));
  if (!at) return "bad_moment";
  const std::string kind = text("kind");
  if (kind != "in" && kind != "out" && kind != "single") return "bad_kind";
  tap = {.id = text("id"),
         .token = text("token"),
         .at_s = *at,
         .device = text("device"),
         .sequence = 0,
         .kind = kind == "in"    ? Tap::Kind::in
                 : kind == "out" ? Tap::Kind::out
                                 : Tap::Kind::single,
         .group = text("group"),
         .place = text("place"),
         .vehicle = text("vehicle"),
         .line = text("line"),
         .medium = text("medium"),
         .issuer = text("issuer"),
         .rider_class = text("class"),
         .corrects = text("corrects")};
  const std::string sequence = text("sequence");
  if (!sequence.empty()) {
    const auto [end, error] =
        std::from_chars(sequence.data(), sequence.data() + sequence.size(), tap.sequence);
    if (error != std::errc{} || end != sequence.data() + sequence.size()) return "bad_sequence";
  }
  if (tap.id.empty() || tap.token.empty() || tap.issuer.empty()) return "no_id";
  return {};
}

}  // namespace

std::string tap_of(const Value::Record& row, Tap& tap) {
  return tap_from([&](std::string_view name) { return text_in(row, name); }, tap);
}

std::string tap_of(const FlatJson& row, Tap& tap) {
  return tap_from([&](std::string_view name) { return std::string{row.text(name)}; }, tap);
}

}  // namespace bashu::fares
