// What a load balancer asks.

#include "api/handlers.h"
#include "views/follower.h"

namespace bashu::api {

Result show_health(Context& context, const Call& /*call*/) {
  const std::uint64_t durable = context.node.durable();
  const std::uint64_t visible = context.follower.entries();
  Value::Record answer{
      {"ready", durable > 0}, {"party", context.node.identity().party}, {"version", BASHU_VERSION}};
  if (durable > 0) answer["position"] = durable - 1;
  if (visible > 0) answer["views"] = visible - 1;
  // What went wrong is in the log; here only that something did.
  if (!context.follower.fault().empty()) answer["views_stopped"] = true;
  if (!context.entrance.roster().problem().empty()) answer["keys_unreadable"] = true;
  return json_response(answer, durable > 0 ? 200 : 503);
}

}  // namespace bashu::api
