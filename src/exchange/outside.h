// Witnesses outside the circle (docs/formats/evidence.md 9.1): this node sends them its
// checkpoints, and keeps what they cosign. Nothing waits for them: what none of them has cosigned
// is told, and for how long.
//
//     cosigned/outside/NAME     the newest checkpoint with the witness's line; NAME of its key,
//                               percent-encoded
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "evidence/policy.h"
#include "exchange/alarms.h"
#include "http/client.h"
#include "node/node.h"
#include "node/storage/file_store.h"

namespace bashu::exchange {

// What one witness has cosigned, as its file says.
struct OutsideCosigned {
  std::string name;         // of its key
  std::uint64_t size = 0;   // entries; 0: none
  std::int64_t time_s = 0;  // as the witness says
  std::string note;         // the checkpoint with its line
  std::string wrong;        // why the file does not count: a code of evidence.md 13
};
// In the order of the policy.
[[nodiscard]] std::vector<OutsideCosigned> outside_cosigned(const node::FileStore& files,
                                                            const evidence::Policy& policy,
                                                            std::string_view origin,
                                                            std::span<const std::string> log_keys);

class OutsideWitnesses {
 public:
  struct Options {
    evidence::Policy policy;  // those with a URL are asked
    std::string roots{};      // PEM: who certifies their servers; empty: as the machine trusts
    std::int64_t every_ms = 60'000;
    // Hears of a witness that says our journal does not continue what it has cosigned.
    std::function<void(Alarm alarm, std::string_view proof)> alarm{};
  };
  // `node` must outlive it. A Fault if a URL is none or no witness has one.
  [[nodiscard]] static std::expected<std::unique_ptr<OutsideWitnesses>, Fault> open(
      node::Node& node, Options options);

  // Asks those whose time it is, and keeps what came; about once a second, from one thread.
  void look();

  struct One {
    std::string name, url;
    std::uint64_t size = 0;
    std::int64_t time_s = 0;
    std::string problem;  // why it did not cosign last; empty: it did, or was not asked yet
  };
  struct Standing {
    std::vector<One> witnesses;
    std::uint64_t covered = 0;             // entries that enough of them have cosigned
    std::optional<std::int64_t> since_ms;  // time of the first entry that is not; none: all are
  };
  [[nodiscard]] Standing standing() const;
  // The checkpoint that the witness with this key's name has cosigned last; nullopt: none.
  [[nodiscard]] std::optional<std::string> note_by(std::string_view name) const;
  // What went wrong, for the engineer: `NAME: why`, one after the other; empty: nothing.
  [[nodiscard]] std::string problem() const;
  // Something has waited for an hour.
  [[nodiscard]] bool late() const;

 private:
  struct Witness {
    evidence::PolicyWitness who;
    http::Url to;
    std::uint64_t holds = 0;  // entries of ours, as it said last
    int corrections = 0;      // of that, one after the other
    std::int64_t next_ms = 0;
    std::string asked;                   // the checkpoint under way; empty: none is
    One told;                            // under the mutex
    std::optional<http::Answer> answer;  // likewise
  };
  OutsideWitnesses(node::Node& node, Options options, http::TlsContext tls);
  void ask(std::size_t index, std::int64_t now_ms);
  // Why it is not cosigned; empty: it is, and kept.
  [[nodiscard]] std::string take(Witness& witness, const std::string& note,
                                 const http::Answer& answer);
  [[nodiscard]] std::string refused(Witness& witness, const std::string& note,
                                    const http::Response& answer);
  void alarm(const Witness& witness, const std::string& why, std::string_view proof) const;
  void look_what_is_open();

  node::Node& node_;
  const Options options_;
  const http::TlsContext tls_;
  const std::int64_t began_ms_;
  std::vector<Witness> witnesses_;          // never grows after the constructor
  std::optional<std::uint64_t> open_from_;  // the entry that since_ms is of
  mutable std::mutex mutex_;                // of all below
  std::uint64_t covered_ = 0;
  std::optional<std::int64_t> since_ms_;
  http::Client client_;  // last: its thread uses the rest
};

}  // namespace bashu::exchange
