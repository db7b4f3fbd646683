// Keys whose time is over. A pack says for a class of value how long after a case has ended it is
// kept; when that day has come each node destroys the keys it holds of it, by itself, as an order
// that nobody gave:
//
//     its own keys     and tells every party of the case, which answers with a receipt
//     keys of others   here; their makers tell their own
//
// A key that a legal hold stands over stays until the hold is over. A key seals several values of
// one case, and may have been copied whole into another case or a record: it goes when the last of
// them may, and never while one of them stands in a record, in a case that goes on or is in
// dispute, or is of a class that the pack says nothing of.
#pragma once

#include <string>
#include <vector>

#include "core/core.h"
#include "core/deciding.h"

namespace bashu::core {

struct Retained {
  std::vector<CaseId> cases;  // in which the values stand: one, or those that copied them whole
  std::string pack, service;  // names, of the case that is kept longest
  Date due;
  std::string reason;  // the source of the rule, in all its languages
  std::vector<std::string> keys;
};
// Of all cases that have ended, what is to be destroyed and has not been: the earliest first.
[[nodiscard]] std::vector<Retained> retained(const State& state);

// Destroys what is due today: one order for what went under the same rule and to the same parties.
// Decides nothing if nothing is, or all of it is held.
Result end_retention(Deciding& d);
// Ends what a peer asked for and is destroyed meanwhile; answers it.
Result answer_what_is_gone(Deciding& d);

}  // namespace bashu::core
