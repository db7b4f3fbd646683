// Who may see what: the one place that answers it for cases, registers, books and figures, whoever
// asks. What it does not know it denies.
//
//     roles        of the pack: `all` sees every case of a party played here, `own` what its holder
//                  began or took a step of, and the cases whose subject he is tied to: the pack
//                  says in which fields a case names its subject
//     divisions    what names places is seen if one of them lies inside (core/authority.h).
//     Somebody
//                  who acts for some divisions does not see personal cases and records that name no
//                  place, nor what is summed over all divisions: balances and rows behind figures
//     may          `audit` sees cases without personal values; with divisions, only theirs
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "core/store.h"
#include "packs/pack.h"
#include "people/principal.h"

namespace bashu::desk {

using people::Principal;

// How much of a case somebody sees.
enum class Sight : std::uint8_t {
  none,
  audited,  // everything but personal values
  full,     // by a role of a party of the case that this node plays
};

// What of a case decides who sees it.
struct CaseFacts {
  const core::Parties* parties = nullptr;
  const Value* data = nullptr;
  const Value* parent = nullptr;  // data of the case above; null: none, or not known here
  std::string_view opened_by;
  bool acted = false;  // this principal took a step of it before
};
// `own`: the party of this node.
[[nodiscard]] Sight sight(const Principal& who, const packs::Pack& pack,
                          const packs::Service& service, std::string_view own,
                          const CaseFacts& facts);

// Whether the case is about them: they hold a role that sees its own, for a party played here, and
// are tied to a subject that the case names.
[[nodiscard]] bool is_subject(const Principal& who, const packs::Pack& pack,
                              const packs::Service& service, std::string_view own,
                              const CaseFacts& facts);

// Whether they may begin such a case in a role that sees its own: whoever is tied to a subject
// begins cases of that subject only.
[[nodiscard]] bool may_begin(const Principal& who, const packs::Service& service,
                             std::string_view role, const CaseFacts& facts);
// Whether it takes the data of the case above to say whose a case is.
[[nodiscard]] bool asks_parent(const packs::Service& service);

// Whether a role of theirs is declared `all` anywhere in the pack: an office's view of registers
// and steps. Others see what is public.
[[nodiscard]] bool is_office(const Principal& who, const packs::Pack& pack);
// Anything at all in the pack.
[[nodiscard]] bool has_part(const Principal& who, const packs::Pack& pack);
// Balances, postings, and what rows behind figures are about: nothing of them says in which
// division it lies.
[[nodiscard]] bool sees_sums(const Principal& who, const packs::Pack& pack);
[[nodiscard]] bool sees_record(const Principal& who, const packs::Register& reg,
                               const Value& fields);
// Whether they see the key of a record, and so may also ask by it, and by how it begins.
[[nodiscard]] bool sees_key(const Principal& who, const packs::Pack& pack,
                            const packs::Register& reg);
// The whole journal, and what differs between the sides: with this of `may`, for all divisions.
[[nodiscard]] bool may_everywhere(const Principal& who, std::string_view act);

}  // namespace bashu::desk
