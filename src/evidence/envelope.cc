#include "evidence/envelope.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/bytes.h"
#include "base/json.h"
#include "evidence/grammar.h"
#include "evidence/members.h"
#include "evidence/signing.h"
#include "evidence/voucher.h"

namespace bashu::evidence {
namespace {

constexpr std::string_view kEnvelopeType = "bashu-envelope+jws";
constexpr std::size_t kStreamMax = 128;
constexpr std::size_t kNonceSize = 16;

std::unexpected<Refusal> refuse(int status, Code code) {
  return std::unexpected{Refusal{.status = status, .code = code}};
}

struct Signature {
  std::string signing_input;
  std::string header, signature;  // decoded
};
struct Parts {
  std::string payload;  // decoded
  Signature first;
  std::optional<Signature> second;
};

std::optional<Signature> read_signature(Members& members, std::string_view payload) {
  const std::string protected_header = members.text("protected");
  auto header = from_base64url(protected_header);
  Signature signature{.signing_input = protected_header + '.',
                      .header = {},
                      .signature = members.bytes("signature")};
  signature.signing_input += payload;
  if (!header) return std::nullopt;
  signature.header = *std::move(header);
  return signature;
}

// Flattened with one signature, general with exactly two.
std::optional<Parts> read_parts(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::nullopt;
  Members members{*value};
  const std::string payload = members.text("payload");
  auto content = from_base64url(payload);
  if (!content) return std::nullopt;
  Parts parts{.payload = *std::move(content), .first = {}, .second = std::nullopt};
  if (!value->find("signatures")) {
    auto only = read_signature(members, payload);
    if (!members.sound() || !only) return std::nullopt;
    parts.first = *std::move(only);
    return parts;
  }
  const Value::List& both = members.list("signatures");
  if (!members.sound() || both.size() != 2) return std::nullopt;
  std::array<std::optional<Signature>, 2> read;
  for (std::size_t i = 0; i < read.size(); ++i) {
    Members one{both[i]};
    read[i] = read_signature(one, payload);
    if (!one.sound() || !read[i]) return std::nullopt;
  }
  parts.first = *std::move(read[0]);
  parts.second = std::move(read[1]);
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

std::string header_text(std::string_view alg, std::string_view kid) {
  return base64url(canonical_json(Value::Record{
      {"alg", std::string{alg}}, {"kid", std::string{kid}}, {"typ", std::string{kEnvelopeType}}}));
}

// The key that made this signature. There is code for two algorithms, each in its place; a key of
// another never verifies.
std::expected<const KeyRecord*, Refusal> check_signature(const Signature& signature,
                                                         std::string_view alg, const KeyList& keys,
                                                         std::string_view tls_party) {
  const std::optional<Header> header = read_header(signature.header);
  if (!header) return refuse(400, "header");
  const auto known = keys.find(header->kid);
  if (known == keys.end() || known->second.role != "envelope" || known->second.party != tls_party)
    return refuse(403, "key");
  const KeyRecord& key = known->second;
  if (header->alg != key.alg || key.alg != alg) return refuse(400, "header");
  const auto verify = alg == kSm2Algorithm ? verify_sm2 : verify_ed25519;
  if (!verify(key.key, signature.signing_input, signature.signature))
    return refuse(403, "signature");
  return &key;
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
  const std::string payload = base64url(payload_text);
  const std::string header = header_text("EdDSA", kid);
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

Envelope sign_envelope_twice(std::string_view payload_text, std::string_view kid,
                             std::string_view secret_key, const SecondSigner& second) {
  const std::string payload = base64url(payload_text);
  const std::string header = header_text("EdDSA", kid);
  const std::string second_header = header_text(kSm2Algorithm, second.kid);
  const std::string signing_input = header + '.' + payload;
  const auto signature = [](const std::string& protected_header, std::string_view bytes) {
    return Value::Record{{"protected", protected_header}, {"signature", base64url(bytes)}};
  };
  Value::List both{signature(header, sign_ed25519(secret_key, signing_input)),
                   signature(second_header, second.key.sign(second_header + '.' + payload))};
  return Envelope{
      canonical_json(Value::Record{{"payload", payload}, {"signatures", std::move(both)}}),
      hex(sha256(signing_input))};
}

std::string message_id(std::string_view protected_header, std::string_view payload) {
  std::string signing_input{protected_header};
  signing_input += '.';
  signing_input += payload;
  return hex(sha256(signing_input));
}

std::string message_id_of(std::string_view envelope) {
  const auto value = parse_json(envelope);
  if (!value) return {};
  const Value* both = value->find("signatures");
  const Value::List* list = both ? both->as_list() : nullptr;
  const Value& first = list && !list->empty() ? list->front() : *value;
  const std::string head = first.text_at("protected"), payload = value->text_at("payload");
  return head.empty() || payload.empty() ? std::string{} : message_id(head, payload);
}

std::optional<Payload> read_envelope(std::string_view envelope) {
  const std::optional<Parts> parts = read_parts(envelope);
  return parts ? read_payload(parts->payload) : std::nullopt;
}

std::vector<std::string> kids_of(std::string_view envelope) {
  std::vector<std::string> kids;
  const std::optional<Parts> parts = read_parts(envelope);
  if (!parts) return kids;
  const auto add = [&kids](const Signature& signature) {
    if (const auto header = read_header(signature.header)) kids.push_back(header->kid);
  };
  add(parts->first);
  if (parts->second) add(*parts->second);
  const auto payload = parse_json(parts->payload);
  const Value* body = payload ? payload->find("body") : nullptr;
  const Value* voucher = body ? body->find(kVoucher) : nullptr;
  if (voucher) kids.push_back(voucher->text_at("kid"));
  return kids;
}

bool speaks_revoked(std::string_view envelope, const KeyList& keys) {
  return std::ranges::any_of(kids_of(envelope), [&](const std::string& kid) {
    const auto known = keys.find(kid);
    return known != keys.end() && known->second.revoked != 0;
  });
}

std::expected<Opened, Refusal> open_envelope(std::string_view text, const KeyList& keys,
                                             std::string_view tls_party) {
  if (text.size() > kEnvelopeMax) return refuse(413, "too-large");
  const std::optional<Parts> parts = read_parts(text);
  if (!parts) return refuse(400, "malformed");
  if (parts->payload.size() > kPayloadMax) return refuse(413, "too-large");
  const auto key = check_signature(parts->first, "EdDSA", keys, tls_party);
  if (!key) return std::unexpected{key.error()};
  std::optional<KeyRecord> second;
  if (parts->second) {
    const auto other = check_signature(*parts->second, kSm2Algorithm, keys, tls_party);
    if (!other) return std::unexpected{other.error()};
    second = **other;
  }
  std::optional<Payload> payload = read_payload(parts->payload);
  if (!payload) return refuse(400, "payload");
  return Opened{.message_id = hex(sha256(parts->first.signing_input)),
                .key = **key,
                .payload = *std::move(payload),
                .second = std::move(second)};
}

}  // namespace bashu::evidence
