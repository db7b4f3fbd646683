// Where two sides' lists differ, found in three messages and not a question for every branch: each
// message is a signed step of a case, so that a round is dear and a few kilobytes more are not.
//
//     ours   ── sketch: a digest for each of 2^n parts of the keys ──►  theirs
//     ours   ◄── their lines of the parts that differ ───────────────   theirs
//     ours   ── the differences, with both sides' lines ─────────────►  theirs
//
// The digests of a sketch are short, and nothing that is sent is believed: the list of differences
// is whole only if it leads from one side's lines to the other side's root, which was signed.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "clearing/running_tree.h"
#include "clearing/statement.h"

namespace bashu::clearing {

// Lines that are kept as a tree.
struct Kept {
  RunningTree& tree;
  std::function<Entry(std::uint32_t of)> line;  // what the tree's owner calls `of`
};

[[nodiscard]] std::string sketch_of(RunningTree& lines);

// Of `lines` those in parts that differ from the sketch, as the text that is sent; an error if that
// is no sketch.
[[nodiscard]] std::expected<std::string, std::string> lines_for(const Kept& lines,
                                                                std::string_view sketch);
// What was answered to our sketch, compared with our lines. An error if it is no answer, or does
// not lead to `root`, which is theirs.
[[nodiscard]] std::expected<std::vector<Difference>, std::string> differences_in(
    const Kept& lines, std::string_view answer, const Hash& root);
// Whether the list is whole and true: from our lines it leads to `root`, which the other side
// signed, and it names no line that both have. An error names the difference, or is "root". The
// lines are afterwards as they were.
[[nodiscard]] std::expected<void, std::string> leads_to(RunningTree& lines,
                                                        const std::vector<Difference>& differences,
                                                        const Hash& root);

// NDJSON, each {"line","kind","here"?,"there"?}; `line` names the difference.
[[nodiscard]] std::string text_of(const std::vector<Difference>& differences);
[[nodiscard]] std::expected<std::vector<Difference>, std::string> differences_of(
    std::string_view text);
[[nodiscard]] std::string name_of(const Difference& difference);

// As the other side sees them.
[[nodiscard]] std::vector<Difference> turned(std::vector<Difference> differences);

}  // namespace bashu::clearing
