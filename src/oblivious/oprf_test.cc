#include "oblivious/oprf.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace bashu::oblivious {
namespace {

Scalar scalar(std::string_view text) { return scalar_from(from_hex(text).value()).value(); }
Point point(std::string_view text) { return point_from(from_hex(text).value()).value(); }
std::string text(const Point& of) { return hex(as_bytes(of)); }

// RFC 9497 appendix A.1.2.
const std::string kKey = "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909";
const std::string kPublic = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e";
const std::string kBlind = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706";
struct Vector {
  std::string input, blind, blinded, evaluated, output;
};
const Vector kShort{
    "00", kBlind, "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
    "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
    "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139caee5bd03903af"
    "43a491351d23b430948dd50cde10d32b3c"};
const Vector kLong{
    "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a", kBlind,
    "cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c",
    "60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468",
    "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60356f4610bf816f27afdd84f47719e4"
    "80906d27ecd994985890e5f539e7ea74b6"};
const Vector kSecondOfTwo{"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
                          "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e",
                          "90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654",
                          "cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a",
                          kLong.output};

struct Batch {
  std::vector<Vector> of;
  std::string random, proof;
};
const Batch kBatches[] = {{{kShort},
                           "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e",
                           "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd066d43464"
                           "21d17bf5117a2a1ff0fcb2a"
                           "759f58a539dfbe857a40bce4cf49ec600d"},
                          {{kLong},
                           "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e",
                           "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a67154fa"
                           "bf031fd936051dec80b0b6a"
                           "e29c9503493dde7393b722eafdf5a50b02"},
                          {{kShort, kSecondOfTwo},
                           "419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c",
                           "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a5ab5337"
                           "c8eb4ceae0494c2cf89529d"
                           "cf94572ed267473d567aeed6ab873dee08"}};

Evaluated evaluated(const Batch& batch) {
  Evaluated all;
  for (const Vector& one : batch.of) {
    all.asked.push_back(point(one.blinded));
    all.answered.push_back(point(one.evaluated));
  }
  return all;
}

TEST(Oprf, BlindsEvaluatesAndEndsAsTheVectorsOfRfc9497) {
  ASSERT_EQ(text(times_base(scalar(kKey)).value()), kPublic);
  for (const Vector& one : {kShort, kLong, kSecondOfTwo}) {
    const std::string input = from_hex(one.input).value();
    const Scalar r = scalar(one.blind);
    const auto blinded = blind(input, r);
    ASSERT_TRUE(blinded);
    EXPECT_EQ(text(*blinded), one.blinded);
    const auto answer = multiply(scalar(kKey), *blinded);
    ASSERT_TRUE(answer);
    EXPECT_EQ(text(*answer), one.evaluated);
    EXPECT_EQ(hex(finalized(input, multiply(inverse(r), *answer).value())), one.output);
  }
}

TEST(Oprf, ProvesAndVerifiesAsTheVectorsOfRfc9497) {
  for (const Batch& batch : kBatches) {
    const Evaluated all = evaluated(batch);
    const auto proof = prove(scalar(kKey), point(kPublic), all, scalar(batch.random));
    ASSERT_TRUE(proof);
    EXPECT_EQ(hex(as_bytes(proof->c)) + hex(as_bytes(proof->s)), batch.proof);
    EXPECT_TRUE(verify(*proof, point(kPublic), all));
  }
}

TEST(Oprf, AProofIsOfTheseAnswersAndThisKeyAlone) {
  const Batch& batch = kBatches[2];
  const Evaluated all = evaluated(batch);
  const Proof proof = prove(scalar(kKey), point(kPublic), all, scalar(batch.random)).value();
  Evaluated swapped = all;
  std::swap(swapped.answered[0], swapped.answered[1]);
  EXPECT_FALSE(verify(proof, point(kPublic), swapped));
  Evaluated other = all;
  other.answered[1] = multiply(scalar(kBlind), all.asked[1]).value();
  EXPECT_FALSE(verify(proof, point(kPublic), other));
  EXPECT_FALSE(verify(proof, times_base(scalar(kBlind)).value(), all));
  EXPECT_FALSE(verify({.c = proof.s, .s = proof.c}, point(kPublic), all));
  // One that answers with another key can prove nothing, not even with it.
  const Evaluated lie{.asked = all.asked, .answered = other.answered};
  const Proof of_another =
      prove(scalar(kBlind), times_base(scalar(kBlind)).value(), lie, scalar(batch.random)).value();
  EXPECT_FALSE(verify(of_another, point(kPublic), lie));
}

TEST(Oprf, OnlyOneEncodingOfAPointOrScalarIsTaken) {
  EXPECT_FALSE(point_from(std::string(32, '\0'))) << "the identity";
  EXPECT_FALSE(point_from(std::string(32, '\xff')));
  EXPECT_FALSE(point_from(std::string(31, '\x02')));
  EXPECT_FALSE(scalar_from(std::string(32, '\0')));
  EXPECT_FALSE(scalar_from(std::string(32, '\xff'))) << "not reduced";
  // The order of the group.
  EXPECT_FALSE(scalar_from(
      from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value()));
}

}  // namespace
}  // namespace bashu::oblivious
