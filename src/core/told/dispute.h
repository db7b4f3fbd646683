// `case.dispute`: the sender holds a step that does not verify, or an invariant of its own broke;
// and what shows it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

// A message that the sender took. The node that sends the objection puts the envelope in its place.
struct Source {
  PartyId from;
  std::int64_t seq = 0;
};
// A step in an envelope that came along, once the edge has verified who signed it.
struct Shown {
  PartyId from;
  Value body;
};
inline constexpr std::string_view kShows = "shows", kShown = "$shown";

struct Dispute {
  static constexpr std::string_view kKind = "case.dispute";
  CaseId id;
  std::string reason;             // token
  std::string content;            // digest of the step in dispute
  std::string stands;             // digest of the step that the sender has as the last one
  Source step = {};               // where the step came; write only
  std::vector<Shown> shown = {};  // read only
};
[[nodiscard]] Value write(const Dispute& dispute);
// What is absent is empty.
[[nodiscard]] Dispute read_dispute(const Value& body);

}  // namespace bashu::core::told
