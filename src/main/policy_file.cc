#include "main/policy_file.h"

#include "node/files.h"
#include "texts/texts.h"

namespace bashu::cli {

std::expected<evidence::Policy, Exit> read_policy_file(const Console& console,
                                                       const std::string& file) {
  const auto text = node::read_file(file);
  if (!text) return std::unexpected{console.fail(text.error())};
  auto policy = evidence::read_policy(*text);
  if (policy) return std::move(*policy);
  const std::string words = texts::text(console.language, "witness.policy_line",
                                        {{"file", file}, {"line", std::to_string(policy.error())}});
  return std::unexpected{console.fail(words, words)};
}

}  // namespace bashu::cli
