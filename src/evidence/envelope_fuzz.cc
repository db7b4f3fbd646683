// Opens any bytes as an envelope, and as the payload of one that is signed.
#include "evidence/envelope.h"
#include "evidence/fuzz.h"
#include "evidence/receive.h"

using namespace bashu::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const KeyList keys{{"a/envelope/1", KeyRecord{.party = "a",
                                                       .kid = "a/envelope/1",
                                                       .role = "envelope",
                                                       .alg = "EdDSA",
                                                       .key = fuzz::key().public_key,
                                                       .name = "",
                                                       .from = 0,
                                                       .to = 4'000'000'000,
                                                       .revoked = 0}}};
  const std::string_view bytes = fuzz::input(data, size);
  static_cast<void>(open_envelope(bytes, keys, "a"));
  const Envelope envelope = sign_envelope(bytes, "a/envelope/1", fuzz::key().secret_key);
  const auto opened = open_envelope(envelope.text, keys, "a");
  if (!opened) return 0;
  fuzz::require(opened->message_id == envelope.message_id);
  const auto again = open_envelope(
      sign_envelope(payload_text(opened->payload), "a/envelope/1", fuzz::key().secret_key).text,
      keys, "a");
  fuzz::require(again && again->payload.body == opened->payload.body);
  const Receiving channel{.party = opened->payload.to,
                          .channel = opened->payload.channel,
                          .listed = true,
                          .agreement = opened->payload.agreement,
                          .next = 1,
                          .window = 64,
                          .answered = [](std::int64_t) { return std::nullopt; }};
  static_cast<void>(admit(*opened, channel, 2'000'000'000));
  return 0;
}
