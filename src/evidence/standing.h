// How a journal stands to a checkpoint over it that has left: docs/formats/evidence.md 8.7.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "evidence/code.h"

namespace bashu::evidence {

enum class Standing : std::uint8_t {
  ok,
  rollback,  // the journal is shorter: taken back to an older backup
  fork,      // it has other entries
};
// Own journal against the checkpoint a peer holds of it.
[[nodiscard]] constexpr Standing guard(std::uint64_t own_size, const Hash& own_root_there,
                                       std::uint64_t peer_size, const Hash& peer_root) {
  if (peer_size > own_size) return Standing::rollback;
  return own_root_there == peer_root ? Standing::ok : Standing::fork;
}
// Of one that is not ok.
[[nodiscard]] constexpr Code code_of(Standing standing) {
  return standing == Standing::rollback ? Code{"rollback"} : Code{"fork"};
}

}  // namespace bashu::evidence
