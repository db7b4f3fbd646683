// Time stamps of RFC 3161: an authority outside the circle signs that some bytes existed at a time.
// Over checkpoints they say when a journal was this long, whatever the clocks of all nodes say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "evidence/bad.h"

namespace bashu::evidence {

// A TimeStampReq (DER) for the SHA-256 of `bytes` that asks for the authority's certificate too.
// `nonce`: up to 16 bytes of chance, which the answer must repeat.
[[nodiscard]] std::string timestamp_query(std::string_view bytes, std::string_view nonce);

struct TimeStamp {
  std::int64_t time_s = 0;  // of the authority's clock
  std::string authority;    // the subject of its certificate, RFC 2253
  std::string serial;       // of the stamp, hex
};
// What a TimeStampResp (DER) says of `bytes`, if its signer may sign stamps and was certified by
// one of `roots` (PEM) when it signed. `nonce` empty: it is not compared, as of a stamp that was
// kept. Codes: timestamp-form, timestamp-refused, timestamp-other (of other bytes, or not of this
// query), timestamp-signature.
[[nodiscard]] Verified<TimeStamp> open_timestamp(std::string_view answer, std::string_view bytes,
                                                 std::string_view nonce, std::string_view roots);

}  // namespace bashu::evidence
