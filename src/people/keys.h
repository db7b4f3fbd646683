// DIR/api-keys.json: the keys by which programs prove who they are. One record each, as in
// principal.h, with `sha256`, the hexadecimal SHA-256 of the secret.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "people/principal.h"
#include "people/watched.h"

namespace bashu::people {

// By the hexadecimal SHA-256 of the secret.
using Keys = std::map<std::string, std::shared_ptr<const Principal>, std::less<>>;

[[nodiscard]] std::expected<Keys, Fault> read_keys(const std::filesystem::path& file);
// Adds a key and gives its secret, which is kept nowhere. `random` is at least 32 bytes of chance.
// Refuses an id that is there already.
[[nodiscard]] std::expected<std::string, Fault> add_key(const std::filesystem::path& file,
                                                        Principal key, std::string_view random);
// Takes a key out; a Fault if there is none of that id.
[[nodiscard]] std::expected<void, Fault> end_key(const std::filesystem::path& file,
                                                 std::string_view id);

// The keys of a running node.
class KeyRing {
 public:
  explicit KeyRing(std::filesystem::path file) : file_{std::move(file), &read_keys} {}
  // Reads the file for the first time.
  [[nodiscard]] std::expected<void, Fault> open();
  // nullptr: unknown, or the file cannot be read. `secret` is what follows `Bearer `.
  [[nodiscard]] std::shared_ptr<const Principal> find(std::string_view secret);
  void reload() { file_.reload(); }
  [[nodiscard]] std::string problem() const { return file_.problem(); }

 private:
  Watched<Keys> file_;
};

}  // namespace bashu::people
