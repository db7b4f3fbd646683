#include "evidence/policy.h"

#include <gtest/gtest.h>

#include <map>

#include "evidence/fixture.h"

namespace bashu::evidence {
namespace {

std::string log_key(std::string_view kid) {
  return verifier_key(fixture::kSichuanLog, 1, fixture::key(kid).public_key);
}
std::string witness_key(const std::string& name) {
  return verifier_key(name, 4, fixture::key("test/" + name).public_key);
}
std::string witness(const std::string& name) {
  return "witness " + name + " " + witness_key(name + ".example/w") + "\n";
}
// How many of 100 entries are covered.
std::uint64_t covered(const std::string& text, const std::map<std::string, std::uint64_t>& sizes) {
  const auto policy = read_policy(text);
  EXPECT_TRUE(policy.has_value()) << text;
  if (!policy) return 0;
  return policy->covered(100, [&](const std::string& name) {
    const auto found = sizes.find(name);
    return found == sizes.end() ? 0 : found->second;
  });
}

TEST(Policy, ReadsLogsAndWitnesses) {
  const auto policy =
      read_policy("# whom we trust\n\n\tlog " + log_key("sichuan/log/1") + "\nlog " +
                  log_key("sichuan/log/2") + " https://a.example\n" + "witness one " +
                  witness_key("one.example/w") + " https://one.example/sub/\nquorum one");
  ASSERT_TRUE(policy);
  ASSERT_EQ(policy->logs().size(), 2U);
  EXPECT_EQ(policy->logs()[0].name, fixture::kSichuanLog);
  EXPECT_EQ(policy->logs()[1].public_key, fixture::key("sichuan/log/2").public_key);
  ASSERT_EQ(policy->witnesses().size(), 1U);
  EXPECT_EQ(policy->witnesses()[0].name, "one");
  EXPECT_EQ(policy->witnesses()[0].key.name, "one.example/w");
  EXPECT_EQ(policy->witnesses()[0].url, "https://one.example/sub");
}

TEST(Policy, SaysWhichLineIsWrong) {
  const std::string a = witness("a"), b = witness("b");
  const struct {
    std::string text;
    std::size_t line;
  } rows[] = {
      {"logs x\n", 1},
      {"log\n", 1},
      {"log " + witness_key("a") + "\n", 1},                // a witness is no log
      {"witness a " + log_key("sichuan/log/1") + "\n", 1},  // and a log no witness
      {"log " + log_key("sichuan/log/1") + "x\n", 1},
      {a + a, 2},
      {a + "witness b " + witness_key("a.example/w") + "\n", 2},  // the same key twice
      {"witness none " + witness_key("a") + "\n", 1},
      {a + "quorum b\n", 2},
      {a + "quorum a\nquorum a\n", 3},
      {a + "group g any b\n", 2},
      {a + "group g 2 a\n", 2},
      {a + "group g 0 a\n", 2},
      {a + "group g 01 a\n", 2},
      {a + b + "group g any a b\ngroup h any a\n", 4},  // counted in one place only
      {a + "group g any g\n", 2},
      {a + "group a any a\n", 2},
      {a + "quorum \x01\n", 2},
      {a + b + "group g any a b\nquorum g x", 4},
  };
  for (const auto& row : rows) {
    const auto policy = read_policy(row.text);
    ASSERT_FALSE(policy) << row.text;
    EXPECT_EQ(policy.error(), row.line) << row.text;
  }
}

TEST(Policy, CountsWhatEnoughWitnessesHaveCosigned) {
  const std::string three = witness("a") + witness("b") + witness("c");
  const std::map<std::string, std::uint64_t> sizes{
      {"a.example/w", 90}, {"b.example/w", 50}, {"c.example/w", 10}};
  EXPECT_EQ(covered(three, sizes), 90U) << "any one";
  EXPECT_EQ(covered(three + "quorum c\n", sizes), 10U);
  EXPECT_EQ(covered(three + "quorum none\n", {}), 100U);
  EXPECT_EQ(covered(three + "group g any a b c\nquorum g\n", sizes), 90U);
  EXPECT_EQ(covered(three + "group g 2 a b c\nquorum g\n", sizes), 50U);
  EXPECT_EQ(covered(three + "group g all a b c\nquorum g\n", sizes), 10U);
  EXPECT_EQ(covered(three + "group g any b c\ngroup h all a g\nquorum h\n", sizes), 50U);
  EXPECT_EQ(covered("", sizes), 0U) << "nobody is trusted";
  EXPECT_EQ(covered(witness("a"), {{"a.example/w", 300}}), 100U) << "no more than there are";
}

}  // namespace
}  // namespace bashu::evidence
