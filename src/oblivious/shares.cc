#include "oblivious/shares.h"

#include "base/assert.h"

namespace bashu::oblivious {

namespace {

std::optional<Point> on_line(const Point& a, const Point& b, Index index) {
  const auto slope = multiply(scalar_of(index), b);
  return slope ? add(a, *slope) : std::nullopt;
}

}  // namespace

Scalar at(const Line& line, Index index) { return add(line.a, multiply(line.b, scalar_of(index))); }

std::optional<Commitment> commit(const Line& line, std::string_view context, const Scalar& random) {
  const auto a = times_base(line.a), b = times_base(line.b);
  if (!a || !b) return std::nullopt;
  const auto proof = prove_known(line.a, *a, context, random);
  if (!proof) return std::nullopt;
  return Commitment{.a = *a, .b = *b, .proof = *proof};
}

bool sound(const Commitment& commitment, std::string_view context) {
  return verify_known(commitment.proof, commitment.a, context);
}

bool fits(const Commitment& commitment, Index index, const Scalar& value) {
  const auto expected = on_line(commitment.a, commitment.b, index);
  return expected && times_base(value) == expected;
}

std::optional<Point> public_share(const std::vector<Commitment>& all, Index index) {
  std::optional<Point> total;
  for (const Commitment& one : all) {
    const auto part = on_line(one.a, one.b, index);
    if (!part) return std::nullopt;
    total = total ? add(*total, *part) : part;
    if (!total) return std::nullopt;
  }
  return total;
}

Scalar weight(Index own, Index other) {
  BASHU_ASSERT(own != other);
  const Scalar theirs = scalar_of(other);
  return multiply(theirs, inverse(subtract(theirs, scalar_of(own))));
}

std::optional<Point> joined(const Part& one, const Part& other) {
  const auto first = multiply(weight(one.index, other.index), one.point);
  const auto second = multiply(weight(other.index, one.index), other.point);
  return first && second ? add(*first, *second) : std::nullopt;
}

}  // namespace bashu::oblivious
