#include "oblivious/oprf.h"

#include "base/assert.h"

namespace bashu::oblivious {

namespace {

const std::string kContext{"OPRFV1-\x01-ristretto255-SHA512", 28};

std::string two(std::size_t number) {
  BASHU_ASSERT(number <= 0xffff);
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}
std::string sized(std::string_view bytes) { return two(bytes.size()) + std::string{bytes}; }

Scalar to_scalar(std::string_view bytes) {
  return hash_to_scalar(bytes, "HashToScalar-" + kContext);
}

std::optional<Point> sum(const std::optional<Point>& a, const std::optional<Point>& b) {
  return a && b ? add(*a, *b) : std::nullopt;
}

// RFC 9497 section 2.2.1, ComputeComposites: all pairs as one.
struct Composite {
  std::optional<Point> asked, answered;
};
std::vector<Scalar> weights(const Point& public_key, const Evaluated& of) {
  const std::string seed = sha512(sized(as_bytes(public_key)) + sized("Seed-" + kContext));
  std::vector<Scalar> all;
  all.reserve(of.asked.size());
  for (std::size_t i = 0; i < of.asked.size(); ++i) {
    all.push_back(to_scalar(sized(seed) + two(i) + sized(as_bytes(of.asked[i])) +
                            sized(as_bytes(of.answered[i])) + "Composite"));
  }
  return all;
}
std::optional<Point> weighed(const std::vector<Scalar>& by, const std::vector<Point>& points) {
  std::optional<Point> total = multiply(by.front(), points.front());
  for (std::size_t i = 1; i < points.size() && total; ++i) {
    total = sum(total, multiply(by[i], points[i]));
  }
  return total;
}

Scalar challenge(const Point& public_key, const Composite& all, const std::optional<Point>& t2,
                 const std::optional<Point>& t3) {
  return to_scalar(sized(as_bytes(public_key)) + sized(as_bytes(*all.asked)) +
                   sized(as_bytes(*all.answered)) + sized(as_bytes(*t2)) + sized(as_bytes(*t3)) +
                   "Challenge");
}

Scalar known_challenge(const Point& public_key, std::string_view context, const Point& t) {
  return hash_to_scalar(
      sized(context) + std::string{as_bytes(public_key)} + std::string{as_bytes(t)},
      "bashu-pseudonyms-known");
}

}  // namespace

std::optional<Point> blind(std::string_view input, const Scalar& r) {
  const auto point = hash_to_point(input, "HashToGroup-" + kContext);
  return point ? multiply(r, *point) : std::nullopt;
}

std::string finalized(std::string_view input, const Point& unblinded) {
  return sha512(sized(input) + sized(as_bytes(unblinded)) + "Finalize");
}

std::optional<Proof> prove(const Scalar& k, const Point& public_key, const Evaluated& of,
                           const Scalar& random) {
  BASHU_ASSERT(!of.asked.empty() && of.asked.size() == of.answered.size());
  Composite all{.asked = weighed(weights(public_key, of), of.asked), .answered = {}};
  if (all.asked) all.answered = multiply(k, *all.asked);
  if (!all.answered) return std::nullopt;
  const auto t2 = times_base(random), t3 = multiply(random, *all.asked);
  if (!t2 || !t3) return std::nullopt;
  const Scalar c = challenge(public_key, all, t2, t3);
  return Proof{.c = c, .s = subtract(random, multiply(c, k))};
}

bool verify(const Proof& proof, const Point& public_key, const Evaluated& of) {
  if (of.asked.empty() || of.asked.size() != of.answered.size()) return false;
  const std::vector<Scalar> by = weights(public_key, of);
  const Composite all{.asked = weighed(by, of.asked), .answered = weighed(by, of.answered)};
  if (!all.asked || !all.answered) return false;
  const auto t2 = sum(times_base(proof.s), multiply(proof.c, public_key));
  const auto t3 = sum(multiply(proof.s, *all.asked), multiply(proof.c, *all.answered));
  return t2 && t3 && challenge(public_key, all, t2, t3) == proof.c;
}

std::optional<Proof> prove_known(const Scalar& k, const Point& public_key, std::string_view context,
                                 const Scalar& random) {
  const auto t = times_base(random);
  if (!t) return std::nullopt;
  const Scalar c = known_challenge(public_key, context, *t);
  return Proof{.c = c, .s = subtract(random, multiply(c, k))};
}

bool verify_known(const Proof& proof, const Point& public_key, std::string_view context) {
  const auto t = sum(times_base(proof.s), multiply(proof.c, public_key));
  return t && known_challenge(public_key, context, *t) == proof.c;
}

}  // namespace bashu::oblivious
