#include "base/wire_date.h"

#include <array>
#include <cstddef>
#include <ctime>
#include <string>

namespace bashu {
namespace {

std::string moment(Instant at) {
  const std::time_t seconds = at.unix_ms / 1'000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S", &utc);
  return {text.data(), size};
}

}  // namespace

std::string http_date(Instant at) { return moment(at) + " GMT"; }
std::string mail_date(Instant at) { return moment(at) + " +0000"; }

}  // namespace bashu
