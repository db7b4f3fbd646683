// What the tests of evidence share: the golden vectors of tests/vectors, the test keys they are
// made with, and the receiver they describe. Synthetic throughout; the keys protect nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/value.h"
#include "evidence/agreement.h"
#include "evidence/checkpoint.h"
#include "evidence/entry.h"
#include "evidence/envelope.h"
#include "evidence/sm2.h"
#include "evidence/tree.h"

namespace bashu::evidence::fixture {

inline constexpr std::int64_t kNow = 1'795'334'400;  // 2026-11-22T08:00:00Z
inline constexpr std::int64_t kDay = 86'400;
inline constexpr std::string_view kSichuanLog = "sichuan.example/bashu/1";
inline constexpr std::string_view kChongqingLog = "chongqing.example/bashu/1";
inline constexpr std::string_view kChannel = "sichuan.chongqing.main";
inline constexpr std::string_view kAuditorWitness = "auditor.example/bashu/witness/1";

// tests/vectors/NAME.json. A missing or broken file ends the test program.
[[nodiscard]] Value vectors(std::string_view name);
[[nodiscard]] std::string read_vector_file(std::string_view name);

[[nodiscard]] const Value& at(const Value& record, std::string_view name);
[[nodiscard]] std::string text(const Value& record, std::string_view name);
[[nodiscard]] std::int64_t number(const Value& record, std::string_view name);
[[nodiscard]] const Value::List& list(const Value& record, std::string_view name);
[[nodiscard]] const Value::Record& record(const Value& value, std::string_view name);
[[nodiscard]] std::vector<std::string> texts(const Value::List& values);
[[nodiscard]] Hash hash(std::string_view hex_text);
[[nodiscard]] std::vector<Hash> hashes(const Value::List& hex_texts);
[[nodiscard]] std::string unhex(std::string_view hex_text);
[[nodiscard]] std::string unbase64(std::string_view text);

struct Key {
  std::string public_key, secret_key;
};
[[nodiscard]] Key key(std::string_view kid);
struct VerifierKey {
  std::string name, public_key;
};
[[nodiscard]] VerifierKey read_verifier_key(std::string_view text);

[[nodiscard]] std::string agreement_id();
[[nodiscard]] std::string pack();
[[nodiscard]] KeyList keys();  // of all parties, and `sichuan/env/short`
[[nodiscard]] std::vector<std::string> key_lists(std::string_view party);
[[nodiscard]] std::vector<std::string> agreements();

// A log that writes commits in memory, with the fixed blinds of the vectors.
class Log {
 public:
  Log(std::string_view origin, std::string_view kid);

  struct Entry {
    std::string kind, outcome = "-", reason = "-", channel = "-";
    std::uint64_t seq = 0;
    std::string message_id = {};  // empty: the evidence is hashed
    std::string evidence = {}, effect = {};
  };
  // The receipts of the entries.
  std::vector<std::string> commit(std::int64_t now_ms, const std::vector<Entry>& entries);

  std::string origin;
  std::string secret_key;
  std::optional<Sm2Key> second = {};
  MemoryNodes nodes;
  std::uint64_t size = 0;
  std::vector<std::string> commits;

 private:
  std::uint64_t last_time_ = 0;
};

// The receiver of the vectors: Chongqing, with window 4.
class Receiver {
 public:
  Receiver();

  struct Result {
    int status = 0;
    std::string result, receipt;
    std::int64_t next = 0;  // of a refusal
  };
  Result receive(std::string_view envelope, std::string_view tls_party, std::string_view channel,
                 std::int64_t now);

  Log log{kChongqingLog, "chongqing/log/1"};
  std::int64_t next = 1;

 private:
  struct Answered {
    std::string message_id, receipt;
  };
  KeyList keys_ = keys();
  std::map<std::int64_t, Answered> answered_;
  std::vector<std::string> held_streams_;
};

// The payload of the vectors' first message under another number.
[[nodiscard]] Payload payload(std::int64_t seq);
[[nodiscard]] Envelope envelope(std::int64_t seq);

}  // namespace bashu::evidence::fixture
