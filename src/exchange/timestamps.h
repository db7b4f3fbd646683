// Time stamps of an authority outside the circle over this node's checkpoints (RFC 3161): every
// hour, if the journal grew. Nothing waits for them: what is late or missing is told, no more.
//
//     timestamps/SIZE.txt     the three lines of the checkpoint, without its signatures
//     timestamps/SIZE.tsr     the authority's answer over them: openssl ts -verify judges both
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "evidence/timestamp.h"
#include "http/client.h"
#include "node/node.h"
#include "node/storage/file_store.h"

namespace bashu::exchange {

class TimeStamps {
 public:
  struct Authority {
    std::string url;    // http:// or https://; what answers proves itself
    std::string roots;  // PEM: who may certify the one that signs
    std::int64_t every_ms = 3'600'000;
  };
  // `node` must outlive it.
  [[nodiscard]] static std::expected<std::unique_ptr<TimeStamps>, Fault> open(node::Node& node,
                                                                              Authority authority);

  // Asks when it is time, and keeps what came; about once a second.
  void look();
  // Why the last attempt failed, for the engineer; empty: it did not.
  [[nodiscard]] std::string problem() const;
  // No stamp for a day, though the journal grew.
  [[nodiscard]] bool late() const;

 private:
  struct Asked {
    std::uint64_t size = 0;
    std::string body, nonce;
  };
  TimeStamps(node::Node& node, Authority authority, http::TlsContext tls, http::Url to);
  void ask(std::int64_t now_ms);
  // What is wrong with an answer; empty: it is kept.
  [[nodiscard]] std::string keep(const Asked& asked, const http::Answer& answer);

  node::Node& node_;
  const Authority authority_;
  const http::TlsContext tls_;
  const http::Url to_;
  std::optional<Asked> asked_;  // what is under way
  std::uint64_t stamped_ = 0;   // entries
  std::int64_t next_ms_ = 0;    // not before
  std::int64_t good_ms_ = 0;    // when nothing was open last
  mutable std::mutex mutex_;    // of all below
  std::optional<http::Answer> answer_;
  std::string problem_;
  bool late_ = false;
  http::Client client_;  // last: its thread uses the rest
};

// A stamp that was kept, judged anew.
struct KeptStamp {
  std::uint64_t size = 0;  // entries of the journal
  evidence::Verified<evidence::TimeStamp> stamp;
};
// By size. `checkpoint_at` gives the journal's own checkpoint of so many entries; a stamp of
// another has the code timestamp-other.
using CheckpointAt = std::function<std::optional<std::string>(std::uint64_t size)>;
[[nodiscard]] std::vector<KeptStamp> kept_stamps(const node::FileStore& files,
                                                 std::string_view roots,
                                                 const CheckpointAt& checkpoint_at);

}  // namespace bashu::exchange
