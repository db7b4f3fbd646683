#include "fares/nesting.h"

#include <algorithm>
#include <array>

namespace bashu::fares {

namespace {

using Names = std::vector<std::string>;

bool all_in(const Names& some, const Names& others) {
  if (others.empty()) return true;
  return !some.empty() && std::ranges::all_of(some, [&](const std::string& one) {
    return std::ranges::find(others, one) != others.end();
  });
}

bool apart(const Names& some, const Names& others) {
  return !some.empty() && !others.empty() &&
         std::ranges::none_of(some, [&](const std::string& one) {
           return std::ranges::find(others, one) != others.end();
         });
}

constexpr std::array kMembers{&Scope::groups, &Scope::media, &Scope::issuers, &Scope::classes};

bool apart(const Scope& one, const Scope& other) {
  return std::ranges::any_of(kMembers,
                             [&](auto member) { return apart(one.*member, other.*member); });
}

// Whether every ride that `one` counts is counted by `other` too.
bool within(const Cap& one, const Cap& other) {
  return one.counts_missing <= other.counts_missing &&
         one.counts_completed <= other.counts_completed &&
         std::ranges::all_of(
             kMembers, [&](auto member) { return all_in(one.scope.*member, other.scope.*member); });
}

bool shorter(const Cap& one, const Cap& other) {
  return one.period == Cap::Period::day || one.period == other.period;
}

}  // namespace

bool cross(const Cap& one, const Cap& other) {
  if (apart(one.scope, other.scope)) return false;
  const bool inside = within(one, other), outside = within(other, one);
  if (inside && outside) return false;
  return !(inside && shorter(one, other)) && !(outside && shorter(other, one));
}

}  // namespace bashu::fares
