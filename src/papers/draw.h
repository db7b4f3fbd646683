// A sheet as PDF: A4, any script that the machine's fonts have, with its code as a QR code. The
// same sheet gives the same bytes where the fonts are the same.
#pragma once

#include <expected>
#include <string>

#include "base/error.h"
#include "papers/sheet.h"

namespace bashu::papers {

[[nodiscard]] std::expected<std::string, Fault> drawn(const Sheet& sheet);

}  // namespace bashu::papers
