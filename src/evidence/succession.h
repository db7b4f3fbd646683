// Successor logs (docs/formats/evidence.md 8.7): a journal whose end is lost for good goes on, by
// agreement of all parties, under the next name. What was restored stays its beginning, position by
// position; the channels of its party go on under the next names too, from a number on which both
// sides agree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/value.h"
#include "evidence/agreement.h"

namespace bashu::evidence {

// A log that another one goes on from. What lies between `size` and `held` is lost.
struct Predecessor {
  std::string origin;
  std::uint64_t size =
      0;        // in entries: so much was restored, and is the beginning of its successor
  Hash root{};  // of that size
  std::uint64_t held = 0;  // the largest checkpoint of it that a party holds; at least `size`
  friend bool operator==(const Predecessor&, const Predecessor&) = default;
};
using Predecessors = std::vector<Predecessor>;  // the oldest first

// As they stand in an agreement and in node.json; nullopt: misshapen, or sizes that fall.
[[nodiscard]] std::optional<Predecessors> read_predecessors(const Value& list);
[[nodiscard]] Value predecessors_value(const Predecessors& predecessors);

// The origin under which a checkpoint over `size` entries stands, of a log that is `origin` now.
[[nodiscard]] std::string_view origin_at(std::string_view origin, const Predecessors& predecessors,
                                         std::uint64_t size);
// `sichuan.example/bashu/2` after `/1`; nullopt: no such name.
[[nodiscard]] std::optional<std::string> next_origin(std::string_view origin);
// `a.b.main2` after `a.b.main`, `a.b.main3` after that.
[[nodiscard]] std::optional<std::string> next_channel(std::string_view channel);

// Whether a channel goes on from another one.
[[nodiscard]] bool is_renewed(std::string_view channel);

// A channel that goes on under another name with the edition after `last`.
struct Renewed {
  std::string before, channel, from, to;
  std::int64_t from_seq = 1;  // the first number under the new name
};
[[nodiscard]] std::vector<Renewed> renewed_channels(const Agreement& last, const Agreement& next);
// The parties whose logs get a successor with the edition after `last`.
[[nodiscard]] std::vector<std::string> succeeding(const Agreement& last, const Agreement& next);
// Predecessors change only with the origin, which follows the one before; and then the party's
// channels are renewed, and none else.
[[nodiscard]] bool succeeds_fairly(const Agreement& next, const Agreement* last);

}  // namespace bashu::evidence
