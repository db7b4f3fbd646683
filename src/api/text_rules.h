// The rules of identifiers.h for a single text, and where it stands.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/identifiers.h"
#include "base/title.h"
#include "packs/type.h"

namespace bashu::api {

// Where a value stands in a form; spelled only where something is wrong with it.
struct Place {
  const Place* above = nullptr;
  std::string_view name{};
  std::optional<std::size_t> index{};  // instead of a name

  [[nodiscard]] std::string path() const;
};

// Which identifiers a type is for, as its pattern tells. A pattern is asked when that is first
// needed, and once: it takes longer than all else. The type outlives it.
class Use {
 public:
  explicit Use(const packs::Type& type) : type_{&type} {}
  [[nodiscard]] const packs::Type& type() const { return *type_; }
  [[nodiscard]] bool is_token() const;
  [[nodiscard]] bool credit_codes();
  [[nodiscard]] bool citizen_numbers();
  [[nodiscard]] bool manifests();
  [[nodiscard]] bool institutions();

 private:
  const packs::Type* type_;
  std::optional<bool> credit_codes_, citizen_numbers_, manifests_, institutions_;
};

// True if no text of the type itself is ever written otherwise, or doubted.
[[nodiscard]] bool is_without_rules(const packs::Type& type);
// How `text` is kept; nullopt: as it is.
[[nodiscard]] std::optional<std::string> kept(Use& use, const std::string& text);
// Of a text as it is kept, before anything of it is sealed.
[[nodiscard]] std::vector<Title> wrong_with(Use& use, const std::string& text,
                                            const Doubts& doubts);

}  // namespace bashu::api
