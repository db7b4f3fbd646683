// Signed messages between parties (docs/formats/evidence.md section 7): JWS, flattened JSON; with a
// second signature (section 18) general JSON.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "evidence/agreement.h"
#include "evidence/sm2.h"

namespace bashu::evidence {

inline constexpr std::size_t kEnvelopeMax = 3u << 19;
inline constexpr std::size_t kPayloadMax = 1u << 20;

struct Payload {
  std::string from, to, channel;
  std::int64_t seq = 0, issued = 0, expiry = 0;  // seconds
  std::string agreement;                         // hex
  std::string pack;                              // hex or empty
  std::string kind, stream;
  std::string nonce;  // base64url of 16 bytes
  Value body{Value::Record{}};
};
[[nodiscard]] std::string payload_text(const Payload& payload);
struct Envelope {
  std::string text;        // what travels
  std::string message_id;  // hex
};
[[nodiscard]] Envelope sign_envelope(std::string_view payload_text, std::string_view kid,
                                     std::string_view secret_key);
// The same under two keys. The id is that of the Ed25519 signature.
struct SecondSigner {
  std::string kid;
  Sm2Key key;
};
[[nodiscard]] Envelope sign_envelope_twice(std::string_view payload_text, std::string_view kid,
                                           std::string_view secret_key, const SecondSigner& second);
// From the parts, without the signature.
[[nodiscard]] std::string message_id(std::string_view protected_header, std::string_view payload);
// Of an envelope in either form, whoever signed it; empty: it is none.
[[nodiscard]] std::string message_id_of(std::string_view envelope);
// What an envelope says, whoever signed it; of one that was opened before.
[[nodiscard]] std::optional<Payload> read_envelope(std::string_view envelope);
// The keys that speak in an envelope: those that signed it and the one that vouches in it (section
// 19). Of one that was opened before; nothing of it is checked.
[[nodiscard]] std::vector<std::string> kids_of(std::string_view envelope);
// Whether one of them is revoked, so that no receiver takes it any more (10.3).
[[nodiscard]] bool speaks_revoked(std::string_view envelope, const KeyList& keys);

// The HTTP answer of a refusal: nothing changes at the receiver.
struct Refusal {
  int status = 400;
  Code code;
  std::int64_t next = 0;  // with 409 and 202
};
struct Opened {
  std::string message_id;
  KeyRecord key;
  Payload payload;
  std::optional<KeyRecord> second = std::nullopt;  // that signed it as well
};
// Checks 4-8 of section 8.2, and 1 for sizes.
[[nodiscard]] std::expected<Opened, Refusal> open_envelope(std::string_view text,
                                                           const KeyList& keys,
                                                           std::string_view tls_party);

}  // namespace bashu::evidence
