// A file of a backup: a stream of libsodium's secretstream (XChaCha20-Poly1305) in pieces of 64
// KiB.
//
//     header (24 bytes) ‖ piece ‖ piece ‖ ... ‖ last piece, tagged final
//
// The name of the file is associated data of its first piece, so that no file can stand for
// another; what is cut off at the end is noticed. Its digest is that of the bytes on disk
// (`sha256sum`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace bashu::backup {

inline constexpr std::size_t kKeySize = 32;

struct Sealed {
  std::uint64_t bytes = 0;  // on disk
  Hash sha256{};
};

class SealedWriter {
 public:
  // Overwrites `file`. What fails later is told by finish().
  [[nodiscard]] static std::expected<std::unique_ptr<SealedWriter>, Fault> create(
      const std::filesystem::path& file, std::string_view key, std::string_view name);
  SealedWriter() = default;
  SealedWriter(const SealedWriter&) = delete;
  SealedWriter& operator=(const SealedWriter&) = delete;
  virtual ~SealedWriter() = default;

  virtual void write(std::string_view bytes) = 0;
  [[nodiscard]] virtual std::uint64_t written() const = 0;  // bytes in clear
  // Durable when it returns.
  [[nodiscard]] virtual std::expected<Sealed, Fault> finish() = 0;
};

class SealedReader {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<SealedReader>, Fault> open(
      const std::filesystem::path& file, std::string_view key, std::string_view name);
  SealedReader() = default;
  SealedReader(const SealedReader&) = delete;
  SealedReader& operator=(const SealedReader&) = delete;
  virtual ~SealedReader() = default;

  // Exactly `size` bytes, fewer only at the end; never more than one call asked for.
  [[nodiscard]] virtual std::expected<std::string, Fault> read(std::size_t size) = 0;
  // Up to the end of a line, without it; nothing more: empty and at_end().
  [[nodiscard]] virtual std::expected<std::string, Fault> line() = 0;
  [[nodiscard]] virtual bool at_end() const = 0;
  // Of the whole file, once at_end().
  [[nodiscard]] virtual Sealed whole() = 0;
};

}  // namespace bashu::backup
