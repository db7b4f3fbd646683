#include "base/wire_date.h"

#include <gtest/gtest.h>

namespace bashu {
namespace {

// The example of RFC 9110, 5.6.7.
TEST(WireDate, IsWrittenAsTheProtocolsWriteIt) {
  EXPECT_EQ(http_date({.unix_ms = 784'111'777'999}), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(mail_date({.unix_ms = 784'111'777'000}), "Sun, 06 Nov 1994 08:49:37 +0000");
}

}  // namespace
}  // namespace bashu
