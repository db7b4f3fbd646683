// A case and what its pack says of it: its service, who holds it, who is a party, where it lies.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/authority.h"
#include "core/deciding.h"
#include "core/scope.h"
#include "packs/pack.h"

namespace bashu::core {

struct Definition {
  packs::PackPtr pack;
  const packs::Service* service = nullptr;
};
// `pack`: a digest, or a name: the newest version that is in force here.
[[nodiscard]] std::expected<Definition, Reject> definition_of(const Deciding& d,
                                                              std::string_view pack,
                                                              std::string_view service);
[[nodiscard]] std::expected<Definition, Reject> definition_of(const Deciding& d, const Case& c);

// nullptr: in no state that can be left.
[[nodiscard]] const packs::StateDef* running_state(const Case& c, const Definition& of);
// Empty when it has ended.
[[nodiscard]] PartyId holder_of(const Case& c, const Definition& of);
[[nodiscard]] bool is_party(const Case& c, const PartyId& party);
// Each once, in the order of their names in the case.
[[nodiscard]] std::vector<PartyId> parties_of(const Case& c);
[[nodiscard]] std::vector<PartyId> others_of(const Deciding& d, const Case& c);
// One of its parties that is of the circle no more: then it stands still; empty: there is none.
[[nodiscard]] PartyId left_of(const Deciding& d, const Case& c);

// Its data as a form leaves them.
[[nodiscard]] Value with_form(const Case& c, const Value& input);
// What its expressions see on the day of the decision, by our calendar.
[[nodiscard]] CaseScope scope_of(const Deciding& d, const Definition& of, const Case& c,
                                 const Value& data);

[[nodiscard]] bool has_role(const Asker& by, std::string_view role);
// Whether they may act on what names places (authority.h): `data`, whose path is `path`, or a case.
[[nodiscard]] Result within(const Asker& by, const std::vector<packs::Member>& fields,
                            const Value& data, const std::string& path);
[[nodiscard]] Result within(const Deciding& d, const Asker& by, const CaseId& id);

}  // namespace bashu::core
