#include "core/key_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bashu::core {
namespace {

KeySet::Mark mark_of(std::string_view key) {
  return static_cast<KeySet::Mark>(std::hash<std::string_view>{}(key));
}

TEST(KeySet, KnowsWhatItTookAndNothingElse) {
  KeySet keys;
  EXPECT_FALSE(keys.find("a").has_value());
  EXPECT_TRUE(keys.insert("a", 7));
  EXPECT_FALSE(keys.insert("a", 7));
  EXPECT_FALSE(keys.insert("a", 8));
  EXPECT_EQ(keys.find("a"), 7U) << "what the first said";
  EXPECT_FALSE(keys.find("").has_value());
  EXPECT_TRUE(keys.insert("", 0));
  EXPECT_TRUE(keys.find("").has_value());
  EXPECT_EQ(keys.size(), 2U);
}

TEST(KeySet, HoldsKeysOfEverySize) {
  KeySet keys;
  std::vector<std::string> wanted;
  for (const std::size_t size : {0U, 1U, 254U, 255U, 256U, 65'530U, 65'536U, 200'000U}) {
    for (const char c : {'x', 'y', '\0', '\xff'}) wanted.emplace_back(size, c);
  }
  std::set<std::string> taken;
  for (const std::string& key : wanted)
    EXPECT_EQ(keys.insert(key, mark_of(key)), taken.insert(key).second);
  for (const std::string& key : wanted) EXPECT_EQ(keys.find(key), mark_of(key)) << key.size();
  EXPECT_EQ(keys.find(std::string(255, 'z')), std::nullopt);
  std::set<std::string> seen;
  keys.each([&](std::string_view key, KeySet::Mark mark) {
    EXPECT_TRUE(seen.insert(std::string{key}).second);
    EXPECT_EQ(mark, mark_of(key));
  });
  EXPECT_EQ(seen, taken);
}

TEST(LargeKeySet, WalksInTheOrderOfBytes) {
  LargeKeySet keys;
  std::set<std::string> wanted;
  for (int i = 0; i < 50'000; ++i) {
    const std::string key = "tap/" + std::to_string(i * 7'919 % 50'021);
    EXPECT_EQ(keys.insert(key, mark_of(key)), wanted.insert(key).second);
  }
  std::vector<std::string> walked;
  keys.each([&](std::string_view key, KeySet::Mark) { walked.emplace_back(key); });
  EXPECT_EQ(walked, std::vector<std::string>(wanted.begin(), wanted.end()));
  EXPECT_EQ(keys.find("tap/50021"), std::nullopt);
}

RC_GTEST_PROP(KeySetProperty, IsASet, (const std::vector<std::string>& some)) {
  KeySet keys;
  LargeKeySet large;
  std::set<std::string> wanted;
  for (const std::string& key : some) {
    const bool fresh = wanted.insert(key).second;
    RC_ASSERT(keys.find(key).has_value() == !fresh);
    RC_ASSERT(keys.insert(key, mark_of(key)) == fresh);
    RC_ASSERT(large.insert(key, mark_of(key)) == fresh);
  }
  RC_ASSERT(keys.size() == wanted.size());
}

}  // namespace
}  // namespace bashu::core
