// A validator of JSON Schema for exactly the keywords that json_schema() writes, by which tests
// show that a schema and check() are one rule. Compiled into the tests alone.
#pragma once

#include <cstdint>
#include <string>

#include "base/value.h"

namespace bashu::packs {

enum class Verdict : std::uint8_t { valid, invalid, not_supported };
struct Validation {
  Verdict verdict = Verdict::valid;
  std::string path;     // in the instance
  std::string keyword;  // that failed, or that is not supported
};
// Not supported: any keyword, or form of one, that json_schema() never writes.
[[nodiscard]] Validation validate(const Value& schema, const Value& instance);

}  // namespace bashu::packs
