// A key that nobody has: Shamir's sharing with threshold 2 over ristretto255. Every member i draws
// a line f_i(x) = a + b x, deals f_i(j) to member j, and commits to a and b (Feldman). The sum of
// the lines is the circle's; its value at 0 is the key, its value at j the share of j.
//
//     share of j = sum of f_i(j)        key * P = w_i * (share_i * P) + w_j * (share_j * P)
//
// One share says nothing of the key. Members are numbered from 1.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oblivious/oprf.h"

namespace bashu::oblivious {

using Index = std::uint32_t;

struct Line {
  Scalar a, b;
};
[[nodiscard]] Scalar at(const Line& line, Index index);

// What a dealer says of its line to everybody. `proof`: that it knows a, or it could choose a sum
// of which it knows the key (Gennaro and others, 2007).
struct Commitment {
  Point a, b;
  Proof proof;
};
// `random`: fresh, of the proof alone. nullopt: as multiply().
[[nodiscard]] std::optional<Commitment> commit(const Line& line, std::string_view context,
                                               const Scalar& random);
[[nodiscard]] bool sound(const Commitment& commitment, std::string_view context);
// Whether `value` is the dealer's line at `index`.
[[nodiscard]] bool fits(const Commitment& commitment, Index index, const Scalar& value);

// What everybody can check the answers of member `index` by: its share times the base.
[[nodiscard]] std::optional<Point> public_share(const std::vector<Commitment>& all, Index index);
// The part of `own` when it works with `other`; they differ.
[[nodiscard]] Scalar weight(Index own, Index other);
// key * P of what two members made of P.
struct Part {
  Index index = 0;
  Point point;
};
[[nodiscard]] std::optional<Point> joined(const Part& one, const Part& other);

}  // namespace bashu::oblivious
