// What makes a printed paper provable without its node:
//
//     PDF with attached files   paper.json  what the paper says
//                               entry.txt   the proof of the entry that it rests on (a tlog-proof)
//     last line                 %bashu-paper BASE64   a signed note with the digest of all above it
//
// The line is a comment to every reader of PDF; it is the last, so nothing can be added behind what
// was signed. The note is signed by the key of the log, under which no checkpoint looks like it.
#pragma once

#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "evidence/bad.h"

namespace bashu::papers {

inline constexpr std::string_view kSaid = "paper.json", kProof = "entry.txt";

using Files = std::map<std::string, std::string, std::less<>>;  // by name

// The PDF with the files attached, in a language (`zh`, `en`) that readers aloud know it by.
[[nodiscard]] std::expected<std::string, Fault> with_files(std::string_view pdf, const Files& files,
                                                           std::string_view language);
// The files attached to a PDF; a Fault if it is none.
[[nodiscard]] std::expected<Files, Fault> files_of(std::string_view pdf);

[[nodiscard]] std::string signed_paper(std::string pdf, std::string_view origin,
                                       std::string_view secret_key);
// What was signed. Codes: paper-unsigned, paper-changed, and those of notes.
[[nodiscard]] evidence::Verified<std::string> open_paper(std::string_view file,
                                                         std::string_view origin,
                                                         std::span<const std::string> log_keys);

}  // namespace bashu::papers
