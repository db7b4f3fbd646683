#include "evidence/policy.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "evidence/grammar.h"

namespace bashu::evidence {

namespace {

constexpr std::string_view kNone = "none";
constexpr std::string_view kBlank = " \t";

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    words.push_back(line.substr(0, line.find_first_of(kBlank)));
    line.remove_prefix(words.back().size());
  }
}

bool has_control(std::string_view line) {
  return std::ranges::any_of(
      line, [](char c) { return (static_cast<std::uint8_t>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

}  // namespace

class PolicyReader {
 public:
  // Whether the line says something that is understood.
  bool take(std::string_view line) {
    if (has_control(line)) return false;
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty() || words[0].starts_with('#')) return true;
    if (words[0] == "log") return log(words);
    if (words[0] == "witness") return witness(words);
    if (words[0] == "group") return group(words);
    return words[0] == "quorum" && quorum(words);
  }
  Policy done() { return std::move(policy_); }

 private:
  using Words = std::vector<std::string_view>;

  bool log(const Words& words) {
    if (words.size() < 2 || words.size() > 3 || policy_.logs_.size() == kPolicyMax) return false;
    auto key = read_verifier_key(words[1]);
    if (!key || !keys_.insert(key->public_key).second) return false;
    policy_.logs_.push_back(*std::move(key));
    return true;
  }

  bool witness(const Words& words) {
    if (words.size() < 3 || words.size() > 4 || policy_.witnesses_.size() == kPolicyMax)
      return false;
    auto key = read_witness_key(words[2]);
    if (!key || !keys_.insert(key->public_key).second || !is_new(words[1])) return false;
    // What each has cosigned is kept by the name of its key.
    if (!key_names_.insert(key->name).second) return false;
    std::string url{words.size() == 4 ? words[3] : ""};
    while (url.ends_with('/')) url.pop_back();
    policy_.witnesses_.push_back(
        {.name = std::string{words[1]}, .key = *std::move(key), .url = std::move(url)});
    return true;
  }

  bool group(const Words& words) {
    if (words.size() < 4 || policy_.groups_.size() == kPolicyMax) return false;
    Policy::Group group{.name = std::string{words[1]}, .enough = 1, .members = {}};
    for (std::size_t i = 3; i < words.size(); ++i) {
      // Known, and counted in one place only.
      if (!names_.contains(words[i]) || !members_.emplace(words[i]).second) return false;
      group.members.emplace_back(words[i]);
    }
    if (words[2] == "all") {
      group.enough = group.members.size();
    } else if (words[2] != "any") {
      group.enough = parse_decimal(words[2]).value_or(0);
    }
    if (group.enough < 1 || group.enough > group.members.size() || !is_new(words[1])) return false;
    policy_.groups_.push_back(std::move(group));
    return true;
  }

  bool quorum(const Words& words) {
    if (words.size() != 2 || !policy_.quorum_.empty()) return false;
    if (words[1] != kNone && !names_.contains(words[1])) return false;
    policy_.quorum_ = words[1];
    return true;
  }

  bool is_new(std::string_view name) { return name != kNone && names_.emplace(name).second; }

  Policy policy_;
  std::set<std::string, std::less<>> names_, members_, keys_, key_names_;
};

std::uint64_t Policy::covered(
    std::uint64_t entries, const std::function<std::uint64_t(const std::string& name)>& by) const {
  if (quorum_ == kNone) return entries;
  std::map<std::string, std::uint64_t> sizes;
  std::uint64_t most = 0;
  for (const PolicyWitness& witness : witnesses_) {
    const std::uint64_t size = std::min(by(witness.key.name), entries);
    sizes[witness.name] = size;
    most = std::max(most, size);
  }
  if (quorum_.empty()) return most;
  for (const Group& group : groups_) {
    std::vector<std::uint64_t> theirs;
    for (const std::string& member : group.members) theirs.push_back(sizes.at(member));
    std::ranges::sort(theirs, std::greater{});
    sizes[group.name] = theirs[group.enough - 1];
  }
  return sizes.at(quorum_);
}

std::expected<Policy, std::size_t> read_policy(std::string_view text) {
  PolicyReader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!reader.take(text.substr(0, end))) return std::unexpected{number};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.done();
}

}  // namespace bashu::evidence
