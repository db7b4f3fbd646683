// Where a key is in a token: a URI of RFC 7512, as p11-kit reads it.
//
//     pkcs11:token=sichuan;object=root?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/bashu/pin
//
// Token and object must be named. Without `module-path`, the modules that p11-kit knows on this
// machine are asked (/usr/share/p11-kit/modules). A PIN never stands in it.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tokens/trouble.h"

using P11KitUri = struct p11_kit_uri;

namespace bashu::tokens {

class Place {
 public:
  [[nodiscard]] static Done<Place> read(std::string_view uri);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] P11KitUri* uri() const { return uri_.get(); }
  // Of the key; empty: it is named by its id.
  [[nodiscard]] std::string label() const;
  // Path of the file that holds the PIN; empty: it names none.
  [[nodiscard]] std::string pin_file() const;
  [[nodiscard]] std::unexpected<Trouble> trouble(Why why, std::string detail = {}) const {
    return std::unexpected{Trouble{.why = why, .place = text_, .detail = std::move(detail)}};
  }

 private:
  struct Free {
    void operator()(P11KitUri* uri) const;
  };
  std::string text_;
  std::unique_ptr<P11KitUri, Free> uri_;
};

}  // namespace bashu::tokens
