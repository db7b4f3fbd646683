// A node's journal moved to where it is kept from now on: what is there already is copied beside
// the node that runs; the tail, when it rests.
//
// From a directory: journal.db stays as journal.db.moved. From a server: its tables stay, closed
// (journal/moved.h), so that neither a standby nor a copy of the node goes on there.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "journal/moved.h"

namespace bashu::node {

struct Moved {
  std::uint64_t entries = 0;
  bool done = false;  // false: the node runs, and its newest entries are still to be copied
};
// `url`: postgres://...; empty: into the directory. May be given again after any failure, and goes
// on. A journal there already must be the beginning of this one.
[[nodiscard]] std::expected<Moved, Fault> move_journal(
    const std::filesystem::path& dir, const std::string& url,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

// The journal on the server that the directory names takes writers again, as it is: for a move that
// was taken back. Gives where it had gone; nullopt: it was not closed. `sure`: else it only tells.
[[nodiscard]] std::expected<std::optional<journal::WentTo>, Fault> reopen_journal(
    const std::filesystem::path& dir, bool sure);

// The vault likewise, of a node at rest: gives how many keys it holds. Where it was nothing is left
// of it, since an erased key must be nowhere; given again after a failure it goes on with that,
// too.
[[nodiscard]] std::expected<std::uint64_t, Fault> move_vault(const std::filesystem::path& dir,
                                                             const std::string& url);

}  // namespace bashu::node
