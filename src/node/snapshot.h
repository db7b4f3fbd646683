// States of the core on disk, so that a start need not replay a whole journal.
//
//     "BSHSNP03"  u64 entries covered  32 root of their tree  u16 length, party
//     rows: u32 length, formats/snapshot.proto Row ... in one fixed order; u32 0
//     levels of accounts, in the same form; u32 0; u64 their size with that zero
//     32 SHA-256 of the rows as they stand (the state's digest)   32 SHA-256 of all bytes before
//
// Integers are big-endian. Rows stream: neither side ever holds the whole.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "core/state.h"
#include "node/storage/file_store.h"

namespace bashu::node {

// Equal states have equal digests, whatever way they came about.
[[nodiscard]] Hash state_digest(const core::State& state);
// Of what accounts held by day. It follows from the journal as the state does, and stands beside
// its digest so that the journals of before lead to the digests of before.
[[nodiscard]] Hash levels_digest(const core::State& state);

struct SnapshotAt {
  std::uint64_t size = 0;  // entries covered
  Hash root{};             // of the tree over them
};
// As file `name`, durable when it returns; gives the state's digest.
[[nodiscard]] std::expected<Hash, Fault> write_snapshot(FileStore& files, std::string_view name,
                                                        const core::State& state,
                                                        const SnapshotAt& at);
struct Snapshot {
  SnapshotAt at;
  Hash digest{};
  std::unique_ptr<core::State> state;
};
// Every byte is checked.
[[nodiscard]] std::expected<Snapshot, Fault> read_snapshot(const FileStore& files,
                                                           std::string_view name);
// Position and digest alone, of a file that is sound as a whole.
struct SnapshotLabel {
  SnapshotAt at;
  Hash digest{};
};
[[nodiscard]] std::expected<SnapshotLabel, Fault> read_snapshot_label(const FileStore& files,
                                                                      std::string_view name);

// As an earlier version wrote them: neither read nor unsound.
[[nodiscard]] bool of_earlier_format(const FileStore& files, std::string_view name);

// snapshots/<entries>.snap, and how many entries those kept cover, the newest first.
[[nodiscard]] std::string snapshot_name(std::uint64_t size);
[[nodiscard]] std::vector<std::uint64_t> snapshots_kept(const FileStore& files);

}  // namespace bashu::node
