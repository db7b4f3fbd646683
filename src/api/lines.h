// The lines of a batch, on their way from a request to the core and to the evidence.
//
//     as they were given ─► the request, as it goes into the journal
//            └─ normalised ─► lines, and a mark of what each says
//
// Where the type has private members, lines are sealed on this way, and the request holds them so.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/context.h"
#include "api/problem.h"
#include "base/value.h"
#include "packs/type.h"

namespace bashu::api {

// True if something of a record of the type is sealed, or made a pseudonym.
[[nodiscard]] bool has_private(const packs::Type& type);

struct Lines {
  std::vector<Value> lines;             // null: one that is wrong, of which `write` tells what is
  std::string request;                  // canonical JSON
  std::vector<std::uint32_t> contents;  // core::content_of() each line, if it was asked for
};
struct LinesAsked {
  const packs::Type& type;  // of a line
  std::string list;         // the member of the body that holds them
  bool contents = false;    // whether their marks are wanted
};
// `body` is a record, its member `list` a list. Faults and warnings of lines go to `write`, and
// what seal_form() puts there. A problem: not all persons in them could be named.
[[nodiscard]] std::expected<Lines, Problem> take_lines(Context& context, const Call& call,
                                                       const LinesAsked& asked, Value body,
                                                       Write& write);

}  // namespace bashu::api
