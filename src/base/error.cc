#include "base/error.h"

#include <string>
#include <utility>

namespace bashu {

const char* reject_name(RejectCode code) {
  switch (code) {
    case RejectCode::unknown_case:
      return "unknown_case";
    case RejectCode::exists:
      return "exists";
    case RejectCode::not_owner:
      return "not_owner";
    case RejectCode::state:
      return "state";
    case RejectCode::role:
      return "role";
    case RejectCode::form:
      return "form";
    case RejectCode::guard:
      return "guard";
    case RejectCode::holds:
      return "holds";
    case RejectCode::floor:
      return "floor";
    case RejectCode::not_keeper:
      return "not_keeper";
    case RejectCode::error:
      return "error";
    case RejectCode::conflict:
      return "conflict";
    case RejectCode::disputed:
      return "disputed";
    case RejectCode::unknown_pack:
      return "unknown_pack";
    case RejectCode::unknown_service:
      return "unknown_service";
    case RejectCode::unknown_register:
      return "unknown_register";
    case RejectCode::unknown_feed:
      return "unknown_feed";
    case RejectCode::channel_full:
      return "channel_full";
    case RejectCode::too_large:
      return "too_large";
    case RejectCode::jurisdiction:
      return "jurisdiction";
    case RejectCode::not_ready:
      return "not_ready";
    case RejectCode::malformed:
      return "malformed";
    case RejectCode::not_found:
      return "not_found";
    case RejectCode::chain:
      return "chain";
    case RejectCode::signature:
      return "signature";
    case RejectCode::elsewhere:
      return "elsewhere";
  }
  return "unknown";
}

Reject reject(RejectCode code, std::string where, std::string en, std::string zh) {
  Reject r{.code = code, .where = std::move(where), .why = {}};
  Title why;
  if (!en.empty()) why["en"] = std::move(en);
  if (!zh.empty()) why["zh"] = std::move(zh);
  if (!why.empty()) r.why.push_back(std::move(why));
  return r;
}

}  // namespace bashu
