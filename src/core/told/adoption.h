// `pack.adopt`: the sender has adopted a pack from a day on.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/error.h"
#include "base/value.h"

namespace bashu::core::told {

struct Adoption {
  static constexpr std::string_view kKind = "pack.adopt";
  std::string digest;
  std::string name;
  std::int64_t version = 0;
  Date from;
};
[[nodiscard]] Value write(const Adoption& adoption);
[[nodiscard]] std::expected<Adoption, Reject> read_adoption(const Value& body);

}  // namespace bashu::core::told
