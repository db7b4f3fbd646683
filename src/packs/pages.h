// What every page asks of a pack, worked out in one place: the groups of a form, who may apply, the
// order of a life, the text of a paper.
//
//     Display (pack.h)  ── groups ──►  grouped(form)    a form or a sheet, field by field
//     Service           ── start  ──►  applicants()     people, as against officers
//                       ── states ──►  in_order()       as a case meets them
//     Print             ── text   ──►  filled()         `{name}` replaced by what a reader may see
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packs/pack.h"

namespace bashu::packs {

// `names` in groups, each in the order of its group: first, without a title, those that no group
// has, in their own order. Groups of which nothing is asked are left out.
[[nodiscard]] std::vector<FieldGroup> grouped(const std::vector<FieldGroup>& groups,
                                              const std::vector<std::string>& names);

// Who may begin a case and sees only their own: persons and firms. Empty for a service that only
// offices begin.
[[nodiscard]] std::vector<By> applicants(const Service& service);

// States as a case meets them: from the start along the branches, those nearest first.
[[nodiscard]] std::vector<std::string> in_order(const Service& service);

// The title of a party, role, account, key, clock or break-down; its name if the pack has no word
// for it.
[[nodiscard]] std::string word(const Pack& pack, std::string_view name,
                               const std::string& language);

// The names in braces in a text, in order; nullopt if a brace is left open.
[[nodiscard]] std::optional<std::vector<std::string>> blanks(std::string_view text);
// The text with each `{name}` replaced by what `value` gives for it.
[[nodiscard]] std::string filled(std::string_view text,
                                 const std::function<std::string(const std::string&)>& value);

}  // namespace bashu::packs
