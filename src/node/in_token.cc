#include "node/in_token.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "base/try.h"
#include "evidence/signing.h"
#include "node/custody.h"
#include "node/files.h"
#include "node/storage/directory_files.h"

namespace bashu::node {

namespace {

constexpr std::size_t kKeySize = 32;
constexpr const char* kToken = "token";

template <typename Value>
std::expected<Value, Fault> or_fault(tokens::Done<Value> done) {
  if (!done) return std::unexpected{done.error().fault()};
  return *std::move(done);
}

// With a root, as load_identity has found it.
std::expected<Value, Fault> config_in(const FileStore& files) {
  BASHU_TRY(const std::string text, files.read("node.json"));
  auto config = parse_json(text);
  const Value* keys = config ? config->find("keys") : nullptr;
  if (!keys || !keys->find("root")) {
    return std::unexpected{Fault{.what = files.where("node.json") + ": cannot be read"}};
  }
  return std::move(*config);
}

// What does not verify under `key` is not given out.
std::expected<std::string, Fault> signature_by(const tokens::Place& place, const tokens::Pin& pin,
                                               const std::string& key, std::string_view message) {
  BASHU_TRY(std::string signature, or_fault(tokens::sign(place, pin, message)));
  if (!evidence::verify_ed25519(key, message, signature)) {
    const tokens::Trouble other{.why = tokens::Why::other_key, .place = place.text(), .detail = {}};
    return std::unexpected{other.fault()};
  }
  return signature;
}

}  // namespace

std::expected<tokens::Pin, Fault> pin_left_for(const tokens::Place& place) {
  const std::string file = place.pin_file();
  BASHU_TRY(std::string text,
            file.empty() ? text_kept_apart("bashu.pin", "BASHU_PIN_FILE") : read_file(file));
  text.erase(std::min(text.find_first_of("\r\n"), text.size()));
  return tokens::Pin{.digits = std::move(text), .by_person = false};
}

std::expected<std::string, Fault> root_token(const Identity& own) {
  if (!own.root.secret_key.empty()) return std::string{};
  BASHU_TRY(const Value config, config_in(DirectoryFiles{own.dir}));
  return config.find("keys")->find("root")->text_at(kToken);
}

std::expected<std::string, Fault> sign_with_root(const Identity& own, std::string_view message,
                                                 const tokens::Pin& pin) {
  BASHU_TRY(const std::string uri, root_token(own));
  if (uri.empty()) return evidence::sign_ed25519(own.root.secret_key, message);
  BASHU_TRY(const tokens::Place place, or_fault(tokens::Place::read(uri)));
  tokens::Pin with = pin;
  if (with.digits.empty()) {
    BASHU_TRY(with, pin_left_for(place));
  }
  return signature_by(place, with, own.root.public_key, message);
}

std::expected<void, Fault> take_root_from(FileStore& files, const tokens::Place& place,
                                          const tokens::Pin& pin) {
  BASHU_TRY(const std::string key, or_fault(tokens::public_key(place)));
  BASHU_TRY_OK(signature_by(place, pin, key, "bashu: does this root sign?\n"));
  BASHU_TRY(Value config, config_in(files));
  Value& root = config.as_record()->at("keys").as_record()->at("root");
  root.as_record()->insert_or_assign("public", hex(key));
  root.as_record()->insert_or_assign(kToken, place.text());
  BASHU_TRY_OK(files.write("node.json", pretty_json(config) + "\n", 0644));
  files.remove("keys/root.key");
  return {};
}

std::expected<void, Fault> close_in_token(FileStore& files, std::string_view key,
                                          const tokens::Place& place, const tokens::Pin& pin) {
  BASHU_TRY(const tokens::Closed closed, or_fault(tokens::close(place, pin, key)));
  const Value kept =
      Value::Record{{"token", place.text()}, {"how", closed.how}, {"key", base64url(closed.bytes)}};
  return files.write(kVaultToken, pretty_json(kept) + "\n");
}

std::expected<std::string, Fault> wrapping_key(const FileStore& files) {
  BASHU_TRY(std::string given, wrapping_key());
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
  return key.substr(0, kKeySize);  // moved, g++ 12 takes it for a short one
}

}  // namespace bashu::node
