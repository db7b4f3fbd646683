// Who is of the circle from one edition to the next: members that the others expel, members that
// leave, and who is back (docs/guide/members.md).
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "core/event.h"
#include "evidence/agreement.h"

namespace bashu::exchange {

// Takes them out of the edition that is being composed, with all nodes of a party, their channels
// and the names under which they witness. A Fault if one is not there, or too few would be left.
[[nodiscard]] std::expected<void, Fault> expel(evidence::Agreement& next,
                                               const std::vector<evidence::Expelled>& whom);
// Takes out one that signs this itself.
[[nodiscard]] std::expected<void, Fault> leave(evidence::Agreement& next, std::string_view party);

// The node that adopts an edition. `out`: it was of the circle, and the edition does not name it.
struct Adopting {
  std::string_view own;
  bool out = false;
};
// What changes for it, itself first: everybody the edition names, and who left. To a node that left
// itself, everybody else did. `last`: nullptr, no edition before. `offset_of`: minutes from UTC.
[[nodiscard]] std::vector<core::PartyJoined> joined_by(
    const evidence::Agreement* last, const evidence::Agreement& next, const Adopting& who,
    const std::function<std::int64_t(std::string_view)>& offset_of);

// What follows from the edition besides, for who is asked to sign it: a line each, (English,
// Chinese).
struct Consequences {
  std::vector<std::string> channels;   // that end
  std::vector<std::string> witnesses;  // names that count no more
  bool new_pseudonyms = false;         // the members share a new secret
};
[[nodiscard]] Consequences consequences(const evidence::Agreement& last,
                                        const evidence::Agreement& next);

}  // namespace bashu::exchange
