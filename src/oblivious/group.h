// The group that pseudonyms are made in: ristretto255 (RFC 9496), by libsodium. A point is never
// the identity; a scalar is reduced. Both are 32 bytes as they are sent.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bashu::oblivious {

inline constexpr std::size_t kSize = 32;

struct Point {
  std::array<std::uint8_t, kSize> bytes{};
  friend bool operator==(const Point&, const Point&) = default;
};
struct Scalar {
  std::array<std::uint8_t, kSize> bytes{};
  friend bool operator==(const Scalar&, const Scalar&) = default;
};

// nullopt: not 32 bytes, not the one encoding of a point, or the identity.
[[nodiscard]] std::optional<Point> point_from(std::string_view bytes);
// nullopt: not 32 bytes, not reduced, or zero.
[[nodiscard]] std::optional<Scalar> scalar_from(std::string_view bytes);
// Of 64 random bytes; as good as uniform.
[[nodiscard]] Scalar scalar_of(std::string_view random);
[[nodiscard]] Scalar scalar_of(std::uint32_t small);
[[nodiscard]] inline std::string_view as_bytes(const Point& point) {
  return {reinterpret_cast<const char*>(point.bytes.data()), kSize};
}
[[nodiscard]] inline std::string_view as_bytes(const Scalar& scalar) {
  return {reinterpret_cast<const char*>(scalar.bytes.data()), kSize};
}

[[nodiscard]] Scalar add(const Scalar& a, const Scalar& b);
[[nodiscard]] Scalar subtract(const Scalar& a, const Scalar& b);
[[nodiscard]] Scalar multiply(const Scalar& a, const Scalar& b);
[[nodiscard]] Scalar inverse(const Scalar& a);  // of one that is not zero
[[nodiscard]] bool is_zero(const Scalar& a);
// nullopt: it would be the identity, which honest people meet once in 2^252.
[[nodiscard]] std::optional<Point> add(const Point& a, const Point& b);
[[nodiscard]] std::optional<Point> multiply(const Scalar& k, const Point& point);
[[nodiscard]] std::optional<Point> times_base(const Scalar& k);

// RFC 9380 with expand_message_xmd and SHA-512, under a domain separation tag of at most 255 bytes.
[[nodiscard]] std::optional<Point> hash_to_point(std::string_view bytes, std::string_view tag);
[[nodiscard]] Scalar hash_to_scalar(std::string_view bytes, std::string_view tag);
[[nodiscard]] std::string sha512(std::string_view bytes);

}  // namespace bashu::oblivious
