// Persons found in cases by their whole number or name, and by nothing less: an index of keyed
// digests, in which nobody reads who they are.
//
//     a pseudonym of a form     as it stands in the case
//     a personal text           this node's own token of `name LF` and the text; its key beside it
//
// Sensitive values are not in it. A value whose key an order destroys leaves the index.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "packs/type.h"

namespace bashu::node {
class Node;
}

namespace bashu::views {

class Blind {
 public:
  explicit Blind(node::Node& node) : node_{node} {}

  struct Term {
    std::string term;
    std::string key;  // of the vault; empty: none was needed
    auto operator<=>(const Term&) const = default;
  };
  // Of a case's data, each once.
  [[nodiscard]] std::vector<Term> of(const std::vector<packs::Member>& fields, const Value& data);
  // What somebody asks for, as the name it may be; nullopt: it cannot be one.
  [[nodiscard]] std::optional<std::string> asked(std::string_view text);

  struct Erased {
    std::vector<std::string> keys;
    std::int64_t last = 0;  // number of the newest order
  };
  // By orders newer than `order`.
  [[nodiscard]] Erased erased_after(std::int64_t order);
  [[nodiscard]] bool opens(std::string_view key);

 private:
  node::Node& node_;
};

}  // namespace bashu::views
