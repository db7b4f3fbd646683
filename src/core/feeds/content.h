// A mark of what a line of a feed said, so that another line under its key is not called known.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/value.h"

namespace bashu::core {

// Two lines that say the same have one mark; two that do not have two, but for one pair in four
// thousand million. What is sealed does not count: a mark of it would outlive its key. Never 0.
[[nodiscard]] std::uint32_t content_of(const Value& line);
// The same by the canonical JSON of a line in which nothing is sealed.
[[nodiscard]] std::uint32_t content_of_text(std::string_view canonical);

}  // namespace bashu::core
