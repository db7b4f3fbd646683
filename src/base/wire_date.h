// A moment as protocols write it: `Sun, 01 Mar 2026 08:00:00`, in UTC and in English.
#pragma once

#include <string>

#include "base/instant.h"

namespace bashu {

// RFC 9110, 5.6.7: of an HTTP header.
[[nodiscard]] std::string http_date(Instant at);
// RFC 5322, 3.3: of a mail.
[[nodiscard]] std::string mail_date(Instant at);

}  // namespace bashu
