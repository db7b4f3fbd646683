// How much of a case, a register or a book somebody sees: by the roles of the pack that he holds,
// and by the divisions he acts for.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/store.h"
#include "packs/pack.h"
#include "people/principal.h"

namespace bashu::api {

using people::Principal;

// How much of a case a key sees.
enum class Sight : std::uint8_t {
  none,
  audited,  // everything but personal values
  full,     // by a role of a party of the case that this node plays
};

// What of a case decides who sees it.
struct CaseFacts {
  const core::Parties* parties = nullptr;
  std::string_view state;
  std::string_view opened_by;
  std::set<std::string, std::less<>> task_roles{};  // of open tasks of the case
  bool acted = false;                               // this principal took a step of it before
};
// `own`: the party of this node. A role that sees all cases sees it; a role that sees its own
// sees what the holder began or took a step of, and, unless somebody else of the same role began
// it here, what waits for that role by a task or an event of the present state.
[[nodiscard]] Sight sight(const Principal& key, const packs::Pack& pack,
                          const packs::Service& service, std::string_view own,
                          const CaseFacts& facts);

// Whether a role of the key is declared `all` anywhere in the pack: an office's view of registers,
// books and records behind figures. Others see what is public.
[[nodiscard]] bool sees_internal(const Principal& key, const packs::Pack& pack);

// False if the value has division codes (type place) at its top level and all are elsewhere.
[[nodiscard]] bool in_divisions(const Principal& key, const std::vector<packs::Member>& fields,
                                const Value& data);

}  // namespace bashu::api
