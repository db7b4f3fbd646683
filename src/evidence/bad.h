#pragma once

#include <expected>
#include <string>

namespace bashu::evidence {

// Why a proof, note, record or journal does not verify: a code of docs/formats/evidence.md 13.
struct Bad {
  std::string code;
};
template <typename T>
using Verified = std::expected<T, Bad>;

}  // namespace bashu::evidence
