// Numbers that were published, and the figures that answer them: a circle's published.tsv.
//
//     row  section  titles  figure  split  as_of  period  comparator  value  unit  notes
//
// Data of a circle, never of the program: one row per number, `value` in the figure's smallest
// unit, notes on what is ambiguous in it.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "base/title.h"
#include "figures/ask.h"
#include "packs/pack.h"

namespace bashu::figures {

struct PublishedRow {
  std::string id;  // `F10`; several rows may share one
  std::string section;
  Title section_title, title;
  std::string figure;      // `pack/figure`; empty: answered by none
  std::string split, key;  // one value of a break-down; empty: the figure's own
  Date as_of;
  std::optional<Period> period;
  packs::Figure::Says says{};  // how the number was put
  std::optional<std::int64_t> value;
  std::string unit;  // shown where the figure names none
  Title note;
};
struct Published {
  std::vector<PublishedRow> rows;  // in the order of the file
  Date as_of;                      // the newest date of a row: that of the whole
};

// `path`: the file, or a folder with published.tsv in it. The fault names the line.
[[nodiscard]] std::expected<std::shared_ptr<const Published>, Fault> load_published(
    const std::filesystem::path& path);
// DIR/published.tsv of a node, unless `given` names another; no rows if there is none.
[[nodiscard]] std::expected<std::shared_ptr<const Published>, Fault> published_of(
    const std::filesystem::path& dir, const std::string& given);

// Whether a computed value is what was published.
[[nodiscard]] bool fits(packs::Figure::Says says, std::int64_t published, std::int64_t value);

// The same row of the overview of another date: each number keeps its distance to the date of the
// whole, and whole years stay whole years.
[[nodiscard]] Date moved(Date row, Date whole, Date asked);
[[nodiscard]] std::optional<Period> moved(const std::optional<Period>& period, Date whole,
                                          Date asked);

}  // namespace bashu::figures
