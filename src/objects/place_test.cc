#include "objects/place.h"

#include <gtest/gtest.h>

namespace bashu::objects {
namespace {

TEST(Places, SayEndpointBucketPrefixAndRegion) {
  EXPECT_EQ(parse_place("s3://s3.example/documents").value(),
            (Place{.endpoint = "https://s3.example", .bucket = "documents", .prefix = ""}));
  EXPECT_EQ(
      parse_place("s3://10.0.0.9:8333/documents/bashu/sichuan/?region=cn-west-1&tls=no").value(),
      (Place{.endpoint = "http://10.0.0.9:8333",
             .bucket = "documents",
             .prefix = "bashu/sichuan/",
             .region = "cn-west-1"}));
  EXPECT_EQ(parse_place("s3://s3.example/documents?ca=/etc/bashu/store-ca.pem").value().ca,
            "/etc/bashu/store-ca.pem");
}

TEST(Places, OddOnesAreRefused) {
  for (const char* odd : {"", "s3://", "s3://s3.example", "s3://s3.example/",
                          "https://s3.example/documents", "s3://id:secret@s3.example/documents",
                          "s3://s3.example/Documents", "s3://s3.example/documents/a//b",
                          "s3://s3.example/documents/.a", "s3://s3.example/documents/a%20b",
                          "s3://s3.example/documents?region=", "s3://s3.example/documents?tls=yes",
                          "s3://s3.example/documents?key=secret", "s3://s3.example/documents#x"}) {
    EXPECT_FALSE(parse_place(odd).has_value()) << odd;
  }
}

TEST(Keys, AreOneLine) {
  const Keys keys = parse_keys("AKID:se:cret\n").value();
  EXPECT_EQ(keys.id, "AKID");
  EXPECT_EQ(keys.secret, "se:cret");
  for (const char* odd : {"", "AKID", ":secret", "AKID:", "\nAKID:secret"}) {
    EXPECT_FALSE(parse_keys(odd).has_value()) << odd;
  }
}

}  // namespace
}  // namespace bashu::objects
