// Figures on two time axes: `as_of`, the day a fact is about, and the session's position, what the
// journal held.
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

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "figures/ask.h"
#include "views/session.h"

namespace bashu::figures {

// nullopt: no pack known here at that position has such a figure.
[[nodiscard]] std::optional<Answer> answer(views::Session& session, const Ask& ask);
// What is behind it, page by page.
[[nodiscard]] views::Listed<Row> rows(views::Session& session, const Ask& ask,
                                      const views::Page& page);
// The figure on each of `days`, nothing broken down: what a plot of it shows.
struct Dated {
  Date as_of;
  std::optional<std::int64_t> value;
  std::string error;  // why there is none
};
[[nodiscard]] std::vector<Dated> history(views::Session& session, const Ask& ask,
                                         const std::vector<Date>& days);

// The definition in force at the session's position; nullptr: none.
[[nodiscard]] const views::FigureDef* find_figure(const views::Session& session,
                                                  std::string_view id);
// Ids of the figures in force, in the order of their packs' files.
[[nodiscard]] std::vector<std::string> ids(const views::Session& session);

// The value of one key of a break-down; nullopt: no row has it (then nothing counted: 0 for what
// is counted or summed).
[[nodiscard]] std::optional<std::int64_t> split_value(const Answer& answer, std::string_view split,
                                                      std::string_view key);
// How a number is printed under `says`: nullopt says the number itself.
[[nodiscard]] std::optional<std::int64_t> printed_bound(const packs::Figure& figure,
                                                        std::int64_t value);

}  // namespace bashu::figures
