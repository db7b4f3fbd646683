// The keys of sealed values (docs/formats/evidence.md section 14), kept apart from the journal and
// its backups (storage/secrets.h), so that forgetting a key erases the value everywhere.
// Thread-safe.
//
// A sealed value: {"$sealed":"1","alg":"XC20P","dek":id,"nonce":b64u 24
// bytes,"box":b64u,"aad":text}. `aad` is the associated data itself, so that the value can be
// copied whole into a register.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "base/value.h"
#include "core/privacy/documents.h"
#include "node/environment.h"
#include "node/storage/secrets.h"
#include "packs/type.h"

namespace bashu::node {

// Why a key is gone: the order of the journal that said so.
struct ErasedBy {
  std::int64_t order = 0;
  Date on;
};

class Vault {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<Vault>, Fault> open(
      std::unique_ptr<Secrets> secrets, Chance& chance);
  virtual ~Vault() = default;

  // A fresh key; its id is `<party>-k<16 hex digits>`. Durable when it returns.
  virtual std::string new_key(std::string_view party) = 0;
  // 32 bytes; durable when it returns. An id keeps its first key: no peer can replace another's.
  virtual void put_key(std::string_view id, std::string_view key) = 0;
  virtual std::optional<std::string> key(std::string_view id) = 0;
  virtual bool forget(std::string_view id) = 0;
  // By an order: none of these is read from now on, nor ever kept again, whoever brings it. The
  // bytes that are kept are destroyed, durably, when it returns, or when the LateEraser that the
  // secrets may be has run. Told again at every start: a vault may come back from before.
  virtual void erase(const std::vector<std::string>& ids, const ErasedBy& why) = 0;
  virtual std::optional<ErasedBy> erased(std::string_view id) = 0;

  // Pseudonyms by number, as they were made.
  using Named = std::map<std::string, std::string, std::less<>>;
  // Seals every personal and sensitive value of `record` (and names of documents) under `key_id`;
  // replaces numbers of persons by their pseudonyms `t:<base64url>`: those of `named`, which must
  // have all of numbers_in(); null: those of token(). The form must have been checked; the key must
  // be known. What is sealed already, and pseudonyms, stay as they are. The associated data names
  // party, key and place (JSON pointer).
  virtual Value seal(const std::vector<packs::Member>& fields, const Value& record,
                     std::string_view party, std::string_view key_id,
                     const Named* named = nullptr) = 0;
  // The value in clear; the sealed one itself where the key is unknown.
  virtual Value unseal(const Value& value) = 0;

  // The pseudonym of a person met here, under a digest of the number that this node alone can make;
  // nullopt: not met, or forgotten. `generation`: of the secret it was made with.
  [[nodiscard]] virtual std::optional<std::string> met(std::int64_t generation,
                                                       std::string_view number) = 0;
  // Durable when it returns.
  virtual void remember(std::int64_t generation, const Named& named) = 0;
  // Of whoever is called so: nothing here leads from the number to a pseudonym of his any more.
  virtual void forget_person(std::string_view pseudonym) = 0;

  // What whoever shares secrets with others keeps here (exchange/shares.h); empty: nothing.
  [[nodiscard]] virtual std::string shared(std::int64_t generation) = 0;
  [[nodiscard]] virtual std::int64_t newest_shared() = 0;  // 0: none
  virtual void set_shared(std::int64_t generation, std::string_view text) = 0;

  // The circle's key for tokens, of circles that share no secret; empty until set. Until then
  // token() works with a key of this node alone, so that a pseudonym is never a plain digest.
  virtual std::string token_key() = 0;
  virtual void set_token_key(std::string_view key) = 0;
  // Another machine may have set it since.
  virtual void look_for_token_key() = 0;
  virtual std::string token(std::string_view text) = 0;
  // The same with the key of this node alone, whatever the circle has.
  virtual std::string own_token(std::string_view text) = 0;
};

// Numbers of persons that seal() makes into pseudonyms, each once.
[[nodiscard]] std::vector<std::string> numbers_in(const std::vector<packs::Member>& fields,
                                                  const Value& record);

using core::sealing_keys;
// crypto_box_seal to a public X25519 key, and its opening.
[[nodiscard]] std::string seal_to(std::string_view public_key, std::string_view bytes);
// The same with the ephemeral key made of `seed`, 32 random bytes.
[[nodiscard]] std::string seal_to(std::string_view public_key, std::string_view bytes,
                                  std::string_view seed);
[[nodiscard]] std::optional<std::string> open_sealed_box(std::string_view public_key,
                                                         std::string_view secret_key,
                                                         std::string_view box);

}  // namespace bashu::node
