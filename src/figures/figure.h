// One figure with all there is to say of it: ours, the others', and what was published.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "figures/ask.h"
#include "figures/compare.h"
#include "figures/published.h"
#include "views/session.h"

namespace bashu::figures {

struct Figure {
  Ask ask;
  Answer answer;
  Sides sides;
  std::vector<PublishedRow> published;  // rows it answers, in the order of the file
};
// nullopt: there is no such figure.
[[nodiscard]] std::optional<Figure> figure(views::Session& session, const Ask& ask,
                                           const Published& published);
// Every figure in force, on the ask's day and period.
[[nodiscard]] std::vector<Figure> every_figure(views::Session& session, Ask ask,
                                               const Published& published);
// What one party says; nullptr: it is no member of the circle.
[[nodiscard]] const Side* side_of(const Sides& sides, std::string_view party);

}  // namespace bashu::figures
