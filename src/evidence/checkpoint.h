// Checkpoints: C2SP signed notes over a tree, with cosignatures (docs/formats/evidence.md 5), and
// receipts: tlog-proofs of one entry (section 6).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "evidence/bad.h"
#include "evidence/entry.h"
#include "evidence/sm2.h"

namespace bashu::evidence {

// `name+hex(key id)+b64(type ‖ public key)`, as golang.org/x/mod/sumdb/note reads it. type 1: log.
[[nodiscard]] std::string verifier_key(std::string_view name, std::uint8_t type,
                                       std::string_view public_key);
// The same of the log's second key, of SM2.
[[nodiscard]] std::string second_verifier_key(std::string_view name, std::string_view public_key);
// A signed note of C2SP: the text, which ends with a line, and the signature of a log's key.
[[nodiscard]] std::string sign_note(std::string text, std::string_view name,
                                    std::string_view secret_key);
// What a note says, if a key of the log called `name` signed it. Log keys are 32 bytes of Ed25519
// or 65 of SM2; a line of any of them must verify, and one of Ed25519 must be there.
[[nodiscard]] Verified<std::string> open_note(std::string_view note, std::string_view name,
                                              std::span<const std::string> log_keys);
// One more line for a note: the second signature, SM2 over SM3, of the log called `name`.
[[nodiscard]] std::string second_line(std::string_view text, std::string_view name,
                                      const Sm2Key& key);
struct LogKey {
  std::string name;
  std::string public_key;  // 32 bytes; of SM2 65
};
// A verifier key of a log, as one of these two writes it. Code: verifier-key.
[[nodiscard]] Verified<LogKey> read_verifier_key(std::string_view text);
// What a checkpoint says, whoever signed it: three lines.
[[nodiscard]] std::string checkpoint_body(std::string_view origin, std::uint64_t size,
                                          const Hash& root);
[[nodiscard]] std::string sign_checkpoint(std::string_view origin, std::uint64_t size,
                                          const Hash& root, std::string_view secret_key);

struct Checkpoint {
  std::uint64_t size = 0;
  Hash root{};
  std::string body;                               // the three lines
  std::map<std::string, std::uint64_t> cosigned;  // witness to time, seconds
  bool second = false;                            // the log's SM2 key signed it as well
};
struct WitnessKey {
  std::string name;
  std::string public_key;
};
[[nodiscard]] Verified<Checkpoint> open_checkpoint(std::string_view note, std::string_view origin,
                                                   std::span<const std::string> log_keys,
                                                   std::span<const WitnessKey> witnesses = {});
// `name+hex(key id)+b64(0x04 ‖ public key)`, as witnesses publish theirs. Code: verifier-key.
[[nodiscard]] Verified<WitnessKey> read_witness_key(std::string_view text);
// What a witness has cosigned, judged by its own line alone: its record of a log whose keys have
// changed since. `checkpoint.cosigned` holds the time.
[[nodiscard]] Verified<Checkpoint> open_cosigned(std::string_view note, std::string_view origin,
                                                 const WitnessKey& witness);
[[nodiscard]] std::string cosignature_line(std::string_view body, std::string_view name,
                                           std::uint64_t time, std::string_view secret_key);

[[nodiscard]] std::string make_receipt(std::string_view leaf, std::uint64_t index,
                                       std::span<const Hash> path, std::string_view note);
struct Receipt {
  EntryLeaf entry;
  std::string leaf;
  Checkpoint checkpoint;
};
[[nodiscard]] Verified<Receipt> open_receipt(std::string_view receipt, std::string_view origin,
                                             std::span<const std::string> log_keys,
                                             std::span<const WitnessKey> witnesses = {});
// The sender's check of the answer to its own message.
[[nodiscard]] Verified<Receipt> accept_receipt(std::string_view receipt, std::string_view origin,
                                               std::span<const std::string> log_keys,
                                               std::string_view message_id,
                                               std::string_view channel, std::uint64_t seq);

}  // namespace bashu::evidence
