#include "windows/refusal_checks.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace bashu::windows {

namespace {

constexpr std::size_t kNameShown = 100;  // bytes of a member's name

bool names_a_correction(std::string_view claim) {
  const std::size_t mark = claim.rfind('~');
  return mark != std::string_view::npos && mark + 1 < claim.size() &&
         claim.find_first_not_of("0123456789", mark + 1) == std::string_view::npos;
}

}  // namespace

std::optional<WrongRefusal> RefusalChecks::wrong_with(const Value::Record& row,
                                                      const Refusal& refusal) {
  constexpr std::array<std::string_view, 4> kMembers{"claim", "note", "version", "cancelled"};
  for (const auto& [name, member] : row) {
    if (std::ranges::find(kMembers, name) != kMembers.end()) continue;
    return WrongRefusal{.key = "windows.refused_member",
                        .what = name.size() <= kNameShown ? name : "…"};
  }
  if (names_a_correction(refusal.claim)) {
    return WrongRefusal{.key = "windows.refused_correction", .what = refusal.claim};
  }
  const Said says{.note = refusal.note, .cancelled = refusal.cancelled};
  const auto [held, is_new] = said_.try_emplace({refusal.claim, refusal.version}, says);
  if (is_new || held->second == says) return std::nullopt;
  return WrongRefusal{.key = "windows.refused_twice", .what = refusal.claim};
}

}  // namespace bashu::windows
