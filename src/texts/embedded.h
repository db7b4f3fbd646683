// The files under texts/ as they were when the program was built (embed.cmake).
#pragma once

#include <string_view>

namespace bashu::texts {

extern const std::string_view kEnglish;
extern const std::string_view kChinese;

}  // namespace bashu::texts
