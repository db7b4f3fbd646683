#include "core/told/shown_claims.h"

#include "core/told/members.h"

namespace bashu::core::told {

Value write(const ShownClaims& claims) {
  return Value::Record{{"case", claims.id}, {"content", claims.content}, {"shown", claims.shown}};
}

std::expected<ShownClaims, Reject> read_shown_claims(const Value& body) {
  Members in{body};
  ShownClaims claims{
      .id = CaseId{in.text("case")}, .content = in.text("content"), .shown = in.text("shown")};
  if (!in.whole() || !claims.content.starts_with("sha256:") ||
      claims.shown.size() > ShownClaims::kMax) {
    return hold("shape", "what is shown names its case and step, in at most 64 KiB");
  }
  return claims;
}

}  // namespace bashu::core::told
