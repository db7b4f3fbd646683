// The published overview of the cooperation, computed again on any date: by section, each number
// beside the one that was published, with a mark where they differ and why.
//
// Each number keeps its distance to the date of the whole: asked a year later, it is a year later
// too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/title.h"
#include "figures/ask.h"
#include "figures/compare.h"
#include "figures/published.h"
#include "views/session.h"

namespace bashu::figures {

// Whether the computed number is the one that was published.
enum class Fit : std::uint8_t { same, differs, not_compared };

// What a reader has to know of a number.
enum class Remark : std::uint8_t {
  not_computed,  // no figure answers it
  no_figure,     // no pack in force here has the figure
  failed,        // some records could not be counted: see `error` of the answer
  own_side,      // the others have not told theirs yet, and each counts its own
  other_date,    // published of another date
  ambiguous,     // it differs, and what was published is ambiguous: see the row's note
  sides,         // the sides differ
};
[[nodiscard]] std::string_view remark_name(Remark remark);  // as the API names it

struct OverviewRow {
  PublishedRow published;
  Date as_of;  // of the number here
  std::optional<Period> period;
  std::optional<std::int64_t> value;
  std::string unit;
  int scale = 0;
  Fit fit = Fit::not_compared;
  std::vector<Remark> remarks;
  std::optional<Answer> answer;  // nullopt: not computed, or no such figure
  Sides sides;                   // of the answer
};
// In a reader's words, each beginning small; the published row's own note as it stands.
[[nodiscard]] Title remark_words(const OverviewRow& row, Remark remark);

struct OverviewSection {
  std::string id;
  Title title;
  std::vector<OverviewRow> rows;
};
struct Overview {
  Date as_of;
  core::PartyId side;
  std::uint64_t position = 0;
  std::int64_t numbers = 0, same = 0, differing = 0;
  std::vector<OverviewSection> sections;  // in the order of the file
};
// nullopt: on the date of the whole, as published.
[[nodiscard]] Overview overview(views::Session& session, std::optional<Date> as_of,
                                const Published& published);

}  // namespace bashu::figures
