// The files themselves (embed.cmake).
#pragma once

#include <string_view>

namespace bashu {

extern const std::string_view kDivisionsText;

}  // namespace bashu
