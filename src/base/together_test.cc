#include "base/together.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace bashu {
namespace {

TEST(Together, ANoticeAloneIsGivenAtOnce) {
  int told = 0;
  Together::tell(&told, [&] { ++told; });
  EXPECT_EQ(told, 1);
}

TEST(Together, OneNoticeForEachWhomWhenTheOutermostEnds) {
  std::string told;
  const int a = 0, b = 0;
  {
    const Together outer;
    Together::tell(&a, [&] { told += "a"; });
    {
      const Together inner;
      Together::tell(&b, [&] { told += "b"; });
      Together::tell(&a, [&] { told += "again"; });
    }
    EXPECT_EQ(told, "");
  }
  EXPECT_EQ(told, "ab");
  Together::tell(&a, [&] { told += "c"; });
  EXPECT_EQ(told, "abc");
}

TEST(Together, AnotherThreadIsNotHeldUp) {
  int told = 0;
  const Together here;
  std::thread{[&] { Together::tell(&told, [&] { ++told; }); }}.join();
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace bashu
