// Figures as data, in the reader's language: what the API answers and what the command line prints.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/published.h"
#include "base/value.h"
#include "views/sides.h"
#include "views/views.h"

namespace bashu::api {

// A number as people read it: `6.8 billion yuan`, `48万吨`, `27.6%`, `11,000`.
[[nodiscard]] std::string number_for_people(std::int64_t value, const std::string& unit, int scale,
                                            const std::string& language);
// To the last digit, for comparing: `7,002,617,792.31 yuan`, `175,000吨`.
[[nodiscard]] std::string exact_for_people(std::int64_t value, const std::string& unit, int scale,
                                           const std::string& language);
// The same with what it says: `more than 11,000`, `近2亿元`.
[[nodiscard]] std::string said_for_people(PublishedRow::Compare compare, std::int64_t value,
                                          const std::string& unit, int scale,
                                          const std::string& language);

// The value of one key of a break-down; nullopt: no row has it (then nothing counted: 0 for what
// is counted or summed).
[[nodiscard]] std::optional<std::int64_t> split_value(const views::FigureAnswer& answer,
                                                      std::string_view split, std::string_view key);

// Position of `2021-09-25` (its last entry), `2021-09-25T10:00:00+08:00` or `4711`. The outer
// nullopt: this is none of them; At{}: nothing was on record then.
struct KnownAt {
  std::optional<std::uint64_t> position;
  std::int64_t time_ms = 0;  // without a position
};
[[nodiscard]] std::optional<KnownAt> parse_known_at(std::string_view text, int offset_minutes);

struct FigureWish {
  views::FigureAsk ask;
  std::string party;  // whose value; empty: our own
  std::string language;
};
// One figure: value, unit, sides, published rows. nullopt: there is no such figure.
[[nodiscard]] std::expected<std::optional<Value>, Fault> figure_value(views::Views& views,
                                                                      const FigureWish& wish,
                                                                      const Published& published);
// {"figures": [...]}: every figure in force, with its value.
[[nodiscard]] std::expected<Value, Fault> figures_value(views::Views& views, FigureWish wish,
                                                        const Published& published);
// {"discrepancies": [...]}
[[nodiscard]] std::expected<Value, Fault> discrepancies_value(views::Views& views,
                                                              std::optional<Date> as_of,
                                                              views::At known_at,
                                                              const std::string& language);

// The published overview on a date. Each number keeps its distance to the date of the whole:
// asked a year later, it is a year later too.
struct OverviewWish {
  std::optional<Date> as_of;  // nullopt: as published
  views::At known_at;
  std::string language;
};
[[nodiscard]] std::expected<Value, Fault> overview_value(views::Views& views,
                                                         const OverviewWish& wish,
                                                         const Published& published);

// What a node tells the others: the published figures, each on its own date. With `as_of`: those
// of the overview of that date, and every figure in force on the date itself.
[[nodiscard]] std::vector<views::FigureAsk> asks_to_tell(const views::Views& views,
                                                         const Published& published,
                                                         std::optional<Date> as_of);

}  // namespace bashu::api
