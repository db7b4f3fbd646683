// What each party says of a figure, and where they differ.
//
// The others' values come as `figure.value` messages (docs/formats/messages.md) and say how far
// the channel had come. A value is compared with ours as it was when we had just the messages they
// had: what is still on the way is not a difference.
//
//     yes      the same definition gives the same number
//     no       it does not, with the same messages counted in on both sides
//     unknown  not told, another definition, or the difference may still be on the way
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "views/views.h"

namespace bashu::views {

enum class Agree : std::uint8_t { yes, no, unknown };
[[nodiscard]] const char* agree_name(Agree agree);  // true, false, unknown

struct FigureSide {
  core::PartyId party;
  bool own = false;
  bool told = false;  // of others: a value for this date has come
  std::optional<std::int64_t> value;
  Value splits;  // record: name to list of [key, value]; null: not told
  std::int64_t rows = 0, failed = 0;
  std::string definition;
  std::uint64_t position = 0;  // own: the one read; others: of the entry here that took it
  std::int64_t at = 0;         // others: the position of their journal
  std::optional<Date> told_on;
  Agree agree = Agree::unknown;  // with ours
  // Why not `yes`: not_told definition failed implausible on_the_way held value splits records.
  std::string why;
  std::int64_t to_them = 0, from_them = 0;  // messages one has counted in and the other had not
  At compared_at;                           // ours then, with just their messages
};
struct FigureSides {
  Agree agree = Agree::yes;
  std::optional<std::int64_t> total;  // of figures that add up, when every party has told
  std::vector<FigureSide> sides;      // own first
};
// `ours` answers `ask`; `parties` are the members of the circle.
[[nodiscard]] std::expected<FigureSides, Fault> figure_sides(
    Views& views, const FigureAsk& ask, const FigureAnswer& ours,
    const std::vector<core::PartyId>& parties);

struct RowDifference {
  enum class What : std::uint8_t { only_here, only_there, differs } what{};
  std::string key;         // case id, record key, `key#edition`, or account key
  std::optional<Date> on;  // of an account: the day whose postings differ
  // Of an account: what it holds, or was posted to it on that day; nullopt: nothing.
  std::optional<std::int64_t> ours, theirs;
  bool on_the_way = false;               // a message about it has been counted in on one side only
  std::vector<std::uint64_t> positions;  // entries here that made it what it is
};
// A value of a break-down that is not the same.
struct SplitDifference {
  std::string split;
  Value key;
  std::optional<std::int64_t> ours, theirs;
};
struct Discrepancy {
  FigureAsk ask;
  FigureAnswer ours;
  FigureSide theirs;
  // Why no rows are named: not_told (the other side named none), too_many; empty: they are.
  std::string rows_why;
  std::vector<RowDifference> rows;
  std::vector<SplitDifference> splits;  // when both were compared and told theirs
};
// Figures on which we do not agree with what was told last, on one date or on any.
[[nodiscard]] std::expected<std::vector<Discrepancy>, Fault> discrepancies(
    Views& views, std::optional<Date> as_of, At known_at);

// The body of core::TellFigures: all values at one position. Figures that are not known are left
// out.
[[nodiscard]] std::expected<Value, Fault> figures_to_tell(Views& views,
                                                          const std::vector<FigureAsk>& asks);

}  // namespace bashu::views
