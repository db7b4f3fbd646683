#include "node/vault.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"
#include "core/privacy/made_by.h"
#include "evidence/sealed.h"
#include "node/custody.h"
#include "node/in_token.h"
#include "node/storage/late_eraser.h"

namespace bashu::node {

namespace {

using packs::Class;
using packs::Kind;
using packs::Member;
using packs::Type;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

constexpr std::size_t kTokenSize = 32;
constexpr JsonLimits kPlainLimits{.depth = 64, .values = 1'000'000};

bool is_pseudonym(std::string_view text) {
  if (!text.starts_with("t:")) return false;
  const auto digest = from_base64url(text.substr(2));
  return digest && digest->size() == kTokenSize;
}

Class strictest(const std::vector<Member>& members) {
  Class strict = Class::open;
  for (const Member& member : members) strict = std::max(strict, member.type->cls);
  return strict;
}

bool is_of_persons(const Type& type) {
  return type.kind == Kind::token || type.cls == Class::token;
}
bool is_sealed_whole(const Type& type) {
  if (type.cls < Class::personal) return false;
  // Its own class counts where the record says more than its members do.
  if (type.kind == Kind::record) return type.cls != strictest(type.members);
  const Type& element = *type.element;
  const bool parts =
      element.kind == Kind::record || element.kind == Kind::document || element.kind == Kind::list;
  return !parts || type.cls != element.cls;
}

// As seal() goes.
void collect_numbers(const Type& type, const Value& value, std::set<std::string>& into) {
  if (value.is_null() || packs::is_sealed(value) || type.kind == Kind::document) return;
  const Value::List* list = type.kind == Kind::list ? value.as_list() : nullptr;
  if ((type.kind == Kind::record || list) && is_sealed_whole(type)) return;
  if (type.kind == Kind::record) {
    for (const Member& member : type.members) {
      if (const Value* inner = value.find(member.name)) collect_numbers(*member.type, *inner, into);
    }
  } else if (type.kind == Kind::list) {
    for (const Value& item : list ? *list : Value::List{}) {
      collect_numbers(*type.element, item, into);
    }
  } else if (const std::string* text = is_of_persons(type) ? value.as_text() : nullptr;
             text && !is_pseudonym(*text)) {
    into.insert(*text);
  }
}

std::string escaped(const std::string& name) {  // RFC 6901
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

// Keys lately used, at most about twice kYoungMax of them: the older half goes when the younger is
// full. A province has millions, and a start must not read them all.
class KeyCache {
 public:
  void put(std::string_view id, std::string_view key) {
    if (young_.size() >= kYoungMax) {
      old_ = std::move(young_);
      young_.clear();
    }
    young_.insert_or_assign(std::string{id}, std::string{key});
  }
  std::optional<std::string> find(std::string_view id) {
    const std::string name{id};
    if (const auto it = young_.find(name); it != young_.end()) return it->second;
    const auto it = old_.find(name);
    if (it == old_.end()) return std::nullopt;
    std::string key = it->second;
    put(id, key);
    return key;
  }
  void erase(std::string_view id) {
    for (Keys* keys : {&young_, &old_}) {
      const auto it = keys->find(std::string{id});
      if (it == keys->end()) continue;
      sodium_memzero(it->second.data(), it->second.size());
      keys->erase(it);
    }
  }

 private:
  using Keys = std::unordered_map<std::string, std::string>;
  static constexpr std::size_t kYoungMax = 50'000;
  Keys young_, old_;
};

class KeptVault final : public Vault {
 public:
  KeptVault(std::unique_ptr<Secrets> secrets, Chance& chance, std::string wrapping)
      : chance_{chance},
        wrapping_{std::move(wrapping)},
        secrets_{std::move(secrets)},
        late_{dynamic_cast<LateEraser*>(secrets_.get())} {}

  std::expected<void, Fault> begin() {
    if (auto fits = take_wrapping(); !fits) return fits;
    circle_token_ = setting("token_key");
    own_token_ = setting("own_token_key");
    if (own_token_.empty()) {
      own_token_ = chance_.bytes(crypto_auth_hmacsha256_KEYBYTES);
      if (auto kept = keep("own_token_key", own_token_); !kept) return kept;
    }
    return {};
  }

  std::string new_key(std::string_view party) override {
    std::string id{party};
    id += core::kKeyMark;
    id += hex(chance_.bytes(core::kKeyDigits / 2));
    put_key(id, chance_.bytes(evidence::kSealKeySize));
    return id;
  }

  // Keys that come together share one flush: one caller writes for all who wait.
  void put_key(std::string_view id, std::string_view key) override {
    BASHU_ASSERT(key.size() == evidence::kSealKeySize);
    if (this->key(id)) return;
    std::unique_lock lock{guard_};
    if (erased_.contains(id)) return;
    waiting_.emplace_back(id, key);
    const std::uint64_t mine = ++asked_;
    while (written_ < mine) {
      if (writing_) {
        changed_.wait(lock);
        continue;
      }
      writing_ = true;
      const auto batch = std::exchange(waiting_, {});
      lock.unlock();
      write(batch);
      lock.lock();
      written_ += batch.size();
      writing_ = false;
      changed_.notify_all();
    }
  }

  std::optional<std::string> key(std::string_view id) override {
    {
      const std::lock_guard lock{guard_};
      if (auto known = cache_.find(id)) return known;
    }
    std::optional<std::string> found;
    {
      const std::lock_guard lock{using_secrets_};
      found = readable(secrets_->key(id));
      // Under this lock, or a key forgotten meanwhile would come back.
      const std::lock_guard caching{guard_};
      if (erased_.contains(id)) return std::nullopt;  // though it may still be there
      if (found) found = opened(*found);
      if (found) cache_.put(id, *found);
    }
    return found;
  }

  bool forget(std::string_view id) override {
    const bool known = key(id).has_value();
    const std::lock_guard lock{using_secrets_};
    {
      const std::lock_guard caching{guard_};
      cache_.erase(id);
    }
    if (!known) return false;
    must(secrets_->erase_keys({std::string{id}}));
    return true;
  }

  void erase(const std::vector<std::string>& ids, const ErasedBy& why) override {
    if (late_) {  // who calls asks that one when they are gone
      mark_erased(ids, why);
      late_->erase_later(ids);
      return;
    }
    const std::lock_guard lock{using_secrets_};
    mark_erased(ids, why);
    std::vector<std::string> kept;
    for (const std::string& id : ids) {
      if (readable(secrets_->key(id))) kept.push_back(id);
    }
    if (!kept.empty()) must(secrets_->erase_keys(kept));
  }

  std::optional<ErasedBy> erased(std::string_view id) override {
    const std::lock_guard lock{guard_};
    const auto it = erased_.find(id);
    return it == erased_.end() ? std::nullopt : std::optional{it->second};
  }

  Value seal(const std::vector<Member>& fields, const Value& record, std::string_view party,
             std::string_view key_id, const Named* named) override {
    const auto secret = key(key_id);
    BASHU_ASSERT(secret);
    return seal_record(fields, record,
                       {.party = party, .key_id = key_id, .key = *secret, .named = named}, "");
  }

  Value unseal(const Value& value) override {
    if (const Value::List* list = value.as_list()) {
      Value::List out;
      out.reserve(list->size());
      for (const Value& item : *list) out.push_back(unseal(item));
      return out;
    }
    const Value::Record* record = value.as_record();
    if (!record) return value;
    if (value.find("$sealed")) return open_sealed(value);
    Value::Record out;
    for (const auto& [name, item] : *record) out.emplace_hint(out.end(), name, unseal(item));
    return out;
  }

  std::string token_key() override {
    const std::lock_guard lock{guard_};
    return circle_token_;
  }
  void set_token_key(std::string_view key) override {
    BASHU_ASSERT(key.size() == crypto_auth_hmacsha256_KEYBYTES);
    const std::lock_guard lock{using_secrets_};
    must(keep("token_key", key));
    const std::lock_guard caching{guard_};
    circle_token_ = key;
  }
  void look_for_token_key() override {
    const std::lock_guard lock{using_secrets_};
    std::string now = setting("token_key");
    const std::lock_guard caching{guard_};
    if (!now.empty()) circle_token_ = std::move(now);
  }
  std::string token(std::string_view text) override {
    const std::lock_guard lock{guard_};
    return as_pseudonym(keyed(circle_token_.empty() ? own_token_ : circle_token_, text));
  }
  std::string own_token(std::string_view text) override {
    return as_pseudonym(keyed(own_token_, text));
  }

  std::optional<std::string> met(std::int64_t generation, std::string_view number) override {
    const auto digest = key(met_id(generation, own_digest(number)));
    return digest ? std::optional{as_pseudonym(*digest)} : std::nullopt;
  }
  void remember(std::int64_t generation, const Named& all) override {
    std::vector<Secrets::Named> rows;
    for (const auto& [number, pseudonym] : all) {
      const auto digest = from_base64url(std::string_view{pseudonym}.substr(2));
      BASHU_ASSERT(digest && digest->size() == kTokenSize);
      const std::string own = own_digest(number);
      rows.emplace_back(met_id(generation, own), closed(*digest));
      rows.emplace_back(who_id(pseudonym), closed(own));
    }
    if (rows.empty()) return;
    const std::lock_guard lock{using_secrets_};
    must(secrets_->add_keys(rows));
  }
  void forget_person(std::string_view pseudonym) override {
    if (!is_pseudonym(pseudonym)) return;
    const std::string who = who_id(pseudonym);
    const auto own = key(who);
    if (!own) return;
    std::vector<std::string> rows{who};
    for (std::int64_t generation = newest_shared(); generation > 0; --generation) {
      const std::string id = met_id(generation, *own);
      if (const auto digest = key(id)) rows.insert(rows.end(), {id, who_id(as_pseudonym(*digest))});
    }
    for (const std::string& id : rows) static_cast<void>(forget(id));
  }

  std::string shared(std::int64_t generation) override {
    const std::lock_guard lock{using_secrets_};
    return setting(shared_name(generation));
  }
  std::int64_t newest_shared() override {
    const std::lock_guard lock{using_secrets_};
    return number_in(setting(kNewestShared));
  }
  void set_shared(std::int64_t generation, std::string_view text) override {
    const std::lock_guard lock{using_secrets_};
    must(keep(shared_name(generation), text));
    if (generation > number_in(setting(kNewestShared))) {
      must(keep(kNewestShared, std::to_string(generation)));
    }
  }

 private:
  // From here on nobody finds them.
  void mark_erased(const std::vector<std::string>& ids, const ErasedBy& why) {
    const std::lock_guard caching{guard_};
    for (const std::string& id : ids) {
      erased_.insert_or_assign(id, why);
      cache_.erase(id);
    }
  }

  struct Under {
    std::string_view party, key_id, key;
    const Named* named = nullptr;
  };
  std::string pseudonym(const std::string& number, const Under& under) {
    if (!under.named) return token(number);
    const auto it = under.named->find(number);
    BASHU_ASSERT(it != under.named->end());
    return it->second;
  }

  static std::string keyed(std::string_view secret, std::string_view text) {
    std::string digest(kTokenSize, '\0');
    static_assert(kTokenSize == crypto_auth_hmacsha256_BYTES);
    crypto_auth_hmacsha256(bytes(digest), bytes(text), text.size(), bytes(secret));
    return digest;
  }
  static std::string as_pseudonym(std::string_view digest) { return "t:" + base64url(digest); }
  // Two rows of each person met: from the number to the pseudonym, and back to be forgotten.
  std::string own_digest(std::string_view number) const {
    return keyed(own_token_, "met\n" + std::string{number});
  }
  static std::string met_id(std::int64_t generation, std::string_view own_digest) {
    return "met-" + std::to_string(generation) + "-" + base64url(own_digest);
  }
  static std::string who_id(std::string_view pseudonym) {
    return "who-" + std::string{pseudonym.substr(2)};
  }
  static constexpr std::string_view kNewestShared = "pseudonyms";
  static std::int64_t number_in(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  static std::string shared_name(std::int64_t generation) {
    return "pseudonyms-" + std::to_string(generation);
  }

  Value seal_record(const std::vector<Member>& fields, const Value& record, const Under& under,
                    const std::string& path) {
    const Value::Record* members = record.as_record();
    if (!members) return record;
    Value::Record out = *members;
    for (const Member& field : fields) {
      const auto it = out.find(field.name);
      if (it == out.end()) continue;
      it->second = seal_value(*field.type, it->second, under, path + "/" + escaped(field.name));
    }
    return out;
  }

  Value seal_value(const Type& type, const Value& value, const Under& under,
                   const std::string& path) {
    if (value.is_null() || packs::is_sealed(value)) return value;
    // What may travel though the person's data may not: digest, media and size of a document.
    if (type.kind == Kind::document) {
      Value document = value;
      Value::Record* members = document.as_record();
      if (!members) return value;
      const auto name = members->find("name");
      if (name != members->end() && !packs::is_sealed(name->second)) {
        name->second = sealed(name->second, under, path + "/name");
      }
      return document;
    }
    if (type.kind == Kind::record) {
      if (!is_sealed_whole(type)) {
        return seal_record(type.members, value, under, path);
      }
      return sealed(value, under, path);
    }
    if (type.kind == Kind::list) {
      return is_sealed_whole(type) ? sealed(value, under, path)
                                   : seal_list(type, value, under, path);
    }
    if (is_of_persons(type)) {
      const std::string* text = value.as_text();
      return text && !is_pseudonym(*text) ? Value{pseudonym(*text, under)} : value;
    }
    return type.cls >= Class::personal ? sealed(value, under, path) : value;
  }

  Value seal_list(const Type& type, const Value& value, const Under& under,
                  const std::string& path) {
    const Value::List* list = value.as_list();
    if (!list) return value;
    Value::List out;
    out.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) {
      out.push_back(seal_value(*type.element, (*list)[i], under, path + "/" + std::to_string(i)));
    }
    return out;
  }

  Value sealed(const Value& value, const Under& under, const std::string& path) {
    const std::string nonce = chance_.bytes(evidence::kSealNonceSize);
    const std::string aad = evidence::sealed_aad(under.party, under.key_id, path);
    return evidence::seal_value(
        canonical_json(value),
        {.key = under.key, .nonce = nonce, .key_id = under.key_id, .aad = aad});
  }

  Value open_sealed(const Value& value) {
    const auto secret = key(evidence::sealing_key_id(value));
    if (!secret) return value;
    const auto text = evidence::open_value(value, *secret);
    if (!text) return value;
    auto plain = parse_json(*text, kPlainLimits);
    return plain ? std::move(*plain) : value;
  }

  // What cannot be read is not there.
  static std::optional<std::string> readable(
      std::expected<std::optional<std::string>, Fault> found) {
    return found ? std::move(*found) : std::nullopt;
  }
  std::string setting(std::string_view name) {
    return opened(readable(secrets_->setting(name)).value_or("")).value_or("");
  }

  // As it is kept: wrapped if there is a key to wrap with.
  std::string closed(std::string_view secret) {
    return wrapping_.empty() ? std::string{secret}
                             : wrap(wrapping_, secret, chance_.bytes(kWrapNonce));
  }
  std::optional<std::string> opened(std::string_view kept) const {
    if (wrapping_.empty()) return std::string{kept};
    std::string secret = unwrap(wrapping_, kept);
    if (secret.empty()) return std::nullopt;
    return secret;
  }

  // The setting `wrapped` says that all of it is; the first start with a key makes it so.
  std::expected<void, Fault> take_wrapping() {
    const auto kept = secrets_->setting(kWrapped);
    if (!kept) return std::unexpected{kept.error()};
    const std::optional<std::string>& mark = *kept;
    if (mark && wrapping_.empty()) {
      return std::unexpected{Fault{
          .what = "vault.db: its keys are wrapped by a key kept elsewhere; give it as the systemd "
                  "credential bashu.vault, name its file in BASHU_VAULT_KEY_FILE, or put back "
                  "vault.token, which holds it under a key of a token"}};
    }
    if (mark && !opened(*mark)) {
      return std::unexpected{Fault{.what = "vault.db: its keys are wrapped by another key than the "
                                           "one given"}};
    }
    if (mark || wrapping_.empty()) return {};
    return secrets_->rewrite([this](std::string_view secret) { return closed(secret); },
                             {std::string{kWrapped}, closed(kWrapped)});
  }

  std::expected<void, Fault> keep(std::string_view name, std::string_view value) {
    return secrets_->set(name, closed(value));
  }
  // A key that is used but not kept would lose what is sealed with it.
  static void must(const std::expected<void, Fault>& done) {
    if (!done) {
      assert_failed(("vault: " + done.error().what).c_str(), __FILE__, __LINE__);
    }
  }

  // Nobody finds a key before it is kept: what they seal with it could outlive it. The first of one
  // name stays.
  void write(const std::vector<Secrets::Named>& keys) {
    std::vector<Secrets::Named> kept;
    kept.reserve(keys.size());
    const std::lock_guard lock{using_secrets_};
    for (const auto& [id, key] : keys) {
      if (!erased(id)) kept.emplace_back(id, closed(key));
    }
    must(secrets_->add_keys(kept));
    // Under this lock, or a key forgotten meanwhile would come back.
    const std::lock_guard caching{guard_};
    for (const auto& [id, key] : keys) {
      if (erased_.contains(id)) {
        if (late_) late_->erase_later({id});  // it may have been so before this was kept
      } else if (!cache_.find(id)) {
        cache_.put(id, key);
      }
    }
  }

  static constexpr std::string_view kWrapped = "wrapped";

  Chance& chance_;
  const std::string wrapping_;  // empty: keys lie in clear
  // Taken in this order.
  std::mutex using_secrets_;  // secrets_
  std::mutex guard_;          // all below it
  std::unique_ptr<Secrets> secrets_;
  LateEraser* const late_;  // the same, if it is one
  KeyCache cache_;
  std::map<std::string, ErasedBy, std::less<>> erased_;
  std::vector<Secrets::Named> waiting_;  // to be written
  std::uint64_t asked_ = 0, written_ = 0;
  bool writing_ = false;
  std::condition_variable changed_;
  std::string circle_token_, own_token_;
};

}  // namespace

std::expected<std::unique_ptr<Vault>, Fault> Vault::open(std::unique_ptr<Secrets> secrets,
                                                         Chance& chance) {
  auto wrapping = wrapping_key();
  if (!wrapping) return std::unexpected{wrapping.error()};
  return open_vault(std::move(secrets), chance, std::move(*wrapping));
}

std::expected<std::unique_ptr<Vault>, Fault> open_vault(std::unique_ptr<Secrets> secrets,
                                                        Chance& chance, std::string wrapping) {
  BASHU_ASSERT(sodium_init() >= 0);
  auto vault = std::make_unique<KeptVault>(std::move(secrets), chance, std::move(wrapping));
  if (auto begun = vault->begin(); !begun) return std::unexpected{begun.error()};
  return vault;
}

std::vector<std::string> numbers_in(const std::vector<packs::Member>& fields, const Value& record) {
  std::set<std::string> numbers;
  for (const Member& field : fields) {
    if (const Value* value = record.find(field.name)) {
      collect_numbers(*field.type, *value, numbers);
    }
  }
  return {numbers.begin(), numbers.end()};
}

std::string seal_to(std::string_view public_key, std::string_view text) {
  BASHU_ASSERT(public_key.size() == crypto_box_PUBLICKEYBYTES);
  std::string box(text.size() + crypto_box_SEALBYTES, '\0');
  const int done = crypto_box_seal(bytes(box), bytes(text), text.size(), bytes(public_key));
  BASHU_ASSERT(done == 0);
  return box;
}

// crypto_box_seal step by step: ephemeral public key ‖ box, nonce BLAKE2b(ephemeral ‖ recipient).
std::string seal_to(std::string_view public_key, std::string_view text, std::string_view seed) {
  BASHU_ASSERT(public_key.size() == crypto_box_PUBLICKEYBYTES);
  BASHU_ASSERT(seed.size() == crypto_box_SEEDBYTES);
  std::string ephemeral(crypto_box_PUBLICKEYBYTES, '\0'), secret(crypto_box_SECRETKEYBYTES, '\0');
  crypto_box_seed_keypair(bytes(ephemeral), bytes(secret), bytes(seed));
  std::string both = ephemeral;
  both += public_key;
  std::string nonce(crypto_box_NONCEBYTES, '\0');
  crypto_generichash(bytes(nonce), nonce.size(), bytes(std::string_view{both}), both.size(),
                     nullptr, 0);
  std::string box(text.size() + crypto_box_MACBYTES, '\0');
  const int done =
      crypto_box_easy(bytes(box), bytes(text), text.size(), bytes(std::string_view{nonce}),
                      bytes(public_key), bytes(std::string_view{secret}));
  BASHU_ASSERT(done == 0);
  sodium_memzero(secret.data(), secret.size());
  return ephemeral + box;
}

std::optional<std::string> open_sealed_box(std::string_view public_key, std::string_view secret_key,
                                           std::string_view box) {
  if (public_key.size() != crypto_box_PUBLICKEYBYTES ||
      secret_key.size() != crypto_box_SECRETKEYBYTES || box.size() < crypto_box_SEALBYTES) {
    return std::nullopt;
  }
  std::string text(box.size() - crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal_open(bytes(text), bytes(box), box.size(), bytes(public_key),
                           bytes(secret_key)) != 0) {
    return std::nullopt;
  }
  return text;
}

}  // namespace bashu::node
