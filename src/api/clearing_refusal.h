// Why an act of clearing is refused, in the words of `windows.…` (texts/).
#pragma once

#include <string>

#include "api/problem.h"
#include "fares/tariff.h"
#include "texts/texts.h"

namespace bashu::api {

// A member of what was asked is not: `where` is its path.
[[nodiscard]] Problem wrong_at(std::string where, const std::string& key,
                               const texts::Places& places = {});
// What was asked is sound, and cannot be done as things stand. `where`: a case, or nothing.
[[nodiscard]] Problem refused(std::string where, const std::string& key,
                              const texts::Places& places = {});

// A tariff that was handed in, or that the other side proposes, cannot be used.
[[nodiscard]] Problem wrong_tariff(std::string where, const fares::Wrong& wrong);
// Its subject and what is wrong, each cut: names in it may be as long as the text.
[[nodiscard]] std::string words_of(const fares::Wrong& wrong);

}  // namespace bashu::api
