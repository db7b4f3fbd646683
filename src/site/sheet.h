// A table of the site as a file.
#pragma once

#include <string_view>

#include "sheets/sheet.h"
#include "site/ask.h"

namespace bashu::site {

using sheets::csv;
using sheets::json;
using sheets::Sheet;
using sheets::xlsx;

// By the ending of `name`; nullopt: no such form.
[[nodiscard]] Answered as_file(const Sheet& sheet, std::string_view name);

}  // namespace bashu::site
