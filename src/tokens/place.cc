#include "tokens/place.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include <string>

namespace bashu::tokens {

void Place::Free::operator()(P11KitUri* uri) const { ::p11_kit_uri_free(uri); }

Done<Place> Place::read(std::string_view uri) {
  Place place;
  place.text_ = uri;
  place.uri_.reset(::p11_kit_uri_new());
  const int read = ::p11_kit_uri_parse(place.text_.c_str(), P11_KIT_URI_FOR_ANY, place.uri());
  if (read != P11_KIT_URI_OK) {
    const char* said = ::p11_kit_uri_message(read);
    return place.trouble(Why::uri, said ? said : "");
  }
  if (::p11_kit_uri_get_pin_value(place.uri())) {
    place.text_ = "pkcs11:";  // or it would be printed
    return place.trouble(Why::uri_secret);
  }
  const CK_TOKEN_INFO& token = *::p11_kit_uri_get_token_info(place.uri());
  const bool token_named = token.label[0] != 0 || token.serialNumber[0] != 0;
  const bool key_named = ::p11_kit_uri_get_attribute(place.uri(), CKA_LABEL) ||
                         ::p11_kit_uri_get_attribute(place.uri(), CKA_ID);
  if (!token_named || !key_named || ::p11_kit_uri_any_unrecognized(place.uri())) {
    return place.trouble(Why::uri);
  }
  return place;
}

std::string Place::label() const {
  const CK_ATTRIBUTE* label = ::p11_kit_uri_get_attribute(uri(), CKA_LABEL);
  return label ? std::string{static_cast<const char*>(label->pValue), label->ulValueLen}
               : std::string{};
}

std::string Place::pin_file() const {
  const char* source = ::p11_kit_uri_get_pin_source(uri());
  const std::string_view named = source ? source : "";
  constexpr std::string_view kFile = "file:";
  return std::string{named.starts_with(kFile) ? named.substr(kFile.size()) : named};
}

}  // namespace bashu::tokens
