#include "objects/answers.h"

#include <gtest/gtest.h>

namespace bashu::objects {
namespace {

TEST(Answers, ListNamesInTheirOrder) {
  const auto listed = listed_in(
      "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Name>documents</Name><Prefix>a/</Prefix><IsTruncated>true</IsTruncated>"
      "<Contents><Key>a/1&amp;2</Key><Size>3</Size></Contents>"
      "<Contents><Key>a/3</Key></Contents></ListBucketResult>");
  ASSERT_TRUE(listed.has_value());
  EXPECT_EQ(listed->keys, (std::vector<std::string>{"a/1&2", "a/3"}));
  EXPECT_TRUE(listed->more);
}

TEST(Answers, WhatIsNoListIsNone) {
  for (const char* odd :
       {"", "{}", "<html/>", "<ListBucketResult>", "<Error><Code>x</Code></Error>"}) {
    EXPECT_FALSE(listed_in(odd).has_value()) << odd;
  }
}

TEST(Answers, ErrorsSayTheirCode) {
  EXPECT_EQ(error_in("<Error><Code>NoSuchKey</Code><Message>none</Message></Error>"), "NoSuchKey");
  EXPECT_EQ(error_in("<html><Code>NoSuchKey</Code></html>"), "");
  EXPECT_EQ(error_in(""), "");
}

// Entities of a hostile answer are neither expanded nor fetched.
TEST(Answers, EntitiesStayClosed) {
  const auto listed = listed_in(
      "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
      "<ListBucketResult><Contents><Key>&e;</Key></Contents></ListBucketResult>");
  EXPECT_TRUE(!listed || listed->keys == std::vector<std::string>{""});
}

}  // namespace
}  // namespace bashu::objects
