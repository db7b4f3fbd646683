// What an object store says in XML.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bashu::objects {

// ListObjectsV2: names of objects, in the store's order. nullopt: it is no such answer.
struct Listed {
  std::vector<std::string> keys;
  bool more = false;  // there are others behind the last one
};
[[nodiscard]] std::optional<Listed> listed_in(std::string_view xml);

// The code of an <Error>, such as NoSuchKey; empty: there is none.
[[nodiscard]] std::string error_in(std::string_view xml);

}  // namespace bashu::objects
