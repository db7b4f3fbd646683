#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/title.h"
#include "main/console.h"

namespace bashu::cli {

struct CircleWithdraw {
  std::string dir, digest, reason;
};
// An edition that was signed here and is to come to nothing: another one of its number may be
// signed from now on (docs/guide/members.md).
Exit circle_withdraw(const Console& console, const CircleWithdraw& what);

// Says why an edition is not signed here, of exchange::signed_otherwise() and cannot_compose();
// nullopt: it may be.
[[nodiscard]] std::optional<Exit> not_signed(const Console& console,
                                             const std::expected<std::optional<Title>, Fault>& why);

}  // namespace bashu::cli
