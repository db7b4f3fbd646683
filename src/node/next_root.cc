#include "node/next_root.h"

#include <charconv>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "base/try.h"
#include "evidence/signing.h"
#include "node/in_token.h"

namespace bashu::node {

namespace {

constexpr const char *kAbout = "keys/root-next.json", *kSecret = "keys/root-next.key";
constexpr const char *kConfig = "node.json", *kRoot = "keys/root.key";
constexpr std::size_t kSeedSize = 32, kKeySize = 32;

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

template <typename T>
std::expected<T, Fault> or_fault(tokens::Done<T> done) {
  if (!done) return std::unexpected{done.error().fault()};
  return *std::move(done);
}

std::expected<Value, Fault> read_json(const FileStore& files, const char* name) {
  BASHU_TRY(const std::string text, files.read(name));
  auto value = parse_json(text);
  if (!value || !value->as_record()) return fault(files.where(name) + ": cannot be read");
  return std::move(*value);
}

// `sichuan/root/2` after `sichuan/root/1`. The root itself may be lost, its name is not.
std::expected<std::string, Fault> next_kid(const FileStore& files) {
  BASHU_TRY(const Value config, read_json(files, kConfig));
  const Value* keys = config.find("keys");
  const Value* root = keys ? keys->find("root") : nullptr;
  const std::string kid = root ? root->text_at("kid") : std::string{};
  const std::string start = config.text_at("party") + "/root/";
  std::int64_t number = 0;
  const char* const end = kid.data() + kid.size();
  if (!kid.starts_with(start) ||
      std::from_chars(kid.data() + start.size(), end, number).ptr != end) {
    return fault(files.where(kConfig) + ": the root is not called " + start + "NUMBER");
  }
  return start + std::to_string(number + 1);
}

std::expected<NextRoot, Fault> keep(FileStore& files, NextRoot root) {
  BASHU_TRY_OK(files.write(kAbout, pretty_json(Value::Record{{"kid", root.key.kid},
                                                             {"public", hex(root.key.public_key)},
                                                             {"token", root.token}}) +
                                       "\n"));
  return root;
}

}  // namespace

std::expected<std::optional<NextRoot>, Fault> next_root(const FileStore& files) {
  if (!files.has(kAbout)) return std::nullopt;
  BASHU_TRY(const Value about, read_json(files, kAbout));
  const auto known = from_hex(about.text_at("public"));
  if (!known || known->size() != kKeySize) return fault(files.where(kAbout) + ": cannot be read");
  NextRoot root{.key = {.kid = about.text_at("kid"),
                        .public_key = {known->begin(), known->end()},
                        .secret_key = {}},
                .token = about.text_at("token")};
  if (!root.token.empty()) return root;
  BASHU_TRY(const std::string text, files.read(kSecret));
  const auto seed = from_hex(std::string_view{text}.substr(0, 2 * kSeedSize));
  if (!seed || seed->size() != kSeedSize) {
    return fault(files.where(kSecret) + ": not 64 hex digits");
  }
  auto [open, secret] = evidence::signing_pair({seed->begin(), seed->end()});
  if (open != root.key.public_key) {
    return fault(files.where(kSecret) + " is not the key that root-next.json names");
  }
  root.key.secret_key = std::move(secret);
  return root;
}

std::expected<NextRoot, Fault> make_next_root(FileStore& files, std::string_view seed) {
  BASHU_TRY(std::string kid, next_kid(files));
  auto [open, secret] = evidence::signing_pair(std::string{seed});
  BASHU_TRY_OK(files.write(kSecret, hex(seed) + "\n"));
  return keep(files, {.key = {.kid = std::move(kid),
                              .public_key = std::move(open),
                              .secret_key = std::move(secret)},
                      .token = {}});
}

std::expected<NextRoot, Fault> take_next_root_from(FileStore& files, const tokens::Place& place,
                                                   const tokens::Pin& pin) {
  BASHU_TRY(std::string kid, next_kid(files));
  BASHU_TRY(std::string open, or_fault(tokens::public_key(place)));
  NextRoot root{.key = {.kid = std::move(kid), .public_key = std::move(open), .secret_key = {}},
                .token = place.text()};
  BASHU_TRY(const std::string signature, sign_with(root, "bashu: does this root sign?\n", pin));
  return keep(files, std::move(root));
}

std::expected<std::string, Fault> sign_with(const NextRoot& root, std::string_view message,
                                            const tokens::Pin& pin) {
  if (root.token.empty()) return evidence::sign_ed25519(root.key.secret_key, message);
  BASHU_TRY(const tokens::Place place, or_fault(tokens::Place::read(root.token)));
  tokens::Pin with = pin;
  if (with.digits.empty()) {
    BASHU_TRY(with, pin_left_for(place));
  }
  BASHU_TRY(std::string signature, or_fault(tokens::sign(place, with, message)));
  if (!evidence::verify_ed25519(root.key.public_key, message, signature)) {
    const tokens::Trouble other{.why = tokens::Why::other_key, .place = place.text(), .detail = {}};
    return std::unexpected{other.fault()};
  }
  return signature;
}

std::expected<void, Fault> put_next_root_in_place(FileStore& files) {
  BASHU_TRY(const std::optional<NextRoot> next, next_root(files));
  if (!next) return {};
  BASHU_TRY(Value config, read_json(files, kConfig));
  Value::Record named{{"kid", next->key.kid}, {"public", hex(next->key.public_key)}};
  if (next->token.empty()) {
    // node.json names the old one for a moment: finish_next_root() knows it by that.
    BASHU_TRY(const std::string secret, files.read(kSecret));
    BASHU_TRY_OK(files.write(kRoot, secret));
  } else {
    named["token"] = next->token;
  }
  config.as_record()->at("keys").as_record()->insert_or_assign("root", std::move(named));
  BASHU_TRY_OK(files.write(kConfig, pretty_json(config) + "\n", 0644));
  if (!next->token.empty()) files.remove(kRoot);
  files.remove(kAbout);
  files.remove(kSecret);
  return {};
}

std::expected<void, Fault> finish_next_root(FileStore& files) {
  BASHU_TRY(const std::optional<NextRoot> next, next_root(files));
  if (!next) return {};
  BASHU_TRY(const Value config, read_json(files, kConfig));
  const Value* root = config.find("keys") ? config.find("keys")->find("root") : nullptr;
  const bool named = root && root->text_at("kid") == next->key.kid;
  const auto held = files.read(kRoot);
  const auto waits = files.read(kSecret);
  const bool written = next->token.empty() && held && waits && *held == *waits;
  return named || written ? put_next_root_in_place(files) : std::expected<void, Fault>{};
}

}  // namespace bashu::node
