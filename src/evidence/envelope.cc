#include "evidence/envelope.h"

#include <optional>

#include "base/bytes.h"
#include "base/json.h"
#include "evidence/grammar.h"
#include "evidence/members.h"
#include "evidence/signing.h"

namespace bashu::evidence {
namespace {

constexpr std::string_view kEnvelopeType = "bashu-envelope+jws";
constexpr std::size_t kStreamMax = 128;
constexpr std::size_t kNonceSize = 16;

std::unexpected<Refusal> refuse(int status, Code code) {
  return std::unexpected{Refusal{.status = status, .code = code}};
}

struct Parts {
  std::string signing_input;
  std::string header, payload, signature;  // decoded
};
std::optional<Parts> read_parts(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::nullopt;
  Members members{*value};
  const std::string protected_header = members.text("protected"), payload = members.text("payload");
  auto header = from_base64url(protected_header), content = from_base64url(payload);
  Parts parts{.signing_input = protected_header + '.' + payload,
              .header = {},
              .payload = {},
              .signature = members.bytes("signature")};
  if (!members.sound() || !header || !content) return std::nullopt;
  parts.header = *std::move(header);
  parts.payload = *std::move(content);
  return parts;
}

struct Header {
  std::string alg, kid;
};
std::optional<Header> read_header(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::nullopt;
  Members members{*value};
  Header header{.alg = members.text("alg"), .kid = members.text("kid")};
  members.require(members.text("typ") == kEnvelopeType);
  if (!members.sound()) return std::nullopt;
  return header;
}

std::optional<Payload> read_payload(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::nullopt;
  Members members{*value};
  members.require(members.integer("v", 1, 1) == 1);
  Payload payload{.from = members.text("from"),
                  .to = members.text("to"),
                  .channel = members.text("channel"),
                  .seq = members.integer("seq", 1),
                  .issued = members.integer("issued", 0),
                  .expiry = members.integer("expiry", -kIntegerMax),
                  .agreement = members.text("agreement"),
                  .pack = members.text("pack"),
                  .kind = members.text("kind"),
                  .stream = members.text("stream"),
                  .nonce = members.text("nonce"),
                  .body = members.any("body")};
  members.require(is_party(payload.from) && is_party(payload.to));
  members.require(split_channel(payload.channel).has_value());
  members.require(is_hash_text(payload.agreement));
  members.require(payload.pack.empty() || is_hash_text(payload.pack));
  members.require(is_token(payload.kind));
  members.require(payload.stream.size() <= kStreamMax);
  const auto nonce = from_base64url(payload.nonce);
  members.require(nonce && nonce->size() == kNonceSize);
  members.require(payload.body.as_record() != nullptr);
  if (!members.sound()) return std::nullopt;
  return payload;
}

}  // namespace

std::string payload_text(const Payload& payload) {
  return canonical_json(Value::Record{{"v", 1},
                                      {"from", payload.from},
                                      {"to", payload.to},
                                      {"channel", payload.channel},
                                      {"seq", payload.seq},
                                      {"issued", payload.issued},
                                      {"expiry", payload.expiry},
                                      {"agreement", payload.agreement},
                                      {"pack", payload.pack},
                                      {"kind", payload.kind},
                                      {"stream", payload.stream},
                                      {"nonce", payload.nonce},
                                      {"body", payload.body}});
}

Envelope sign_envelope(std::string_view payload_text, std::string_view kid,
                       std::string_view secret_key) {
  const std::string header = base64url(canonical_json(Value::Record{
      {"alg", "EdDSA"}, {"kid", std::string{kid}}, {"typ", std::string{kEnvelopeType}}}));
  const std::string payload = base64url(payload_text);
  const std::string signing_input = header + '.' + payload;
  std::string text = R"({"protected":")";
  text += header;
  text += R"(","payload":")";
  text += payload;
  text += R"(","signature":")";
  text += base64url(sign_ed25519(secret_key, signing_input));
  text += R"("})";
  return Envelope{std::move(text), hex(sha256(signing_input))};
}

std::string message_id(std::string_view protected_header, std::string_view payload) {
  std::string signing_input{protected_header};
  signing_input += '.';
  signing_input += payload;
  return hex(sha256(signing_input));
}

std::expected<Opened, Refusal> open_envelope(std::string_view text, const KeyList& keys,
                                             std::string_view tls_party) {
  if (text.size() > kEnvelopeMax) return refuse(413, "too-large");
  const std::optional<Parts> parts = read_parts(text);
  if (!parts) return refuse(400, "malformed");
  if (parts->payload.size() > kPayloadMax) return refuse(413, "too-large");
  const std::optional<Header> header = read_header(parts->header);
  if (!header) return refuse(400, "header");
  const auto known = keys.find(header->kid);
  if (known == keys.end() || known->second.role != "envelope" || known->second.party != tls_party)
    return refuse(403, "key");
  const KeyRecord& key = known->second;
  // Ed25519 is the only algorithm there is code for; a key of another never verifies.
  if (header->alg != key.alg || key.alg != "EdDSA") return refuse(400, "header");
  if (!verify_ed25519(key.key, parts->signing_input, parts->signature))
    return refuse(403, "signature");
  std::optional<Payload> payload = read_payload(parts->payload);
  if (!payload) return refuse(400, "payload");
  return Opened{hex(sha256(parts->signing_input)), key, *std::move(payload)};
}

}  // namespace bashu::evidence
