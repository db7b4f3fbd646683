// The Merkle tree of RFC 6962 over a log's entries; proofs verified by the loops of RFC 9162.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "evidence/bad.h"

namespace bashu::evidence {

[[nodiscard]] Hash leaf_hash(std::string_view leaf);
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);
[[nodiscard]] Hash empty_root();

// Where complete subtrees are kept: node (level, i) covers leaves [i << level, (i+1) << level).
class TreeNodes {
 public:
  TreeNodes() = default;
  TreeNodes(const TreeNodes&) = delete;
  TreeNodes& operator=(const TreeNodes&) = delete;
  virtual ~TreeNodes() = default;
  virtual Hash get(int level, std::uint64_t index) const = 0;
  virtual void put(int level, std::uint64_t index, const Hash& hash) = 0;
};
class MemoryNodes final : public TreeNodes {
 public:
  Hash get(int level, std::uint64_t index) const override;
  void put(int level, std::uint64_t index, const Hash& hash) override;

 private:
  std::vector<std::vector<Hash>> levels_;
};

// What growing a tree and its root need, whatever its size: the last two of each level. Proofs need
// more.
class EdgeNodes final : public TreeNodes {
 public:
  Hash get(int level, std::uint64_t index) const override;
  void put(int level, std::uint64_t index, const Hash& hash) override;

 private:
  struct Kept {
    std::uint64_t index = 0;
    Hash hash{};
  };
  std::vector<std::array<Kept, 2>> levels_;  // by whether the index is odd
};

// Adds leaf number `size`; puts every subtree it completes.
void append(TreeNodes& nodes, std::uint64_t size, const Hash& leaf);
[[nodiscard]] Hash root(const TreeNodes& nodes, std::uint64_t size);
[[nodiscard]] std::vector<Hash> inclusion_proof(const TreeNodes& nodes, std::uint64_t index,
                                                std::uint64_t size);
[[nodiscard]] std::vector<Hash> consistency_proof(const TreeNodes& nodes, std::uint64_t old_size,
                                                  std::uint64_t size);

[[nodiscard]] Verified<Hash> root_from_inclusion(std::uint64_t index, std::uint64_t size,
                                                 const Hash& leaf, std::span<const Hash> path);
[[nodiscard]] Verified<void> check_consistency(std::uint64_t old_size, std::uint64_t size,
                                               const Hash& old_root, const Hash& root,
                                               std::span<const Hash> path);

}  // namespace bashu::evidence
