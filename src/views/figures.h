// Figures on two time axes: `as_of`, the day a fact is about, and `known_at`, what the journal
// held.
//
//     stored     each changed row was evaluated once into figure_row; asking is a range query
//     when asked expressions that read as_of, registers, books or calendars run over the candidates
//     accounts   sums of postings by date
//     value      an expression over other figures, on the same day, position and side
//
// rows_digest is the SHA-256, written `sha256:...`, of the SHA-256s (32 bytes each) of the rows
// that counted, in the order of their subjects' bytes; of a row that of the canonical JSON of
// [subject, edition, version, value, split, from, to]. Positions are left out: the parties' differ.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "views/session.h"
#include "views/views.h"

namespace bashu::views {

[[nodiscard]] std::optional<FigureAnswer> figure(Session& session, const FigureAsk& ask);
[[nodiscard]] Listed<FigureRow> figure_rows(Session& session, const FigureAsk& ask,
                                            const Page& page);
// The definition in force at the session's position; nullptr: none.
[[nodiscard]] const FigureDef* find_figure(const Session& session, std::string_view id);

// How a number is printed under `compare`: nullopt says the number itself.
[[nodiscard]] std::optional<std::int64_t> compare_bound(const packs::Figure& figure,
                                                        std::int64_t value);
// `1,234.5` of 12345 at scale 1, without trailing zeros after the point.
[[nodiscard]] std::string number_text(std::int64_t value, int scale);

}  // namespace bashu::views
