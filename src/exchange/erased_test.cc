// Of what an order leaves: that the blobs go is tried end to end (tests/e2e/test_objects.py).
#include "exchange/erased.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace bashu::exchange {
namespace {

TEST(KeyedDocuments, EachHasItsOwnKey) {
  const std::string a(64, 'a'), b(64, 'b'), c(64, 'c');
  const auto value = parse_json(
      R"({"x":[{"sha256":")" + a + R"(","media":"","size":3,"dek":"k1"},{"sha256":")" + b +
      R"(","media":"","size":3,"name":{"$sealed":"v1","dek":"k2"}}],"y":{"sha256":")" + c +
      R"(","media":"","size":0},"other":{"$sealed":"v1","dek":"k3"}})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(keyed_documents(*value), (std::vector<KeyedDocument>{{a, "k1"}, {b, "k2"}, {c, ""}}));
  EXPECT_TRUE(keyed_documents(Value{"text"}).empty());
}

}  // namespace
}  // namespace bashu::exchange
