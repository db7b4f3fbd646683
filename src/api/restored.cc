// The end of the guard over a directory that came back from a backup, where its peers cannot be
// asked: two officers take it upon them.

#include <utility>

#include "api/handlers.h"
#include "node/guarded.h"
#include "texts/texts.h"

namespace bashu::api {

Prepared release_restored(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, {"note"});
  if (!body) return std::unexpected{body.error()};
  const auto note = text_member(*body, "note");
  if (!note) return std::unexpected{note.error()};
  node::Gate& gate = context.node.gate();
  if (!gate.is_shut(node::Gate::Why::restored)) {
    Reject refused{
        .code = RejectCode::state, .where = {}, .why = {texts::title("restore.not_guarded")}};
    return std::unexpected{problem_of(refused)};
  }
  const std::string who = call.key->principal();
  const auto first = node::ask_to_end_guard(
      context.node.storage().files(), gate,
      {.principal = who, .note = *note, .at_ms = context.node.clock().now().unix_ms});
  if (!first) return std::unexpected{problem_of(first.error())};
  if (!*first) {
    return json_response(Value::Record{{"waits_for", "a second principal"}, {"asked_by", who}},
                         202);
  }
  context.note("guard of a restored directory ended", (*first)->principal + " and " + who);
  return json_response(Value::Record{{"released_by", Value::List{(*first)->principal, who}}});
}

}  // namespace bashu::api
