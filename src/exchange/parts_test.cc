// Documents in parts: what their list says, and what of them is here.
#include "exchange/parts.h"

#include <gtest/gtest.h>

#include "node/storage/memory.h"

namespace bashu::exchange {
namespace {

class PartsTest : public testing::Test {
 protected:
  // Three pieces under one key, and their list.
  std::string put_three() {
    for (const char* text : {"one ", "two ", "three"}) {
      const auto name = blobs_.put(encrypt_document(text, kKey, std::string(24, text[0])));
      parts_.push_back({.name = name.value(), .size = std::string_view{text}.size()});
    }
    return blobs_.put(list_of_parts(parts_)).value();
  }
  std::optional<std::string> read(const std::string& name, const std::string& key) {
    const auto whole = find_document(blobs_, name);
    std::string all;
    const auto add = [&](std::string_view piece) {
      all += piece;
      return true;
    };
    if (!whole || !read_document(blobs_, *whole, key, add)) return std::nullopt;
    return all;
  }

  const std::string kKey = std::string(32, 'k');
  node::MemoryFiles files_;
  Blobs blobs_{files_};
  std::vector<Part> parts_;
};

TEST_F(PartsTest, ADocumentIsReadPieceAfterPieceInOrder) {
  const std::string name = put_three();
  EXPECT_EQ(read(name, kKey), "one two three");
  EXPECT_EQ(read(name, std::string(32, 'x')), std::nullopt);
  const std::string small =
      blobs_.put(encrypt_document("small", kKey, std::string(24, 'n'))).value();
  EXPECT_EQ(read(small, kKey), "small");
}

TEST_F(PartsTest, OneThatLacksAPartIsNotHere) {
  const std::string name = put_three();
  blobs_.remove(parts_[1].name);
  EXPECT_FALSE(find_document(blobs_, name));
}

TEST_F(PartsTest, ADamagedPartIsToldAndNothingAfterIt) {
  const std::string name = put_three();
  ASSERT_TRUE(files_.write("blobs/" + parts_[1].name, "other", 0600));
  EXPECT_TRUE(find_document(blobs_, name));
  EXPECT_EQ(read(name, kKey), std::nullopt);
}

TEST_F(PartsTest, NothingIsLeftOfOneThatIsRemoved) {
  const std::string name = put_three();
  remove_document(blobs_, name);
  EXPECT_FALSE(blobs_.has(name));
  for (const Part& part : parts_) EXPECT_FALSE(blobs_.has(part.name));
}

TEST(PartsList, SaysWhatItWasMadeOfAndIsReadStrictly) {
  const Part one{.name = std::string(64, 'a'), .size = 5};
  const Part two{.name = std::string(64, 'b'), .size = kDocumentMax};
  const std::string list = list_of_parts({one, two});
  EXPECT_EQ(parts_in(list), (std::vector{one, two}));
  const std::string name(64, 'a');
  for (const std::string& bad : std::vector<std::string>{
           std::string{},
           std::string{"bashu.parts/v1\n"},
           list.substr(0, list.size() - 1),
           "bashu.parts/v1\n" + name + " 0\n",
           "bashu.parts/v1\n" + name + " 05\n",
           "bashu.parts/v1\n" + name + " -5\n",
           "bashu.parts/v1\n" + name + " 16777217\n",
           "bashu.parts/v1\n../../../etc/passwd 5\n",
           "bashu.parts/v2\n" + name + " 5\n",
           list_of_parts(std::vector<Part>(kPartsMax + 1, one)),
           list_of_parts(std::vector<Part>(65, two)),
       }) {
    EXPECT_FALSE(parts_in(bad)) << bad.substr(0, 100);
  }
  EXPECT_TRUE(parts_in(list_of_parts(std::vector<Part>(64, two))));
}

}  // namespace
}  // namespace bashu::exchange
