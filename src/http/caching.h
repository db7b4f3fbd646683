// What a client need not be sent again, or can be sent shorter: ETag and gzip.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace bashu::http {

// An entity tag, as it stands in a header, of what these bytes are.
[[nodiscard]] std::string etag_of(std::string_view bytes);
// Whether If-None-Match names the tag. Tags compare weakly, so that a body may travel compressed.
[[nodiscard]] bool known_to(const Request& request, std::string_view etag);
// The answer with its tag; 304 without a body if the asker has it already. Only for 200.
[[nodiscard]] Response tagged(const Request& request, Response response, std::string_view etag);

[[nodiscard]] bool takes_gzip(const Request& request);
// Levels 1 (fast) to 9 (small), of zlib.
[[nodiscard]] std::string gzip(std::string_view bytes, int level = 5);
// Compresses a body of text that is worth it, if the asker takes gzip.
void compress(const Request& request, Response& response);

}  // namespace bashu::http
