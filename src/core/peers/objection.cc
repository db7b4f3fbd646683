#include "core/peers/objection.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/cases/definition.h"
#include "core/peers/asked_claims.h"
#include "core/peers/step_check.h"
#include "core/told/step.h"

namespace bashu::core {

namespace {

constexpr std::size_t kFindingMax = 32;

// What another node cannot compute again: it depends on the objector's own books, clock or journal.
constexpr std::array<std::string_view, 11> kNotForUs{"holds",    "date",  "clocks",     "version",
                                                     "previous", "state", "owner",      "pack",
                                                     "parent",   kClaims, kClaimsDiffer};

// Both cannot be: two steps of one version, or one that follows another than its teller told.
bool contradict(const Value& one, const Value& other) {
  if (told::step_digest(one) == told::step_digest(other)) return false;
  const std::int64_t version = one.int_at("version"), next = other.int_at("version");
  return version == next ||
         (next == version + 1 && other.text_at("previous") != told::step_digest(one));
}

// Whoever shows its own words shows nothing: the first that was told stands.
bool shows_a_fork(const Case& c, const told::Dispute& told, const PartyId& from) {
  const std::vector<told::Shown>& list = told.shown;
  return std::ranges::any_of(list, [&](const told::Shown& one) {
    return one.from != from && is_party(c, one.from) &&
           std::ranges::any_of(list, [&](const told::Shown& other) {
             const bool about_it = told::step_digest(one.body) == told.content ||
                                   told::step_digest(other.body) == told.content;
             return other.from == one.from && about_it && contradict(one.body, other.body);
           });
  });
}

// A step of ours that is not the one that stands here under its number.
bool is_another_of_ours(const Deciding& d, const Case& c, const told::Shown& one) {
  return one.from == d.self() && one.body.int_at("version") == c.version &&
         told::step_digest(one.body) != c.digest;
}

// The next step of the case by its holder, which does not verify here either.
bool fails_here(Deciding& d, const Case& c, const told::Shown& one) {
  const auto of = definition_of(d, c);
  if (!of || one.from == d.self() || holder_of(c, *of) != one.from) return false;
  const auto step = told::read_step(one.body);
  if (step && step->version != c.version + 1) return false;
  const TakeMessage message{.from = one.from,
                            .kind = std::string{told::Step::kKind},
                            .stream = c.id,
                            .pack = of->pack->digest.substr(std::string_view{"sha256:"}.size()),
                            .body = one.body};
  Trial trial{d};
  return !take_step(*trial, message);
}

}  // namespace

bool stops(std::string_view reason) {
  return !reason.starts_with(kQuestion) && !reason.starts_with(kReview) &&
         !reason.starts_with(kAsked);
}

bool is_stopped(const Case& c) { return c.dispute && stops(c.dispute->reason); }

Reason reason_of(std::string_view token) {
  if (stops(token)) return {.kind = "dispute", .finding = token};
  const std::size_t dot = token.find('.');
  return {.kind = token.substr(0, dot), .finding = token.substr(dot + 1)};
}

bool is_finding(std::string_view reason) {
  return !reason.empty() && reason.size() <= kFindingMax &&
         std::ranges::all_of(reason, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

Worth worth_of(Deciding& d, const told::Dispute& told, const PartyId& from) {
  const Case& c = *d.draft.find_case(told.id);
  if (shows_a_fork(c, told, from)) return Worth::shown;
  for (const told::Shown& one : told.shown) {
    const bool objected = one.from != from && told::step_digest(one.body) == told.content;
    if (objected && (is_another_of_ours(d, c, one) || fails_here(d, c, one))) return Worth::shown;
  }
  return std::ranges::find(kNotForUs, told.reason) != kNotForUs.end() ? Worth::question
                                                                      : Worth::nothing;
}

}  // namespace bashu::core
