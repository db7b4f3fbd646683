// Numbers and findings in the reader's words, Chinese or English.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/title.h"
#include "figures/ask.h"
#include "packs/pack.h"

namespace bashu::figures {

using Says = packs::Figure::Says;

// `1,234.5` of 12345 at scale 1, without trailing zeros after the point.
[[nodiscard]] std::string number_text(std::int64_t value, int scale);
// As people read it: `6.8 billion yuan`, `48万吨`, `27.6%`, `11,000`.
[[nodiscard]] std::string number_words(std::int64_t value, const std::string& unit, int scale,
                                       const std::string& language);
// To the last digit, for comparing: `7,002,617,792.31 yuan`, `175,000吨`.
[[nodiscard]] std::string exact_words(std::int64_t value, const std::string& unit, int scale,
                                      const std::string& language);
// With what it says: `more than 11,000`, `近2亿元`.
[[nodiscard]] std::string said_words(Says says, std::int64_t value, const std::string& unit,
                                     int scale, const std::string& language);
// What is printed of an answer; empty if it has no value.
[[nodiscard]] std::string printed(const Answer& answer, const std::string& language);

// As a pack writes it; empty: the figure does not say.
[[nodiscard]] std::string_view concerns_name(packs::Figure::Concerns concerns);

}  // namespace bashu::figures
