#include "evidence/tree.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace bashu::evidence {
namespace {

// The largest power of two below n; n > 1.
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

// The root over leaves [begin, end), where begin is a multiple of a power of two that is not less
// than end - begin: what every range of a proof is. Folds complete subtrees from the right.
Hash range_root(const TreeNodes& nodes, std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t count = end - begin;
  int level = std::countr_zero(count);
  Hash hash = nodes.get(level, (end >> level) - 1);
  while ((count >> (level + 1)) != 0) {
    ++level;
    if ((count >> level) & 1) hash = node_hash(nodes.get(level, (end >> level) - 1), hash);
  }
  return hash;
}

}  // namespace

Hash leaf_hash(std::string_view leaf) { return sha256(std::string_view{"\0", 1}, leaf); }

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<char, 65> bytes{};
  bytes[0] = 1;
  std::ranges::copy(as_bytes(left), bytes.begin() + 1);
  std::ranges::copy(as_bytes(right), bytes.begin() + 33);
  return sha256(std::string_view{bytes.data(), bytes.size()});
}

Hash empty_root() { return sha256({}); }

Hash MemoryNodes::get(int level, std::uint64_t index) const {
  const auto at = static_cast<std::size_t>(level);
  BASHU_ASSERT(at < levels_.size() && index < levels_[at].size());
  return levels_[at][index];
}

void MemoryNodes::put(int level, std::uint64_t index, const Hash& hash) {
  const auto at = static_cast<std::size_t>(level);
  if (at >= levels_.size()) levels_.resize(at + 1);
  BASHU_ASSERT(index <= levels_[at].size());
  if (index == levels_[at].size())
    levels_[at].push_back(hash);
  else
    levels_[at][index] = hash;
}

Hash EdgeNodes::get(int level, std::uint64_t index) const {
  const auto at = static_cast<std::size_t>(level);
  BASHU_ASSERT(at < levels_.size() && levels_[at][index & 1].index == index);
  return levels_[at][index & 1].hash;
}

void EdgeNodes::put(int level, std::uint64_t index, const Hash& hash) {
  const auto at = static_cast<std::size_t>(level);
  if (at >= levels_.size()) levels_.resize(at + 1);
  levels_[at][index & 1] = {.index = index, .hash = hash};
}

void append(TreeNodes& nodes, std::uint64_t size, const Hash& leaf) {
  Hash hash = leaf;
  int level = 0;
  for (std::uint64_t index = size;; index >>= 1, ++level) {
    nodes.put(level, index, hash);
    if ((index & 1) == 0) return;
    hash = node_hash(nodes.get(level, index - 1), hash);
  }
}

Hash root(const TreeNodes& nodes, std::uint64_t size) {
  return size == 0 ? empty_root() : range_root(nodes, 0, size);
}

std::vector<Hash> inclusion_proof(const TreeNodes& nodes, std::uint64_t index, std::uint64_t size) {
  BASHU_ASSERT(index < size);
  std::vector<Hash> path;
  path.reserve(static_cast<std::size_t>(std::bit_width(size)));
  std::uint64_t begin = 0, end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split(end - begin);
    if (index < middle) {
      path.push_back(range_root(nodes, middle, end));
      end = middle;
    } else {
      path.push_back(range_root(nodes, begin, middle));
      begin = middle;
    }
  }
  std::ranges::reverse(path);
  return path;
}

std::vector<Hash> consistency_proof(const TreeNodes& nodes, std::uint64_t old_size,
                                    std::uint64_t size) {
  BASHU_ASSERT(old_size <= size);
  std::vector<Hash> path;
  if (old_size == 0 || old_size == size) return path;
  path.reserve(static_cast<std::size_t>(std::bit_width(size)) + 1);
  std::uint64_t begin = 0, end = size;
  while (old_size != end) {
    const std::uint64_t middle = begin + split(end - begin);
    if (old_size <= middle) {
      path.push_back(range_root(nodes, middle, end));
      end = middle;
    } else {
      path.push_back(range_root(nodes, begin, middle));
      begin = middle;
    }
  }
  // The verifier knows the old root itself if it is a subtree of its own.
  if (begin != 0) path.push_back(range_root(nodes, begin, end));
  std::ranges::reverse(path);
  return path;
}

Verified<Hash> root_from_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                                   std::span<const Hash> path) {
  if (index >= size) return std::unexpected{Bad{"index"}};
  std::uint64_t fn = index, sn = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : path) {
    if (sn == 0) return std::unexpected{Bad{"proof-length"}};
    if ((fn & 1) != 0 || fn == sn) {
      hash = node_hash(sibling, hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return std::unexpected{Bad{"proof-length"}};
  return hash;
}

Verified<void> check_consistency(std::uint64_t old_size, std::uint64_t size, const Hash& old_root,
                                 const Hash& root, std::span<const Hash> path) {
  const auto bad = std::unexpected{Bad{"consistency"}};
  if (old_size > size) return std::unexpected{Bad{"size"}};
  if (old_size == 0 || old_size == size) {
    if (!path.empty()) return bad;
    if (old_size == size && old_root != root) return bad;
    if (old_size == 0 && old_root != empty_root()) return bad;
    return {};
  }
  if (path.empty()) return bad;
  Hash first = old_root;
  if (!std::has_single_bit(old_size)) {
    first = path.front();
    path = path.subspan(1);
  }
  std::uint64_t fn = old_size - 1, sn = size - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  Hash old_hash = first, new_hash = first;
  for (const Hash& sibling : path) {
    if (sn == 0) return bad;
    if ((fn & 1) != 0 || fn == sn) {
      old_hash = node_hash(sibling, old_hash);
      new_hash = node_hash(sibling, new_hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      new_hash = node_hash(new_hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0 || old_hash != old_root || new_hash != root) return bad;
  return {};
}

}  // namespace bashu::evidence
