// The evidence of a command, where its request is written already (else command_record in
// context.h).
#pragma once

#include <string>
#include <string_view>

#include "api/call.h"
#include "core/command.h"

namespace bashu::api {

// `request`: canonical JSON.
[[nodiscard]] std::string command_record_of(const Call& call, const core::Command& command,
                                            std::string_view request);

}  // namespace bashu::api
