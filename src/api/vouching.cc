#include "api/vouching.h"

#include <string>
#include <variant>

#include "base/bytes.h"
#include "exchange/vouching.h"

namespace bashu::api {

std::optional<Problem> vouch(const Context& context, const Call& call, Write& write) {
  if (!write.office) return std::nullopt;
  constexpr std::string_view kSession = "bashu.session/v1\n";
  exchange::SignedIn who{.how = "key", .session = {}};
  if (call.session) {
    who.how = call.session->provider ? "provider" : "password";
    who.session = hex(sha256(kSession, call.token));
  }
  const exchange::Vouching made = exchange::vouch(context.node, write.command, who);
  const bool needed = std::holds_alternative<core::SignSettlement>(write.command);
  if (made != exchange::Vouching::ended || !needed) return std::nullopt;
  Problem problem = problem_of(reject(RejectCode::not_ready));
  problem.detail = bilingual(
      "The key of the sign-in service has ended: nobody can vouch for a settlement until the node "
      "has new keys.",
      "登录服务的密钥已失效：节点更换密钥之前，无法为签署争议处理作证。");
  return problem;
}

}  // namespace bashu::api
