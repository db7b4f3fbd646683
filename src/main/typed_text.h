// A value as a person or a spreadsheet writes it, read by the type of its field: in the cell of a
// file, or behind `--with field=`. One reading for all of them.
//
//     money, quantity    in the unit shown, 12.50 or 1,234.50
//     date, month        2026-03-02, 2026/3/2, 2026年3月2日; a day also as a spreadsheet counts it,
//     46083 boolean            true, false (in any case), 1, 0, 是, 否 choice             by code,
//     or by title in any language list               values parted by ; or JSON record, document
//     JSON all others         as it stands: 510104 is a text where a text is wanted
//
// What could mean two things (3/2/2026) is refused.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/title.h"
#include "base/value.h"
#include "packs/type.h"

namespace bashu::cli {

struct Unread {
  std::string where;  // path into the form
  Title why;
};
// `where` leads to the value.
[[nodiscard]] std::expected<Value, Unread> read_typed(const packs::Type& type,
                                                      const std::string& where,
                                                      const std::string& text);

// The fields a person may mean by what stands over a column or before `=`: by name, else by a
// title. More than one if several have that title.
[[nodiscard]] std::vector<const packs::Member*> fields_called(
    const std::vector<packs::Member>& fields, std::string_view called);

}  // namespace bashu::cli
