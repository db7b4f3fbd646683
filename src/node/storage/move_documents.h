// A node's documents moved from its folder into an object store, or back. May be given again after
// any failure, and goes on; each document is compared with its digest before its original goes.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>

#include "base/error.h"

namespace bashu::node {

struct DocumentsMove {
  std::filesystem::path dir;
  std::string url;    // s3://...; empty: into the directory
  bool keep = false;  // what was copied stays where it was, too
};
struct DocumentsMoved {
  std::uint64_t documents = 0;
  // Of other content than their name says; they stay where they are.
  std::uint64_t damaged = 0;
  bool done = false;  // false: the node runs, and has to rest for the end
};
// To a store: where documents go is settled first, for which the node must rest; the rest is done
// beside it too. Into the directory: copied beside the node, and settled when it rests.
[[nodiscard]] std::expected<DocumentsMoved, Fault> move_documents(
    const DocumentsMove& what, const std::function<void(std::uint64_t, std::uint64_t)>& progress);

}  // namespace bashu::node
