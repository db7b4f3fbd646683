// Bytes of a stranger, as far as they get without a key: HTTP parsing, targets, routing helpers,
// the texts of peers, and envelopes that claim to be signed.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "evidence/agreement.h"
#include "evidence/envelope.h"
#include "exchange/blobs.h"
#include "exchange/circle.h"
#include "exchange/seen.h"
#include "http/message.h"
#include "http/wire.h"

using bashu::http::RequestReader;

namespace {

void read_requests(std::string_view bytes, std::size_t step) {
  RequestReader reader{{.header_max = 4u << 10, .body_max = 16u << 10}};
  std::string pending;
  while (!bytes.empty() || !pending.empty()) {
    const std::string_view part = bytes.substr(0, step);
    bytes.remove_prefix(part.size());
    pending.append(part);
    const std::size_t used = reader.feed(pending);
    BASHU_ASSERT(used <= pending.size());
    pending.erase(0, used);
    if (reader.state() == RequestReader::State::bad) return;
    if (reader.state() == RequestReader::State::done) {
      const bashu::http::Request request = reader.take();
      BASHU_ASSERT(request.body.size() <= (16u << 10));
      static_cast<void>(request.segments());
      static_cast<void>(request.parameter("at_least"));
      static_cast<void>(bashu::evidence::open_envelope(request.body, {}, "sichuan"));
      continue;
    }
    // What is neither used nor refused fits a header.
    BASHU_ASSERT(pending.size() <= (4u << 10));
    if (part.empty()) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 6) {
    case 0:
      read_requests(bytes, bytes.size() + 1);
      break;
    case 1:
      read_requests(bytes, 1 + data[0] / 6U);
      break;
    case 2: {
      bashu::http::ResponseReader reader{{.header_max = 4u << 10, .body_max = 16u << 10}};
      static_cast<void>(reader.feed(bytes));
      reader.end();
      break;
    }
    case 3:
      static_cast<void>(bashu::exchange::read_consistency(bytes, 7));
      break;
    case 4:
      static_cast<void>(bashu::http::parse_url(bytes));
      break;
    default:
      static_cast<void>(bashu::exchange::circle_summary(bytes));
  }
  return 0;
}
