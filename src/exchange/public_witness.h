// A witness that is no party and holds no records: anybody may run one (docs/formats/evidence.md
// 9.1; C2SP tlog-witness). It cosigns a checkpoint only if it is proven to continue the last one it
// cosigned of that log, and keeps of each log that one alone.
//
//     name                   what it is called in its key, a URL without scheme
//     keys/witness.key       64 hex digits
//     logs/ORIGIN.note       the last checkpoint cosigned, with its line; written before it leaves
//     forks/ORIGIN/...       what contradicted it under the log's own signature
//
// ORIGIN is percent-encoded. Who loses `logs/` must never sign with this key again.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "evidence/checkpoint.h"
#include "evidence/witness.h"
#include "http/message.h"
#include "node/environment.h"
#include "node/storage/file_store.h"

namespace bashu::exchange {

// Thread-safe.
class PublicWitness {
 public:
  // Makes name and key; a Fault if there is a key already. A name is letters, digits and `.-_/`.
  [[nodiscard]] static std::expected<void, Fault> create(node::FileStore& files,
                                                         std::string_view name,
                                                         node::Chance& chance);
  // `files` must outlive it and have no other writer. A Fault if what was cosigned cannot be read:
  // nothing may be signed then.
  [[nodiscard]] static std::expected<std::unique_ptr<PublicWitness>, Fault> open(
      node::FileStore& files);

  // The logs that are witnessed from now on, by their keys; of a log that is left out the record
  // stays.
  void witness(const std::vector<evidence::LogKey>& logs);

  //     POST /add-checkpoint       200 404 403 400 409 422 as the standard says; 503: not written
  //     GET  /checkpoints/ORIGIN   the last checkpoint cosigned of that log
  //     GET  /vkey                 the verifier key
  // `now_s` is the time of a cosignature; times of one log never fall.
  [[nodiscard]] http::Response answer(const http::Request& request, std::int64_t now_s);

  // The key that others verify by, in a line of C2SP.
  [[nodiscard]] std::string verifier_key() const;
  struct Seen {
    std::string origin;
    std::uint64_t size = 0;    // entries cosigned
    std::int64_t time_s = 0;   // when
    std::size_t forks = 0;     // two checkpoints of one size: proof by itself
    std::size_t unproven = 0;  // signed by the log, without a proof that it continues
  };
  [[nodiscard]] std::vector<Seen> seen() const;

 private:
  struct Known {
    evidence::WitnessedLog log;
    std::int64_t time_s = 0;
  };
  PublicWitness(node::FileStore& files, evidence::WitnessKey key, std::string secret);
  std::optional<Fault> load();
  http::Response add_checkpoint(std::string_view request, std::int64_t now_s);
  http::Response last_of(const std::string& origin) const;
  // A proof or suspicion, once each and so many of a log.
  void keep(const evidence::WitnessVerdict& verdict, std::string_view request);

  node::FileStore& files_;
  const evidence::WitnessKey key_;
  const std::string secret_;
  mutable std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;  // by origin; without keys: not witnessed
};

}  // namespace bashu::exchange
