// What the registers of a node tell of the lines and roads of a circle's network: since when
// traffic passes, and when it is to.
//
//     transport/corridor         opened_on, through_on, by side ─► since
//     major-projects/project     through_on                     ─► since, if no corridor says
//     major-projects/milestone   planned_on of the last one     ─► plan
//
// Only public registers are read, as they stood at a position of the journal; a node that holds
// neither pack has the network of its folder.
#pragma once

#include <expected>
#include <memory>

#include "base/date.h"
#include "base/error.h"
#include "network/circle.h"
#include "views/views.h"

namespace bashu::travel {

// The network of `circle` as it is on record at a position: lines and roads that are not open there
// open after `today`, whatever was planned.
[[nodiscard]] std::expected<network::Openings, Fault> openings(const network::Circle& circle,
                                                               views::Views& views, views::At at,
                                                               Date today);

}  // namespace bashu::travel
