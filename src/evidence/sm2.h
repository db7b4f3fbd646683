// SM2 signatures over SM3 (GB/T 32918.2, GB/T 32905) by OpenSSL: the second signature of a circle
// whose agreement asks for one (docs/formats/evidence.md 18). What is hashed in front of the
// message, the distinguishing identifier, is always kSm2Id and always passed explicitly.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace bashu::evidence {

inline constexpr std::string_view kSm2Algorithm = "SM2-SM3";
inline constexpr std::string_view kSm2Id = "1234567812345678";
inline constexpr std::size_t kSm2KeySize = 65;        // 0x04, X, Y
inline constexpr std::size_t kSm2SignatureSize = 64;  // r, s

// False also for wrong lengths and for a point that is not on the curve.
[[nodiscard]] bool verify_sm2(std::string_view public_key, std::string_view message,
                              std::string_view signature);

class Sm2Key {
 public:
  [[nodiscard]] static Sm2Key make();
  // A private key in PEM (PKCS #8); nullopt: it is none, or of another curve.
  [[nodiscard]] static std::optional<Sm2Key> read(std::string_view pem);

  [[nodiscard]] std::string pem() const;
  [[nodiscard]] std::string public_key() const;
  // Another signature each time.
  [[nodiscard]] std::string sign(std::string_view message) const;

 private:
  explicit Sm2Key(std::shared_ptr<evp_pkey_st> key) : key_{std::move(key)} {}
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace bashu::evidence
