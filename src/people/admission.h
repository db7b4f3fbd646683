// Making and changing who may come in: the command for the node, its name sealed, its secret
// replaced by a digest. For the API and for whoever holds the directory.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "core/command.h"
#include "node/node.h"
#include "people/principal.h"

namespace bashu::people {

// Journaled as `name`: sealed under a key of its own, so that it can be erased.
[[nodiscard]] Value seal_name(node::Node& node, const std::string& name);

struct Secret {
  std::string text;   // told once; empty: it was given, not made
  std::string proof;  // for the journal
};
[[nodiscard]] Secret make_key_secret(node::Chance& chance);
// Keeps the hash of `password`, or of one made here if it is empty.
[[nodiscard]] std::expected<Secret, Fault> make_password(node::Node& node,
                                                         const std::filesystem::path& dir,
                                                         std::string password);

// One that is there, as it would be next: the version above the present one. nullopt: there is
// none of that id (`key:...`, `user:...`).
[[nodiscard]] std::optional<core::PrincipalSet> next_of(const core::People& people,
                                                        std::string_view id);
// What of it is told and kept as evidence: no secret, no digest, no name.
[[nodiscard]] Value told(const core::PrincipalSet& set);

}  // namespace bashu::people
