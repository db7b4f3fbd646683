// Why a token did not do what it was asked for: what is wrong, and what to do, in words of
// `token.*`.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bashu::tokens {

enum class Why : std::uint8_t {
  uri,          // not a URI of RFC 7512 that names a token and a key
  uri_secret,   // the PIN stands in it
  module,       // the library of the token does not load
  no_token,     // no such token is there
  two_tokens,   // several match
  no_key,       // no such key in it
  two_keys,     // several match
  key_exists,   // one is to be made where there is one
  other_kind,   // the key is not of the kind that is needed
  mechanism,    // the token has not got the algorithm
  no_pin,       // it wants a PIN, and none was given
  pin_wrong,    // refused by the token just now
  pin_spent,    // a wrong one was given before: not tried again without a person
  pin_locked,   // too many wrong ones
  not_its_own,  // what is to be opened was not closed under this key
  other_key,    // it signs, but with another key than the one that is known
  device,       // anything else, with the name PKCS#11 gives it
};

struct Trouble {
  Why why{};
  std::string place;   // the URI
  std::string detail;  // what the library said; may be empty

  // `zh` or `en`.
  [[nodiscard]] std::string text(std::string_view language) const;
  [[nodiscard]] Fault fault() const { return {.what = text("en")}; }
};

template <typename Value>
using Done = std::expected<Value, Trouble>;

}  // namespace bashu::tokens
