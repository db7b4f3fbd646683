// Who may come in at this node, and what two of its people decide together.
//
//     principal   a key or an account: SetPrincipal, EndPrincipal
//     person      who stands behind it. One person with two keys is one
//     approval    an act that waits for a second person: asked, then signed by carrying it out
//
// What counts is who is in force when the second signs: not the key the first used, but whether
// the first may still do it by any principal of theirs.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "core/core.h"
#include "core/deciding.h"

namespace bashu::core {

// How long an approval waits.
inline constexpr std::int64_t kApprovalLifeS = 7 * 24 * 3'600;
inline constexpr std::size_t kApprovalsMax = 1'000;
// The role of whoever holds the node's directory, while the node is at rest.
inline constexpr std::string_view kDirectoryRole = "directory";
[[nodiscard]] bool has_directory(const Asker& by);
// What the journal calls AdoptEditions.
inline constexpr std::string_view kEditionsKind = "editions";

// A principal of the person in force on `today` that may do `act`, one without limits of divisions
// if there is one; nullptr: none.
[[nodiscard]] const Principal* in_force(const People& people, std::string_view person,
                                        std::string_view act, Date today);

// principals.cc
Result set_principal(Deciding& d, const SetPrincipal& command, Decision& decision);
Result end_principal(Deciding& d, const EndPrincipal& command);
// Whether it gives somebody more than he may now, or the secret of somebody who may: then two
// people do it.
[[nodiscard]] bool needs_two(const People& people, const SetPrincipal& command, Date today);

// approvals.cc
Result ask_approval(Deciding& d, const AskApproval& command, Decision& decision);
Result withdraw_approval(Deciding& d, const WithdrawApproval& command);
// Carries out an approved StartChannel.
Result start_channel(Deciding& d, const StartChannel& command);
// The second signature of approval `number` for `act`: who asked first, as he may act now. Closes
// it, once the act has been carried out.
[[nodiscard]] std::expected<Asker, Reject> first_of_two(const Deciding& d, std::int64_t number,
                                                        const Asker& second, const Act& act);
void close_approval(Deciding& d, std::int64_t number, std::string_view outcome, const Asker& by);
// Who holds the directory acts alone, and everybody of a node that knows no people, as simulated
// ones are. All others sign approval `number` for `act`.
[[nodiscard]] Result alone_or_second(const Deciding& d, std::int64_t number, const Asker& by,
                                     const Act& act);
// The same for an edition of the agreement, which stands in the circle file that was asked for.
[[nodiscard]] Result may_adopt_edition(const Deciding& d, const AdoptRecord& command);
// Closes the approval with the last edition of its file.
void close_with_last(Deciding& d, const AdoptRecord& command);

// acts.cc: as approvals keep it. What nobody wrote here is no act.
[[nodiscard]] Value act_value(const Act& act);
[[nodiscard]] std::optional<Act> read_act(const Value& value);

}  // namespace bashu::core
