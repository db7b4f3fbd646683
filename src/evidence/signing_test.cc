// paper-0 to paper-11 are the twelve edge cases of K. Chalkias, F. Garillot, V. Nikolaenko, "Taming
// the many EdDSAs" (IACR ePrint 2020/1244), published as ed25519-speccheck; the others are our own.
#include "evidence/signing.h"

#include <gtest/gtest.h>

#include "evidence/fixture.h"

namespace bashu::evidence {
namespace {

TEST(Signing, DecidesEveryEdgeCaseAsLibsodiumDoes) {
  int cases = 0, accepted = 0;
  const Value vector_file = fixture::vectors("ed25519");
  for (const Value& row : fixture::list(vector_file, "cases")) {
    const bool accept = *fixture::at(row, "accept").as_bool();
    EXPECT_EQ(verify_ed25519(fixture::unhex(fixture::text(row, "public")),
                             fixture::unhex(fixture::text(row, "message")),
                             fixture::unhex(fixture::text(row, "signature"))),
              accept)
        << fixture::text(row, "name");
    ++cases;
    accepted += accept;
  }
  EXPECT_EQ(cases, 21);
  EXPECT_EQ(accepted, 2);
}

TEST(Signing, OneSignatureFitsOneMessageAndOneKey) {
  const fixture::Key key = fixture::key("sichuan/env/1"), other = fixture::key("sichuan/log/1");
  const std::string signature = sign_ed25519(key.secret_key, "bashu");
  EXPECT_TRUE(verify_ed25519(key.public_key, "bashu", signature));
  EXPECT_FALSE(verify_ed25519(key.public_key, "bashv", signature));
  EXPECT_FALSE(verify_ed25519(other.public_key, "bashu", signature));
  EXPECT_FALSE(verify_ed25519(key.public_key.substr(1), "bashu", signature));
}

}  // namespace
}  // namespace bashu::evidence
