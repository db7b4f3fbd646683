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

Problem wrong_tariff(std::string where, const fares::Wrong& wrong) {
  return wrong_at(std::move(where), "tariff_wrong", {{"what", words_of(wrong)}});
}

std::string words_of(const fares::Wrong& wrong) {
  constexpr std::size_t kMost = 200;  // bytes
  const std::string subject = wrong.where.empty() ? "tariff" : cut(wrong.where, kMost);
  return subject + ' ' + cut(wrong.what, kMost);
}

std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

}  // namespace bashu::api
