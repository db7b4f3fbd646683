// A file of logs and witnesses (evidence/policy.h), or what is wrong with it.
#pragma once

#include <expected>
#include <string>

#include "evidence/policy.h"
#include "main/console.h"

namespace bashu::cli {

// Says FILE:LINE on err.
[[nodiscard]] std::expected<evidence::Policy, Exit> read_policy_file(const Console& console,
                                                                     const std::string& file);

}  // namespace bashu::cli
