// Personal values at the edge: their form is checked and they are sealed before a command is
// built; in answers they are opened for those who may read them and masked for everybody else.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "node/vault.h"
#include "packs/type.h"

namespace bashu::api {

// True if values of the type, or some inside it, are sealed or made into pseudonyms at the edge.
[[nodiscard]] bool is_private(const packs::Type& type);
// True if some of them are sealed: personal and sensitive values, names of documents.
[[nodiscard]] bool needs_key(const packs::Type& type);
// The path of a sealed value in what a client sent; empty if there is none. Only the edge seals: a
// ciphertext copied from elsewhere would be opened for whoever sent it.
[[nodiscard]] std::string find_sealed(const Value& value, const std::string& path);

// The path of a pseudonym given in place of who it stands for; empty if there is none. The node
// makes them: one copied from elsewhere would speak for somebody whose number its sender never
// knew.
[[nodiscard]] std::string find_pseudonym(const std::vector<packs::Member>& fields,
                                         const Value& form, const std::string& path);

// What is wrong with the private members of `form`. All else is judged by decide.
[[nodiscard]] std::optional<packs::FormError> check_private(
    const std::vector<packs::Member>& fields, const Value& form, const std::string& path);

// How an answer shows values.
struct Reader {
  node::Vault* vault = nullptr;
  bool personal = false;  // open what is sealed
  bool internal = true;   // show more than class public
  // Keys of values that are not opened now, to the order that says so; null: none.
  const std::map<std::string, std::int64_t, std::less<>>* restricted = nullptr;
  std::vector<std::string> opened{};  // grows: paths of values opened
};
// `value`, a record of `fields`, as this reader sees it. A masked value is {"$sealed":true}; with
// "erased": {"order","on"} if its key was destroyed by an order, "restricted": ORDER if it is shown
// only to whoever says for what.
// `sides`: sided fields hold party to value.
[[nodiscard]] Value reveal(Reader& reader, const std::vector<packs::Member>& fields,
                           const Value& value, const std::string& path, bool sides = false);
// Every sealed value masked, whatever it is.
[[nodiscard]] Value mask(const Value& value);

}  // namespace bashu::api
