#include "windows/due.h"

#include <algorithm>
#include <tuple>

#include "base/assert.h"

namespace bashu::windows {

using clearing::Entry;
using clearing::Statement;

Due::Due(std::pair<std::string, std::string> sides, VersionOn version_on)
    : sides_{std::minmax(sides.first, sides.second)},
      version_on_{std::move(version_on)},
      next_{.number = 1},
      after_{.number = 2} {}

std::uint32_t Due::word(const std::string& text) {
  const auto [held, fresh] = words_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
  if (fresh) texts_.push_back(text);
  return held->second;
}

Due::Words Due::words_of(const Entry& entry) {
  return {.creditor = word(entry.creditor),
          .debtor = word(entry.debtor),
          .of = word(entry.of),
          .state = word(entry.state),
          .day = entry.day,
          .first = entry.first,
          .last = entry.last,
          .amounts = entry.amounts,
          .correction = entry.correction};
}

Entry Due::entry_of(const std::string& id, const Words& words) const {
  return {.id = id,
          .creditor = texts_[words.creditor],
          .debtor = texts_[words.debtor],
          .of = texts_[words.of],
          .day = words.day,
          .first = words.first,
          .last = words.last,
          .state = texts_[words.state],
          .amounts = words.amounts,
          .correction = words.correction};
}

bool Due::Words::says(const Words& other) const {
  return std::tie(creditor, debtor, of, state, day, first, last) ==
             std::tie(other.creditor, other.debtor, other.of, other.state, other.day, other.first,
                      other.last) &&
         amounts == other.amounts;
}

std::uint32_t Due::number_of(const std::string& id) {
  const auto [held, fresh] = numbers_.try_emplace(id, static_cast<std::uint32_t>(claims_.size()));
  if (fresh) claims_.push_back({.id = &held->first});
  return held->second;
}

Due::Claim& Due::caught_up(std::uint32_t number) {
  Claim& claim = claims_[number];
  if (claim.in == 0 || claim.in >= next_.number) return claim;
  if (claim.takes_back) {
    claim.said->state = word(clearing::kWithdrawn);
    claim.said->amounts = {};
    ++claim.said->correction;
  } else {
    const std::int64_t correction = claim.said ? claim.said->correction + 1 : 0;
    claim.said = std::make_unique<Words>(*claim.now);
    claim.said->correction = correction;
  }
  claim.in = 0;
  claim.takes_back = false;
  return claim;
}

Entry Due::line_of(const Claim& claim) const {
  Entry line = entry_of(*claim.id, claim.takes_back ? *claim.said : *claim.now);
  if (claim.takes_back) {
    line.state = clearing::kWithdrawn;
    line.amounts = clearing::wrapped_minus({}, claim.said->amounts);
  } else if (claim.said) {
    line.amounts = clearing::wrapped_minus(claim.now->amounts, claim.said->amounts);
  }
  line.correction = claim.said ? claim.said->correction + 1 : 0;
  return line;
}

void Due::count(Window& window, const Entry& line, std::int64_t how_often) {
  const std::tuple key{word(line.debtor), word(line.creditor), word(line.of),
                       version_on_ ? version_on_(line.day) : 0};
  Window::Sum& sum = window.sums[key];
  sum.amounts = how_often > 0 ? clearing::wrapped_plus(sum.amounts, line.amounts)
                              : clearing::wrapped_minus(sum.amounts, line.amounts);
  sum.lines += how_often;
  if (line.state == clearing::kWithdrawn) {
    if (how_often > 0) window.taken_back.insert_or_assign(line.line_id(), line);
    if (how_often < 0) window.taken_back.erase(line.line_id());
  }
  window.magnitude += clearing::magnitude(line.amounts) * how_often;
  if (line.correction > 0) {
    window.corrections += how_often;
  } else if (standing_.until && line.day < *standing_.until) {
    window.late += how_often;
  }
}

void Due::place(std::uint32_t number) {
  Claim& claim = claims_[number];
  const bool before = claim.now && (!until_ || claim.now->day < *until_);
  const bool held = claim.said && texts_[claim.said->state] != clearing::kWithdrawn;
  if (before ? claim.said && claim.now->says(*claim.said) : !held && !claim.now) return;
  claim.takes_back = !before && held;
  Window& window = before || held ? next_ : after_;
  if (claim.takes_back && claim.now) moved_.insert(number);
  claim.in = window.number;
  const Entry line = line_of(claim);
  window.tree.put({.line = clearing::digest_of(line), .of = number});
  count(window, line, 1);
}

void Due::take_out(std::uint32_t number) {
  Claim& claim = claims_[number];
  if (claim.in == 0) return;
  Window& window = window_of(claim);
  const Entry line = line_of(claim);
  window.tree.erase(clearing::key_of(line));
  count(window, line, -1);
  claim.in = 0;
  claim.takes_back = false;
  moved_.erase(number);
}

void Due::set(const std::string& id, const std::optional<Entry>& claim) {
  if (!claim && !numbers_.contains(id)) return;
  const std::uint32_t number = number_of(id);
  std::optional<Words> now;
  if (claim) now = words_of(*claim);
  Claim& held = claims_[number];
  if (now ? held.now && now->says(*held.now) : !held.now) return;
  caught_up(number);
  take_out(number);
  if (now && (!held.now || held.now->day != now->day)) days_[now->day].push_back(number);
  held.now = std::move(now);
  place(number);
}

std::optional<Entry> Due::claim(const std::string& id) const {
  const auto held = numbers_.find(id);
  if (held == numbers_.end() || !claims_[held->second].now) return std::nullopt;
  return entry_of(id, *claims_[held->second].now);
}

std::optional<Entry> Due::said(const std::string& id) {
  const auto held = numbers_.find(id);
  if (held == numbers_.end()) return std::nullopt;
  const Claim& claim = caught_up(held->second);
  if (!claim.said) return std::nullopt;
  return entry_of(id, *claim.said);
}

void Due::move(std::uint32_t number) {
  Claim& claim = caught_up(number);
  if (claim.said || claim.in == 0) {
    take_out(number);
    return place(number);
  }
  Window& from = window_of(claim);
  Window& to = !until_ || claim.now->day < *until_ ? next_ : after_;
  if (&from == &to) return;
  const Entry line = line_of(claim);
  const auto held = *from.tree.find(clearing::key_of(line));
  from.tree.erase(held.line.key);
  to.tree.put(held);
  count(from, line, -1);
  count(to, line, 1);
  claim.in = to.number;
}

void Due::until(Date day) {
  if (until_ == day) return;
  const auto from = days_.lower_bound(until_ ? std::min(*until_, day) : day);
  const auto to = until_ ? days_.lower_bound(std::max(*until_, day)) : days_.end();
  until_ = day;
  for (auto it = from; it != to; ++it) {
    std::erase_if(it->second, [&](std::uint32_t number) {
      return !claims_[number].now || claims_[number].now->day != it->first;
    });
    for (const std::uint32_t number : it->second) move(number);
  }
}

void Due::split_up() {
  split_ = {};
  for (const auto& [who, sum] : next_.sums) {
    if (sum.lines == 0) continue;
    split_.parts.push_back({.debtor = texts_[std::get<0>(who)],
                            .creditor = texts_[std::get<1>(who)],
                            .of = texts_[std::get<2>(who)],
                            .version = std::get<3>(who),
                            .lines = sum.lines,
                            .amounts = sum.amounts});
  }
  std::ranges::sort(split_.parts, {}, [](const Part& part) {
    return std::tie(part.debtor, part.creditor, part.of, part.version);
  });
  for (const auto& [id, line] : next_.taken_back) split_.taken_back.push_back(line);
}

Statement Due::statement() {
  BASHU_ASSERT(until_);
  Statement out{.number = standing_.statements + 1,
                .a = sides_.first,
                .b = sides_.second,
                .from = standing_.until,
                .until = *until_,
                .first = standing_.lines,
                .end = standing_.lines + next_.tree.size(),
                .late = next_.late,
                .corrections = next_.corrections,
                .sums = {},
                .root = next_.tree.root(),
                .before = standing_.last};
  split_up();
  for (const Part& part : split_.parts) {
    clearing::Amounts& sum = out.sums[{part.debtor, part.creditor}];
    sum = clearing::wrapped_plus(sum, part.amounts);
  }
  return out;
}

clearing::Kept Due::lines() {
  return {.tree = next_.tree,
          .line = [this](std::uint32_t number) { return line_of(claims_[number]); }};
}

std::expected<Statement, std::string> Due::statement_with(const std::vector<Stands>& stands) {
  using Held = clearing::RunningTree::Held;
  std::vector<std::pair<Held, const Entry*>> out, in;
  std::string wrong;
  for (const Stands& one : stands) {
    if (!one.out) continue;
    const clearing::Line line = clearing::digest_of(*one.out);
    const Held* held = next_.tree.find(line.key);
    if (!held || held->line.content != line.content) wrong = one.out->line_id();
    if (!wrong.empty()) break;
    out.emplace_back(*held, &*one.out);
    next_.tree.erase(line.key);
    count(next_, *one.out, -1);
  }
  for (const Stands& one : stands) {
    for (const Entry& entry : one.lines) {
      const Held held{.line = clearing::digest_of(entry)};
      if (wrong.empty() && next_.tree.find(held.line.key)) wrong = entry.line_id();
      if (!wrong.empty()) break;
      in.emplace_back(held, &entry);
      next_.tree.put(held);
      count(next_, entry, 1);
    }
  }
  if (wrong.empty() && !fits()) wrong = "sums";
  std::expected<Statement, std::string> statement = std::unexpected{wrong};
  if (wrong.empty()) statement = this->statement();
  for (const auto& [held, entry] : in) {
    next_.tree.erase(held.line.key);
    count(next_, *entry, -1);
  }
  for (const auto& [held, entry] : out) {
    next_.tree.put(held);
    count(next_, *entry, 1);
  }
  return statement;
}

void Due::close(const Statement& statement, const std::vector<Stands>& stands) {
  BASHU_ASSERT(statement.number == standing_.statements + 1 && statement.before == standing_.last);
  std::set<std::uint32_t> again;
  std::vector<const Entry*> lines;
  for (const Stands& one : stands) {
    if (one.out) again.insert(number_of(one.out->id));
    for (const Entry& line : one.lines) {
      lines.push_back(&line);
      again.insert(number_of(line.id));
    }
  }
  for (const std::uint32_t number : again) {
    caught_up(number);
    take_out(number);
  }
  // What was taken back because of its day comes again.
  again.insert(moved_.begin(), moved_.end());
  moved_.clear();
  std::ranges::sort(lines, {}, [](const Entry* line) { return line->line_id(); });
  for (const Entry* line : lines) {
    Claim& claim = claims_[number_of(line->id)];
    Words words = words_of(*line);
    if (claim.said) words.amounts = clearing::wrapped_plus(claim.said->amounts, words.amounts);
    claim.said = std::make_unique<Words>(std::move(words));
  }
  standing_.statements = statement.number;
  standing_.lines = statement.end;
  standing_.until = statement.until;
  standing_.last = sha256(clearing::text_of(statement));
  next_ = std::exchange(after_, Window{.number = after_.number + 1});
  until_.reset();
  for (const std::uint32_t number : again) {
    caught_up(number);
    place(number);
  }
}

}  // namespace bashu::windows
