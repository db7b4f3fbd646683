// Signatures of signed records (agreement.h) by a key that is elsewhere, in a token: what it signs,
// and the record with what came back.
#pragma once

#include <string>
#include <string_view>

#include "evidence/bad.h"

namespace bashu::evidence {

// ASCII: `protected "." payload`.
[[nodiscard]] Verified<std::string> signing_input(std::string_view record, std::string_view type,
                                                  std::string_view kid);
// `signature`: 64 bytes over the input. One of the same kid before is replaced.
[[nodiscard]] Verified<std::string> put_signature(std::string_view record, std::string_view type,
                                                  std::string_view kid, std::string_view signature);

}  // namespace bashu::evidence
