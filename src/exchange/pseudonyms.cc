#include "exchange/pseudonyms.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace bashu::exchange {

namespace {

using oblivious::Point;
using oblivious::Scalar;
using Why = Unnamed::Why;
using Named = node::Vault::Named;

constexpr std::size_t kPseudonymSize = 32;

struct Blinded {
  std::vector<Scalar> by;
  std::vector<Point> points;
};
std::optional<Blinded> blinded(node::Chance& chance, const std::vector<std::string>& numbers) {
  Blinded all;
  for (const std::string& number : numbers) {
    all.by.push_back(oblivious::scalar_of(chance.bytes(64)));
    const auto point = oblivious::blind(number, all.by.back());
    if (!point) return std::nullopt;
    all.points.push_back(*point);
  }
  return all;
}

std::string pseudonym(std::string_view number, const Point& unblinded) {
  return "t:" + base64url(oblivious::finalized(number, unblinded).substr(0, kPseudonymSize));
}

// Both parts of each number, unblinded.
std::optional<Named> put_together(const Shared& shared, oblivious::Index other,
                                  const std::vector<std::string>& numbers, const Blinded& asked,
                                  const std::vector<Point>& answered) {
  Named named;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto own = multiply(shared.share, asked.points[i]);
    const auto whole =
        own ? oblivious::joined({shared.own, *own}, {other, answered[i]}) : std::nullopt;
    const auto plain = whole ? multiply(inverse(asked.by[i]), *whole) : std::nullopt;
    if (!plain) return std::nullopt;
    named.emplace(numbers[i], pseudonym(numbers[i], *plain));
  }
  return named;
}

// All others are waited for.
Unnamed forming_with(node::Node& node) {
  Unnamed why{.why = Why::forming, .parties = node.directory()->agreement.members(), .retry_s = 5};
  std::erase(why.parties, node.identity().party);
  return why;
}

}  // namespace

bool Pseudonyms::shares_secret() const {
  const auto directory = node_.directory();
  return directory->formed && directory->agreement.pseudonyms > 0;
}

std::optional<Pseudonyms::Standing> Pseudonyms::standing() const {
  if (!shares_secret()) return std::nullopt;
  const std::int64_t generation = node_.directory()->agreement.pseudonyms;
  return Standing{.generation = generation, .ready = shares_.of(generation) != nullptr};
}

std::expected<Named, Unnamed> Pseudonyms::of(const std::vector<std::string>& numbers) {
  if (numbers.empty()) return Named{};
  node::Vault& vault = node_.vault();
  if (shares_secret()) {
    Unnamed forming = forming_with(node_);
    // Until all have dealt the newest, the one before it is good; never after, or a member could
    // talk us back to what it can compute alone.
    for (const auto& shared : shares_.whole()) {
      auto named = under(*shared, numbers);
      if (named) shares_.use(shared->generation);
      if (named || named.error().why != Why::forming || shares_.used(shared->generation)) {
        return named;
      }
      forming = std::move(named.error());
    }
    if (vault.token_key().empty()) return std::unexpected{std::move(forming)};
  }
  Named named;
  for (const std::string& number : numbers) named.emplace(number, vault.token(number));
  return named;
}

std::expected<std::vector<std::string>, Unnamed> Pseudonyms::all_of(const std::string& number) {
  std::vector<std::string> all;
  const bool one_key = !node_.vault().token_key().empty();
  if (shares_secret()) {
    Unnamed forming = forming_with(node_);
    for (const auto& shared : shares_.whole()) {
      auto named = under(*shared, {number});
      if (named) {
        all.push_back(named->begin()->second);
      } else if (named.error().why != Why::forming) {
        return std::unexpected{std::move(named.error())};
      } else {
        forming = std::move(named.error());
      }
    }
    if (all.empty() && !one_key) return std::unexpected{std::move(forming)};
    // Of a key on this disk alone only what was recorded with it.
    if (!one_key) return all;
  }
  all.push_back(node_.vault().token(number));
  return all;
}

std::expected<Named, Unnamed> Pseudonyms::under(const Shared& shared,
                                                const std::vector<std::string>& numbers) {
  Named named;
  std::vector<std::string> strange;
  for (const std::string& number : numbers) {
    if (named.contains(number)) continue;
    if (auto met = node_.vault().met(shared.generation, number)) {
      named.emplace(number, std::move(*met));
    } else {
      strange.push_back(number);
    }
  }
  std::ranges::sort(strange);
  strange.erase(std::ranges::unique(strange).begin(), strange.end());
  for (std::size_t from = 0; from < strange.size(); from += kPointsMax) {
    const auto end = std::min(strange.size(), from + kPointsMax);
    const auto part = together(shared, {strange.begin() + static_cast<std::ptrdiff_t>(from),
                                        strange.begin() + static_cast<std::ptrdiff_t>(end)});
    if (!part) return part;
    node_.vault().remember(shared.generation, *part);
    named.insert(part->begin(), part->end());
  }
  return named;
}

// Any other member will do; the worst answer of all is told.
std::expected<Named, Unnamed> Pseudonyms::together(const Shared& shared,
                                                   const std::vector<std::string>& numbers) {
  Unnamed failed{.why = Why::forming, .parties = {}, .retry_s = 5};
  const auto directory = node_.directory();
  for (const auto& [party, index] : shared.members) {
    const evidence::PartyRecord* listed = directory->agreement.party(party);
    if (index == shared.own || !listed || !listed->member) continue;
    std::int64_t retry_s = 0;
    auto named = with(shared, party, numbers, retry_s);
    if (named) return *std::move(named);
    failed.parties.push_back(party);
    if (failed.parties.size() == 1 || named.error() != Why::forming) {
      failed.why = named.error();
      failed.retry_s = retry_s;
    }
  }
  return std::unexpected{std::move(failed)};
}

std::expected<Named, Why> Pseudonyms::with(const Shared& shared, const std::string& party,
                                           const std::vector<std::string>& numbers,
                                           std::int64_t& retry_s) {
  retry_s = 30;
  if (!ask_) return std::unexpected{Why::away};
  const auto asked = blinded(node_.chance(), numbers);
  if (!asked) return std::unexpected{Why::wrong};
  const Answer answer = ask_(party, ask_text({.generation = shared.generation,
                                              .digest = shared.digest,
                                              .points = asked->points}));
  if (answer.status == 409 || answer.status == 404) {
    retry_s = 5;
    return std::unexpected{Why::forming};
  }
  if (answer.status == 429) {
    retry_s = std::max<std::int64_t>(1, answer.retry_after_s);
    return std::unexpected{Why::busy};
  }
  if (answer.status != 200) return std::unexpected{Why::away};
  const auto told = read_answer(answer.body);
  const oblivious::Index other = shared.members.find(party)->second;
  const bool proved = told && oblivious::verify(told->proof, shared.public_shares.at(other),
                                                {.asked = asked->points, .answered = told->points});
  auto named = proved ? put_together(shared, other, numbers, *asked, told->points) : std::nullopt;
  if (named) return *std::move(named);
  alarms_.raise({.time_ms = node_.clock().now().unix_ms,
                 .code = "pseudonyms-wrong",
                 .party = party,
                 .text = party + " answered with a part of a pseudonym that its share does not "
                                 "make; it was not used"},
                answer.body);
  return std::unexpected{Why::wrong};
}

}  // namespace bashu::exchange
