// Which logs and witnesses somebody trusts, and how many of them are enough: a file of lines as
// C2SP tlog-policy has it, read by witnesses (their logs) and by nodes (their witnesses).
//
//     log VKEY [URL]
//     witness NAME VKEY [URL]
//     group NAME any|all|K MEMBER...
//     quorum NAME|none
//
// `#` begins a comment. A line names only what stands above it. Without `quorum` any one witness
// is enough, which the standard does not know.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/checkpoint.h"

namespace bashu::evidence {

struct PolicyWitness {
  std::string name;  // in the file alone
  WitnessKey key;
  std::string url;  // the submission prefix, without a final slash; may be empty
};

class Policy {
 public:
  [[nodiscard]] const std::vector<LogKey>& logs() const { return logs_; }
  [[nodiscard]] const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  // How many entries enough witnesses have cosigned, if each has cosigned what `by` says of its
  // key's name; all of `entries` if nobody need.
  [[nodiscard]] std::uint64_t covered(
      std::uint64_t entries, const std::function<std::uint64_t(const std::string& name)>& by) const;

 private:
  struct Group {
    std::string name;
    std::size_t enough = 1;
    std::vector<std::string> members;  // witnesses and groups
  };
  friend class PolicyReader;

  std::vector<LogKey> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<Group> groups_;  // each after those it names
  std::string quorum_;         // empty: any one witness
};

inline constexpr std::size_t kPolicyMax = 32;  // logs, witnesses, groups, each
// The line that is wrong, from 1.
[[nodiscard]] std::expected<Policy, std::size_t> read_policy(std::string_view text);

}  // namespace bashu::evidence
