// The leaf of one journal entry, and the record of one commit (docs/formats/evidence.md section 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "evidence/bad.h"

namespace bashu::evidence {

struct EntryLeaf {
  std::uint64_t index = 0;
  std::uint64_t time = 0;  // ms
  std::string kind;
  std::string outcome = "-";
  std::string reason = "-";
  std::string channel = "-";
  std::uint64_t seq = 0;
  std::string evidence = "-";  // hex, or `-`
  std::string effect;          // hex
  friend bool operator==(const EntryLeaf&, const EntryLeaf&) = default;
};
// Every field must fit its grammar (evidence/grammar.h): a leaf that does not is never written.
[[nodiscard]] std::string entry_text(const EntryLeaf& entry);
[[nodiscard]] Verified<EntryLeaf> parse_entry(std::string_view text);
[[nodiscard]] Hash effect_commitment(std::string_view blind, std::string_view effect);

// What encode_commit takes at most; check what comes from outside before it gets there.
inline constexpr std::size_t kEffectMax = std::size_t{8} << 20;
inline constexpr std::size_t kEvidenceMax = std::size_t{2} << 20;
inline constexpr std::size_t kCommitMax = std::size_t{64} << 20;
inline constexpr std::size_t kCommitEntriesMax = 65'536;

struct CommitEntry {
  std::string leaf;   // its text
  std::string blind;  // 16 bytes
  std::string effect;
  std::string evidence;
};
struct CommitRecord {
  std::uint64_t first = 0;
  std::vector<CommitEntry> entries;
  std::string checkpoint;  // note over all entries up to and including these
};
[[nodiscard]] std::string encode_commit(const CommitRecord& commit);
// Frame only: magic, digest, lengths, order of fields. Codes commit-*.
[[nodiscard]] Verified<CommitRecord> decode_commit(std::string_view record);

}  // namespace bashu::evidence
