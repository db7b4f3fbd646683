#include "core/cases/names.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "core/told/members.h"

namespace bashu::core {

namespace {

using told::hold;

constexpr std::size_t kNameMax = 120;

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// One part of a name, between slashes: what stands in addresses and lists as it is.
bool is_plain(std::string_view part) {
  return !part.empty() && part.front() != '.' && std::ranges::all_of(part, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// `party-<digits>` of anybody but `from`.
bool is_numbered_by_another(const Deciding& d, std::string_view part, const PartyId& from) {
  const auto dash = part.rfind('-');
  if (dash == std::string_view::npos || !is_digits(part.substr(dash + 1))) return false;
  const std::string_view party = part.substr(0, dash);
  return party != from && (party == d.self() || d.circle().parties.contains(party));
}

// The engine's: a sub-case that a step of the case above has started, and which it has counted.
Result is_started_above(const Deciding& d, const told::Step& step) {
  const Case* above = step.parent.empty() ? nullptr : d.draft.find_case(step.parent);
  if (!above) return hold("role", "the engine starts what a step of a case says");
  const auto started = above->children.find(step.service);
  const std::int64_t count = started == above->children.end() ? 0 : started->second;
  const auto number = child_number(step.id, step.parent, step.service);
  if (!number || *number > count) return hold("id", "no step has started " + step.id);
  return {};
}

}  // namespace

std::optional<std::int64_t> child_number(std::string_view id, std::string_view parent,
                                         std::string_view service) {
  for (const std::string_view part : {parent, std::string_view{"/"}, service}) {
    if (!id.starts_with(part)) return std::nullopt;
    id.remove_prefix(part.size());
  }
  std::int64_t number = 0;
  if (!is_digits(id) || id.front() == '0') return std::nullopt;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc{} || number > kChildrenMax) return std::nullopt;
  return number;
}

Result may_be_named(const Deciding& d, const packs::Pack& pack, const PartyId& from,
                    const told::Step& step) {
  if (step.id.size() > kNameMax) return hold("id", "longer than 120 bytes");
  if (step.role == told::Step::kSystem) return is_started_above(d, step);
  std::string_view part = step.id;
  const bool under = !step.parent.empty() && step.id.starts_with(step.parent + "/");
  if (under) part.remove_prefix(step.parent.size() + 1);
  if (!is_plain(part)) return hold("id", "letters, digits, '-', '_' and '.' make a name");
  if (!under) {
    return is_numbered_by_another(d, part, from) ? Result{hold("id", "another party's number")}
                                                 : Result{};
  }
  for (const auto& [service, definition] : pack.services) {
    if (!part.starts_with(service)) continue;
    const std::string_view rest = part.substr(service.size());
    const bool engines = is_digits(rest);
    const bool taken = rest.starts_with('-') && is_numbered_by_another(d, rest.substr(1), from);
    if (engines || taken) return hold("id", "another's number under " + step.parent);
  }
  return {};
}

}  // namespace bashu::core
