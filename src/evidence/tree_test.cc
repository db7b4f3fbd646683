#include "evidence/tree.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "evidence/fixture.h"

namespace bashu::evidence {
namespace {

using fixture::hash;
using fixture::hashes;
using fixture::list;
using fixture::number;
using fixture::text;
using fixture::vectors;

Hash test_leaf(std::uint64_t i) { return leaf_hash("bashu test leaf " + std::to_string(i) + '\n'); }

void fill(MemoryNodes& nodes, std::uint64_t size) {
  for (std::uint64_t i = 0; i < size; ++i) append(nodes, i, test_leaf(i));
}

// RFC 6962 2.1 word by word.
std::uint64_t naive_split(std::uint64_t n) {
  std::uint64_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
Hash naive_root(std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return sha256({});
  if (end - begin == 1) return test_leaf(begin);
  const std::uint64_t k = naive_split(end - begin);
  return node_hash(naive_root(begin, begin + k), naive_root(begin + k, end));
}
std::vector<Hash> naive_inclusion(std::uint64_t index, std::uint64_t begin, std::uint64_t end) {
  if (end - begin == 1) return {};
  const std::uint64_t k = naive_split(end - begin);
  const bool left = index < begin + k;
  std::vector<Hash> path =
      left ? naive_inclusion(index, begin, begin + k) : naive_inclusion(index, begin + k, end);
  path.push_back(left ? naive_root(begin + k, end) : naive_root(begin, begin + k));
  return path;
}
std::vector<Hash> naive_consistency(std::uint64_t old, std::uint64_t begin, std::uint64_t end,
                                    bool whole) {
  if (old == end) return whole ? std::vector<Hash>{} : std::vector<Hash>{naive_root(begin, end)};
  const std::uint64_t k = naive_split(end - begin);
  const bool left = old <= begin + k;
  std::vector<Hash> path = left ? naive_consistency(old, begin, begin + k, whole)
                                : naive_consistency(old, begin + k, end, false);
  path.push_back(left ? naive_root(begin + k, end) : naive_root(begin, begin + k));
  return path;
}

TEST(Tree, GrowsByItsEdgeAlone) {
  MemoryNodes whole;
  EdgeNodes edge;
  EXPECT_EQ(root(edge, 0), empty_root());
  for (std::uint64_t size = 0; size < 600; ++size) {
    append(whole, size, test_leaf(size));
    append(edge, size, test_leaf(size));
    ASSERT_EQ(root(edge, size + 1), root(whole, size + 1)) << size + 1;
  }
}

TEST(Tree, HasTheRootsOfTheVectors) {
  const Value given = vectors("tree");
  MemoryNodes nodes;
  fill(nodes, 1000);
  const std::vector<Hash> leaves = hashes(list(given, "leaf_hashes"));
  ASSERT_EQ(leaves.size(), 10u);
  for (std::size_t i = 0; i < leaves.size(); ++i) EXPECT_EQ(test_leaf(i), leaves[i]);
  const Value::Record& roots = fixture::record(given, "roots");
  EXPECT_EQ(roots.size(), 11u);
  for (const auto& [size, root_text] : roots)
    EXPECT_EQ(hex(root(nodes, std::stoull(size))), *root_text.as_text()) << size;
}

TEST(Tree, ProvesInclusionAsTheVectorsDo) {
  const Value given = vectors("tree");
  MemoryNodes nodes;
  fill(nodes, 1000);
  int cases = 0;
  for (const Value& row : list(given, "inclusion")) {
    const auto index = static_cast<std::uint64_t>(number(row, "index")),
               size = static_cast<std::uint64_t>(number(row, "size"));
    const std::vector<Hash> path = hashes(list(row, "path"));
    EXPECT_EQ(inclusion_proof(nodes, index, size), path);
    const auto proven = root_from_inclusion(index, size, test_leaf(index), path);
    ASSERT_TRUE(proven);
    EXPECT_EQ(hex(*proven), text(fixture::at(given, "roots"), std::to_string(size)));
    ++cases;
  }
  EXPECT_EQ(cases, 52);
}

TEST(Tree, ProvesConsistencyAsTheVectorsDo) {
  MemoryNodes nodes;
  fill(nodes, 1000);
  int cases = 0;
  const Value vector_file = vectors("tree");
  for (const Value& row : list(vector_file, "consistency")) {
    const auto old_size = static_cast<std::uint64_t>(number(row, "old")),
               size = static_cast<std::uint64_t>(number(row, "new"));
    const std::vector<Hash> path = hashes(list(row, "path"));
    EXPECT_EQ(consistency_proof(nodes, old_size, size), path);
    EXPECT_TRUE(check_consistency(old_size, size, root(nodes, old_size), root(nodes, size), path));
    ++cases;
  }
  EXPECT_EQ(cases, 64);
}

TEST(Tree, RefusesEveryForgedProof) {
  const Value given = vectors("tree-negative");
  int cases = 0;
  for (const Value& row : list(given, "inclusion")) {
    const auto proven = root_from_inclusion(static_cast<std::uint64_t>(number(row, "index")),
                                            static_cast<std::uint64_t>(number(row, "size")),
                                            leaf_hash(fixture::unhex(text(row, "leaf"))),
                                            hashes(list(row, "path")));
    EXPECT_FALSE(proven && *proven == hash(text(row, "root"))) << text(row, "name");
    ++cases;
  }
  for (const Value& row : list(given, "consistency")) {
    EXPECT_FALSE(check_consistency(static_cast<std::uint64_t>(number(row, "old")),
                                   static_cast<std::uint64_t>(number(row, "new")),
                                   hash(text(row, "old_root")), hash(text(row, "new_root")),
                                   hashes(list(row, "path"))))
        << text(row, "name");
    ++cases;
  }
  EXPECT_EQ(cases, 16);
}

RC_GTEST_PROP(Tree, AgreesWithTheRecursiveDefinition, ()) {
  const auto size = *rc::gen::inRange<std::uint64_t>(1, 700);
  const auto index = *rc::gen::inRange<std::uint64_t>(0, size);
  const auto old_size = *rc::gen::inRange<std::uint64_t>(1, size + 1);
  MemoryNodes nodes;
  fill(nodes, size);
  RC_ASSERT(root(nodes, size) == naive_root(0, size));
  const std::vector<Hash> inclusion = inclusion_proof(nodes, index, size);
  RC_ASSERT(inclusion == naive_inclusion(index, 0, size));
  RC_ASSERT((root_from_inclusion(index, size, test_leaf(index), inclusion) == root(nodes, size)));
  const std::vector<Hash> consistency = consistency_proof(nodes, old_size, size);
  RC_ASSERT(consistency == naive_consistency(old_size, 0, size, true));
  RC_ASSERT(check_consistency(old_size, size, root(nodes, old_size), root(nodes, size), consistency)
                .has_value());
}

RC_GTEST_PROP(Tree, NoProofSurvivesAChangedBit, ()) {
  const auto size = *rc::gen::inRange<std::uint64_t>(2, 300);
  const auto index = *rc::gen::inRange<std::uint64_t>(0, size);
  const auto old_size = *rc::gen::inRange<std::uint64_t>(1, size);
  const auto bit = *rc::gen::inRange<unsigned>(0, 256);
  MemoryNodes nodes;
  fill(nodes, size);
  const auto flip = [bit](std::vector<Hash>& path, std::size_t which) {
    path[which][bit / 8] = static_cast<std::uint8_t>(path[which][bit / 8] ^ 1 << bit % 8);
  };
  std::vector<Hash> inclusion = inclusion_proof(nodes, index, size);
  flip(inclusion, *rc::gen::inRange<std::size_t>(0, inclusion.size()));
  RC_ASSERT((root_from_inclusion(index, size, test_leaf(index), inclusion) != root(nodes, size)));
  std::vector<Hash> consistency = consistency_proof(nodes, old_size, size);
  flip(consistency, *rc::gen::inRange<std::size_t>(0, consistency.size()));
  RC_ASSERT(
      !check_consistency(old_size, size, root(nodes, old_size), root(nodes, size), consistency));
}

}  // namespace
}  // namespace bashu::evidence
