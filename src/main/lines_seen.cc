#include "main/lines_seen.h"

#include <functional>

#include "base/json.h"

namespace bashu::cli {

std::optional<std::uint64_t> LinesSeen::other(const std::string& target, const std::string& key,
                                              const Value& fields, std::uint64_t line) {
  constexpr std::size_t kLinesMax = 1'000'000;
  const std::hash<std::string> hash;
  const std::size_t name = hash(target + "\n" + key);
  const std::size_t content = hash(canonical_json(fields));
  const auto before = lines_.find(name);
  if (before == lines_.end()) {
    if (lines_.size() < kLinesMax) lines_.emplace(name, Line{.number = line, .content = content});
    return std::nullopt;
  }
  if (before->second.content == content) return std::nullopt;
  return before->second.number;
}

}  // namespace bashu::cli
