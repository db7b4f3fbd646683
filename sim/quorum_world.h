// One node on three machines, over two databases of quorum.h, one for the journal and one for the
// vault: one machine is the writer, the others stand by. A run is a function of its seed.
//
//     act        the writer decides and commits; persons ask, and ask again when nobody answered;
//                keys are destroyed by order; a standby takes a commit or lags behind
//     trouble    machines die and come back, writers are paused and wake up, standbys take over
//                after a silence or by hand, also from a writer that lives; the database fails
//                over, loses, leaves unknown, takes in late, is told to wait for nobody
//     healing    all follow, one writes: their states are equal
//
// The product's own: kernel, vault, archive, core, the followed journal (journal/followed.h), when
// and how a standby takes over (node/succession.h). The model's: the database, threads and time;
// what a process does that ends, is dropping its kernel.
//
// Checked after every step, on a replay that no node sees (quorum_truth.h):
//
//     fence      no commit of a writer is in the journal after another has raised the epoch, and
//                commits follow each other without a gap
//     durable    what was acknowledged is there
//     once       what a person asked for again after an unknown outcome is there once
//     vault      the key of every value of the journal is there, unless an order destroys it; a
//                destroyed one is nowhere
//     standby    a standby's state is the journal's, as far as it has followed it
//     rest       when nothing goes wrong any more, everybody follows
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "quorum.h"
#include "shadow.h"

namespace bashu::sim {

struct QuorumOptions {
  std::uint64_t seed = 0;
  int steps = 300;
  Flaw flaw = Flaw::none;
};
struct QuorumResult {
  std::uint64_t seed = 0;
  std::optional<Broken> broken;
  int step = 0;       // at which it broke, or all of them
  std::string trace;  // digest of the states the journal led through
  std::map<std::string, std::int64_t> counts;
};
[[nodiscard]] QuorumResult simulate_quorum(const QuorumOptions& options);

}  // namespace bashu::sim
