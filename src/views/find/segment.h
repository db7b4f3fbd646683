// Text cut into words that an index can hold, Chinese included.
//
// Chinese has no spaces: each run of its characters becomes its overlapping pairs, and the last
// character by itself, `成渝双城` the words `成渝 渝双 双城 城`. Everything else is cut at what is
// neither a letter nor a digit. Full-width letters are written narrow; the index folds case and
// accents.
#pragma once

#include <string>
#include <string_view>

namespace bashu::views {

// Words in their order, with spaces between.
[[nodiscard]] std::string segmented(std::string_view text);

// A condition of FTS5 on column `text`: every word must stand there, the last letters of the last
// one may be missing. `tolerant`: of a Chinese run of three or more, one character may be another.
// Empty: there is nothing to look for.
[[nodiscard]] std::string match_of(std::string_view text, bool tolerant);

}  // namespace bashu::views
