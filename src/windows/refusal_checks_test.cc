// Batches of refused claims: what is wrong with them when they are taken, and what was taken once.

#include <gtest/gtest.h>

#include "windows/rows.h"

namespace bashu::windows {
namespace {

// The line and the key of what is wrong, with what it names.
std::string wrong(const std::string& rows) {
  const auto read = read_rows("refused", rows, Reading::to_take);
  if (read) return "";
  return std::to_string(read.error().line) + " " + read.error().text + " " + read.error().what;
}

const std::string plain = "{\"claim\":\"t/1/metro\",\"note\":\"n\"}\n";

std::string twice(const std::string& row) {
  std::string out = row;
  out.append(row);
  return out;
}

TEST(RefusalChecks, ARowSaysWhatIsKnownOfIt) {
  EXPECT_EQ(wrong(plain), "");
  EXPECT_EQ(wrong(R"({"claim":"a","note":"n","version":2,"cancelled":true})"), "");
  EXPECT_EQ(wrong(R"({"claim":"a","note":"n","version":"2","cancelled":"false"})"), "");
  // Spelt so, the claim would be given up instead of being stood by again.
  EXPECT_EQ(wrong(plain + std::string{R"({"claim":"a","note":"n","canceled":true})"}),
            "2 windows.refused_member canceled");
  EXPECT_EQ(wrong(R"({"claim":"a","note":"n",")" + std::string(1'000'000, 'x') + R"(":1})"),
            "1 windows.refused_member …");
}

TEST(RefusalChecks, AClaimIsNamedAndNotACorrectionOfIt) {
  EXPECT_EQ(wrong(R"({"claim":"t/1/metro~1","note":"n"})"),
            "1 windows.refused_correction t/1/metro~1");
  EXPECT_EQ(wrong(R"({"claim":"t/~7/metro","note":"n"})"), "");
  EXPECT_EQ(wrong(R"({"claim":"t/7/metro~","note":"n"})"), "");
}

TEST(RefusalChecks, RowsOfOneVersionSayTheSame) {
  EXPECT_EQ(wrong(twice(plain)), "");
  EXPECT_EQ(wrong(plain + std::string{R"({"claim":"t/1/metro","note":"m","version":2})"}), "");
  EXPECT_EQ(wrong(plain + std::string{R"({"claim":"t/1/metro","note":"m"})"}),
            "2 windows.refused_twice t/1/metro");
  EXPECT_EQ(wrong(plain + std::string{R"({"claim":"t/1/metro","note":"n","cancelled":true})"}),
            "2 windows.refused_twice t/1/metro");
}

TEST(RefusalChecks, ABatchHasRows) {
  for (const char* none : {"", "\n\n", "\r\n\n"}) {
    EXPECT_TRUE(wrong(none).ends_with("windows.refused_none ")) << wrong(none);
  }
}

// Closed windows counted it.
TEST(RefusalChecks, WhatWasTakenIsReadAsItWas) {
  const auto read = read_rows("refused", R"({"claim":"a~1","note":"n","canceled":true})"
                                         "\n"
                                         R"({"claim":"a~1","note":"m"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->refused.size(), 2U);
  EXPECT_TRUE(read_rows("refused", "\n"));
}

}  // namespace
}  // namespace bashu::windows
