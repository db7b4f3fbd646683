// What ObjectFiles does without a store: with one it is tried end to end
// (tests/e2e/test_objects.py).
#include "node/storage/object_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "node/test_support.h"

namespace bashu::node {
namespace {

// Nobody listens at port 1.
std::unique_ptr<objects::Store> store_that_is_away() {
  return std::make_unique<objects::Store>(
      objects::Place{.endpoint = "http://127.0.0.1:1", .bucket = "documents", .prefix = ""},
      objects::Keys{.id = "id", .secret = "secret"});
}
const std::string kContent = "ciphertext";
const std::string kDocument = "blobs/" + hex(sha256(kContent));

TEST(ObjectFiles, OnlyDocumentsDependOnTheStore) {
  const TestFolder dir;
  DirectoryFiles rest{dir.path()};
  ObjectFiles files{rest, store_that_is_away()};
  EXPECT_TRUE(files.write("blobs/wanted/a", "chongqing", 0600));
  EXPECT_EQ(files.read("blobs/wanted/a"), "chongqing");
  EXPECT_EQ(files.away(), std::nullopt) << "nobody has asked it yet";
  EXPECT_FALSE(files.write(kDocument, kContent, 0600));
  ASSERT_TRUE(files.away().has_value());
  EXPECT_TRUE(files.away()->contains("http://127.0.0.1:1/documents/"));
  EXPECT_FALSE(files.has(kDocument));
  EXPECT_FALSE(files.read(kDocument));
  EXPECT_FALSE(rest.has(kDocument)) << "never in clear in the folder instead";
}

TEST(ObjectFiles, WhatIsStillInTheFolderIsReadThere) {
  const TestFolder dir;
  DirectoryFiles rest{dir.path()};
  ASSERT_TRUE(rest.write(kDocument, kContent, 0600));
  const ObjectFiles files{rest, store_that_is_away()};
  EXPECT_TRUE(files.has(kDocument));
  EXPECT_EQ(files.read(kDocument), kContent);
  EXPECT_EQ(files.map(kDocument)->bytes, kContent);
  EXPECT_EQ(files.away(), std::nullopt);
}

TEST(ObjectFiles, ARemovalThatTheStoreMissedIsRemembered) {
  const TestFolder dir;
  DirectoryFiles rest{dir.path()};
  ASSERT_TRUE(rest.write(kDocument, kContent, 0600));
  ObjectFiles files{rest, store_that_is_away()};
  files.remove(kDocument);
  EXPECT_FALSE(rest.has(kDocument));
  EXPECT_EQ(rest.list("blobs/leaving").size(), 1U);
}

TEST(ObjectFiles, AStoreThatCannotBeOpenedIsAwayAndSaysWhy) {
  const TestFolder dir;
  DirectoryFiles rest{dir.path()};
  ASSERT_TRUE(rest.write("documents.url", "s3://s3.example/documents\n", 0600));
  EXPECT_EQ(documents_url(rest), "s3://s3.example/documents");
  ASSERT_EQ(::unsetenv("BASHU_OBJECTS_KEY_FILE"), 0);
  ObjectFiles files{rest, open_objects(documents_url(rest).value())};
  EXPECT_FALSE(files.has(kDocument));
  EXPECT_TRUE(files.away()->contains("BASHU_OBJECTS_KEY_FILE"));
  files.watch();
  files.remove(kDocument);
  EXPECT_TRUE(files.away().has_value());
}

}  // namespace
}  // namespace bashu::node
