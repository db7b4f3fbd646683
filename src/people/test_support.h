// For tests: letting somebody in, as whoever holds the directory does.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/people/people.h"
#include "node/node.h"
#include "people/admission.h"
#include "people/principal.h"
#include "people/roster.h"

namespace bashu::people {

inline core::Asker holder_of_the_directory() {
  core::Asker by;
  by.principal = "local:test";
  by.roles = {std::string{core::kDirectoryRole}};
  return by;
}

// Lets `who` in, or says anew what is known of them; an empty `proof` stays as it was.
inline node::Outcome admit(node::Node& node, const Principal& who, const std::string& proof,
                           std::optional<Date> until = std::nullopt) {
  core::PrincipalSet set = set_of(who);
  set.version = 1;
  set.proof = proof;
  node.query([&](const core::State& state) {
    const auto before = next_of(state.circle().people, set.id);
    if (!before) return;
    set.version = before->version;
    if (proof.empty()) set.proof = before->proof;
  });
  set.name = seal_name(node, who.name);
  set.until = until;
  return node.run({.command =
                       core::SetPrincipal{
                           .by = holder_of_the_directory(), .who = std::move(set), .approval = 0},
                   .evidence = "{}",
                   .dry_run = false});
}

inline node::Outcome end(node::Node& node, const std::string& id) {
  return node.run({.command = core::EndPrincipal{.by = holder_of_the_directory(), .id = id},
                   .evidence = "{}",
                   .dry_run = false});
}

inline bool is_done(const node::Outcome& outcome) {
  return std::holds_alternative<node::Done>(outcome);
}

}  // namespace bashu::people
