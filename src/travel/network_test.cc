#include "travel/network.h"

#include <gtest/gtest.h>

#include "testing/checkout.h"

namespace bashu::travel {
namespace {

Date day(const char* text) { return *Date::parse(text); }

// What is kept is what would be computed, for each network of the years that the page leads to.
TEST(Computed, WhatIsKeptIsWhatWouldBeComputed) {
  const auto circle = load_network(checkout("circles/chengdu-chongqing/network")).value();
  ASSERT_TRUE(circle);
  Computed computed{circle};
  const auto from = circle->cores().front();
  const auto late = network::apply(circle->openings, *circle->scenario("two-years-late"));
  for (int again = 0; again < 2; ++again) {
    for (const char* on : {"2015-12-31", "2021-01-30", "2028-01-01"}) {
      for (const network::Openings* openings : {&circle->openings, &late}) {
        EXPECT_EQ(computed.spreads(circle, *openings, day(on), from),
                  network::minutes_from(network::standing_on(*circle, *openings, day(on)), from,
                                        network::kDayWindow))
            << on;
      }
    }
  }
  // The same network on another day is not computed again; another one is.
  const auto times = computed.times(circle, circle->openings, day("2028-01-01"));
  EXPECT_EQ(times, computed.times(circle, circle->openings, day("2030-01-01")));
  EXPECT_NE(times, computed.times(circle, late, day("2028-01-01")));
  EXPECT_EQ(times->from(from)[0],
            computed.spreads(circle, circle->openings, day("2028-01-01"), from)[0].median_s);
}

}  // namespace
}  // namespace bashu::travel
