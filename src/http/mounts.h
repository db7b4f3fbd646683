// Several faces on one listener: which part of the addresses belongs to which handler, and what
// every answer to a browser says for its safety.
//
//     /api/v1  ─► the API         /portal/, /console/ ─► built pages         /  ─► all else
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/files.h"
#include "http/server.h"

namespace bashu::http {

class Mounts {
 public:
  // `prefix` begins with a slash and ends without one, or is "/": what nothing else takes. The
  // longest that fits whole parts of a path takes the request, its target as it came.
  void add(std::string prefix, Handler handler);
  // 404 where nothing fits. The mounts must outlive what comes.
  void handle(Request request, Reply reply) const;

 private:
  std::vector<std::pair<std::string, Handler>> mounts_;  // longest first
};

// Pages of one application below `prefix`: files, and index.html for every address that is none.
// `/prefix` leads to `/prefix/`.
[[nodiscard]] Handler application(std::string prefix, std::shared_ptr<const Files> files);

// An answer as browsers may have it: a content security policy (only what this address serves; no
// inline script; no frame around it), not sniffed, telling others no address, and kept nowhere
// unless it says otherwise. With `tls` the browser is told to use nothing else.
void guard(Response& response, bool tls);
// Wraps a handler, so that each of its answers is guarded.
[[nodiscard]] Handler guarded(Handler inner, bool tls);

}  // namespace bashu::http
