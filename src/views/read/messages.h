// What went between this node and its peers, and what they told of their figures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/value.h"
#include "core/event.h"
#include "views/read/page.h"
#include "views/session.h"

namespace bashu::views {

struct MessageRow {
  bool sent = false;  // by this node; otherwise taken
  core::PartyId peer;
  std::int64_t seq = 0;
  std::string kind, stream;
  std::string message_id;       // hex, of those taken
  std::string outcome, reason;  // empty: not answered yet
  std::uint64_t position = 0;
  At answered;  // acked, or, of a held one, resolved
};
struct MessageFilter {
  std::optional<bool> sent;
  core::PartyId peer;
  std::string stream;
  std::int64_t above = 0;  // only later ones of the channel
  bool open = false;       // only unanswered or held ones
  Page page;
};
// How far the channel with a peer had come: the last message sent and the last one taken.
struct ChannelRow {
  core::PartyId peer;
  std::int64_t sent = 0, taken = 0;
};
// A peer's value of a figure, as it told it (docs/formats/messages.md, `figure.value`).
struct ToldRow {
  core::PartyId from;
  std::string pack;        // digest
  std::string figure;      // `pack/figure`
  std::string definition;  // digest
  Date as_of;
  std::optional<std::pair<Date, Date>> period;
  std::optional<std::int64_t> value;
  std::int64_t rows = 0, failed = 0;
  std::string rows_digest;           // empty: not told
  Value row_digests;                 // record: subject to digest; null: not told
  Value splits;                      // record: name to list of [key, value]; null: not told
  std::int64_t known_at = 0;         // position of the peer's journal
  std::int64_t sent = 0, taken = 0;  // of the peer's channel with us, by then
  Date on;
  std::uint64_t position = 0;  // of ours, when it came
};

[[nodiscard]] Listed<MessageRow> messages(Session& session, const MessageFilter& filter);
[[nodiscard]] std::vector<ChannelRow> channels(Session& session);
// What peers told of a figure, newest first; empty `id`: of all.
[[nodiscard]] std::vector<ToldRow> told(Session& session, std::string_view id,
                                        std::optional<Date> as_of);
// Parties of the circle but its auditors; this one alone before there is a circle.
[[nodiscard]] std::vector<core::PartyId> members(Session& session);

}  // namespace bashu::views
