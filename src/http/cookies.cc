#include "http/cookies.h"

#include <algorithm>

#include "base/assert.h"

namespace bashu::http {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool may_stand(std::string_view text) {
  constexpr std::string_view kBanned = "\";,\\";
  return std::ranges::all_of(text, [&](char c) {
    return c > 0x20 && c < 0x7f && kBanned.find(c) == std::string_view::npos;
  });
}

}  // namespace

std::string_view cookie(const Request& request, std::string_view name) {
  std::string_view rest = request.header("Cookie");
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name) continue;
    return trimmed(pair.substr(equals + 1));
  }
  return {};
}

void set_cookie(Response& response, const Cookie& cookie) {
  BASHU_ASSERT(may_stand(cookie.name) && may_stand(cookie.value) && may_stand(cookie.path));
  std::string text = cookie.name + "=" + cookie.value + "; Path=" + cookie.path;
  if (cookie.lives_s) text += "; Max-Age=" + std::to_string(*cookie.lives_s);
  if (cookie.secure) text += "; Secure";
  if (cookie.hidden) text += "; HttpOnly";
  text += "; SameSite=" + cookie.same_site;
  response.headers.push_back({"Set-Cookie", std::move(text)});
}

}  // namespace bashu::http
