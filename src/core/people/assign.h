// Who works at a case at this node, and who looks after it while he is away.
//
//     claimed    assigned by oneself to oneself
//     handed     to a colleague; taken from another than oneself with a note that says why
//     released   to nobody
//
// It orders the work of an office and changes no right: every role that may act still may, and
// nobody gets a right by it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/core.h"
#include "core/deciding.h"

namespace bashu::core {

Result assign_case(Deciding& d, const AssignCase& command);
Result set_substitute(Deciding& d, const SetSubstitute& command);

// The roles of a service that see all of its cases, at the parties of a case that are `own`.
[[nodiscard]] std::vector<std::string> offices_of(const packs::Service& service,
                                                  const Parties& parties, std::string_view own);
// A principal of each person in force who holds one of these roles of `pack`.
[[nodiscard]] std::vector<const Principal*> holders_of(const People& people, std::string_view pack,
                                                       const std::vector<std::string>& roles,
                                                       Date today);
// Those of them who may work at what `data`, of these fields, is about.
[[nodiscard]] std::vector<const Principal*> colleagues(const People& people,
                                                       const packs::Pack& pack,
                                                       const packs::Service& service,
                                                       const Parties& parties, const Value& data,
                                                       std::string_view own, Date today);
// Whose cases `person` looks after on `today`, beside his own.
[[nodiscard]] std::vector<std::string> stands_in_for(const People& people, std::string_view person,
                                                     Date today);

}  // namespace bashu::core
