#include "core/key_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace bashu::core {
namespace {

TEST(KeySet, KnowsWhatItTookAndNothingElse) {
  KeySet keys;
  EXPECT_FALSE(keys.contains("a"));
  EXPECT_TRUE(keys.insert("a"));
  EXPECT_FALSE(keys.insert("a"));
  EXPECT_TRUE(keys.contains("a"));
  EXPECT_FALSE(keys.contains(""));
  EXPECT_TRUE(keys.insert(""));
  EXPECT_TRUE(keys.contains(""));
  EXPECT_EQ(keys.size(), 2U);
}

TEST(KeySet, HoldsKeysOfEverySize) {
  KeySet keys;
  std::vector<std::string> wanted;
  for (const std::size_t size : {0U, 1U, 254U, 255U, 256U, 65'530U, 65'536U, 200'000U}) {
    for (const char c : {'x', 'y', '\0', '\xff'}) wanted.emplace_back(size, c);
  }
  std::set<std::string> taken;
  for (const std::string& key : wanted) EXPECT_EQ(keys.insert(key), taken.insert(key).second);
  for (const std::string& key : wanted) EXPECT_TRUE(keys.contains(key)) << key.size();
  EXPECT_FALSE(keys.contains(std::string(255, 'z')));
  std::set<std::string> seen;
  keys.each([&](std::string_view key) { EXPECT_TRUE(seen.insert(std::string{key}).second); });
  EXPECT_EQ(seen, taken);
}

TEST(LargeKeySet, WalksInTheOrderOfBytes) {
  LargeKeySet keys;
  std::set<std::string> wanted;
  for (int i = 0; i < 50'000; ++i) {
    const std::string key = "tap/" + std::to_string(i * 7'919 % 50'021);
    EXPECT_EQ(keys.insert(key), wanted.insert(key).second);
  }
  std::vector<std::string> walked;
  keys.each([&](std::string_view key) { walked.emplace_back(key); });
  EXPECT_EQ(walked, std::vector<std::string>(wanted.begin(), wanted.end()));
  EXPECT_FALSE(keys.contains("tap/50021"));
}

RC_GTEST_PROP(KeySetProperty, IsASet, (const std::vector<std::string>& some)) {
  KeySet keys;
  LargeKeySet large;
  std::set<std::string> wanted;
  for (const std::string& key : some) {
    const bool fresh = wanted.insert(key).second;
    RC_ASSERT(keys.contains(key) == !fresh);
    RC_ASSERT(keys.insert(key) == fresh);
    RC_ASSERT(large.insert(key) == fresh);
  }
  RC_ASSERT(keys.size() == wanted.size());
}

}  // namespace
}  // namespace bashu::core
