// Where somebody may act and what he may see, by administrative divisions.
//
// A key may be limited to divisions: prefixes of GB/T 2260 codes (`5101`). A case, a form, a record
// or a line of a feed names places, in its fields of type `place` at any depth. Then
//
//     act   on what names places: every one of them must lie inside
//     see   what names places: one of them inside is enough
//
// What names no place is limited for nobody, and nobody without divisions is limited. So whoever
// may act on a thing sees it, and a thing that reaches into two divisions is seen in both, while
// only somebody who answers for both can change it. Every door asks here, and nothing else does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "packs/type.h"

namespace bashu::core {

using Divisions = std::vector<std::string>;  // empty: all

struct Place {
  std::string path;  // `site`, `stops[2].place`, `seat.chongqing` of a sided field
  std::string code;
};
// All places that `data`, a record of `fields`, names. A sealed one names none.
[[nodiscard]] std::vector<Place> places_of(const std::vector<packs::Member>& fields,
                                           const Value& data);

[[nodiscard]] bool lies_inside(const Divisions& divisions, std::string_view code);

// The first place because of which they may not act; nullopt: they may.
[[nodiscard]] std::optional<Place> outside(const Divisions& divisions,
                                           const std::vector<packs::Member>& fields,
                                           const Value& data);
[[nodiscard]] bool may_act(const Divisions& divisions, const std::vector<packs::Member>& fields,
                           const Value& data);
[[nodiscard]] bool may_see(const Divisions& divisions, const std::vector<packs::Member>& fields,
                           const Value& data);

}  // namespace bashu::core
