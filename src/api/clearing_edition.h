// A further edition of the tariff of a book: what both sides have agreed on, what is proposed and
// what it changes, and whether it may follow.
#pragma once

#include <expected>
#include <string>

#include "api/call.h"
#include "api/clearing_books.h"
#include "api/context.h"

namespace bashu::api {

inline constexpr std::string_view kProposal = "proposal";  // of a book: a tariff with an edition
inline constexpr std::string_view kChecked = "checked";    // its digest, by the node that agrees

// Whether both sides may agree to this text as the book's tariff; a problem at `with.proposal` says
// why not: what is agreed already, who earns and what is closed must stay.
[[nodiscard]] std::expected<void, Problem> edition_follows(Context& context, const Call& call,
                                                           const ClearingBook& book,
                                                           const std::string& text);

// `editions` in their order with their days and who agreed; `next`: what is proposed, or, with
// `proposal`, what a document of the asker's would be, with what it changes, and `refused` if it
// may not follow.
[[nodiscard]] Result show_tariff(Context& context, const Call& call);

}  // namespace bashu::api
