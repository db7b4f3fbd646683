// Who has to sign an edition of an agreement (docs/formats/evidence.md 10.1): everybody, but for
// whom the others expel and for a root that is lost.
#pragma once

#include <map>
#include <string>

#include "evidence/agreement.h"
#include "evidence/bad.h"

namespace bashu::evidence {

// Public keys by kid: all of them sign. `last`: the edition before; nullptr: there is none.
// `agreement-chain`: it expels or changes what is not so; `agreement-root`: a root changes and the
// edition does not say so; `agreement-majority`: too few are left to do without one.
[[nodiscard]] Verified<std::map<std::string, std::string>> signatories(const Agreement* last,
                                                                       const Agreement& next);

}  // namespace bashu::evidence
