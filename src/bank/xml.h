// The little of libxml2 that messages need: owning pointers, and checking against a schema.
#pragma once

#include <libxml/tree.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bashu::bank {

struct FreeDoc {
  void operator()(xmlDoc* doc) const { xmlFreeDoc(doc); }
};
using Doc = std::unique_ptr<xmlDoc, FreeDoc>;

// nullptr if it is no XML, or has a document type: no message has one, and it could name files and
// entities.
[[nodiscard]] Doc parse(std::string_view text);

// What the schema in a file says is wrong with it; nullopt: nothing.
[[nodiscard]] std::optional<std::string> against_schema(std::string_view text,
                                                        const std::string& schema);

}  // namespace bashu::bank
