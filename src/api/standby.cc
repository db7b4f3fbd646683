// An administrator says that this machine writes from now on: of a node that stands by.

#include "api/handlers.h"
#include "api/health.h"
#include "texts/texts.h"

namespace bashu::api {

Result promote_standby(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  if (const auto body = json_body(call, {}); !body) return std::unexpected{body.error()};
  if (!context.node.standby()) {
    const Reject refused{
        .code = RejectCode::state, .where = {}, .why = {texts::title("standby.writes_already")}};
    return std::unexpected{problem_of(refused)};
  }
  const std::string who = call.key->principal();
  if (const auto taken = context.node.take_over(who); !taken) {
    context.note("the journal could not be taken over", taken.error().what);
    Reject refused{
        .code = RejectCode::not_ready, .where = {}, .why = {texts::title("standby.not_taken")}};
    std::string missing;
    for (const std::string& one : beside_missing(context.node, context.shelves.now())) {
      missing += (missing.empty() ? "" : ", ") + one;
    }
    if (!missing.empty()) {
      refused.why.push_back(texts::title("standby.missing", {{"files", missing}}));
    }
    return std::unexpected{problem_of(refused)};
  }
  context.note("the journal was taken over", who);
  return json_response(Value::Record{{"position", context.node.durable() - 1}});
}

}  // namespace bashu::api
