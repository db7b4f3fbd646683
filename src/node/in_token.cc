#include "node/in_token.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "base/try.h"
#include "evidence/signing.h"
#include "node/custody.h"
#include "node/files.h"

namespace bashu::node {

namespace {

constexpr std::size_t kKeySize = 32;

template <typename Value>
std::expected<Value, Fault> or_fault(tokens::Done<Value> done) {
  if (!done) return std::unexpected{done.error().fault()};
  return *std::move(done);
}

}  // namespace

std::expected<tokens::Pin, Fault> pin_left_for(const tokens::Place& place) {
  const std::string file = place.pin_file();
  BASHU_TRY(std::string text, file.empty() ? text_kept_apart("bashu.pin", "BASHU_PIN_FILE")
                                           : read_file(file));
  text.erase(std::min(text.find_first_of("\r\n"), text.size()));
  return tokens::Pin{.digits = std::move(text), .by_person = false};
}

std::expected<std::string, Fault> sign_with_root(const Identity& own, std::string_view message,
                                                 const tokens::Pin& typed) {
  if (own.root_token.empty()) return evidence::sign_ed25519(own.root.secret_key, message);
  BASHU_TRY(const tokens::Place place, or_fault(tokens::Place::read(own.root_token)));
  tokens::Pin pin = typed;
  if (pin.digits.empty()) {
    BASHU_TRY(pin, pin_left_for(place));
  }
  BASHU_TRY(std::string signature, or_fault(tokens::sign(place, pin, message)));
  if (!evidence::verify_ed25519(own.root.public_key, message, signature)) {
    return std::unexpected{tokens::Trouble{.why = tokens::Why::other_key,
                                           .place = place.text(),
                                           .detail = own.root.kid}
                               .fault()};
  }
  return signature;
}

std::expected<void, Fault> close_in_token(FileStore& files, std::string_view key,
                                          const tokens::Place& place, const tokens::Pin& pin) {
  BASHU_TRY(const tokens::Closed closed, or_fault(tokens::close(place, pin, key)));
  const Value kept = Value::Record{
      {"token", place.text()}, {"how", closed.how}, {"key", base64url(closed.bytes)}};
  return files.write(kVaultToken, pretty_json(kept) + "\n");
}

std::expected<std::string, Fault> wrapping_key(const FileStore& files) {
  BASHU_TRY(std::string given, wrapping_key_given());
  if (!given.empty() || !files.has(kVaultToken)) return given;
  BASHU_TRY(const std::string text, files.read(kVaultToken));
  const auto kept = parse_json(text);
  const auto box = kept ? from_base64url(kept->text_at("key")) : std::nullopt;
  if (!box) {
    return std::unexpected{Fault{.what = files.where(kVaultToken) + ": cannot be read"}};
  }
  BASHU_TRY(const tokens::Place place, or_fault(tokens::Place::read(kept->text_at("token"))));
  BASHU_TRY(const tokens::Pin pin, pin_left_for(place));
  BASHU_TRY(std::string key,
            or_fault(tokens::open(place, pin, {.how = kept->text_at("how"), .bytes = *box})));
  if (key.size() != kKeySize) {
    return std::unexpected{Fault{.what = files.where(kVaultToken) + ": holds no key of 32 bytes"}};
  }
  return key;
}

}  // namespace bashu::node
