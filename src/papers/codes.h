// The code on a paper, by which anybody can ask whether it still counts:
//
//     40 bits   where the case was opened in the journal of the node that printed it
//     80 bits   keyed hash of that place, the case's id and the paper's name
//
// as 24 characters of Crockford's alphabet, which has no letter that looks like a digit. Nothing is
// kept of a printed paper: the place leads to the cases opened there, and the hash tells which
// paper of which of them it is. Without the key a code that leads to a paper is guessed once in
// 2^80 tries for each paper that was made at one place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace bashu::papers {

class Codes {
 public:
  // With the key in `file`, made when it is not there. Without one that can be kept, codes end with
  // the process.
  explicit Codes(const std::filesystem::path& file);

  // 24 characters without hyphens.
  [[nodiscard]] std::string of(std::uint64_t opened, std::string_view case_id,
                               std::string_view paper) const;

 private:
  std::string key_;
};

// A code as people write it, in the one spelling: hyphens and spaces go, small letters become
// large, O is 0, I and L are 1. nullopt: it cannot be a code.
[[nodiscard]] std::optional<std::string> spelled(std::string_view text);
// `7K2M-9QXA-...`, for the eye.
[[nodiscard]] std::string grouped(std::string_view code);
// The place in a code spelled so.
[[nodiscard]] std::uint64_t opened_at(std::string_view code);

}  // namespace bashu::papers
