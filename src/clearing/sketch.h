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

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "clearing/statement.h"

namespace bashu::clearing {

[[nodiscard]] std::string sketch_of(const std::vector<Entry>& lines);

// Of `lines` those in parts that differ from the sketch, as the text that is sent; an error if that
// is no sketch.
[[nodiscard]] std::expected<std::string, std::string> lines_for(const std::vector<Entry>& lines,
                                                                std::string_view sketch);
// What was answered to our sketch, compared with our lines. An error if it is no answer, or does
// not lead to `root`, which is theirs.
[[nodiscard]] std::expected<std::vector<Difference>, std::string> differences_in(
    const std::vector<Entry>& lines, std::string_view answer, const Hash& root);

// NDJSON, each {"line","kind","here"?,"there"?}; `line` names the difference.
[[nodiscard]] std::string text_of(const std::vector<Difference>& differences);
[[nodiscard]] std::expected<std::vector<Difference>, std::string> differences_of(
    std::string_view text);
[[nodiscard]] std::string name_of(const Difference& difference);

// As the other side sees them.
[[nodiscard]] std::vector<Difference> turned(std::vector<Difference> differences);
// The other side's lines: `here` with what differs replaced. An error names a difference whose
// line of ours is none of `here`.
[[nodiscard]] std::expected<std::vector<Entry>, std::string> other_side(
    const std::vector<Entry>& here, const std::vector<Difference>& differences);
// Whether the list is whole and true: from our lines it leads to `root`, which the other side
// signed, and it names no line that both have. An error names the difference, or is "root".
[[nodiscard]] std::expected<void, std::string> leads_to(const std::vector<Entry>& lines,
                                                        const std::vector<Difference>& differences,
                                                        const Hash& root);

}  // namespace bashu::clearing
