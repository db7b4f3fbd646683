// What takes two people, for every route of that kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/call.h"
#include "api/context.h"
#include "core/command.h"

namespace bashu::api {

// The first person asks; the second signs by asking for exactly the same.
[[nodiscard]] Prepared ask_or_sign(Context& context, const Call& call, core::Act act, Value body);
// circle_write.cc: an edition of the agreement, signed by the second person, or all else of a
// circle file, which takes nobody (`approval` 0).
[[nodiscard]] Prepared adopt_circle_file(Context& context, const core::Asker& by,
                                         std::int64_t approval, const Value& file);
// Who asks or signs.
[[nodiscard]] core::Asker signer(const Call& call);
// A number from 1.
[[nodiscard]] std::optional<std::int64_t> positive(std::string_view text);

}  // namespace bashu::api
