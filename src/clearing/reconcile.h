// Two sides' lists of the same lines, and the few on which they differ, found without sending the
// rest: each side keeps its lines as a tree of digests over the digests of their keys, and the two
// descend only where the digests differ.
//
//     here   Tree ── digests of a node's 16 children ──►  other side
//            compare ◄──────────────────────────────────
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace bashu::clearing {

struct Line {
  Hash key;      // SHA-256 of what names the line on both sides
  Hash content;  // SHA-256 of all that must be equal
};

// A node: the keys that begin with the first `depth` hexadecimal digits of `prefix`.
struct Node {
  Hash prefix{};
  int depth = 0;
};
inline constexpr int kFan = 16;

struct Children {
  std::array<Hash, kFan> digests;            // all zero: no line there
  std::array<std::uint32_t, kFan> counts{};  // lines below
};

class Tree {
 public:
  // Two lines of one key are a fault of who made them: the first in order of content counts.
  explicit Tree(std::vector<Line> lines);

  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  [[nodiscard]] Hash root() const;
  [[nodiscard]] Children children(const Node& node) const;
  [[nodiscard]] std::span<const Line> below(const Node& node) const;

 private:
  [[nodiscard]] Hash digest(std::span<const Line> lines, int depth) const;

  std::vector<Line> lines_;  // by key
  std::vector<Hash> upper_;  // digests of the nodes of kUpper digits, by prefix
};

struct Differences {
  std::vector<Hash> only_here, only_there;  // keys, in order
  std::vector<Hash> differ;
  std::size_t bytes = 0;  // that came from the other side
};
// What the other side answers; each call is one message and its answer.
struct Other {
  std::function<Hash()> root;
  std::function<Children(const Node&)> children;
  std::function<std::vector<Line>(const Node&)> lines;
};
[[nodiscard]] Differences reconcile(const Tree& here, const Other& there);
// The other side as a tree in this process.
[[nodiscard]] Other as_other(const Tree& tree);

}  // namespace bashu::clearing
