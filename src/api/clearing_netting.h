// Netting by a clearing house, in cases: what the house computes of what its members handed in, and
// what each member computes again from the statements it has itself.
//
//     member   windows both sides agreed on ──► `statements`, `texts`     share: called, handed in
//     house    of all shares: what two members both have ──► `file`       netting: two persons sign
//     house    ──► `netting`, `root`, `position` of each share            published
//     member   its own statements, the same root ──► `checked`            confirmed
//     house    all shares of the netting confirmed ──► `released`         one payment for each
//     sides    of a window in a released netting ──► `netted_in`
//
// A window is netted only if both of its sides handed in the same statement of it; where one of
// them is left out, what they owe each other stays as it is.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "api/clearing_forms.h"
#include "api/clearing_pay.h"

namespace bashu::api {

// Fields of a share and of a netting that no person fills in.
[[nodiscard]] const std::vector<std::string>& computed_of_netting();
// A form of a share or of a netting with what the node adds.
[[nodiscard]] std::expected<Value, Problem> of_netting(Context& context, const Call& call,
                                                       const ClearingForm& form, Value given);
// The share of this side in whose released netting a window is, or why there is none.
[[nodiscard]] std::expected<std::string, Problem> netted_in(Context& context, const Call& call,
                                                            const ClearingBook& book,
                                                            const views::CaseRow& window);
// A problem if the window is in a share of this side that is still going to be netted, or was.
[[nodiscard]] std::expected<void, Problem> in_no_netting(Context& context, const Call& call,
                                                         const ClearingBook& book,
                                                         const views::CaseRow& window);

// A share that the asker sees, with its membership; nullopt: the case is no share.
struct FoundShare {
  packs::PackPtr pack;
  views::CaseRow membership, share;
};
[[nodiscard]] std::expected<std::optional<FoundShare>, Problem> find_share(Context& context,
                                                                           const Call& call,
                                                                           const std::string& id);

}  // namespace bashu::api
