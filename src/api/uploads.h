// Documents that come in pieces: what of each is here, for whom, under which key.
//
//     DIR/deposits/uploads/<id>   {"principal","key","name","media","size","since_ms","touched_ms",
//                                  "parts":[{"name","size"}],"sha256"}
//
// Each piece is a blob (exchange/parts.h) as soon as it has come, so an upload goes on after a
// break where it was. `name` is encrypted under the key, as the document is. An upload that rests
// too long is given up. Thread-safe; one request at a time works at an upload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "exchange/parts.h"

namespace bashu::api {

struct Upload {
  std::string id;  // 32 hex digits
  std::string principal, key;
  std::string name, media;  // `name` encrypted, base64url
  std::size_t size = 0;     // of the whole, in clear
  std::int64_t since_ms = 0, touched_ms = 0;
  std::vector<exchange::Part> parts{};
  std::string sha256{};  // of the deposit it became; empty: it is under way

  [[nodiscard]] std::size_t offset() const;  // bytes that are here
};

class Uploads {
 public:
  static constexpr std::size_t kOpenMax = 5;                 // of one principal
  static constexpr std::int64_t kRestMs = 2 * 86'400'000LL;  // two days

  // `dir` is DIR/deposits/uploads; it is made if missing.
  explicit Uploads(std::filesystem::path dir);

  // On disk when this returns.
  [[nodiscard]] std::expected<void, Fault> begin(Upload upload);
  // Of this principal, under way, the oldest first.
  [[nodiscard]] std::vector<Upload> under_way(std::string_view principal) const;

  enum class Why : std::uint8_t { none, in_use };
  // For one request alone, until it is put back or ended.
  [[nodiscard]] std::expected<Upload, Why> take(std::string_view id, std::string_view principal);
  // As it is now, on disk when this returns; after a fault, as it was before.
  [[nodiscard]] std::expected<void, Fault> put_back(Upload upload);
  void put_back_as_it_was(std::string_view id);
  // Its blobs and its key are the caller's to remove.
  void end(std::string_view id);
  // Takes out what has rested for two days; the rest is the caller's, as above.
  [[nodiscard]] std::vector<Upload> give_up(Instant now);

 private:
  [[nodiscard]] std::expected<void, Fault> keep(const Upload& upload);

  std::filesystem::path dir_;
  mutable std::mutex mutex_;
  std::map<std::string, Upload, std::less<>> all_;
  std::set<std::string, std::less<>> in_use_;
};

}  // namespace bashu::api
