#pragma once

#include <expected>

#include "evidence/code.h"

namespace bashu::evidence {

// Why a proof, note, record or journal does not verify.
struct Bad {
  Code code;
};
template <typename T>
using Verified = std::expected<T, Bad>;

}  // namespace bashu::evidence
