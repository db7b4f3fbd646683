#include "figures/words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace bashu::figures {

namespace {

struct Large {
  std::int64_t size;  // in whole units
  const char* en;
  const char* zh;  // null: not a step of that language
};
constexpr std::array kLarge{Large{1'000'000'000'000, " trillion", "万亿"},
                            Large{1'000'000'000, " billion", nullptr},
                            Large{100'000'000, nullptr, "亿"},
                            Large{1'000'000, " million", nullptr}, Large{10'000, nullptr, "万"}};

struct UnitWord {
  std::string_view unit;
  const char* en;
  const char* zh;
  bool large;  // written in millions, 亿
};
constexpr std::array kUnits{UnitWord{"CNY", " yuan", "元", true},
                            UnitWord{"t", " t", "吨", true},
                            UnitWord{"%", "%", "%", false},
                            UnitWord{"km", " km", "公里", false},
                            UnitWord{"km2", " km²", "平方公里", false},
                            UnitWord{"minute", " minutes", "分钟", false},
                            UnitWord{"day", " days", "天", false},
                            UnitWord{"year", " years", "年", false},
                            UnitWord{"card", " cards", "张", false},
                            UnitWord{"1", "", "", false},
                            UnitWord{"", "", "", false}};

// Units that only count, as Chinese does: English leaves them out.
UnitWord word_of(const std::string& unit) {
  for (const UnitWord& one : kUnits) {
    if (one.unit == unit) return one;
  }
  return {.unit = unit, .en = nullptr, .zh = nullptr, .large = false};
}

std::int64_t power(int scale) {
  std::int64_t ten = 1;
  for (int i = 0; i < scale && i < 18; ++i) ten *= 10;
  return ten;
}

std::string unit_for_people(const std::string& unit, bool zh) {
  const UnitWord word = word_of(unit);
  if (word.en) return zh ? word.zh : word.en;
  if (zh) return unit;
  return !unit.empty() && static_cast<unsigned char>(unit[0]) < 0x80 ? " " + unit : "";
}

}  // namespace

std::string number_text(std::int64_t value, int scale) {
  const bool negative = value < 0;
  std::uint64_t rest =
      negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string digits = std::to_string(rest);
  const auto decimals = static_cast<std::size_t>(std::max(scale, 0));
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  std::string whole = digits.substr(0, digits.size() - decimals);
  std::string fraction = digits.substr(digits.size() - decimals);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, ",");
  return (negative ? "-" : "") + whole + (fraction.empty() ? "" : "." + fraction);
}

std::string number_words(std::int64_t value, const std::string& unit, int scale,
                         const std::string& language) {
  const bool zh = language == "zh";
  const UnitWord word = word_of(unit);
  const std::string words = unit_for_people(unit, zh);
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  const std::int64_t magnitude = value < 0 ? -std::max(value, kLowest + 1) : value;
  if (word.large && magnitude > 0) {
    for (const Large& large : kLarge) {
      const char* name = zh ? large.zh : large.en;
      std::int64_t size = 0;
      if (!name || (unit == "t" && !zh)) continue;
      if (__builtin_mul_overflow(large.size, power(scale), &size) || magnitude < size) continue;
      // Four decimals at most, rounded half up, and said so.
      const std::int64_t step = size / 10'000;
      const std::int64_t scaled = magnitude / step + (magnitude % step * 2 >= step ? 1 : 0);
      const bool exact = magnitude % step == 0;
      return std::string{exact ? ""
                         : zh  ? "约"
                               : "about "} +
             (value < 0 ? "-" : "") + number_text(scaled, 4) + name + words;
    }
  }
  return number_text(value, scale) + words;
}

std::string exact_words(std::int64_t value, const std::string& unit, int scale,
                        const std::string& language) {
  return number_text(value, scale) + unit_for_people(unit, language == "zh");
}

std::string said_words(Says says, std::int64_t value, const std::string& unit, int scale,
                       const std::string& language) {
  const std::string number = number_words(value, unit, scale, language);
  const bool zh = language == "zh";
  switch (says) {
    case Says::more_than:
      return (zh ? "超过" : "more than ") + number;
    case Says::nearly:
      return (zh ? "近" : "nearly ") + number;
    case Says::exact:
      break;
  }
  return number;
}

std::string printed(const Answer& answer, const std::string& language) {
  const auto number = answer.bound ? answer.bound : answer.value;
  if (!number) return {};
  return said_words(answer.bound ? answer.says : Says::exact, *number, answer.unit, answer.scale,
                    language);
}

std::string_view concerns_name(packs::Figure::Concerns concerns) {
  using enum packs::Figure::Concerns;
  switch (concerns) {
    case opener:
      return "opener";
    case parties:
      return "parties";
    case everybody:
      return "everybody";
    default:
      return {};
  }
}

}  // namespace bashu::figures
