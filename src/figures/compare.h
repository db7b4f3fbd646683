// What each party says of a figure.
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
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "figures/ask.h"
#include "views/session.h"

namespace bashu::figures {

enum class Agree : std::uint8_t { yes, no, unknown };

// Why two sides do not agree, or cannot be said to.
enum class Why : std::uint8_t {
  none,
  not_told,     // for this date
  definition,   // they count by another
  failed,       // some records could not be counted
  implausible,  // they name messages that were never sent
  on_the_way,   // messages may explain it
  held,         // a message of theirs is held here
  value,        // the numbers differ
  splits,       // the break-downs differ
  records,      // the same number counts other records
};
[[nodiscard]] std::string_view why_name(Why why);  // as the API names it; empty: none

struct Side {
  core::PartyId party;
  bool own = false;
  bool told = false;  // of others: a value for this date has come
  std::optional<std::int64_t> value;
  // Of what concerns the parties of a row, others: what we count of what both of us hold.
  std::optional<std::int64_t> ours;
  std::optional<std::vector<Split>> splits;  // by name; nullopt: not told, or too many
  std::int64_t rows = 0, failed = 0;
  std::string definition;
  std::uint64_t position = 0;  // own: the one read; others: of the entry here that took it
  std::int64_t at = 0;         // others: the position of their journal
  std::optional<Date> told_on;
  Agree agree = Agree::unknown;             // with ours
  Why why = Why::none;                      // not `yes`
  std::int64_t to_them = 0, from_them = 0;  // messages one has counted in and the other had not
  views::At compared_at;                    // ours then, with just their messages
};
struct Sides {
  Agree agree = Agree::yes;
  std::optional<std::int64_t> total;  // of figures that add up, when every party has told
  std::vector<Side> sides;            // own first
};
// `ours` answers `ask` on this session; the others are the members of the circle.
[[nodiscard]] Sides compare(views::Session& session, const Ask& ask, const Answer& ours);

// What two sides have not both counted in, at the session's position.
struct OnTheWay {
  std::int64_t to_them = 0, from_them = 0, held = 0;
  std::set<std::string, std::less<>> streams;
  bool registers = false;
};
struct Compared {
  Side side;
  OnTheWay way;
};
[[nodiscard]] Compared compare_with(views::Session& session, const Ask& ask, const Answer& ours,
                                    const views::ToldRow& told);
// The newest told of each figure, date, period and party.
[[nodiscard]] std::vector<views::ToldRow> newest_told(views::Session& session, std::string_view id,
                                                      std::optional<Date> as_of);
// An answer's break-downs as they are told, by name; nullopt: too many values.
[[nodiscard]] std::optional<std::vector<Split>> splits_to_tell(const Answer& answer);

}  // namespace bashu::figures
