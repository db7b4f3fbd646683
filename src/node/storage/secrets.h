// The keys of sealed values as the vault keeps them: bytes by name, apart from the journal and its
// backups, because an erased one must be nowhere. What the bytes mean, and that they may be
// wrapped, is the vault's business (node/vault.h). For one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace bashu::node {

class Secrets {
 public:
  using Named = std::pair<std::string, std::string>;  // name and bytes

  Secrets() = default;
  Secrets(const Secrets&) = delete;
  Secrets& operator=(const Secrets&) = delete;
  virtual ~Secrets() = default;

  // nullopt: there is none of that name.
  [[nodiscard]] virtual std::expected<std::optional<std::string>, Fault> key(
      std::string_view id) = 0;
  [[nodiscard]] virtual std::expected<std::optional<std::string>, Fault> setting(
      std::string_view name) = 0;

  // Up to `rows_max` in the order of their names, after the one called `after`: to copy them.
  enum class Kind : std::uint8_t { settings, keys };
  [[nodiscard]] virtual std::expected<std::vector<Named>, Fault> page(Kind kind,
                                                                      std::string_view after,
                                                                      std::size_t rows_max) = 0;

  // Durable when they return.
  // All at once; an id that is there keeps its bytes.
  [[nodiscard]] virtual std::expected<void, Fault> add_keys(const std::vector<Named>& keys) = 0;
  [[nodiscard]] virtual std::expected<void, Fault> set(std::string_view name,
                                                       std::string_view value) = 0;
  // Those that are there; no trace of their bytes is left.
  [[nodiscard]] virtual std::expected<void, Fault> erase_keys(
      const std::vector<std::string>& ids) = 0;
  // Every key and setting becomes what `change` makes of it, and `mark` is set, all at once; no
  // trace of what they were is left.
  [[nodiscard]] virtual std::expected<void, Fault> rewrite(
      const std::function<std::string(std::string_view)>& change, const Named& mark) = 0;
};

}  // namespace bashu::node
