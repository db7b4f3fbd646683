// Figures as JSON, in the reader's language: what the API answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/value.h"
#include "core/circle/nodes.h"
#include "figures/discrepancies.h"
#include "figures/figure.h"
#include "figures/overview.h"

namespace bashu::api {

// Of a figure that adds up: what the nodes of each party that has several come to together; null if
// one of them has not told. Nothing if no party has.
void add_by_party(Value& figure, const core::JoinedParties& members);
// `party`: whose value; empty: our own. nullopt: it is no member of the circle. A date after
// `today` is said to lie `ahead`.
[[nodiscard]] std::optional<Value> figure_json(const figures::Figure& figure, Date today,
                                               const std::string& party,
                                               const std::string& language);
// What this node says of one, without the other sides.
[[nodiscard]] Value answer_json(const figures::Answer& answer, const std::string& language);
// {"figures": [...]}
[[nodiscard]] Value figures_json(const std::vector<figures::Figure>& all, Date as_of, Date today,
                                 const std::string& party, const std::string& language);
// {"discrepancies": [...]}
[[nodiscard]] Value discrepancies_json(const figures::Discrepancies& found,
                                       const std::string& language);
[[nodiscard]] Value overview_json(const figures::Overview& overview, const std::string& language);
// A record behind a figure; what it is about only for those who see what is `internal`.
[[nodiscard]] Value record_json(const figures::Row& row, bool internal);

}  // namespace bashu::api
