#include "journal/quorum.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace bashu::journal {

namespace {

constexpr std::string_view kParameter = "quorum=", kWarn = "-warn";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> number_at(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::optional{number} : std::nullopt;
}

// `1`, `1-warn`
std::optional<Quorum> rule_in(std::string_view text) {
  Quorum rule{.asked_for = true};
  if (text.ends_with(kWarn))
    text.remove_suffix(kWarn.size());
  else
    rule.holds_back = true;
  constexpr std::int64_t kMost = 99;
  const auto wanted = number_at(text);
  if (!wanted || *wanted < 0 || *wanted > kMost || std::to_string(*wanted) != text) {
    return std::nullopt;
  }
  rule.wanted = *wanted;
  return rule;
}

}  // namespace

std::int64_t standbys_waited_for(std::string_view names) {
  names = trimmed(names);
  if (names.empty()) return 0;
  const std::string_view head = trimmed(names.substr(0, names.find('(')));
  // A list without a number waits for its first one; a name may be quoted, and hold anything.
  if (head.size() == names.size() || names.front() == '"') return 1;
  return number_at(head.substr(std::min(head.find_last_of(' ') + 1, head.size()))).value_or(1);
}

std::expected<QuorumUrl, Fault> split_quorum(std::string_view url) {
  QuorumUrl split{.url = std::string{url}, .quorum = {}};
  const std::size_t query = url.find('?');
  if (query == std::string_view::npos) return split;
  split.url.resize(query);
  char joint = '?';
  for (std::string_view rest = url.substr(query + 1); !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    if (!one.starts_with(kParameter)) {
      split.url.append(1, joint).append(one);
      joint = '&';
      continue;
    }
    const auto rule = rule_in(one.substr(kParameter.size()));
    if (!rule) {
      return std::unexpected{
          Fault{.what = std::string{one} +
                        ": a number of standbys is expected, quorum=1 or quorum=1-warn"}};
    }
    split.quorum = *rule;
  }
  return split;
}

std::string words_of(const Quorum& quorum) {
  return "the server waits for " + std::to_string(quorum.waited_for) +
         " standbys before it answers a commit, and " +
         (quorum.asked_for ? "quorum= asks for " : "waited for ") + std::to_string(quorum.wanted) +
         (quorum.asked_for ? "" : " before");
}

}  // namespace bashu::journal
