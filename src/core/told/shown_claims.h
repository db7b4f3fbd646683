// `case.shown`: what the sender looked up for a step of its own, to one who asked for it by an
// objection `claims` (peers/asked_claims.h).
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

struct ShownClaims {
  static constexpr std::string_view kKind = "case.shown";
  static constexpr std::size_t kMax = 64u << 10;  // bytes of what is shown
  CaseId id;
  std::string content;  // digest of the step
  // Canonical JSON, [salt in hexadecimal, [[name, key, value], ...]]: the step's `reads` is its
  // digest. A text, so that no key of a sealed value in it is sent along: who is shown one reads it
  // only with a key he has from the case.
  std::string shown;
};
[[nodiscard]] Value write(const ShownClaims& claims);
[[nodiscard]] std::expected<ShownClaims, Reject> read_shown_claims(const Value& body);

}  // namespace bashu::core::told
