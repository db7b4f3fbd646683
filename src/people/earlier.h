// DIR/api-keys.json and DIR/users.json, in which earlier versions kept keys and accounts. They are
// taken over into the journal once and then called *.taken. Nobody comes in by them: a file that is
// damaged, or that says something else than the journal, is a reason not to start.
//
// A key is a record as in principal.h (`subject` was the name of `person`) with `sha256`, the
// hexadecimal SHA-256 of its secret; an account has `password`, its hash, `openid` with `issuer`
// and `subject`, or both, and `ended`.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "core/event.h"
#include "node/node.h"

namespace bashu::people {

struct Earlier {
  core::PrincipalSet set;
  std::string name;
  std::string password;  // hash; may be empty
  bool ended = false;
};
// Of both files; none where there is none.
[[nodiscard]] std::expected<std::vector<Earlier>, Fault> read_earlier(
    const std::filesystem::path& dir);

// Begun again where it was cut off.
[[nodiscard]] std::expected<void, Fault> take_over(node::Node& node,
                                                   const std::filesystem::path& dir);

}  // namespace bashu::people
