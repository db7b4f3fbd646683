// Where views on a server lie, as a command line says it.
#pragma once

#include <optional>
#include <string>

#include "main/console.h"
#include "postgres/database.h"
#include "texts/texts.h"

namespace bashu::cli {

// Why this cannot be where they lie, in words: no such URL, or one with a password, which everybody
// on the machine could read; libpq has a file for passwords.
[[nodiscard]] inline std::optional<std::string> wrong_place(const Console& console,
                                                            const std::string& url) {
  if (!postgres::is_url(url)) return texts::text(console.language, "views.not_a_url");
  const std::string after = url.substr(url.find("://") + 3);
  const std::size_t at = after.find('@');
  const bool secret =
      (at != std::string::npos && after.substr(0, at).contains(':')) || after.contains("password=");
  if (secret) return texts::text(console.language, "views.secret_in_url");
  return {};
}

}  // namespace bashu::cli
