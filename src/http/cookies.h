// Cookies of RFC 6265: what a browser sends back, and what it is asked to keep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace bashu::http {

// Of the first cookie of that name; empty if there is none.
[[nodiscard]] std::string_view cookie(const Request& request, std::string_view name);

struct Cookie {
  std::string name, value;  // visible ASCII without `;`, `,`, `"`, `\` and blanks
  std::string path = "/";
  std::optional<std::int64_t> lives_s{};  // none: until the browser ends; 0: forgotten at once
  bool secure = true;                     // over TLS only
  bool hidden = true;                     // from scripts
  std::string same_site = "Lax";
};
void set_cookie(Response& response, const Cookie& cookie);

}  // namespace bashu::http
