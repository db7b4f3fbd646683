// Documents travel beside the journal (docs/formats/exchange.md): encrypted under a key of the
// vault, named by the SHA-256 of the ciphertext, kept in blobs/. Forgetting the key erases every
// copy; a missing one is fetched from a party that has it. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/value.h"
#include "node/storage/file_store.h"

namespace bashu::exchange {

inline constexpr std::size_t kDocumentMax = 16u << 20;  // bytes in clear
inline constexpr std::size_t kBlobMax = kDocumentMax + 64;

// nonce (24) ‖ XChaCha20-Poly1305 of the bytes, associated data `bashu.blob/v1` LF. Key: 32 bytes.
[[nodiscard]] std::string encrypt_document(std::string_view bytes, std::string_view key,
                                           std::string_view nonce);
[[nodiscard]] std::optional<std::string> decrypt_document(std::string_view blob,
                                                          std::string_view key);

// The `sha256` of every document in `value`: a record with members `sha256`, `media` and `size`.
[[nodiscard]] std::vector<std::string> documents_in(const Value& value);

class Blobs {
 public:
  explicit Blobs(node::FileStore& files) : files_{files} {}

  // Its name (64 hex digits); on disk when this returns.
  [[nodiscard]] std::expected<std::string, Fault> put(std::string_view blob);
  // nullopt if it is not here or its content does not match its name.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;

  // What a message of `party` named and is not here yet; survives a restart. Put ends it.
  struct Wanted {
    std::string name;
    std::string party;
  };
  [[nodiscard]] std::expected<void, Fault> want(std::string_view name, std::string_view party);
  [[nodiscard]] std::vector<Wanted> wanted() const;
  // The party of whom it is wanted; nullopt: it is not.
  [[nodiscard]] std::optional<std::string> wanted_of(std::string_view name) const;
  void give_up(std::string_view name);
  // Of a document that nothing names.
  void remove(std::string_view name);

 private:
  node::FileStore& files_;
  std::mutex mutex_;  // of writing
};

}  // namespace bashu::exchange
