#include "journal/quorum.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "postgres/connection.h"

namespace bashu::journal {

namespace {

constexpr std::string_view kWarn = "-warn";

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
  auto [plain, value] = postgres::take_parameter(url, postgres::kQuorumParameter);
  if (!value) return QuorumUrl{.url = std::move(plain), .quorum = {}};
  const auto rule = rule_in(*value);
  if (!rule) {
    return std::unexpected{
        Fault{.what = "quorum=" + *value +
                      ": a number of standbys is expected, quorum=1 or quorum=1-warn"}};
  }
  return QuorumUrl{.url = std::move(plain), .quorum = *rule};
}

std::string words_of(const Quorum& quorum) {
  return "the server waits for " + std::to_string(quorum.waited_for) +
         " standbys before it answers a commit, and " +
         (quorum.asked_for ? "quorum= asks for " : "waited for ") + std::to_string(quorum.wanted) +
         (quorum.asked_for ? "" : " before");
}

}  // namespace bashu::journal
