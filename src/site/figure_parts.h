// What the pages and files of one figure share.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "figures/answer.h"
#include "site/ask.h"
#include "site/overview_rows.h"

namespace bashu::site {

// `figures/transport/fastest` of `transport/fastest`.
[[nodiscard]] std::vector<std::string> figure_path(std::string_view id,
                                                   std::vector<std::string> more = {});
// The day, period and position of the address; nullopt: it is spelled wrongly.
[[nodiscard]] std::optional<figures::Ask> figure_ask(const Ask& ask, const std::string& id);

struct SideView {
  std::string party, printed;  // empty: not told
  std::optional<std::int64_t> value;
  // What we count of what both of us hold, where `value` is of that part.
  std::optional<std::int64_t> ours = {};
  Mark mark{};
  std::optional<Date> told_on;
};
struct SplitView {
  std::string name;
  struct Row {
    std::string key, title;
    std::optional<std::int64_t> value;
  };
  std::vector<Row> rows;
};
struct FigureView {
  figures::Ask ask;
  figures::Answer answer;
  const packs::Pack* pack = nullptr;
  const packs::Figure* figure = nullptr;
  // What the page says: of figures that add up the total, otherwise what is on record here.
  std::optional<std::int64_t> value;
  std::string printed;  // empty: no value
  Mark mark{};
  bool neutral = false;         // every party has the same records behind it
  std::vector<SideView> sides;  // in order of parties
  std::vector<SplitView> splits;
};
// The outer nullopt: there is no such figure.
[[nodiscard]] std::expected<std::optional<FigureView>, Fault> figure_view(const Ask& ask,
                                                                          const figures::Ask& what);

// A number of this figure in the reader's words.
[[nodiscard]] std::string printed(const Ask& ask, const FigureView& view, std::int64_t value);
// The title of a key of a break-down: of a choice, a party, `a>b` of two parties, a division.
[[nodiscard]] std::string key_title(const Ask& ask, const packs::Pack& pack,
                                    const packs::Figure& figure, std::string_view split,
                                    const Value& key);
// Of a break-down: its title in the pack's words, else its name.
[[nodiscard]] std::string split_title(const Ask& ask, const packs::Pack& pack,
                                      std::string_view split);
// The fields a figure's records have; null for figures over accounts and over other figures.
[[nodiscard]] const std::vector<packs::Member>* fields_of(const packs::Pack& pack,
                                                          const packs::Figure& figure);

// Values on earlier days, oldest first, the asked one last; computed from this node's records.
using Point = figures::Dated;
[[nodiscard]] std::expected<std::vector<Point>, Fault> history(const Ask& ask,
                                                               const FigureView& view);

}  // namespace bashu::site
