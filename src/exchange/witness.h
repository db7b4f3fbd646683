// Nodes witness each other's journals (docs/formats/evidence.md 5.3 and 9): a checkpoint is
// cosigned only if it is proven to continue the last one that was, so that a log can neither show
// two histories nor take one back.
//
//     Witness     what this node cosigned of the others' logs; answers add-checkpoint
//     Cosigned    what one other cosigned of ours; says what to ask next
//
// What was cosigned is a file for each log, written before its cosignature leaves. Thread-safe.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "evidence/checkpoint.h"
#include "exchange/alarms.h"
#include "node/directory.h"
#include "node/identity.h"
#include "node/node.h"
#include "node/storage/file_store.h"

namespace bashu::exchange {

// keys/witness.key, made if there is none. `name`: `<host>/bashu/witness/1`.
struct WitnessSigner {
  std::string name;
  node::KeyPair key;
};
[[nodiscard]] std::string witness_name(const node::Identity& own);
[[nodiscard]] std::expected<WitnessSigner, Fault> witness_signer(node::FileStore& files,
                                                                 const node::Identity& own);
// The log keys of a party that are not revoked.
[[nodiscard]] std::vector<std::string> log_keys_in_force(const node::Directory& directory,
                                                         std::string_view party);
// The keys a party announced to cosign with.
[[nodiscard]] std::vector<evidence::WitnessKey> witness_keys(const node::Directory& directory,
                                                             std::string_view party);

// What this node's log asks a witness next: its newest checkpoint, proven to continue what that one
// has cosigned.
struct CosignAsk {
  std::string note, request;  // the body of add-checkpoint
};
// The witness has cosigned so many entries, and the journal has no checkpoint of them.
struct NoCheckpoint {
  std::string note;  // the newest one there is
};
// `held`: entries that the witness has cosigned. nullopt: nothing is new to it, or nobody knows the
// log's key yet.
[[nodiscard]] std::expected<std::optional<CosignAsk>, NoCheckpoint> ask_to_cosign(
    node::Node& node, std::uint64_t held);

// A witness may know another length of our journal than we thought, and is asked again from there
// at once. One that says another each time is asked so often, and then waits like any that refuses.
inline constexpr int kCorrectionsMax = 3;

class Witness {
 public:
  // `contradicted` hears of a log that shows two histories, with the proof.
  using Contradicted = std::function<void(const std::string& party, const std::string& proof)>;
  Witness(node::FileStore& files, WitnessSigner signer, Contradicted contradicted);

  struct Answer {
    int status = 0;
    std::string media_type, body;
  };
  // Of a party about its own log; `now_s` is the time of the cosignature.
  [[nodiscard]] Answer add_checkpoint(const node::Directory& directory, const std::string& party,
                                      std::string_view request, std::int64_t now_s);
  // The largest checkpoint of the party's log that was cosigned here, as the party signed it, for
  // it to see: its own words may always go back to it. Empty: none.
  [[nodiscard]] std::string recorded(const std::string& party) const;

 private:
  struct Known {
    std::uint64_t size = 0;
    Hash root{};
    std::int64_t time_s = 0;
    std::string origin;
  };
  // False: the file does not verify.
  bool load(const node::Directory& directory, const std::string& party);

  node::FileStore& files_;
  WitnessSigner signer_;
  Contradicted contradicted_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

// What one party has cosigned of our log: cosigned/PARTY, a checkpoint with its line.
class Cosigned {
 public:
  Cosigned(node::FileStore& files, const std::string& party);
  // The file's, if it verifies; else nothing was cosigned.
  void load(const node::Directory& directory, const node::Identity& own, std::string_view party);
  // A checkpoint of ours with the line that came for it. False: it does not verify.
  [[nodiscard]] bool take(const node::Directory& directory, const node::Identity& own,
                          std::string_view party, std::string_view note, std::string_view line);

  struct State {
    std::uint64_t size = 0;
    std::int64_t time_s = 0;  // as the witness says
  };
  [[nodiscard]] State state() const;

 private:
  node::FileStore& files_;
  std::string name_;
  mutable std::mutex mutex_;
  State state_;
};

// What `party` has cosigned of our journal, as kept in the files; nullopt: nothing.
[[nodiscard]] std::optional<Cosigned::State> cosigned_by(const node::FileStore& files,
                                                         const node::Directory& directory,
                                                         const node::Identity& own,
                                                         std::string_view party);
// The checkpoint itself with the party's line; nullopt: nothing that verifies.
[[nodiscard]] std::optional<std::string> note_cosigned_by(const node::FileStore& files,
                                                          const node::Directory& directory,
                                                          const node::Identity& own,
                                                          std::string_view party);
// How many entries of the party's journal the node of these files has cosigned.
[[nodiscard]] std::uint64_t witnessed_size(const node::FileStore& files, const std::string& party);

}  // namespace bashu::exchange
