// GET /changes: events for open pages.

#include "api/bell.h"
#include "api/handlers.h"
#include "texts/texts.h"

namespace bashu::api {

Result watch_changes(Context& context, const Call& call) {
  auto stream =
      context.bell.listen({.who = call.key, .session = call.session, .token = call.token});
  if (!stream) {
    Problem many = busy(10);
    many.detail = texts::title("changes.many");
    return std::unexpected{many};
  }
  http::Response response = http::text_response(200, "text/event-stream", {});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Accel-Buffering", "no"});  // for a proxy that gathers answers
  response.stream = std::move(stream);
  return response;
}

}  // namespace bashu::api
