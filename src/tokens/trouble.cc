#include "tokens/trouble.h"

#include "texts/texts.h"

namespace bashu::tokens {

namespace {

const char* key_of(Why why) {
  switch (why) {
    case Why::uri:
      return "token.uri";
    case Why::uri_secret:
      return "token.uri_secret";
    case Why::module:
      return "token.module";
    case Why::no_token:
      return "token.no_token";
    case Why::two_tokens:
      return "token.two_tokens";
    case Why::no_key:
      return "token.no_key";
    case Why::two_keys:
      return "token.two_keys";
    case Why::key_exists:
      return "token.key_exists";
    case Why::other_kind:
      return "token.other_kind";
    case Why::mechanism:
      return "token.mechanism";
    case Why::no_pin:
      return "token.no_pin";
    case Why::pin_wrong:
      return "token.pin_wrong";
    case Why::pin_spent:
      return "token.pin_spent";
    case Why::pin_locked:
      return "token.pin_locked";
    case Why::not_its_own:
      return "token.not_its_own";
    case Why::other_key:
      return "token.other_key";
    case Why::device:
      return "token.device";
  }
  return "token.device";
}

}  // namespace

std::string Trouble::text(std::string_view language) const {
  return texts::text(language, key_of(why),
                     {{"uri", place}, {"detail", detail.empty() ? "" : " (" + detail + ")"}});
}

}  // namespace bashu::tokens
