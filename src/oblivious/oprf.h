// An oblivious pseudorandom function: RFC 9497, ristretto255-SHA512, mode VOPRF. Who asks learns
// F(x) and not the key; who answers learns neither x nor F(x), and proves that it used the key
// whose public half is known.
//
//     asks       blinded = r * H(x)  ──►  answers   evaluated = k * blinded, proof
//     F(x) = hash of x and 1/r * evaluated   ◄──
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oblivious/group.h"

namespace bashu::oblivious {

// r * H(input). nullopt: the input is one that cannot be asked for, one in 2^252.
[[nodiscard]] std::optional<Point> blind(std::string_view input, const Scalar& r);
// F(input) of the point k * H(input): 64 bytes.
[[nodiscard]] std::string finalized(std::string_view input, const Point& unblinded);

// That one k leads from the base to `public_key` and from each of `asked` to its `answered`.
struct Proof {
  Scalar c, s;
  friend bool operator==(const Proof&, const Proof&) = default;
};
// Points of both lists belong together; at most 65,535.
struct Evaluated {
  std::vector<Point> asked, answered;
};
// `random`: fresh, of this proof alone. nullopt: as multiply().
[[nodiscard]] std::optional<Proof> prove(const Scalar& k, const Point& public_key,
                                         const Evaluated& of, const Scalar& random);
[[nodiscard]] bool verify(const Proof& proof, const Point& public_key, const Evaluated& of);

// That somebody knows k of `public_key`, said in `context` alone (Schnorr).
[[nodiscard]] std::optional<Proof> prove_known(const Scalar& k, const Point& public_key,
                                               std::string_view context, const Scalar& random);
[[nodiscard]] bool verify_known(const Proof& proof, const Point& public_key,
                                std::string_view context);

}  // namespace bashu::oblivious
