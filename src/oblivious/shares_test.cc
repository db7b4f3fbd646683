#include "oblivious/shares.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sodium.h>

#include <set>

#include "base/bytes.h"

namespace bashu::oblivious {
namespace {

constexpr std::string_view kContext = "circle/1/sichuan";

Scalar random_scalar() {
  std::string bytes(64, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return scalar_of(bytes);
}

// `count` members who have dealt.
struct Members {
  explicit Members(Index count) {
    for (Index i = 1; i <= count; ++i) {
      lines.push_back({.a = random_scalar(), .b = random_scalar()});
      commitments.push_back(commit(lines.back(), kContext, random_scalar()).value());
      key = add(key, lines.back().a);
    }
    for (Index j = 1; j <= count; ++j) {
      Scalar share;
      for (const Line& line : lines) share = add(share, at(line, j));
      shares.push_back(share);
    }
  }
  // What members i and j make of a number together.
  [[nodiscard]] std::string pseudonym(const std::string& number, Index i, Index j) const {
    const Scalar r = random_scalar();
    const Point asked = blind(number, r).value();
    const Point whole = joined({i, multiply(shares[i - 1], asked).value()},
                               {j, multiply(shares[j - 1], asked).value()})
                            .value();
    return finalized(number, multiply(inverse(r), whole).value());
  }
  std::vector<Line> lines;
  std::vector<Commitment> commitments;
  std::vector<Scalar> shares;
  Scalar key;
};

TEST(Shares, AnyTwoMembersAgreeAndNobodyAloneKnows) {
  rc::check([] {
    const auto count = *rc::gen::inRange<Index>(2, 6);
    const auto number = *rc::gen::container<std::string>(18, rc::gen::inRange('0', '9'));
    const Members members{count};
    const std::string whole = finalized(
        number, multiply(inverse(scalar_of(3U)),
                         multiply(members.key, blind(number, scalar_of(3U)).value()).value())
                    .value());
    for (Index i = 1; i <= count; ++i) {
      for (Index j = 1; j <= count; ++j) {
        if (i != j) RC_ASSERT(members.pseudonym(number, i, j) == whole);
      }
      // What one has: its share, its line, and what others said of theirs.
      const Scalar r = scalar_of(3U);
      for (const Scalar& held : {members.shares[i - 1], members.lines[i - 1].a,
                                 multiply(weight(i, i % count + 1), members.shares[i - 1])}) {
        const auto alone = multiply(held, blind(number, r).value());
        RC_ASSERT(finalized(number, multiply(inverse(r), *alone).value()) != whole);
      }
    }
  });
}

TEST(Shares, WhatIsAskedIsAnotherPointEveryTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    seen.insert(std::string{as_bytes(blind("510101199001011234", random_scalar()).value())});
  }
  EXPECT_EQ(seen.size(), 100U);
  // Any number could have been meant: for each there is a blind that leads to the same point.
  const Scalar r = random_scalar();
  EXPECT_NE(blind("510101199001011234", r), blind("510101199001011235", r));
}

TEST(Shares, AShareThatWasNotDealtFitsNoCommitment) {
  const Members members{3};
  const Commitment& said = members.commitments[0];
  EXPECT_TRUE(fits(said, 2, at(members.lines[0], 2)));
  EXPECT_FALSE(fits(said, 3, at(members.lines[0], 2))) << "that of another";
  EXPECT_FALSE(fits(said, 2, random_scalar()));
  EXPECT_FALSE(fits(said, 2, Scalar{}));
}

TEST(Shares, EverybodyKnowsWhatEachAnswerMustProve) {
  const Members members{3};
  for (Index j = 1; j <= 3; ++j) {
    EXPECT_EQ(public_share(members.commitments, j), times_base(members.shares[j - 1]));
  }
}

// Who deals last sees what the others committed to. It could choose a commitment with which the sum
// is a key of its own, if it needed not to know what it deals.
TEST(Shares, WhoDealsLastCannotChooseTheKey) {
  const Members honest{1};
  const Scalar wanted = random_scalar();
  const Scalar minus_one = subtract(Scalar{}, scalar_of(1U));
  const Point rogue =
      add(times_base(wanted).value(), multiply(minus_one, honest.commitments[0].a).value()).value();
  ASSERT_EQ(add(rogue, honest.commitments[0].a), times_base(wanted));
  for (const Scalar& guess : {wanted, subtract(wanted, honest.lines[0].b)}) {
    const Commitment said{.a = rogue,
                          .b = times_base(guess).value(),
                          .proof = prove_known(guess, rogue, kContext, random_scalar()).value()};
    EXPECT_FALSE(sound(said, kContext));
  }
  EXPECT_TRUE(sound(honest.commitments[0], kContext));
  EXPECT_FALSE(sound(honest.commitments[0], "circle/2/sichuan")) << "of another generation";
}

}  // namespace
}  // namespace bashu::oblivious
