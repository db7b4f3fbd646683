#include "evidence/fixture.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/assert.h"
#include "base/json.h"
#include "evidence/in_force.h"
#include "evidence/receive.h"
#include "testing/checkout.h"

namespace bashu::evidence::fixture {

std::string read_vector_file(std::string_view name) {
  std::ifstream file{checkout("tests/vectors/" + std::string{name}), std::ios::binary};
  BASHU_ASSERT(file.is_open());
  return {std::istreambuf_iterator<char>{file}, {}};
}

Value vectors(std::string_view name) {
  const std::string text = read_vector_file(std::string{name} + ".json");
  auto value = parse_json(text, {.depth = 32, .values = 200'000});
  BASHU_ASSERT(value.has_value());
  return *std::move(value);
}

const Value& at(const Value& record, std::string_view name) {
  const Value* member = record.find(name);
  BASHU_ASSERT(member);
  return *member;
}

std::string text(const Value& record, std::string_view name) {
  const std::string* text = at(record, name).as_text();
  BASHU_ASSERT(text);
  return *text;
}

std::int64_t number(const Value& record, std::string_view name) {
  const std::int64_t* number = at(record, name).as_int();
  BASHU_ASSERT(number);
  return *number;
}

const Value::List& list(const Value& record, std::string_view name) {
  const Value::List* list = at(record, name).as_list();
  BASHU_ASSERT(list);
  return *list;
}

const Value::Record& record(const Value& value, std::string_view name) {
  const Value::Record* record = at(value, name).as_record();
  BASHU_ASSERT(record);
  return *record;
}

std::vector<std::string> texts(const Value::List& values) {
  std::vector<std::string> texts;
  for (const Value& value : values) {
    BASHU_ASSERT(value.as_text());
    texts.push_back(*value.as_text());
  }
  return texts;
}

Hash hash(std::string_view hex_text) {
  const auto hash = hash_from_hex(hex_text);
  BASHU_ASSERT(hash);
  return *hash;
}

std::vector<Hash> hashes(const Value::List& hex_texts) {
  std::vector<Hash> hashes;
  for (const std::string& text : texts(hex_texts)) hashes.push_back(hash(text));
  return hashes;
}

std::string unhex(std::string_view hex_text) {
  auto bytes = from_hex(hex_text);
  BASHU_ASSERT(bytes);
  return *std::move(bytes);
}

std::string unbase64(std::string_view text) {
  auto bytes = from_base64(text);
  BASHU_ASSERT(bytes);
  return *std::move(bytes);
}

Key key(std::string_view kid) {
  const Hash seed = sha256("BASHU TEST KEY, NOT SECRET: ", kid);
  Key key{std::string(crypto_sign_PUBLICKEYBYTES, '\0'),
          std::string(crypto_sign_SECRETKEYBYTES, '\0')};
  crypto_sign_seed_keypair(reinterpret_cast<std::uint8_t*>(key.public_key.data()),
                           reinterpret_cast<std::uint8_t*>(key.secret_key.data()), seed.data());
  return key;
}

VerifierKey read_verifier_key(std::string_view text) {
  const std::size_t first = text.find('+'), second = text.find('+', first + 1);
  return {std::string{text.substr(0, first)}, unbase64(text.substr(second + 1)).substr(1)};
}

std::string agreement_id() { return text(vectors("agreement"), "agreement_id"); }

std::string pack() { return hex(sha256("BASHU TEST PACK")); }

std::vector<std::string> agreements() { return texts(list(vectors("agreement"), "editions")); }

std::vector<std::string> key_lists(std::string_view party) {
  return texts(list(at(vectors("agreement"), "key_lists"), party));
}

KeyList keys() {
  KeyList keys;
  const auto agreement = open_agreements(agreements(), agreement_id());
  BASHU_ASSERT(agreement.has_value());
  for (const PartyRecord& party : agreement->parties) {
    auto list = open_keys(key_lists(party.party), party.party, agreement->id, party.root_kid,
                          party.root_key);
    BASHU_ASSERT(list.has_value());
    keys.merge(*list);
  }
  keys.emplace("sichuan/env/short", KeyRecord{.party = "sichuan",
                                              .kid = "sichuan/env/short",
                                              .role = "envelope",
                                              .alg = "EdDSA",
                                              .key = key("sichuan/env/short").public_key,
                                              .name = "",
                                              .from = kNow - 30 * kDay,
                                              .to = kNow + kDay,
                                              .revoked = 0});
  return keys;
}

Log::Log(std::string_view name, std::string_view kid)
    : origin{name}, secret_key{key(kid).secret_key} {}

std::vector<std::string> Log::commit(std::int64_t now_ms, const std::vector<Entry>& entries) {
  last_time_ = std::max(last_time_, static_cast<std::uint64_t>(now_ms));
  CommitRecord record{.first = size, .entries = {}, .checkpoint = {}};
  for (const Entry& entry : entries) {
    const std::string blind{
        as_bytes(sha256("BASHU TEST BLIND " + origin + ' ' + std::to_string(size))).substr(0, 16)};
    std::string evidence = entry.message_id;
    if (evidence.empty()) evidence = entry.evidence.empty() ? "-" : hex(sha256(entry.evidence));
    record.entries.push_back(
        {.leaf = entry_text({.index = size,
                             .time = last_time_,
                             .kind = entry.kind,
                             .outcome = entry.outcome,
                             .reason = entry.reason,
                             .channel = entry.channel,
                             .seq = entry.seq,
                             .evidence = evidence,
                             .effect = hex(effect_commitment(blind, entry.effect))}),
         .blind = blind,
         .effect = entry.effect,
         .evidence = entry.evidence});
    append(nodes, size, leaf_hash(record.entries.back().leaf));
    ++size;
  }
  record.checkpoint = sign_checkpoint(origin, size, root(nodes, size), secret_key);
  if (second) {
    const std::string& note = record.checkpoint;
    record.checkpoint += second_line(note.substr(0, note.find("\n\n") + 1), origin, *second);
  }
  commits.push_back(encode_commit(record));
  std::vector<std::string> receipts;
  for (std::uint64_t i = record.first; i < size; ++i)
    receipts.push_back(make_receipt(record.entries[i - record.first].leaf, i,
                                    inclusion_proof(nodes, i, size), record.checkpoint));
  return receipts;
}

Receiver::Receiver() {
  std::vector<Log::Entry> adoption{{.kind = "genesis"}};
  for (const std::string& edition : agreements())
    adoption.push_back({.kind = "agreement", .evidence = edition});
  log.commit((kNow - 10 * kDay) * 1000, adoption);
  std::vector<Log::Entry> lists;
  for (const char* party : {"sichuan", "chongqing"})
    lists.push_back({.kind = "keys", .evidence = key_lists(party).back()});
  log.commit((kNow - 5 * kDay) * 1000, lists);
}

namespace {

struct Answer {
  std::string outcome, reason;  // as in the entry
};
struct Decided {
  Answer answer;
  std::string effect;
};
// Check 17 (docs/formats/evidence.md 8.2): the answer that no rule of a pack has to decide.
std::optional<Answer> judged(const Payload& payload, std::int64_t now, bool stream_held) {
  if (payload.expiry <= payload.issued || payload.expiry - payload.issued > 30 * kDay)
    return Answer{"rejected", "life"};
  if (payload.expiry <= now) return Answer{"rejected", "expired"};
  const bool of_the_exchange = payload.pack.empty() && payload.kind.starts_with("bashu.");
  if (payload.pack != pack() && !of_the_exchange) return Answer{"rejected", "pack"};
  if (!payload.stream.empty() && stream_held) return Answer{"held", "stream-held"};
  return std::nullopt;
}
// The rules of the vectors' pack.
Decided decide(const std::string& kind) {
  if (kind == "waste.apply") return {{"applied", "-"}, "\x0a\x06opened"};
  if (kind == "waste.crash") return {{"held", "internal"}, ""};
  return {{"rejected", "kind"}, ""};
}

}  // namespace

Receiver::Result Receiver::receive(std::string_view envelope, std::string_view tls_party,
                                   std::string_view channel, std::int64_t now) {
  const auto refused = [](const Refusal& refusal) {
    return Result{refusal.status, refusal.code, {}, refusal.next};
  };
  const auto opened = open_envelope(envelope, keys_, tls_party);
  if (!opened) return refused(opened.error());
  const Payload& payload = opened->payload;
  const std::string agreement = agreement_id();
  const auto admission =
      admit(*opened,
            Receiving{.party = "chongqing",
                      .channel = channel,
                      .listed = payload.channel == kChannel,
                      .agreement = agreement,
                      .next = next,
                      .window = 4,
                      .answered = [&](std::int64_t seq) { return answered_.at(seq).message_id; }},
            now);
  if (!admission) return refused(admission.error());
  if (*admission == Admission::duplicate)
    return {200, "duplicate", answered_.at(payload.seq).receipt, 0};
  if (*admission == Admission::early) return {202, "buffered", {}, 0};
  const bool stream_held = std::ranges::find(held_streams_, payload.stream) != held_streams_.end();
  const auto ready = judged(payload, now, stream_held);
  const auto [answer, effect] = ready ? Decided{*ready, ""} : decide(payload.kind);
  if (answer.outcome == "held") held_streams_.push_back(payload.stream);
  const std::string receipt = log.commit(now * 1000, {{.kind = "recv",
                                                       .outcome = answer.outcome,
                                                       .reason = answer.reason,
                                                       .channel = payload.channel,
                                                       .seq = static_cast<std::uint64_t>(next),
                                                       .message_id = opened->message_id,
                                                       .evidence = std::string{envelope},
                                                       .effect = effect}})
                                  .front();
  answered_[next] = {opened->message_id, receipt};
  ++next;
  return {200, answer.reason == "-" ? answer.outcome : answer.outcome + ':' + answer.reason,
          receipt, 0};
}

Payload payload(std::int64_t seq) {
  const auto opened = open_envelope(text(vectors("envelope"), "envelope"), keys(), "sichuan");
  BASHU_ASSERT(opened.has_value());
  Payload payload = opened->payload;
  payload.seq = seq;
  return payload;
}

Envelope envelope(std::int64_t seq) {
  return sign_envelope(payload_text(payload(seq)), "sichuan/env/1",
                       key("sichuan/env/1").secret_key);
}

namespace {

TEST(Fixture, TestKeysAreThoseOfTheVectors) {
  int cases = 0;
  const Value vector_file = vectors("keys");
  for (const Value& row : list(vector_file, "keys")) {
    const Key made = key(text(row, "kid"));
    EXPECT_EQ(hex(made.public_key), text(row, "public"));
    if (const Value* written = row.find("vkey")) {
      const VerifierKey read = read_verifier_key(*written->as_text());
      const std::uint8_t type = text(row, "role") == "log" ? 1 : 4;
      EXPECT_EQ(verifier_key(read.name, type, made.public_key), *written->as_text());
    }
    ++cases;
  }
  EXPECT_EQ(cases, 14);
}

}  // namespace
}  // namespace bashu::evidence::fixture
