#include "api/clearing_refusal.h"

#include <utility>

namespace bashu::api {

namespace {

Problem told(RejectCode code, std::string where, const std::string& key,
             const texts::Places& places) {
  return problem_of(Reject{
      .code = code, .where = std::move(where), .why = {texts::title("windows." + key, places)}});
}

}  // namespace

Problem wrong_at(std::string where, const std::string& key, const texts::Places& places) {
  return told(RejectCode::form, std::move(where), key, places);
}

Problem refused(std::string where, const std::string& key, const texts::Places& places) {
  return told(RejectCode::guard, std::move(where), key, places);
}

}  // namespace bashu::api
