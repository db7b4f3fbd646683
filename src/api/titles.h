// Titles beside codes: what a list shows to people, in the language they asked for. A code stays a
// code; its title stands in `titles` under the same name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "packs/pack.h"

namespace bashu::api {

// Of the values of choices among `data`, as it is shown: field to title, of a list to a list, of a
// sided field to a record of sides. What is hidden has none.
[[nodiscard]] Value::Record titles_of(const std::vector<packs::Member>& fields, const Value& data,
                                      const std::string& language);

// The pack's word for a party, role, account or key; the name itself if it has none.
[[nodiscard]] std::string word_of(const packs::Pack& pack, std::string_view name,
                                  const std::string& language);

}  // namespace bashu::api
