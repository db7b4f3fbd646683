// Sealed values (docs/formats/evidence.md section 14): XChaCha20-Poly1305 over the JSON text of a
// personal or sensitive value, so that forgetting one key erases it wherever it was copied.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/value.h"
#include "evidence/bad.h"

namespace bashu::evidence {

inline constexpr std::size_t kSealKeySize = 32;
inline constexpr std::size_t kSealNonceSize = 24;

struct Sealing {
  std::string_view key;    // 32 bytes
  std::string_view nonce;  // 24 random bytes, never used twice under one key
  std::string_view key_id;
  std::string_view aad;  // associated data: party, case, JSON pointer; see sealed_aad
};
enum class Aad : std::uint8_t {
  carried,  // as member `aad`, so that the value can be copied whole into a register
  apart,    // whoever opens it must know it
};
[[nodiscard]] Value seal_value(std::string_view plain_json, const Sealing& how,
                               Aad aad = Aad::carried);
// `bashu.sealed/v1 LF party LF case LF JSON-pointer LF`.
[[nodiscard]] std::string sealed_aad(std::string_view party, std::string_view case_id,
                                     std::string_view pointer);

[[nodiscard]] bool is_sealed(const Value& value);              // by its form; nothing is opened
[[nodiscard]] std::string sealing_key_id(const Value& value);  // empty if it is not sealed

// The JSON text in clear. `aad` is used if the value carries none; if it does and `aad` is not
// empty they must agree. Codes: sealed-form, sealed-box.
[[nodiscard]] Verified<std::string> open_value(const Value& value, std::string_view key,
                                               std::string_view aad = {});

}  // namespace bashu::evidence
