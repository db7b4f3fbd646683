#include "oblivious/group.h"

#include <sodium.h>

#include <algorithm>

#include "base/assert.h"

namespace bashu::oblivious {

namespace {

static_assert(crypto_core_ristretto255_BYTES == kSize);
static_assert(crypto_core_ristretto255_SCALARBYTES == kSize);

constexpr std::size_t kWide = 64;
static_assert(crypto_core_ristretto255_HASHBYTES == kWide);
static_assert(crypto_core_ristretto255_NONREDUCEDSCALARBYTES == kWide);

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool all_zero(const std::array<std::uint8_t, kSize>& bytes) {
  return sodium_is_zero(bytes.data(), bytes.size()) != 0;
}

// RFC 9380 section 5.3.1 for 64 bytes, which are one block of SHA-512.
std::string expanded(std::string_view bytes, std::string_view tag) {
  constexpr std::size_t kBlock = 128;
  BASHU_ASSERT(tag.size() <= 255);
  const std::string ending = std::string{tag} + static_cast<char>(tag.size());
  std::string first(kBlock, '\0');
  first += bytes;
  first += std::string_view{"\0\x40\0", 3};
  first += ending;
  return sha512(sha512(first) + '\x01' + ending);
}

}  // namespace

std::optional<Point> point_from(std::string_view bytes) {
  if (bytes.size() != kSize || crypto_core_ristretto255_is_valid_point(raw(bytes)) != 1) {
    return std::nullopt;
  }
  Point point;
  std::ranges::copy(bytes, point.bytes.begin());
  return all_zero(point.bytes) ? std::nullopt : std::optional{point};
}

std::optional<Scalar> scalar_from(std::string_view bytes) {
  if (bytes.size() != kSize) return std::nullopt;
  Scalar scalar;
  std::ranges::copy(bytes, scalar.bytes.begin());
  const Scalar reduced = add(scalar, Scalar{});
  return reduced == scalar && !is_zero(scalar) ? std::optional{scalar} : std::nullopt;
}

Scalar scalar_of(std::string_view random) {
  BASHU_ASSERT(random.size() == kWide);
  Scalar scalar;
  crypto_core_ristretto255_scalar_reduce(scalar.bytes.data(), raw(random));
  return scalar;
}

Scalar scalar_of(std::uint32_t small) {
  Scalar scalar;
  for (std::size_t i = 0; i < 4; ++i) {
    scalar.bytes.at(i) = static_cast<std::uint8_t>(small >> (8 * i) & 0xff);
  }
  return scalar;
}

Scalar add(const Scalar& a, const Scalar& b) {
  Scalar sum;
  crypto_core_ristretto255_scalar_add(sum.bytes.data(), a.bytes.data(), b.bytes.data());
  return sum;
}
Scalar subtract(const Scalar& a, const Scalar& b) {
  Scalar rest;
  crypto_core_ristretto255_scalar_sub(rest.bytes.data(), a.bytes.data(), b.bytes.data());
  return rest;
}
Scalar multiply(const Scalar& a, const Scalar& b) {
  Scalar product;
  crypto_core_ristretto255_scalar_mul(product.bytes.data(), a.bytes.data(), b.bytes.data());
  return product;
}
Scalar inverse(const Scalar& a) {
  Scalar inverted;
  const int done = crypto_core_ristretto255_scalar_invert(inverted.bytes.data(), a.bytes.data());
  BASHU_ASSERT(done == 0);
  return inverted;
}
bool is_zero(const Scalar& a) { return all_zero(a.bytes); }

std::optional<Point> add(const Point& a, const Point& b) {
  Point sum;
  const int done = crypto_core_ristretto255_add(sum.bytes.data(), a.bytes.data(), b.bytes.data());
  return done == 0 && !all_zero(sum.bytes) ? std::optional{sum} : std::nullopt;
}

std::optional<Point> multiply(const Scalar& k, const Point& point) {
  Point product;
  const int done =
      crypto_scalarmult_ristretto255(product.bytes.data(), k.bytes.data(), point.bytes.data());
  return done == 0 ? std::optional{product} : std::nullopt;
}

std::optional<Point> times_base(const Scalar& k) {
  Point product;
  const int done = crypto_scalarmult_ristretto255_base(product.bytes.data(), k.bytes.data());
  return done == 0 ? std::optional{product} : std::nullopt;
}

std::optional<Point> hash_to_point(std::string_view bytes, std::string_view tag) {
  Point point;
  crypto_core_ristretto255_from_hash(point.bytes.data(), raw(expanded(bytes, tag)));
  return all_zero(point.bytes) ? std::nullopt : std::optional{point};
}

Scalar hash_to_scalar(std::string_view bytes, std::string_view tag) {
  return scalar_of(expanded(bytes, tag));
}

std::string sha512(std::string_view bytes) {
  std::string digest(crypto_hash_sha512_BYTES, '\0');
  crypto_hash_sha512(reinterpret_cast<unsigned char*>(digest.data()), raw(bytes), bytes.size());
  return digest;
}

}  // namespace bashu::oblivious
