// The witness's side of add-checkpoint (docs/formats/evidence.md section 9; C2SP tlog-witness).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "evidence/checkpoint.h"
#include "evidence/tree.h"

namespace bashu::evidence {

// A log as the witness knows it.
struct WitnessedLog {
  std::vector<std::string> keys;  // public: Ed25519 and SM2
  bool second = false;            // whether the second signature is required now
  std::uint64_t size = 0;         // of the largest checkpoint recorded
  Hash root = empty_root();
};
struct WitnessVerdict {
  int status = 400;
  std::string media_type, answer;  // of 409: the recorded size
  // The log contradicts itself under a valid signature: the request is proof, keep it.
  bool alarm = false;
  // With 200 and with an alarm. With 200 record size, root and note of this log (if its record is
  // still what `find` gave) and flush; only then answer `cosignature_line(checkpoint.body, ...)` as
  // `text/plain; charset=utf-8`.
  std::string origin, note;
  Checkpoint checkpoint;
};
// `find` gives nullptr for a log that is not witnessed here.
[[nodiscard]] WitnessVerdict check_add_checkpoint(
    std::string_view request,
    const std::function<const WitnessedLog*(std::string_view origin)>& find);
// What a log sends to be cosigned.
[[nodiscard]] std::string add_checkpoint_request(std::uint64_t old_size, std::span<const Hash> path,
                                                 std::string_view note);

}  // namespace bashu::evidence
