#include "api/clearing_refusal.h"

#include <utility>

#include "base/unicode.h"

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

Problem wrong_tariff(std::string where, const fares::Wrong& wrong) {
  return wrong_at(std::move(where), "tariff_wrong", {{"what", words_of(wrong)}});
}

std::string words_of(const fares::Wrong& wrong) {
  constexpr std::size_t kMost = 200;  // bytes
  const std::string subject = wrong.where.empty() ? "tariff" : cut_short(wrong.where, kMost);
  return subject + ' ' + cut_short(wrong.what, kMost);
}

}  // namespace bashu::api
