// Which editions of the agreement this node has signed, so that it signs one of each number: by two
// of them a circle could go two ways (docs/formats/evidence.md 10.1, docs/guide/members.md). Kept
// in DIR/signed/NUMBER, beside the keys that sign:
//
//     {"editions": [{"digest", "how": "signed" | "adopted" | "withdrawn", "time", "reason"}, ...]}
//
//     signed ─► adopted, by which the number is settled
//        └────► withdrawn: another one may be signed, this one no more
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/title.h"
#include "evidence/agreement.h"
#include "node/storage/file_store.h"

namespace bashu::exchange {

// Why this node does not sign the last of `editions`, each after the one before it: it stands by
// another one of their numbers, or has withdrawn the last. nullopt: it may be signed.
[[nodiscard]] std::expected<std::optional<Title>, Fault> cannot_sign(
    const node::FileStore& files, const std::vector<evidence::Agreement>& editions);
// Why it composes none of this number: it stands by one. nullopt: it may.
[[nodiscard]] std::expected<std::optional<Title>, Fault> cannot_compose(
    const node::FileStore& files, std::int64_t edition);

// Before a signature leaves the process. Durable when it returns.
[[nodiscard]] std::expected<void, Fault> note_signed(node::FileStore& files,
                                                     const evidence::Agreement& edition,
                                                     std::int64_t now_s);
// Signed records of the editions in the journal; those noted before are passed over.
[[nodiscard]] std::expected<void, Fault> note_adopted(node::FileStore& files,
                                                      const std::vector<std::string>& editions,
                                                      std::int64_t now_s);

// An edition that was signed here and is to come to nothing.
struct Withdrawal {
  std::string digest;  // hex
  std::string reason;  // for people
  std::int64_t now_s = 0;
};
// Its number, or why it cannot be withdrawn.
struct Withdrawn {
  std::int64_t edition = 0;
  std::optional<Title> why_not = std::nullopt;
};
[[nodiscard]] std::expected<Withdrawn, Fault> withdraw(node::FileStore& files,
                                                       const Withdrawal& what);

}  // namespace bashu::exchange
