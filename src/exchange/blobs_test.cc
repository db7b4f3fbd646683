#include "exchange/blobs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "exchange/beside.h"
#include "node/storage/directory_files.h"
#include "node/storage/memory.h"
#include "node/test_support.h"

namespace bashu::exchange {
namespace {

class BlobsTest : public testing::Test {
 protected:
  node::MemoryFiles files_;
};

const std::string kKey(32, 'k');
const std::string kNonce(24, 'n');

TEST_F(BlobsTest, DocumentOpensUnderItsKeyOnly) {
  const std::string blob = encrypt_document("plain text", kKey, kNonce);
  EXPECT_EQ(blob.find("plain"), std::string::npos);
  EXPECT_EQ(decrypt_document(blob, kKey), "plain text");
  EXPECT_EQ(decrypt_document(blob, std::string(32, 'x')), std::nullopt);
  for (std::size_t i = 0; i < blob.size(); i += 5) {
    std::string changed = blob;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(decrypt_document(changed, kKey), std::nullopt) << i;
  }
  EXPECT_EQ(decrypt_document(blob.substr(0, 39), kKey), std::nullopt);
  EXPECT_EQ(decrypt_document("", kKey), std::nullopt);
}

TEST_F(BlobsTest, WhatIsPutIsFoundByItsDigestAndByNothingElse) {
  Blobs blobs{files_};
  const std::string blob = encrypt_document("x", kKey, kNonce);
  const auto name = blobs.put(blob);
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(*name, hex(sha256(blob)));
  EXPECT_EQ(blobs.get(*name), blob);
  EXPECT_EQ(blobs.get("../" + *name), std::nullopt);
  EXPECT_EQ(blobs.get(std::string(64, '0')), std::nullopt);
  EXPECT_FALSE(blobs.put(std::string(kBlobMax + 1, 'x')).has_value());
}

TEST_F(BlobsTest, DamagedFileIsNotGivenOut) {
  Blobs blobs{files_};
  const auto name = blobs.put("content");
  ASSERT_TRUE(name.has_value());
  ASSERT_TRUE(files_.write("blobs/" + *name, "other", 0600));
  EXPECT_EQ(blobs.get(*name), std::nullopt);
}

TEST_F(BlobsTest, AStoreThatLostWhatItKeptIsNoticed) {
  Blobs blobs{files_};
  EXPECT_EQ(lost_document(files_), "");  // nothing was ever kept
  const auto first = blobs.put("content");
  ASSERT_TRUE(first && blobs.put("other"));
  EXPECT_EQ(lost_document(files_), "");
  const auto kept = files_.read("blobs/" + *first);
  files_.remove("blobs/" + *first);
  EXPECT_NE(lost_document(files_).find(*first), std::string::npos);
  ASSERT_TRUE(kept && files_.write("blobs/" + *first, *kept, 0600));
  EXPECT_EQ(lost_document(files_), "");
  blobs.remove(*first);  // as an erasure does
  EXPECT_EQ(lost_document(files_), "");
  ASSERT_TRUE(blobs.put("third"));
  EXPECT_NE(files_.read(kKeptMark).value_or(""), *first);
  EXPECT_TRUE(files_.has(kKeptMark));
}

TEST_F(BlobsTest, TheFirstDocumentsMayComeAtOnce) {
  const node::TestFolder folder;
  node::DirectoryFiles files{folder.path()};
  Blobs blobs{files};
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> refused = 0;
    std::vector<std::string> names(4);
    {
      std::vector<std::jthread> clerks;
      for (std::size_t clerk = 0; clerk < names.size(); ++clerk) {
        clerks.emplace_back([&, clerk] {
          const auto name = blobs.put(std::to_string(round) + "." + std::to_string(clerk));
          if (name) names[clerk] = *name;
          if (!name) ++refused;
        });
      }
    }
    EXPECT_EQ(refused, 0);
    for (const std::string& name : names) blobs.remove(name);
    EXPECT_FALSE(files.has(kKeptMark));
  }
}

TEST_F(BlobsTest, WishesSurviveARestartAndEndWithThePut) {
  const std::string name = hex(sha256("content"));
  {
    Blobs blobs{files_};
    EXPECT_TRUE(blobs.want(name, "chongqing").has_value());
    EXPECT_TRUE(blobs.want("../escape", "chongqing").has_value());
  }
  Blobs blobs{files_};
  ASSERT_EQ(blobs.wanted().size(), 1U);
  EXPECT_EQ(blobs.wanted()[0].party, "chongqing");
  EXPECT_TRUE(blobs.put("content").has_value());
  EXPECT_TRUE(blobs.wanted().empty());
  EXPECT_TRUE(blobs.want(name, "chongqing").has_value());
  EXPECT_TRUE(blobs.wanted().empty());
}

TEST_F(BlobsTest, DocumentsAreFoundAtAnyDepthOnce) {
  const std::string a(64, 'a'), b(64, 'b');
  const auto value = parse_json(
      R"({"x":[{"sha256":")" + a + R"(","media":"application/pdf","size":3,"dek":"k"}],"y":{"z":)" +
      R"({"sha256":")" + b + R"(","media":"","size":0}},"again":{"sha256":")" + a +
      R"(","media":"","size":0},"other":{"sha256":")" + std::string(64, 'c') + R"("}})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(documents_in(*value), (std::vector<std::string>{a, b}));
}

}  // namespace
}  // namespace bashu::exchange
