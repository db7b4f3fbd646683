#include "clearing/bounds.h"

#include <array>
#include <set>
#include <utility>

namespace bashu::clearing {

namespace {

constexpr std::array kMembers{&Amounts::gross,   &Amounts::discount, &Amounts::relief,
                              &Amounts::refused, &Amounts::fee,      &Amounts::net};

}  // namespace

Wide magnitude(const Amounts& amounts) {
  Wide out = 0;
  for (const auto member : kMembers) {
    const Wide amount = amounts.*member;
    out += amount < 0 ? -amount : amount;
  }
  return out;
}

Amounts wrapped_plus(const Amounts& a, const Amounts& b) {
  Amounts out;
  for (const auto member : kMembers) {
    (void)__builtin_add_overflow(a.*member, b.*member, &(out.*member));
  }
  return out;
}

Amounts wrapped_minus(const Amounts& a, const Amounts& b) {
  Amounts out;
  for (const auto member : kMembers) {
    (void)__builtin_sub_overflow(a.*member, b.*member, &(out.*member));
  }
  return out;
}

Fitness fitness(const std::vector<Entry>& lines) {
  Wide all = 0;
  for (const Entry& line : lines) all += magnitude(line.amounts);
  if (all > kMagnitudeMost) return {.unfit = Unfit::too_large};
  std::set<std::string> ids;
  for (const Entry& line : lines) {
    if (!ids.insert(line.line_id()).second) return {.unfit = Unfit::twice, .line = line.line_id()};
  }
  return {};
}

}  // namespace bashu::clearing
