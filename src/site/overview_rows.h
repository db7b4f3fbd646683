// The published overview as the site shows it: rows by their name, with both sides' mark.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "figures/compare.h"
#include "site/ask.h"

namespace bashu::site {

// Whether the sides say the same; `untold`: one has not said anything that can be compared.
enum class Mark : std::uint8_t { same, differ, untold };
[[nodiscard]] Mark mark_of(figures::Agree agree);
[[nodiscard]] const char* mark_key(Mark mark);    // of texts: `site.same`
[[nodiscard]] const char* mark_style(Mark mark);  // of the style sheet

struct OverviewRow {
  std::string id;  // `F24`; of several rows of one id `F06.north`
  std::string title, note, figure;
  std::optional<Date> as_of;
  std::string period;  // `2021-01-01..2021-09-25`
  std::optional<std::int64_t> value;
  std::string printed;  // empty: no value
  std::string published;
  std::optional<bool> differs;  // from what was published; nullopt: cannot be compared
  Mark mark{};
};
struct OverviewSection {
  std::string title;
  std::vector<OverviewRow> rows;
};
[[nodiscard]] std::expected<std::vector<OverviewSection>, Fault> overview_rows(
    const Ask& ask, std::optional<Date> as_of);
// Where the figure of a row is shown, on its own date.
[[nodiscard]] std::string figure_link(Ask& ask, const OverviewRow& row);

}  // namespace bashu::site
